#include "kizashi/access/door.hpp"

#include <string>
#include <utility>

namespace kizashi::access {
namespace {

auto address_text(std::optional<net::address> from) -> std::string {
  return from ? from->to_string() : "(local)";
}

}  // namespace

door::door(std::shared_ptr<catalog> in, door_options const& options)
    : catalog_{std::move(in)},
      hasher_{std::make_shared<password_hasher const>(options.cost)},
      accounts_{catalog_, hasher_},
      sessions_{catalog_, options.lifetimes},
      tokens_{catalog_},
      views_{catalog_},
      audit_{catalog_},
      limits_{options.log_ins_by_address, options.log_ins_by_name},
      requests_by_address_{options.requests_by_address} {}

auto door::open(std::filesystem::path const& folder, door_options const& options,
                catalog::when_missing then) -> result<std::unique_ptr<door>> {
  KIZASHI_TRY(auto in, catalog::open(folder, then));
  return std::unique_ptr<door>{new door{std::move(in), options}};
}

/// A refusal that cannot be written down is a failure of the machine, and said as such.
auto door::refuse(error what, std::optional<duration> wait, audit_event const* event) const
    -> tl::unexpected<log_in_failure> {
  if (event != nullptr)
    if (auto written = audit_.record(*event); !written) what = std::move(written).error();
  return tl::unexpected<log_in_failure>{log_in_failure{std::move(what), wait}};
}

auto door::log_in(log_in_request const& request, timestamp now)
    -> tl::expected<open_session, log_in_failure> {
  auto const is_name = check_account_name(request.name).has_value();
  auto const name = is_name ? request.name : "(no name)";
  actor by{"(nobody)", address_text(request.from)};
  audit_event event{
      now, by, audit_action::logged_in, name, audit_outcome::refused, R"({"reason":"too many"})"};
  if (auto const refusal = limits_.admit(request.from, name, now))
    return refuse({errc::limit_reached, refusal->message}, refusal->wait,
                  refusal->is_news ? &event : nullptr);
  auto const person = accounts_.recognise(request.name, request.password);
  if (!person) {
    event.details = R"({"reason":"name, password or disabled"})";
    auto const is_refused = person.error().code == errc::permission;
    return refuse(person.error(), {}, is_refused ? &event : nullptr);
  }
  by.name = name;
  auto opened = sessions_.open(*person, by, request.agent, now);
  if (!opened) return refuse(opened.error(), {}, nullptr);
  limits_.forgive(request.from, name, now);
  return std::move(*opened);
}

auto door::change_own_password(principal const& who, std::string_view old_password,
                               std::string_view new_password, std::optional<net::address> from,
                               timestamp now) -> tl::expected<void, log_in_failure> {
  actor const by{who.name, address_text(from)};
  audit_event const event{now,
                          by,
                          audit_action::password_changed,
                          who.name,
                          audit_outcome::refused,
                          R"({"reason":"too many"})"};
  if (auto allowed = check_may(who, permission::manage_own); !allowed)
    return refuse(std::move(allowed).error(), {}, nullptr);
  if (auto const refusal = limits_.admit(from, who.name, now))
    return refuse({errc::limit_reached, refusal->message}, refusal->wait,
                  refusal->is_news ? &event : nullptr);
  auto changed =
      accounts_.change_own_password(who.name, old_password, new_password, who.via_id, by, now);
  if (!changed) return refuse(std::move(changed).error(), {}, nullptr);
  limits_.forgive(from, who.name, now);
  return {};
}

void door::set(session_lifetimes lifetimes, rate log_ins, rate requests_by_address) {
  sessions_.set(lifetimes);
  limits_.set(log_ins, log_ins);
  requests_by_address_.set(requests_by_address);
}

auto door::admit_request(net::address from, std::uint32_t cost, timestamp now)
    -> std::optional<duration> {
  return requests_by_address_.take(limit_key(from), now, cost);
}

}  // namespace kizashi::access
