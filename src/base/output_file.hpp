// A file that appears whole or not at all.
//
//   KIZASHI_TRY(auto out, output_file::create("table.bin"));
//   KIZASHI_TRY(out.write(bytes));
//   KIZASHI_TRY(out.commit());
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"
#include "kizashi/base/file_descriptor.hpp"

namespace kizashi {

/// Buffered bytes on their way into a file. A regular file is written under a temporary name in the
/// same folder and takes its name in `commit`, so that a reader never sees half of it and a failure
/// leaves what was there before; without `commit` the temporary file goes. What is no regular file
/// (a pipe, a device) is written directly.
class output_file {
public:
  /// Fails when the folder is not there or nothing may be written in it.
  [[nodiscard]] static auto create(std::filesystem::path const& file) -> result<output_file>;
  /// The same for standard output, which is written directly.
  [[nodiscard]] static auto standard_output() -> result<output_file>;
  output_file(output_file&& other) noexcept;
  auto operator=(output_file&& other) noexcept -> output_file&;
  ~output_file();

  /// Appends; large pieces are not copied. Fails with the name of the file when the disk is full;
  /// later calls, `commit` too, then fail as well.
  [[nodiscard]] auto write(std::string_view bytes) -> status;
  /// Writes what is buffered, closes and names the file. Nothing can be written afterwards.
  [[nodiscard]] auto commit() -> status;
  /// The same, and the file is on the disk when the call returns, whatever happens to the machine.
  [[nodiscard]] auto commit_durably() -> status;
  [[nodiscard]] auto path() const noexcept -> std::filesystem::path const& { return file_; }

private:
  output_file(std::filesystem::path file, std::filesystem::path temporary, file_descriptor out);
  [[nodiscard]] auto flush() -> status;
  [[nodiscard]] auto put(std::string_view bytes) -> status;
  [[nodiscard]] auto close() -> status;

  std::filesystem::path file_;
  std::filesystem::path temporary_;  // empty: written directly, or nothing left to take away
  file_descriptor out_;
  std::string buffer_;
  int failure_ = 0;  // the system's number of what went wrong
};

}  // namespace kizashi
