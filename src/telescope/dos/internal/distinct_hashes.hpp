// How many different addresses there were: forged senders, victims of a prefix.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/telescope/internal/hyperloglog.hpp"

namespace kizashi::telescope::internal {

/// Hashes of `sketch_hash`: exact up to 256 different ones, then a sketch with an error of 2.3 %.
/// Most victims are strays with one packet, so it begins with 64 B.
class distinct_hashes {
public:
  static constexpr std::size_t most_exact = 256;

  void add(std::uint64_t hash) {
    if (sketch_ != nullptr) return sketch_->add(hash);
    if (is_crowded()) grow();
    if (!put(hash)) return;
    if (++members_ > most_exact) become_sketch();
  }
  [[nodiscard]] auto is_exact() const noexcept -> bool { return sketch_ == nullptr; }
  [[nodiscard]] auto count() const noexcept -> std::uint64_t {
    return is_exact() ? members_ : static_cast<std::uint64_t>(sketch_->estimate() + 0.5);
  }
  /// Outside of the object itself.
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return places_.size() * sizeof(std::uint64_t) + (sketch_ == nullptr ? 0 : sizeof(*sketch_));
  }
  /// The number of places is part of what is known: it says when there will be more.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    bool is_sketch = self.sketch_ != nullptr;
    io(is_sketch);
    if (is_sketch) {
      if constexpr (Io::is_reading) self.sketch_ = std::make_unique<hyperloglog<11>>();
      io(*self.sketch_);
      return;
    }
    std::size_t places = self.places_.size(), members = self.members_;
    io(places, members);
    if constexpr (Io::is_reading) {
      bool const is_so = places <= 4 * most_exact && members <= most_exact &&
                         members * 4 <= places * 3 && (places == 0 || std::has_single_bit(places));
      io.expect(is_so, "a set of hashes");
      if (!is_so) return;
      self.places_.assign(places, 0);
      for (; self.members_ < members; ++self.members_)
        if (!self.put(io.word())) return io.expect(false, "different hashes");
    } else {
      for (auto const hash : self.places_)
        if (hash != 0) io.word(hash);
    }
  }

private:
  [[nodiscard]] auto is_crowded() const noexcept -> bool {
    return (members_ + 1) * 4 > places_.size() * 3;
  }
  /// Whether it is new. Zero marks an empty place; of all hashes one takes the place of another.
  auto put(std::uint64_t hash) noexcept -> bool {
    if (hash == 0) hash = 1;
    auto const mask = places_.size() - 1;
    for (auto at = hash & mask;; at = (at + 1) & mask) {
      if (places_[at] == hash) return false;
      if (places_[at] != 0) continue;
      places_[at] = hash;
      return true;
    }
  }
  void grow() {
    std::vector<std::uint64_t> old(places_.empty() ? 8 : places_.size() * 2);
    old.swap(places_);
    for (auto const hash : old)
      if (hash != 0) (void)put(hash);
  }
  void become_sketch() {
    sketch_ = std::make_unique<hyperloglog<11>>();
    for (auto const hash : places_)
      if (hash != 0) sketch_->add(hash);
    places_ = {};
  }

  std::vector<std::uint64_t> places_;  // open addressing
  std::size_t members_ = 0;
  std::unique_ptr<hyperloglog<11>> sketch_;
};

}  // namespace kizashi::telescope::internal
