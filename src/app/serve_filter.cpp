#include "kizashi/app/serve_filter.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "kizashi/filter/expression.hpp"
#include "kizashi/store/filter_sql.hpp"
#include "kizashi/store/statistics.hpp"

namespace kizashi::app {
namespace {

/// Fields by whose answers a destination could be found out: Mirai's sequence number is it,
/// Masscan's IP ID is made of it. `attribute` and fingerprints say only that one of them is.
constexpr std::uint64_t telling =
    filter::bit(filter::field::ip) | filter::bit(filter::field::destination) |
    filter::bit(filter::field::tcp_sequence) | filter::bit(filter::field::tcp_acknowledgement) |
    filter::bit(filter::field::ip_id);

struct known_table {
  std::string_view name;
  store::stored_table table;
  filter::target target;
};
constexpr std::array<known_table, 4> tables{{
    {"packets", store::stored_table::packets, filter::target::packets},
    {"packets6", store::stored_table::packets6, filter::target::packets},
    {"events", store::stored_table::events, filter::target::events},
    {"attacks", store::stored_table::attacks, filter::target::attacks},
}};

/// Reads a filter and holds it against what may be asked.
auto bind_text(store::engine& in, std::string_view text, filter::target to, bool has_destinations)
    -> result<store::stored_filter> {
  KIZASHI_TRY(auto wanted, filter::parse(text));
  KIZASHI_TRY(filter::check(wanted, to));
  if (!has_destinations && (filter::fields_of(wanted) & telling) != 0)
    return fail(errc::permission,
                "the filter asks about destinations of packets or what tells them (ip, dst, "
                "ip.id, tcp.seq, tcp.ack), which this account may not see; src is for sources");
  auto bound = store::bind_filter(in, std::move(wanted), to, {});
  // A name that nothing has is a mistake of who wrote it; "not found" would be said of the page.
  if (!bound && bound.error().code == errc::not_found)
    return fail(errc::parse_error, bound.error().message);
  return bound;
}

auto read_filter(store::engine& in, std::string_view text, api::filter_target const& on)
    -> result<std::string> {
  for (auto const& each : tables) {
    if (each.name != on.table) continue;
    KIZASHI_TRY(auto const bound, bind_text(in, text, each.target, on.has_destinations));
    return bound.condition(each.table);
  }
  return fail(errc::unsupported, fmt::format("{} cannot be filtered", on.table));
}

}  // namespace

auto filter_reader_of(std::shared_ptr<store::engine> engine) -> api::filter_reader {
  return [engine = std::move(engine)](std::string_view text, api::filter_target const& on) {
    return read_filter(*engine, text, on);
  };
}

auto packet_filter_reader_of(std::shared_ptr<store::engine> engine) -> api::packet_filter_reader {
  return [engine = std::move(engine)](
             std::string_view text,
             bool has_destinations) -> result<std::shared_ptr<store::stored_filter const>> {
    KIZASHI_TRY(auto bound, bind_text(*engine, text, filter::target::packets, has_destinations));
    return std::make_shared<store::stored_filter const>(std::move(bound));
  };
}

}  // namespace kizashi::app
