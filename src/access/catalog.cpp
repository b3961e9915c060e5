#include "kizashi/access/catalog.hpp"

#include <system_error>

#include <fmt/format.h>

#include "kizashi/access/internal/database.hpp"

namespace kizashi::access {

catalog::catalog(std::unique_ptr<internal::database> in) : in_{std::move(in)} {}

catalog::~catalog() = default;

auto catalog::open(std::filesystem::path const& folder, when_missing then)
    -> result<std::shared_ptr<catalog>> {
  auto const file = folder / "catalog.sqlite";
  std::error_code wrong;
  if (then == when_missing::refuse && !std::filesystem::exists(file, wrong))
    return fail(errc::not_found,
                fmt::format("{}: there is no catalog.sqlite; 'kizashi account add' makes it",
                            folder.string()));
  std::filesystem::create_directories(folder, wrong);
  if (wrong) return system_failure(folder.string(), "make the data directory", wrong.value());
  KIZASHI_TRY(auto in, internal::database::open(file.string(), internal::embedded_migrations()));
  return std::shared_ptr<catalog>{new catalog{std::make_unique<internal::database>(std::move(in))}};
}

auto catalog::file() const -> std::string const& {
  return in_->file();
}

auto catalog::read(std::function<status(internal::database&)> const& work) -> status {
  std::scoped_lock const alone{mutex_};
  return work(*in_);
}

auto catalog::write(std::function<status(internal::database&)> const& work) -> status {
  std::scoped_lock const alone{mutex_};
  KIZASHI_TRY(auto writing, internal::transaction::begin(*in_));
  KIZASHI_TRY(work(*in_));
  return writing.commit();
}

auto catalog::check() -> result<std::vector<std::string>> {
  std::vector<std::string> defects;
  KIZASHI_TRY(read([&](internal::database& in) -> status {
    KIZASHI_TRY(auto whole, in.prepare("pragma integrity_check(20)"));
    for (;;) {
      KIZASHI_TRY(auto const has_row, whole.step());
      if (!has_row) break;
      if (auto words = whole.text(0); words != "ok") defects.push_back(std::move(words));
    }
    KIZASHI_TRY(auto loose, in.prepare("select \"table\", rowid from pragma_foreign_key_check"));
    for (;;) {
      KIZASHI_TRY(auto const has_row, loose.step());
      if (!has_row) break;
      defects.push_back(
          fmt::format("{}: row {} belongs to nothing", loose.text(0), loose.number(1)));
    }
    return {};
  }));
  return defects;
}

}  // namespace kizashi::access
