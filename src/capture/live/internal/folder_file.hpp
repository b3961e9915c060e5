// One capture of a folder, read while it grows or when it is complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "kizashi/capture/live/internal/folder_watch.hpp"
#include "kizashi/capture/live/internal/growing_capture.hpp"

namespace kizashi::capture::live::internal {

/// Bytes of a file that somebody writes.
class file_supply final : public byte_supply {
public:
  file_supply(file_descriptor file, std::string name)
      : file_{std::move(file)}, name_{std::move(name)} {}
  [[nodiscard]] auto read(std::span<std::uint8_t> into) -> result<supplied> override;
  [[nodiscard]] auto name() const -> std::string override { return name_; }
  /// The end of what there is, is the end of the file from now on.
  void set_over() noexcept { is_over_ = true; }
  [[nodiscard]] auto offset() const noexcept -> std::uint64_t { return offset_; }
  [[nodiscard]] auto descriptor() const noexcept -> int { return file_.get(); }

private:
  file_descriptor file_;
  std::string name_;
  std::uint64_t offset_ = 0;
  bool is_over_ = false;
};

class folder_file {
public:
  /// Whether the file can be read while it grows, by its first bytes. Fails when it cannot be
  /// opened.
  [[nodiscard]] static auto can_grow(std::filesystem::path const& path) -> result<bool>;
  /// `skip`: frames at its beginning that are left out.
  [[nodiscard]] static auto open(std::filesystem::path const& path, folder_entry entry,
                                 bool is_growing, std::uint64_t skip) -> result<folder_file>;

  /// Fills `out`, which is clear. `idle` only of a file that grows. Never fails: what is wrong is
  /// in the notes.
  [[nodiscard]] auto next(net::frame_block& out) -> flow;
  /// To be called when it was idle: whether the file cannot grow any more, because it is deleted or
  /// was cut.
  [[nodiscard]] auto is_dead() -> bool;
  /// What there is, is all.
  void set_over() noexcept;

  [[nodiscard]] auto entry() const noexcept -> folder_entry const& { return entry_; }
  /// With size and time of now, where it grows.
  [[nodiscard]] auto look() const -> folder_entry;
  void rename(std::string name, std::string stem);
  [[nodiscard]] auto notes() const -> std::vector<note>;
  /// Frames that were left out so far.
  [[nodiscard]] auto skipped() const noexcept -> std::uint64_t { return skipped_; }

private:
  folder_file() = default;
  [[nodiscard]] auto read(net::frame_block& out) -> flow;

  folder_entry entry_;
  std::string path_;
  std::unique_ptr<growing_capture> growing_;
  file_supply* supply_ = nullptr;  // of `growing_`
  std::unique_ptr<frame_source> whole_;
  std::uint64_t skip_ = 0;  // frames still to be left out
  std::uint64_t skipped_ = 0;
  std::vector<note> notes_;  // besides those of the readers
};

}  // namespace kizashi::capture::live::internal
