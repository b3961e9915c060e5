#include "kizashi/recognise/internal/scanner_files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>
#include <zlib.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::recognise::internal {
namespace {

namespace fs = std::filesystem;

auto is_named_like_a_list(fs::path const& file) -> bool {
  constexpr std::array<std::string_view, 7> endings{".txt",  ".json",   ".csv",  ".toml",
                                                    ".list", ".netset", ".ipset"};
  auto name = file.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  return std::ranges::any_of(endings, [&](auto ending) { return name.ends_with(ending); });
}

auto list_folder(fs::path const& folder, found_lists& to) -> status {
  std::error_code code;
  std::vector<fs::path> found;
  auto at = fs::recursive_directory_iterator{folder, code};
  for (; !code && at != fs::recursive_directory_iterator{}; at.increment(code)) {
    std::error_code unknown;
    bool const is_hidden = at->path().filename().native().starts_with('.');
    if (is_hidden) at.disable_recursion_pending();
    if (!is_hidden && at->is_regular_file(unknown)) found.push_back(at->path());
  }
  if (code) return system_failure(folder.string(), "list", code.value());
  std::ranges::sort(found);
  auto const before = to.files.size();
  for (auto& each : found)
    (is_named_like_a_list(each) ? to.files : to.left_out).push_back(std::move(each));
  if (to.files.size() > before) return {};
  return fail(errc::not_found,
              fmt::format("{}: no list in this folder; expected files ending in .txt, .json, .csv, "
                          ".toml, .list, .netset or .ipset, with or without .gz",
                          folder.string()));
}

auto too_long(std::string const& file) -> tl::unexpected<error> {
  return fail(errc::limit_reached, fmt::format("{}: more than {} of text; no list of scanners is "
                                               "that long",
                                               file, short_bytes(most_list_bytes)));
}

class inflater {
public:
  inflater() { is_ready_ = ::inflateInit2(&state_, 15 + 16) == Z_OK; }
  inflater(inflater const&) = delete;
  auto operator=(inflater const&) -> inflater& = delete;
  ~inflater() { ::inflateEnd(&state_); }

  /// Whether all of `bytes`, one or several gzip members, were unpacked to `out`.
  auto unpack(std::string& bytes, std::string& out) -> bool {
    state_.next_in = reinterpret_cast<Bytef*>(bytes.data());
    state_.avail_in = static_cast<uInt>(bytes.size());
    while (is_ready_ && out.size() <= most_list_bytes) {
      auto const before = out.size();
      out.resize(before + (std::size_t{1} << 18));
      state_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      state_.avail_out = static_cast<uInt>(out.size() - before);
      auto const answer = ::inflate(&state_, Z_NO_FLUSH);
      out.resize(out.size() - state_.avail_out);
      if (answer == Z_STREAM_END && state_.avail_in == 0) return true;
      if (answer == Z_STREAM_END)
        is_ready_ = ::inflateReset(&state_) == Z_OK;
      else if (answer != Z_OK)
        return false;
    }
    return false;
  }

private:
  z_stream state_{};
  bool is_ready_ = false;
};

}  // namespace

auto find_lists(std::span<fs::path const> named) -> result<found_lists> {
  found_lists out;
  for (auto const& each : named) {
    std::error_code code;
    if (fs::is_directory(each, code)) {
      KIZASHI_TRY(list_folder(each, out));
    } else {
      out.files.push_back(each);
    }
  }
  return out;
}

auto unpack_list(std::string const& file, std::string bytes) -> result<std::string> {
  if (!bytes.starts_with("\x1F\x8B")) return bytes;
  std::string text;
  if (inflater{}.unpack(bytes, text)) {
    if (text.size() <= most_list_bytes) return text;
    return too_long(file);
  }
  if (text.size() > most_list_bytes) return too_long(file);
  return fail(errc::parse_error,
              fmt::format("{}: the gzip data are cut or damaged after {} of text; fetch the list "
                          "again",
                          file, short_bytes(text.size())));
}

auto read_list_text(fs::path const& file) -> result<std::string> {
  file_descriptor const in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!in.is_open()) return system_failure(file.string(), "open the list", errno);
  std::string bytes;
  while (bytes.size() <= most_list_bytes) {
    auto const before = bytes.size();
    bytes.resize(before + (std::size_t{1} << 18));
    auto const got = ::read(in.get(), bytes.data() + before, bytes.size() - before);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure(file.string(), "read the list", errno);
    if (got == 0) return unpack_list(file.string(), std::move(bytes));
  }
  return too_long(file.string());
}

}  // namespace kizashi::recognise::internal
