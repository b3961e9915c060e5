#include "kizashi/store/house/backup.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/durable_file.hpp"
#include "kizashi/base/input_file.hpp"
#include "kizashi/base/sha256.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/store/house/copy_files.hpp"
#include "kizashi/store/inventory.hpp"
#include "kizashi/store/store_lock.hpp"

namespace kizashi::store {
namespace {

namespace fs = std::filesystem;
using internal::file_list;
using internal::folder_in_the_making;

constexpr std::string_view backup_head = "kizashi-backup 1";
/// Of a store that is written meanwhile: its files of one moment.
constexpr std::string_view staging_name = "backup.part";
constexpr std::size_t largest_list = std::size_t{1} << 30;

/// What a store is made of, but what is only of the moment.
struct contents {
  file_list files;
  std::vector<std::string> layout;  ///< "folder PATH", "link PATH TARGET", tabs between
};

auto is_of_the_moment(std::string_view name) -> bool {
  return name == "owner" || name == internal::unfinished_mark || name == "record.part" ||
         name == "sketch/index.part" || name == staging_name || name == "door" ||
         name.starts_with("answer.") || name == "engine/status" || name == "engine/tmp" ||
         name == "engine/shadow" || name.ends_with(".parquet.part");
}

/// Parts that are being written or taken away, in the folder of a table.
auto is_half_a_part(fs::path const& path) -> bool {
  auto const name = path.filename().string();
  return name.starts_with("tmp_") || name.starts_with("delete_tmp_");
}

auto list_store(fs::path const& folder) -> result<contents> {
  contents out;
  std::error_code wrong;
  for (fs::recursive_directory_iterator at{folder, wrong}, end; !wrong && at != end;
       at.increment(wrong)) {
    auto const name = at->path().lexically_relative(folder).generic_string();
    if (name.find_first_of("\t\n\\") != std::string::npos)
      return fail(errc::unsupported,
                  fmt::format("{}: a name with such letters is in no store", at->path().string()));
    auto const is_folder = at->is_directory() && !at->is_symlink();
    if (is_of_the_moment(name) || (is_folder && is_half_a_part(at->path()))) {
      if (is_folder) at.disable_recursion_pending();
    } else if (at->is_symlink()) {
      out.layout.push_back(
          fmt::format("link\t{}\t{}", name, fs::read_symlink(at->path(), wrong).string()));
    } else if (is_folder) {
      out.layout.push_back(fmt::format("folder\t{}", name));
    } else {
      out.files[name] = at->file_size(wrong);
    }
  }
  if (wrong) return system_failure(folder.string(), "list", wrong.value());
  std::ranges::sort(out.layout);
  return out;
}

auto sum_of(file_list const& files) -> copied {
  copied all;
  for (auto const& [name, size] : files) {
    ++all.files;
    all.bytes += size;
  }
  return all;
}

/// The room that files of these sizes take, in blocks of 4 KiB.
auto room_for(file_list const& files) -> std::uint64_t {
  std::uint64_t bytes = 0;
  for (auto const& [name, size] : files) bytes += (size + 4095) / 4096 * 4096;
  return bytes;
}

/// By name: the sum of the file.
using sums = std::map<std::string, std::string>;

/// Copies `files`; where `expected` has sums, each is held against its own.
auto copy_all(fs::path const& from, fs::path const& to, file_list const& files,
              sums const* expected, copy_control const& control) -> result<sums> {
  sums found;
  copied done;
  auto const all = sum_of(files);
  for (auto const& [name, size] : files) {
    if (control.wants_stop && control.wants_stop()) return fail(errc::interrupted, "stopped");
    std::error_code wrong;
    fs::create_directories((to / name).parent_path(), wrong);
    if (wrong) return system_failure((to / name).string(), "make the folder of", wrong.value());
    KIZASHI_TRY(auto sum, internal::copy_file(from / name, to / name));
    if (expected != nullptr && expected->at(name) != sum)
      return fail(errc::io_error,
                  fmt::format("{}: the file is not the one that was written (its sum is {}; "
                              "expected {}); no store was made",
                              (from / name).string(), sum, expected->at(name)));
    found[name] = std::move(sum);
    ++done.files;
    done.bytes += size;
    if (control.at) control.at(done, all);
  }
  return found;
}

auto copy_store(fs::path const& folder, fs::path const& to, contents const& what,
                copy_control const& control) -> status {
  KIZASHI_TRY(internal::check_room(to, room_for(what.files)));
  KIZASHI_TRY(auto found, copy_all(folder, to / "store", what.files, nullptr, control));
  auto const layout =
      fmt::format("{}\n{}\n", backup_head, fmt::join(what.layout.begin(), what.layout.end(), "\n"));
  KIZASHI_TRY(write_durably(to / "layout", layout));
  sha256 of_layout;
  of_layout.add({reinterpret_cast<std::uint8_t const*>(layout.data()), layout.size()});
  std::string list = fmt::format("{}  layout\n", of_layout.finish());
  for (auto const& [name, sum] : found) list += fmt::format("{}  store/{}\n", sum, name);
  return write_durably(to / "SHA256SUMS", list);
}

/// Folders of the parts that count, relative to the store.
auto active_parts(engine& of, fs::path const& folder) -> result<std::set<std::string>> {
  KIZASHI_TRY(auto const rows, ask_rows(of, "select path from system.parts where active"));
  std::set<std::string> parts;
  for (auto const& row : rows) {
    auto path = fs::path{row[0]};
    if (!path.has_filename()) path = path.parent_path();  // "PART/"
    parts.insert(path.lexically_relative(folder).generic_string());
  }
  return parts;
}

/// Whether a folder is a part, or was one: engine/store/abc/abcdef01-.../PART.
auto is_part(fs::path const& relative) -> bool {
  auto const depth = std::distance(relative.begin(), relative.end());
  auto const name = relative.filename();
  return depth == 5 && relative.generic_string().starts_with("engine/store/") &&
         name != "detached" && name != "deduplication_logs";
}

/// Puts one file of the store there: as a link where it never changes, as a copy else.
auto stage_file(fs::path const& from, fs::path const& to, bool is_fixed) -> status {
  std::error_code wrong;
  if (is_fixed) fs::create_hard_link(from, to, wrong);
  if (!is_fixed || wrong) {
    wrong.clear();
    fs::copy_file(from, to, wrong);
  }
  return wrong ? system_failure(to.string(), "copy to", wrong.value()) : status{};
}

/// The store as it is, in links: of parts those that count, everything else as it stands.
auto stage(fs::path const& folder, std::set<std::string> const& parts, fs::path const& to)
    -> status {
  std::error_code wrong;
  fs::remove_all(to, wrong);
  if (!wrong) fs::create_directory(to, wrong);
  for (fs::recursive_directory_iterator at{folder, wrong}, end; !wrong && at != end;
       at.increment(wrong)) {
    auto const relative = at->path().lexically_relative(folder);
    auto const name = relative.generic_string();
    auto const is_folder = at->is_directory() && !at->is_symlink();
    if (is_of_the_moment(name) || (is_folder && is_part(relative) && !parts.contains(name))) {
      if (is_folder) at.disable_recursion_pending();
    } else if (at->is_symlink()) {
      fs::copy_symlink(at->path(), to / relative, wrong);
    } else if (is_folder) {
      fs::create_directory(to / relative, wrong);
    } else {
      // Files of a part never change; those of the archive and of definitions are replaced whole.
      bool const is_fixed = parts.contains(relative.parent_path().generic_string()) ||
                            name.ends_with(".parquet") || name.ends_with(".sql");
      KIZASHI_TRY(stage_file(at->path(), to / relative, is_fixed));
    }
    if (wrong) break;
  }
  return wrong ? system_failure(folder.string(), "copy", wrong.value()) : status{};
}

/// Stages the store between two of its changes.
auto stage_at_rest(engine& owned, fs::path const& folder, fs::path const& to) -> status {
  // A merge that was about to end when merges were stopped may still have ended meanwhile.
  for (int tries = 0; tries < 10; ++tries) {
    bool is_same = false;
    KIZASHI_TRY(owned.at_rest([&]() -> status {
      KIZASHI_TRY(auto const before, active_parts(owned, folder));
      KIZASHI_TRY(stage(folder, before, to));
      KIZASHI_TRY(auto const after, active_parts(owned, folder));
      is_same = before == after;
      return {};
    }));
    if (is_same) return {};
  }
  return fail(errc::io_error, "the store's parts did not come to rest; try again");
}

/// Whether `name` stays within the folder that it is put in.
auto is_inside(std::string_view name) -> bool {
  auto const path = fs::path{name}.lexically_normal();
  return !name.empty() && path.is_relative() && *path.begin() != "..";
}

auto read_sums(fs::path const& from) -> result<sums> {
  auto const file = (from / "SHA256SUMS").string();
  KIZASHI_TRY(auto const text, read_whole_file(file, "read the backup", largest_list));
  sums out;
  std::size_t number = 0;
  for (auto const line : split(text, '\n')) {
    ++number;
    if (line.empty()) continue;
    if (line.size() < 67 || line.substr(64, 2) != "  " || !is_inside(line.substr(66)))
      return fail(errc::parse_error, fmt::format("{}:{}: expected a sum (SHA-256), two spaces and "
                                                 "the name of a file",
                                                 file, number));
    out[std::string{line.substr(66)}] = line.substr(0, 64);
  }
  if (out.contains("layout")) return out;
  return fail(errc::parse_error, fmt::format("{}: this is no backup of a store", file));
}

/// The sizes of what the sums name; fails on what is missing and on what they do not name.
auto list_backup(fs::path const& from, sums const& expected) -> result<file_list> {
  file_list files;
  for (auto const& [name, sum] : expected) {
    std::error_code wrong;
    auto const size = fs::file_size(from / name, wrong);
    if (wrong) return system_failure((from / name).string(), "read the backup", wrong.value());
    files[name] = size;
  }
  std::error_code wrong;
  for (auto const& each : fs::recursive_directory_iterator{from, wrong}) {
    auto const name = each.path().lexically_relative(from).generic_string();
    if (each.is_directory() || name == "SHA256SUMS" || name == internal::unfinished_mark ||
        expected.contains(name))
      continue;
    return fail(errc::unsupported,
                fmt::format("{}: the backup's sums do not name this file; no store was made",
                            each.path().string()));
  }
  if (wrong) return system_failure(from.string(), "list", wrong.value());
  return files;
}

/// Makes the folders and links of a store whose files are there.
auto lay_out(fs::path const& store, fs::path const& file) -> status {
  KIZASHI_TRY(auto const text, read_whole_file(file.string(), "read the backup", largest_list));
  auto const lines = split(text, '\n');
  if (lines[0] != backup_head)
    return fail(errc::unsupported,
                fmt::format("{}:1: expected \"{}\"; a newer Kizashi may have written it",
                            file.string(), backup_head));
  for (auto const line : lines) {
    auto const fields = split(line, '\t');
    std::error_code wrong;
    if (fields.size() == 2 && fields[0] == "folder" && is_inside(fields[1])) {
      fs::create_directories(store / fields[1], wrong);
    } else if (fields.size() == 3 && fields[0] == "link" && is_inside(fields[1]) &&
               is_inside((fs::path{fields[1]}.parent_path() / fields[2]).string())) {
      fs::create_directories((store / fields[1]).parent_path(), wrong);
      if (!wrong) fs::create_symlink(fields[2], store / fields[1], wrong);
    } else if (!line.empty() && line != backup_head) {
      return fail(errc::parse_error,
                  fmt::format("{}: \"{}\" is no folder or link of a store", file.string(), line));
    }
    if (wrong) return system_failure((store / fields[1]).string(), "make", wrong.value());
  }
  return {};
}

auto restore_into(fs::path const& from, fs::path const& to, sums const& expected,
                  copy_control const& control) -> result<copied> {
  KIZASHI_TRY(auto const files, list_backup(from, expected));
  KIZASHI_TRY(internal::check_room(to, room_for(files)));
  KIZASHI_TRY(copy_all(from, to, files, &expected, control));
  // The files lie in `store`, beside the layout: one step up with them.
  KIZASHI_TRY(lay_out(to / "store", to / "layout"));
  std::error_code wrong;
  for (auto const& each : fs::directory_iterator{to / "store", wrong})
    fs::rename(each.path(), to / each.path().filename(), wrong);
  if (!wrong) fs::remove(to / "store", wrong);
  if (!wrong) fs::remove(to / "layout", wrong);
  if (wrong) return system_failure(to.string(), "rename", wrong.value());
  auto done = sum_of(files);
  --done.files;  // the layout is none of the store's
  done.bytes -= files.at("layout");
  return done;
}

auto refuse_inside(fs::path const& folder, fs::path const& to) -> status {
  auto const inside =
      fs::weakly_canonical(fs::absolute(to)).lexically_relative(fs::canonical(folder));
  if (inside.empty() || *inside.begin() == "..") return {};
  return fail(
      errc::unsupported,
      fmt::format("{}: the backup would be inside of the store; name another place", to.string()));
}

/// Makes `to` of the files in `from`, which do not change meanwhile.
auto copy_to(fs::path const& from, fs::path const& to, copy_control const& control)
    -> result<copied> {
  KIZASHI_TRY(auto const what, list_store(from));
  KIZASHI_TRY(auto made, folder_in_the_making::create(to));
  auto done = copy_store(from, made.path(), what, control);
  if (done) done = made.commit();
  if (done) return sum_of(what.files);
  made.abandon();
  return tl::unexpected{done.error()};
}

}  // namespace

auto back_up(fs::path const& folder, fs::path const& to, std::string_view holder,
             copy_control const& control) -> result<copied> {
  KIZASHI_TRY(refuse_inside(folder, to));
  KIZASHI_TRY(auto const lock, store_lock::take(folder, holder));
  return copy_to(folder, to, control);
}

auto back_up_owned(engine& owned, fs::path const& folder, fs::path const& to,
                   copy_control const& control) -> result<copied> {
  auto const full = fs::canonical(folder);
  KIZASHI_TRY(refuse_inside(full, to));
  auto const staged = full / staging_name;
  auto done = [&]() -> result<copied> {
    KIZASHI_TRY(stage_at_rest(owned, full, staged));
    return copy_to(staged, to, control);
  }();
  std::error_code ignored;
  fs::remove_all(staged, ignored);
  return done;
}

auto restore(fs::path const& from, fs::path const& folder, copy_control const& control)
    -> result<copied> {
  KIZASHI_TRY(auto const expected, read_sums(from));
  KIZASHI_TRY(auto made, folder_in_the_making::create(folder));
  auto done = restore_into(from, made.path(), expected, control);
  if (!done) {
    made.abandon();
    return done;
  }
  if (auto const named = made.commit(); !named) {
    made.abandon();
    return tl::unexpected{named.error()};
  }
  return done;
}

}  // namespace kizashi::store
