#include "kizashi/app/import_lines.hpp"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "kizashi/store/parquet_lines.hpp"

namespace kizashi::app {

auto import_lines::open(std::string const& file, std::shared_ptr<store::engine> by)
    -> result<import_lines> {
  if (!file.ends_with(".parquet")) {
    KIZASHI_TRY(auto text, capture::packed_lines::open(file));
    return import_lines{file, std::move(by), std::move(text)};
  }
  std::error_code wrong;
  if (!std::filesystem::exists(file, wrong))
    return system_failure(file, "open", wrong ? wrong.value() : ENOENT);
  return import_lines{file, std::move(by), std::nullopt};
}

auto import_lines::for_each(taker const& take) -> status {
  if (!text_) {
    capture::text_line line;
    return store::read_parquet_lines(*engine_, file_, [&](std::string_view text) {
      ++line.number;
      line.text = text;
      line.is_too_long = text.size() > capture::packed_lines::most_line_bytes;
      return take(line, {});
    });
  }
  for (;;) {
    KIZASHI_TRY(auto const line, text_->next());
    if (!line) return {};
    KIZASHI_TRY(take(*line, text_->position()));
  }
}

}  // namespace kizashi::app
