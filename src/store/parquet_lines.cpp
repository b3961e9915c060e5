#include "kizashi/store/parquet_lines.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace kizashi::store {
namespace {

/// Cuts what comes in pieces into lines.
class line_cutter {
public:
  explicit line_cutter(line_taker const& take) : take_{take} {}
  auto feed(std::string_view piece) -> status {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      auto const line = piece.substr(0, end);
      piece.remove_prefix(end + 1);
      if (begun_.empty()) {
        KIZASHI_TRY(take_(line));
        continue;
      }
      begun_ += line;
      KIZASHI_TRY(take_(begun_));
      begun_.clear();
    }
    begun_ += piece;
    return {};
  }

private:
  line_taker const& take_;
  std::string begun_;  // of a line whose end has not come
};

}  // namespace

auto read_parquet_lines(engine& by, std::filesystem::path const& file, line_taker const& take)
    -> status {
  std::error_code wrong;
  if (!std::filesystem::is_regular_file(file, wrong))
    return system_failure(file.string(), "open", wrong ? wrong.value() : EINVAL);
  // Nothing of it is on the disk: the database is of memory, the table is the file.
  KIZASHI_TRY(by.run("create database if not exists brought engine=Memory"));
  KIZASHI_TRY(by.run("drop table if exists brought.file"));
  auto const full = std::filesystem::absolute(file).string();
  auto const made =
      by.run(fmt::format("create table brought.file engine=File(Parquet, {})", sql_text(full)));
  if (!made)
    return fail(made.error().code, fmt::format("{}: cannot be read as Parquet: {}", file.string(),
                                               made.error().message));
  line_cutter lines{take};
  question asked{"select * from brought.file", answer_form::json_lines, {}};
  asked.limits.threads = 1;  // the rows come in their order
  auto const done = by.ask(asked, [&](std::span<std::uint8_t const> bytes) {
    return lines.feed({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
  });
  KIZASHI_TRY(by.run("drop table brought.file"));
  return done;
}

}  // namespace kizashi::store
