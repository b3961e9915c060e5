#pragma once

#include <unistd.h>
#include <utility>

namespace kizashi {

/// An open file of the system, closed with its owner.
class file_descriptor {
public:
  file_descriptor() noexcept = default;
  explicit file_descriptor(int number) noexcept : number_{number} {}
  file_descriptor(file_descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
  auto operator=(file_descriptor&& other) noexcept -> file_descriptor& {
    std::swap(number_, other.number_);
    return *this;
  }
  ~file_descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] auto get() const noexcept -> int { return number_; }
  [[nodiscard]] auto is_open() const noexcept -> bool { return number_ >= 0; }

private:
  int number_ = -1;
};

}  // namespace kizashi
