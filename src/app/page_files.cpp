#include "kizashi/app/page_files.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/api/gzip.hpp"

namespace kizashi::app {
namespace {

constexpr std::uintmax_t most_page_bytes = std::uintmax_t{64} << 20;
constexpr int small_gzip = 9;  // packed once, sent often

struct page_kind {
  std::string_view ending;
  std::string_view content_type;
  bool is_text;
};

constexpr std::array page_kinds{
    page_kind{".html", "text/html; charset=utf-8", true},
    page_kind{".js", "text/javascript; charset=utf-8", true},
    page_kind{".css", "text/css; charset=utf-8", true},
    page_kind{".json", "application/json", true},
    page_kind{".svg", "image/svg+xml", true},
    page_kind{".txt", "text/plain; charset=utf-8", true},
    page_kind{".png", "image/png", false},
    page_kind{".ico", "image/vnd.microsoft.icon", false},
    page_kind{".woff2", "font/woff2", false},
    page_kind{".webmanifest", "application/manifest+json", true},
};

auto kind_of_page(std::filesystem::path const& file) -> page_kind const* {
  auto const* const found =
      std::ranges::find(page_kinds, file.extension().string(), &page_kind::ending);
  return found == page_kinds.end() ? nullptr : found;
}

auto read_page(std::filesystem::path const& file) -> result<std::string> {
  std::ifstream in{file, std::ios::binary};
  std::string bytes{std::istreambuf_iterator<char>{in}, {}};
  if (!in) return fail(errc::io_error, fmt::format("{}: it cannot be read", file.string()));
  return bytes;
}

/// The files of the pages in `folder`, in the order of their names.
auto list_pages(std::filesystem::path const& folder) -> result<std::vector<std::filesystem::path>> {
  std::vector<std::filesystem::path> out;
  std::error_code code;
  std::uintmax_t bytes = 0;
  auto at = std::filesystem::recursive_directory_iterator{folder, code};
  for (; !code && at != std::filesystem::recursive_directory_iterator{}; at.increment(code)) {
    bool const is_hidden = at->path().filename().string().starts_with('.');
    if (is_hidden && at->is_directory(code)) at.disable_recursion_pending();
    if (is_hidden || at->is_symlink(code) || !at->is_regular_file(code)) continue;
    if (kind_of_page(at->path()) == nullptr) continue;
    bytes += at->file_size(code);
    out.push_back(at->path());
  }
  if (code) return fail(errc::io_error, fmt::format("{}: {}", folder.string(), code.message()));
  if (bytes > most_page_bytes)
    return fail(errc::out_of_range,
                fmt::format("{}: there are {} bytes of pages; expected 64 MiB at most",
                            folder.string(), bytes));
  std::ranges::sort(out);
  return out;
}

}  // namespace

auto page_files::read(std::filesystem::path const& folder) -> result<page_files> {
  if (!std::filesystem::is_regular_file(folder / "index.html"))
    return fail(errc::not_found,
                fmt::format("{}: there is no index.html in it; './dev web' makes the pages",
                            folder.string()));
  KIZASHI_TRY(auto const found, list_pages(folder));
  page_files out;
  out.files_.reserve(found.size());
  for (auto const& each : found) {
    KIZASHI_TRY(auto bytes, read_page(each));
    file read{"/" + each.lexically_relative(folder).generic_string(), std::move(bytes), {}};
    if (kind_of_page(each)->is_text && read.bytes.size() > api::least_packed)
      read.packed = api::gzip(read.bytes, small_gzip);
    out.files_.push_back(std::move(read));
  }
  for (auto const& each : out.files_)
    out.assets_.push_back({each.path, kind_of_page(each.path)->content_type, each.bytes,
                           each.path.starts_with("/assets/"), each.packed});
  return out;
}

auto open_pages(std::string const& named) -> result<page_files> {
  if (!named.empty()) return page_files::read(named);
  std::error_code code;
  auto const program = std::filesystem::read_symlink("/proc/self/exe", code);
  auto const beside = program.parent_path().parent_path();
  for (auto const& each : {beside / "share" / "kizashi" / "pages", beside / "pages"})
    if (!code && std::filesystem::exists(each / "index.html", code)) return page_files::read(each);
  return page_files{};
}

}  // namespace kizashi::app
