// A road that is left, saved and gone on with elsewhere gives what one walk gives.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/capture/inputs.hpp"
#include "kizashi/capture/synth/synthetic_source.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {
namespace {

auto fingerprints() -> recognise::fingerprint_table const& {
  static auto const table = recognise::fingerprint_table::shipped();
  return table;
}

auto scanners() -> recognise::scanner_list const& {
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

auto text_of(telescope::summary const& of) -> std::string {
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

auto text_of(observations& of, std::uint64_t darknet) -> std::string {
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

  [[nodiscard]] auto options(unsigned workers, records& to) const -> road_options {
    road_options made;
    made.workers = workers;
    made.darknet = darknet;
    made.set_memory = set_memory;
    made.windows = &to;
    made.source_totals = true;
    made.top_sources = 50;
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

void conclude(outcome ended, reading const& with, answer& to) {
  EXPECT_TRUE(ended.failure);
  EXPECT_FALSE(ended.is_partial);
  to.summary = text_of(ended.summary);
  to.observed = text_of(ended.observed, with.darknet.ipv4_size());
}

auto undisturbed(source_maker const& make, reading const& with) -> answer {
  answer made;
  auto const source = make();
  conclude(travel(*source, with.options(1, made.got)), with, made);
  return made;
}

/// A state in memory.
auto saved(road const& of) -> std::vector<std::uint8_t> {
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

auto restored(std::vector<std::uint8_t> const& bytes, road& to) -> status {
  KIZASHI_TRY(auto in, state_reader::open(bytes, "test.state", road::state_version));
  KIZASHI_TRY(to.restore(in));
  return in.finish();
}

struct tearing {
  std::uint64_t seed = 1;
  std::vector<unsigned> workers;  ///< of the pieces, in turns
  bool advances = false;          ///< between the pieces
  std::uint32_t blocks = 8;       ///< of a piece, on average
};

auto torn(source_maker const& make, reading const& with, tearing const& how) -> answer {
  answer made;
  torn_source source{make(), how.seed, how.blocks};
  std::optional<road> here{std::in_place, with.options(how.workers[0], made.got)};
  for (; !source.has_ended(); ++made.pieces) {
    auto const walked = here->walk(source);
    EXPECT_TRUE(walked && *walked == walk_end::dry);
    if (how.advances) {
      EXPECT_TRUE(here->advance_to(source.time_between()));
    }
    auto const bytes = saved(*here);
    here.emplace(with.options(how.workers[made.pieces % how.workers.size()], made.got));
    auto const went = restored(bytes, *here);
    EXPECT_TRUE(went) << went.error().message;
    if (!went) break;
  }
  conclude(here->finish(), with, made);
  return made;
}

/// Batches end elsewhere, and with them the order within a batch.
void expect_same(answer const& got, answer const& wanted) {
  auto const sorted = [](std::vector<std::string> lines) {
    std::ranges::sort(lines);
    return lines;
  };
  EXPECT_EQ(got.got.windows, wanted.got.windows);
  EXPECT_EQ(sorted(got.got.events), sorted(wanted.got.events));
  EXPECT_EQ(sorted(got.got.attacks), sorted(wanted.got.attacks));
  EXPECT_EQ(got.summary, wanted.summary);
  EXPECT_EQ(got.observed, wanted.observed);
}

auto synthetic(std::string name, duration length, double scale) -> source_maker {
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

void expect_same_in_pieces(source_maker const& make, reading const& with, bool is_in_order = true) {
  auto const whole = undisturbed(make, with);
  EXPECT_GT(whole.got.events.size() + whole.got.attacks.size(), 20U);
  std::uint64_t seed = 1;
  for (auto const& workers : std::vector<std::vector<unsigned>>{{1}, {2}, {3, 1, 2}})
    for (bool const advances : {false, true}) {
      if (advances && !is_in_order) continue;
      SCOPED_TRACE(fmt::format("{} workers, advances {}", fmt::join(workers, " and "), advances));
      auto const got = torn(make, with, {++seed, workers, advances});
      EXPECT_GT(got.pieces, 2U);
      expect_same(got, whole);
    }
}

using std::chrono::hours;
using std::chrono::minutes;

TEST(road_state, of_mixed_traffic_is_whole) {
  reading with;
  with.darknet =
      *net::prefix_set::parse("198.18.0.0/17,198.19.128.0/17,203.0.113.0/24,2001:db8:5a::/48");
  expect_same_in_pieces(synthetic("mixed", minutes{60}, 0.05), with);
}

TEST(road_state, has_what_went_to_temporary_files) {
  reading with;
  with.set_memory = 1 << 20;
  with.event_memory = 8 << 20;  // and sources end early
  expect_same_in_pieces(synthetic("mixed", minutes{40}, 0.1), with);
}

TEST(road_state, of_an_outbreak_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.0.0/20");
  expect_same_in_pieces(synthetic("outbreak", hours{4}, 0.05), with);
}

TEST(road_state, of_campaigns_that_come_back_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.32.0/20");
  expect_same_in_pieces(synthetic("three-days", hours{14}, 0.3), with);
}

TEST(road_state, of_slow_and_coordinated_scans_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.64.0/18");
  with.event_timeout = hours{1};
  expect_same_in_pieces(synthetic("slow-and-coordinated", hours{24}, 0.3), with);
}

TEST(road_state, of_floods_is_whole) {
  reading with;
  with.darknet = *net::prefix_set::parse("198.18.0.0/18");
  expect_same_in_pieces(synthetic("backscatter", minutes{60}, 0.2), with);
}

/// Every capture here that has more than a few packets, clocks that jump and all.
TEST(road_state, of_real_captures_is_whole) {
  auto const folder = std::filesystem::path{KIZASHI_SHARED_DIR} / "data/pcap";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no captures in " << folder;
  std::vector<std::string> paths;
  for (auto const& each : std::filesystem::recursive_directory_iterator{folder})
    if (each.path().extension() == ".pcap" && each.file_size() < 1 << 20)
      paths.push_back(each.path().string());
  std::ranges::sort(paths);
  auto const make = [&] {
    auto source = capture::open_captures(paths);
    EXPECT_TRUE(source);
    return std::move(*source);
  };
  expect_same_in_pieces(make, {}, false);
}

/// A road as it stands after some minutes of traffic, and its options.
struct walked_road {
  explicit walked_road(reading const& reading, unsigned workers = 1)
      : with{reading}, made{with.options(workers, got)} {
    auto const source = synthetic("mixed", minutes{20}, 0.02)();
    EXPECT_TRUE(made.walk(*source));
  }
  records got;
  reading with;
  road made;
};

auto refusal_by(road_options const& options, std::vector<std::uint8_t> const& state)
    -> std::string {
  road other{options};
  auto const taken = restored(state, other);
  return taken ? "" : taken.error().message;
}

TEST(road_state, of_another_road_is_refused_and_told_why) {
  walked_road from{{}};
  auto const state = saved(from.made);
  records got;
  auto const changed = [&](auto&& change) {
    auto options = from.with.options(2, got);
    change(options);
    return refusal_by(options, state);
  };
  std::string const advice = ": begin without it, or go back to what was set";
  EXPECT_EQ(changed([](road_options&) {}), "");
  EXPECT_EQ(changed([](road_options& of) { of.window_length = minutes{5}; }),
            "test.state: a state of a road with a window of 1min; this one has a window of 5min" +
                advice);
  EXPECT_EQ(changed([](road_options& of) { of.lateness = std::chrono::seconds{1}; }),
            "test.state: a state of a road with a lateness of 10s; this one has a lateness of 1s" +
                advice);
  EXPECT_EQ(
      changed([](road_options& of) { of.darknet = *net::prefix_set::parse("198.18.0.0/16"); }),
      "test.state: a state of a road with a darknet not set; this one has a darknet of 65536 "
      "IPv4 addresses (d0a8b3ec8d4e7a4c)" +
          advice);
  auto const other = *recognise::fingerprint_table::parse(R"([[fingerprint]]
name = "other"
kind = "tool"
description = "Another one."
match = ["tcp.syn", "tcp.window == 1"]
false_match = 0.5
packets = 2
source = "none"
)",
                                                          "other.toml");
  EXPECT_THAT(changed([&](road_options& of) { of.recognition->fingerprints = &other; }),
              testing::HasSubstr("this one has fingerprints of 1 entries ("));
  EXPECT_THAT(
      changed([](road_options& of) { of.recognition->event_timeout = hours{1}; }),
      testing::HasSubstr("an event timeout of 10min24s; this one has an event timeout of 1h"));
  EXPECT_THAT(changed([](road_options& of) { of.recognition->dos.least_packets = 7; }),
              testing::HasSubstr("thresholds of denial of service 25 packets"));
  EXPECT_EQ(
      changed([](road_options& of) { of.recognition.reset(); }),
      "test.state: byte 9 of the sections, in \"options\": expected as many options as there are");
}

TEST(road_state, with_a_wrong_number_anywhere_is_refused_or_taken_whole) {
  walked_road from{{}, 2};
  auto const state = saved(from.made);
  // Behind the sum that would find it: a stranger can write a sum, too.
  std::span const sections{state.data() + 12, state.size() - 12 - 13};
  random_source random{5};
  std::size_t refused = 0;
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> bytes(sections.begin(), sections.end());
    bytes[random.below(static_cast<std::uint32_t>(bytes.size()))] =
        static_cast<std::uint8_t>(random.below(256));
    if (i % 7 == 0) bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size())));
    records got;
    road other{from.with.options(1 + i % 3, got)};
    state_reader in{bytes, "test.state"};
    auto const taken = other.restore(in);
    refused += !taken || !in.finish();
    if (taken) {
      EXPECT_TRUE(other.advance_to(timestamp{1'900'000'000'000'000'000}));
    }
    if (taken) (void)other.finish();
  }
  EXPECT_GT(refused, 50U);
}

TEST(road_state, goes_through_a_file) {
  auto const file = std::filesystem::path{testing::TempDir()} /
                    ("kizashi_road_" + std::to_string(::getpid()) + ".state");
  walked_road from{{}};
  ASSERT_TRUE(from.made.save_to(file));
  records got;
  road other{from.with.options(3, got)};
  auto const taken = other.restore_from(file);
  EXPECT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(text_of(other.finish().summary), text_of(from.made.finish().summary));
  std::filesystem::remove(file);
}

TEST(road, closes_windows_by_time_alone) {
  walked_road from{{}};
  EXPECT_EQ(from.got.closed_windows, 19U);  // of 20; the last is open
  auto const start = capture::synth::load_scenario("mixed")->start;
  ASSERT_TRUE(from.made.advance_to(start + minutes{20} + std::chrono::seconds{10} - duration{1}));
  EXPECT_EQ(from.got.closed_windows, 19U);
  ASSERT_TRUE(from.made.advance_to(start + minutes{20} + std::chrono::seconds{10}));
  EXPECT_EQ(from.got.closed_windows, 20U);
  auto const before = from.got.events.size();
  ASSERT_TRUE(from.made.advance_to(start + hours{1}));
  EXPECT_GT(from.got.events.size(), before);
  EXPECT_EQ(from.got.closed_windows, 20U);
  auto const ended = from.made.finish();
  EXPECT_EQ(ended.summary.windows.size(), 20U);
  EXPECT_EQ(ended.observed.events.events, from.got.events.size());
}

}  // namespace
}  // namespace kizashi::pipeline
