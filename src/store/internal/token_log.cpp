#include "kizashi/store/internal/token_log.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/file_descriptor.hpp"
#include "kizashi/base/input_file.hpp"
#include "kizashi/base/text.hpp"

namespace kizashi::store::internal {
namespace {

namespace fs = std::filesystem;

/// "20220101_7_9_1": what the blocks 7 to 9 of a partition have become.
struct part_name {
  std::string_view partition;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

auto parse_part(std::string_view name) -> std::optional<part_name> {
  auto const fields = split(name, '_');
  if (fields.size() != 4 && fields.size() != 5) return std::nullopt;
  for (std::size_t i = 1; i < fields.size(); ++i)
    if (!parse_unsigned(fields[i], UINT64_MAX)) return std::nullopt;
  return part_name{fields[0], *parse_unsigned(fields[1], UINT64_MAX),
                   *parse_unsigned(fields[2], UINT64_MAX)};
}

/// The parts of a table that have their names.
class parts_of_table {
public:
  void add(std::string const& folder_name) {
    if (auto const part = parse_part(folder_name))
      ranges_[std::string{part->partition}].push_back({part->first, part->last});
  }
  [[nodiscard]] auto has(part_name const& part) const -> bool {
    auto const found = ranges_.find(std::string{part.partition});
    if (found == ranges_.end()) return false;
    for (auto const& [first, last] : found->second)
      if (first <= part.first && part.last <= last) return true;
    return false;
  }

private:
  struct range {
    std::uint64_t first;
    std::uint64_t last;
  };
  std::unordered_map<std::string, std::vector<range>> ranges_;
};

/// "1 TAB PART TAB TOKEN": a token came; "2 ...": it went.
struct record {
  bool is_added = false;
  std::string_view part;
  std::string_view token;
};

auto parse_record(std::string_view line) -> std::optional<record> {
  auto const fields = split(line, '\t');
  if (fields.size() != 3 || (fields[0] != "1" && fields[0] != "2") || !parse_part(fields[1]) ||
      fields[2].empty())
    return std::nullopt;
  return record{fields[0] == "1", fields[1], fields[2]};
}

/// The logs of a table by their number. The engine takes any other name in the folder for a
/// mistake.
auto logs_of(fs::path const& folder) -> std::map<std::uint64_t, fs::path> {
  constexpr std::string_view begin = "deduplication_log_";
  constexpr std::string_view end = ".txt";
  std::map<std::uint64_t, fs::path> logs;
  std::error_code none;
  for (auto const& entry : fs::directory_iterator{folder, none}) {
    auto const name = entry.path().filename().string();
    if (!name.starts_with(begin) || !name.ends_with(end)) continue;
    auto const digits =
        std::string_view{name}.substr(begin.size(), name.size() - begin.size() - end.size());
    if (auto const number = parse_unsigned(digits, UINT64_MAX)) logs[*number] = entry.path();
  }
  return logs;
}

auto cut_behind(fs::path const& log, std::size_t size) -> status {
  file_descriptor const file{::open(log.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file.is_open() || ::ftruncate(file.get(), static_cast<off_t>(size)) != 0 ||
      ::fsync(file.get()) != 0)
    return system_failure(log.string(), "mend the store's tokens", errno);
  return {};
}

auto append(fs::path const& log, std::string_view lines) -> status {
  file_descriptor const file{::open(log.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC)};
  if (!file.is_open() ||
      ::write(file.get(), lines.data(), lines.size()) != static_cast<ssize_t>(lines.size()) ||
      ::fsync(file.get()) != 0)
    return system_failure(log.string(), "mend the store's tokens", errno);
  return {};
}

/// The tokens that stand in the logs of one table, and the parts they belong to.
using tokens = std::unordered_map<std::string, std::string>;

/// Adds what one log says; what the engine would not read is cut off.
auto read_log(fs::path const& log, tokens& all, mended_tokens& mended) -> status {
  constexpr std::size_t largest = std::size_t{1} << 30;
  KIZASHI_TRY(auto const text, read_whole_file(log.string(), "read the store's tokens", largest));
  std::size_t at = 0;
  while (at < text.size()) {
    auto const end = text.find('\n', at);
    auto const line = std::string_view{text}.substr(at, end - at);
    auto const read = end == std::string::npos ? std::nullopt : parse_record(line);
    if (!read) {
      ++mended.cut;
      return cut_behind(log, at);
    }
    if (read->is_added)
      all[std::string{read->token}] = read->part;
    else
      all.erase(std::string{read->token});
    at = end + 1;
  }
  return {};
}

auto mend_table(fs::path const& table, mended_tokens& mended) -> status {
  auto const logs = logs_of(table / "deduplication_logs");
  if (logs.empty()) return {};
  tokens all;
  for (auto const& [number, log] : logs) KIZASHI_TRY(read_log(log, all, mended));
  parts_of_table parts;
  std::error_code wrong;
  for (auto const& entry : fs::directory_iterator{table, wrong})
    parts.add(entry.path().filename().string());
  if (wrong) return system_failure(table.string(), "list the store's parts", wrong.value());
  std::string lines;
  for (auto const& [token, part] : all) {
    if (parts.has(*parse_part(part))) continue;
    lines += fmt::format("2\t{}\t{}\n", part, token);
    ++mended.taken_back;
  }
  if (lines.empty()) return {};
  return append(logs.rbegin()->second, lines);
}

/// Sets the flag on a file or folder. Whether it has it then.
auto write_through(fs::path const& path) -> bool {
  file_descriptor const file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file.is_open()) return false;
  // The kernel takes an int here, whatever the name of the request says (man ioctl_iflags).
  unsigned flags = 0;
  if (::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) != 0) return false;
  if ((flags & FS_SYNC_FL) != 0) return true;
  flags |= FS_SYNC_FL;
  return ::ioctl(file.get(), FS_IOC_SETFLAGS, &flags) == 0;
}

/// engine/store/abc/abcdef01-.../ is a table: its parts and its deduplication_logs.
auto tables_in(fs::path const& engine_folder) -> std::vector<fs::path> {
  std::vector<fs::path> tables;
  std::error_code none;
  for (auto const& group : fs::directory_iterator{engine_folder / "store", none})
    for (auto const& table : fs::directory_iterator{group.path(), none})
      tables.push_back(table.path());
  return tables;
}

}  // namespace

auto mend_token_logs(fs::path const& engine_folder) -> result<mended_tokens> {
  mended_tokens mended;
  for (auto const& table : tables_in(engine_folder)) KIZASHI_TRY(mend_table(table, mended));
  return mended;
}

auto write_tokens_through(fs::path const& engine_folder) -> std::size_t {
  std::size_t done = 0;
  for (auto const& table : tables_in(engine_folder)) {
    auto const folder = table / "deduplication_logs";
    if (!write_through(folder)) continue;
    ++done;
    for (auto const& [number, log] : logs_of(folder)) write_through(log);
  }
  return done;
}

}  // namespace kizashi::store::internal
