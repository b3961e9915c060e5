// For the tests of states: all that leaves a road as text, streams that come in pieces, states in
// memory.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/synth/synthetic_source.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline::internal {

inline auto fingerprints() -> recognise::fingerprint_table const& {
  static auto const table = recognise::fingerprint_table::shipped();
  return table;
}

inline auto scanners() -> recognise::scanner_list const& {
  static auto const list = recognise::scanner_list::shipped();
  return list;
}

/// The bytes that a state has of something: all its members.
template <class T>
auto members_of(T const& value) -> std::string {
  std::string text;
  state_writer out{[&](std::string_view bytes) {
                     text += bytes;
                     return status{};
                   },
                   0};
  out.begin("x");
  out(value);
  out.end();
  EXPECT_TRUE(out.finish());
  return text;
}

/// Everything that leaves a road, as text.
class records final : public telescope::window_sink,
                      public telescope::event_sink,
                      public telescope::dos_sink {
public:
  auto observe(telescope::window const& each) -> status override {
    windows += fmt::format("{} {} {} {} {} {}:", each.start.nanoseconds(), each.length.count(),
                           each.packets, each.wire_bytes, each.sources, each.destinations);
    for (auto const& row : each.ports)
      windows +=
          fmt::format("{}/{} {} {} {} {} {},", row.ip_protocol, row.port.value(), row.packets,
                      row.wire_bytes, row.syn_packets, row.sources, row.destinations);
    for (auto const& row : each.totals)
      windows += fmt::format("{} {} {},", row.address.to_string(), row.packets, row.wire_bytes);
    windows += '\n';
    ++closed_windows;
    return {};
  }
  auto observe(telescope::scan_event const& each) -> status override {
    std::string text = fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {} {} {:x} {:x} {} {} {} {} {} ", each.source.to_string(),
        static_cast<int>(each.type), static_cast<int>(each.traffic_class), each.port, each.ports,
        each.first.nanoseconds(), each.last.nanoseconds(), each.packets, each.wire_bytes,
        each.destinations.count, each.destinations.is_exact, static_cast<int>(each.pattern),
        each.fingerprints, each.tools, each.scanner, each.is_spoofable, each.is_ongoing,
        each.is_cut, each.samples);
    for (std::size_t i = 0; i < each.samples; ++i) text += members_of(each.headers[i]);
    events.push_back(std::move(text));
    return {};
  }
  auto observe(telescope::dos_event const& each) -> status override {
    std::string text = fmt::format(
        "{} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {} {}", each.victim.to_string(), each.victims,
        each.first.nanoseconds(), each.last.nanoseconds(), each.packets, each.wire_bytes,
        each.most_per_minute, each.spoofed, each.is_spoofed_exact, each.port_count,
        each.are_ports_exact, each.uniformity, static_cast<int>(each.scale), each.attack_rate,
        each.juno, each.is_ongoing, each.is_cut);
    for (auto const& port : each.ports)
      text += fmt::format(" {}/{}={}", port.ip_protocol, port.port, port.packets);
    for (auto const kind : each.by_answer) text += fmt::format(" {}", kind);
    attacks.push_back(std::move(text));
    return {};
  }

  std::string windows;
  std::size_t closed_windows = 0;
  std::vector<std::string> events;   // in the order in which they came
  std::vector<std::string> attacks;  // likewise
};

inline auto text_of(telescope::summary const& of) -> std::string {
  auto text = members_of(of.packets) + members_of(of.order);
  text += fmt::format("{} {} {} {} {} {} | {} {} {} {} {} | {} {} {} {} {} {} {} {}\n",
                      of.wire_bytes, of.first.nanoseconds(), of.last.nanoseconds(), of.outside,
                      of.sources, of.destinations, of.protocols.tcp, of.protocols.udp,
                      of.protocols.icmp, of.protocols.icmp6, of.protocols.other, of.tcp_flags.syn,
                      of.tcp_flags.synack, of.tcp_flags.ack, of.tcp_flags.rst, of.tcp_flags.fin,
                      of.tcp_flags.null, of.tcp_flags.xmas, of.tcp_flags.other);
  for (auto const& row : of.ports)
    text += fmt::format("{}/{} {} {} {} {} {}\n", row.ip_protocol, row.port.value(), row.packets,
                        row.wire_bytes, row.syn_packets, row.sources, row.destinations);
  for (auto const& row : of.icmp)
    text += fmt::format("{} {} {} {}\n", row.ip_protocol, row.type, row.code, row.packets);
  for (auto const& row : of.top_sources)
    text += fmt::format("{} {} {} {}\n", row.address.to_string(), row.packets, row.wire_bytes,
                        row.ports);
  for (auto const& row : of.windows) text += members_of(row);
  return text;
}

inline auto text_of(observations& of, std::uint64_t darknet) -> std::string {
  std::string text;
  std::vector<telescope::profile_book const*> books;
  for (auto& each : of.profiles) books.push_back(&each);
  EXPECT_TRUE(telescope::profile_book::for_each(books, [&](auto const& each) -> status {
    text += members_of(each);
    return {};
  }));
  for (auto const& each : of.targets.find(darknet))
    text += fmt::format("{} {} {} {} {} {} {} {} {} {} {} {} {}\n", static_cast<int>(each.type),
                        each.port, each.quirk, each.first.nanoseconds(), each.last.nanoseconds(),
                        each.sources, each.events, each.packets, each.targets_each, each.targets,
                        each.is_exact, each.expected_targets, static_cast<int>(each.sharing));
  of.events.bytes = 0;  // depends a little on the number of workers
  return text + members_of(of.events) + members_of(of.dos) +
         fmt::format("{} {}", of.targets.counts().events, of.targets.counts().dropped);
}

using source_maker = std::function<std::unique_ptr<capture::frame_source>()>;

/// The frames of another source in blocks of other sizes; now and then there are none.
class torn_source final : public capture::frame_source {
public:
  torn_source(std::unique_ptr<capture::frame_source> from, std::uint64_t seed,
              std::uint32_t blocks_until_dry)
      : from_{std::move(from)}, random_{seed}, blocks_until_dry_{blocks_until_dry} {}

  auto next(net::frame_block& out) -> status override {
    out.clear();
    if (random_.below(blocks_until_dry_) == 0) return {};
    KIZASHI_TRY(look_ahead());
    auto const left = block_.frames.size() - at_;
    auto const count =
        std::min<std::size_t>(left, 1 + random_.below(random_.below(3) == 0 ? 20 : 4096));
    for (auto const end = at_ + count; at_ < end; ++at_) {
      auto const& each = block_.frames[at_];
      out.append(each.time, each.link, each.wire, block_.data(each));
      last_ = each.time;
    }
    return {};
  }
  /// Whether nothing will ever come.
  [[nodiscard]] auto has_ended() -> bool {
    EXPECT_TRUE(look_ahead());
    return block_.frames.empty();
  }
  /// A time between that of the last frame and that of the next.
  [[nodiscard]] auto time_between() -> timestamp {
    if (has_ended()) return last_;
    auto const gap = (block_.frames[at_].time - last_).count();
    return last_ + duration{gap / 4 * random_.below(5)};
  }

private:
  auto look_ahead() -> status {
    if (at_ < block_.frames.size() || is_ended_) return {};
    at_ = 0;
    KIZASHI_TRY(from_->next(block_));
    is_ended_ = block_.frames.empty();
    return {};
  }

  std::unique_ptr<capture::frame_source> from_;
  random_source random_;
  std::uint32_t blocks_until_dry_;
  net::frame_block block_;
  std::size_t at_ = 0;
  timestamp last_;
  bool is_ended_ = false;
};

/// What one stream is read with.
struct reading {
  net::prefix_set darknet;
  std::size_t set_memory = std::size_t{256} << 20;
  std::size_t event_memory = std::size_t{1} << 30;
  duration event_timeout = std::chrono::seconds{624};
  bool run_totals = true;

  [[nodiscard]] auto options(unsigned workers, records& to) const -> road_options {
    road_options made;
    made.workers = workers;
    made.darknet = darknet;
    made.set_memory = set_memory;
    made.windows = &to;
    made.source_totals = true;
    made.top_sources = 50;
    made.run_totals = run_totals;
    auto& wanted = made.recognition.emplace();
    wanted.fingerprints = &fingerprints();
    wanted.scanners = &scanners();
    wanted.event_memory = event_memory;
    wanted.event_timeout = event_timeout;
    wanted.dos.carpet_victims = 4;
    wanted.events = &to;
    wanted.dos_events = &to;
    return made;
  }
};

struct answer {
  records got;
  std::string summary;
  std::string observed;
  std::size_t pieces = 1;
};

inline void conclude(outcome ended, reading const& with, answer& to) {
  EXPECT_TRUE(ended.failure);
  EXPECT_FALSE(ended.is_partial);
  to.summary = text_of(ended.summary);
  to.observed = text_of(ended.observed, with.darknet.ipv4_size());
}

inline auto undisturbed(source_maker const& make, reading const& with) -> answer {
  answer made;
  auto const source = make();
  conclude(travel(*source, with.options(1, made.got)), with, made);
  return made;
}

/// A state in memory.
inline auto saved(road const& of) -> std::vector<std::uint8_t> {
  std::vector<std::uint8_t> bytes;
  state_writer out{[&](std::string_view more) {
                     bytes.insert(bytes.end(), more.begin(), more.end());
                     return status{};
                   },
                   road::state_version};
  EXPECT_TRUE(of.save(out));
  EXPECT_TRUE(out.finish());
  return bytes;
}

inline auto restored(std::vector<std::uint8_t> const& bytes, road& to) -> status {
  KIZASHI_TRY(auto in, state_reader::open(bytes, "test.state", road::state_version));
  KIZASHI_TRY(to.restore(in));
  return in.finish();
}

/// How a stream is read in pieces, each on a road of its own that goes on from the saved state of
/// the one before it.
struct tearing {
  std::uint64_t seed = 1;
  std::vector<unsigned> workers;  ///< of the pieces, in turns
  bool advances = false;          ///< between the pieces
  std::uint32_t blocks = 8;       ///< of a piece, on average
};

inline auto torn(source_maker const& make, reading const& with, tearing const& how) -> answer {
  answer made;
  torn_source source{make(), how.seed, how.blocks};
  // Of the pieces' batches none, some and all are counted by one thread.
  auto const options = [&](std::size_t piece) {
    auto chosen = with.options(how.workers[piece % how.workers.size()], made.got);
    chosen.batches_alone = static_cast<unsigned>(piece % 4 * 3);
    return chosen;
  };
  std::optional<road> here{std::in_place, options(0)};
  for (; !source.has_ended(); ++made.pieces) {
    auto const walked = here->walk(source);
    EXPECT_TRUE(walked && *walked == walk_end::dry);
    if (how.advances) {
      EXPECT_TRUE(here->advance_to(source.time_between()));
    }
    auto const bytes = saved(*here);
    here.emplace(options(made.pieces));
    auto const went = restored(bytes, *here);
    EXPECT_TRUE(went) << went.error().message;
    if (!went) break;
  }
  conclude(here->finish(), with, made);
  return made;
}

inline auto synthetic(std::string name, duration length, double scale) -> source_maker {
  return [=]() -> std::unique_ptr<capture::frame_source> {
    auto scene = capture::synth::load_scenario(name);
    EXPECT_TRUE(scene);
    capture::synth::scenario_changes changes;
    changes.length = length;
    changes.scale = scale;
    auto changed = capture::synth::change_scenario(std::move(*scene), changes);
    EXPECT_TRUE(changed);
    auto source = capture::synth::synthetic_source::create(std::move(*changed));
    EXPECT_TRUE(source);
    return std::move(*source);
  };
}

}  // namespace kizashi::pipeline::internal
