// The fast evaluation against a slow one that looks at one packet at a time.
#include <array>
#include <functional>
#include <memory>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/fingerprint.hpp"
#include "kizashi/recognise/internal/fingerprint_contradiction.hpp"
#include "kizashi/recognise/internal/fingerprint_expression.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

using internal::condition;
using internal::field;
using internal::operation;
using internal::word;
using u32 = std::uint32_t;

auto has(net::packet const& p, net::attribute a) -> bool {
  return (p.attributes & net::bit(a)) != 0;
}

auto value_of(net::packet const& p, field each) -> u32 {
  switch (each) {
    case field::ip_src:
      return p.source;
    case field::ip_dst:
      return p.destination;
    case field::ip_id:
      return p.ip_id;
    case field::ip_ttl:
      return p.ttl;
    case field::ip_len:
      return p.ip_length;
    case field::ip_df:
      return has(p, net::attribute::dont_fragment) ? 1 : 0;
    case field::ip_proto:
      return p.ip_protocol;
    case field::tcp_seq:
      return p.tcp_sequence;
    case field::tcp_ack:
      return p.tcp_acknowledgement;
    case field::tcp_window:
      return p.tcp_window;
    case field::tcp_mss:
      return p.tcp_mss;
    case field::tcp_wscale:
      return p.tcp_window_scale;
    case field::tcp_options:
      return p.tcp_options;
    case field::tcp_flags:
      return p.tcp_flags;
    case field::tcp_srcport:
    case field::udp_srcport:
    case field::icmp_type:
      return p.source_port;
    case field::tcp_dstport:
    case field::udp_dstport:
    case field::icmp_code:
      return p.destination_port;
    case field::payload_length:
      return p.payload_length;
  }
  return 0;
}

auto swap16(u32 x) -> u32 {
  return (x & 0xFF) * 256 + (x / 256 & 0xFF);
}

auto value_of(net::packet const& p, internal::expression const& all, std::size_t at) -> u32 {
  auto const& node = all[at];
  auto const left = [&] { return value_of(p, all, node.left); };
  auto const right = [&] { return value_of(p, all, node.right); };
  switch (node.does) {
    case operation::number:
      return node.value;
    case operation::field:
      return value_of(p, static_cast<field>(node.value));
    case operation::swap16:
      return swap16(left());
    case operation::swap32:
      return swap16(left()) << 16 | swap16(left() >> 16);
    case operation::add:
      return left() + right();
    case operation::subtract:
      return left() - right();
    case operation::shift_left:
      return right() > 31 ? 0 : left() << right();
    case operation::shift_right:
      return right() > 31 ? 0 : left() >> right();
    case operation::bit_and:
      return left() & right();
    case operation::bit_xor:
      return left() ^ right();
    case operation::bit_or:
      return left() | right();
  }
  return 0;
}

auto is_kind(net::packet const& p, packet_type type, word kind) -> bool {
  auto const is_ip = !has(p, net::attribute::no_ip);
  auto const has_ports = has(p, net::attribute::ports);
  switch (kind) {
    case word::ip:
      return is_ip;
    case word::ipv4:
      return is_ip && !has(p, net::attribute::ipv6);
    case word::tcp:
      return p.ip_protocol == 6 && has_ports;
    case word::udp:
      return p.ip_protocol == 17 && has_ports;
    case word::icmp:
      return p.ip_protocol == 1 && has_ports;
    case word::tcp_syn:
      return type == packet_type::tcp_syn;
    case word::tcp_synack:
      return type == packet_type::tcp_synack;
    case word::tcp_rst:
      return type == packet_type::tcp_rst;
  }
  return false;
}

auto fits(net::packet const& p, packet_type type, internal::expression const& all) -> bool {
  for (auto const& node : all)
    if (node.does == operation::field &&
        !is_kind(p, type, internal::word_of(static_cast<field>(node.value))))
      return false;
  return true;
}

auto holds(net::packet const& p, packet_type type, std::string const& payload,
           condition const& each) -> bool {
  if (!fits(p, type, each.left) || !fits(p, type, each.right)) return false;
  auto const left = each.left.empty() ? 0 : value_of(p, each.left, each.left.size() - 1);
  auto const right = each.right.empty() ? 0 : value_of(p, each.right, each.right.size() - 1);
  switch (each.is) {
    case condition::form::word:
      return is_kind(p, type, each.kind);
    case condition::form::compare:
      switch (each.how) {
        case internal::comparison::equal:
          return left == right;
        case internal::comparison::unequal:
          return left != right;
        case internal::comparison::less:
          return left < right;
        case internal::comparison::less_or_equal:
          return left <= right;
      }
      return false;
    case condition::form::ranges:
      for (auto const& range : each.ranges)
        if (left >= range.low && left <= range.high) return true;
      return false;
    case condition::form::starts:
      return payload.rfind(each.bytes, 0) == 0;
    case condition::form::contains:
      return payload.find(each.bytes) != std::string::npos;
    case condition::form::at:
      return payload.size() >= each.offset + each.bytes.size() &&
             payload.compare(each.offset, each.bytes.size(), each.bytes) == 0;
  }
  return false;
}

/// Words, expressions and sets as a person might write them, drawn at random.
class writer {
public:
  explicit writer(std::uint64_t seed) : random_{seed} {}

  auto condition_text() -> std::string {
    switch (random_.below(8)) {
      case 0:
        return pick({"tcp", "tcp.syn", "ip.df == 1", "ip.ttl < 128", "ip.ttl >= 64"});
      case 1:
        return expression_text(2) + " in {" + numbers() + "}";
      case 2:
        return field_text() + " in {" + numbers() + "}";
      case 3:
        return field_text() + comparison_text() + number();
      case 4:
        return number() + comparison_text() + field_text();
      case 5:
        return pick({"payload starts \"ab\"", "payload at 1 \"b\"", "payload contains \"bb\"",
                     "payload.length > 3"});
      default:
        return expression_text(3) + comparison_text() + expression_text(3);
    }
  }
  auto expression_text(int depth) -> std::string {
    auto const kind = depth == 0 ? 0 : random_.below(7);
    if (kind == 0) return random_.below(4) == 0 ? number() : field_text();
    if (kind == 1) return pick({"swap16(", "swap32("}) + expression_text(depth - 1) + ")";
    auto const text = expression_text(depth - 1) +
                      pick({" + ", " - ", " & ", " | ", " ^ ", " << ", " >> "}) +
                      expression_text(depth - 1);
    return random_.below(2) == 0 ? text : "(" + text + ")";
  }

private:
  auto pick(std::vector<std::string> const& from) -> std::string {
    return from[random_.below(static_cast<u32>(from.size()))];
  }
  auto field_text() -> std::string {
    return pick({"ip.src", "ip.dst", "ip.id", "ip.ttl", "ip.len", "ip.df", "tcp.seq", "tcp.ack",
                 "tcp.window", "tcp.mss", "tcp.wscale", "tcp.options", "tcp.srcport", "tcp.dstport",
                 "tcp.flags", "payload.length"});
  }
  auto comparison_text() -> std::string {
    return pick({" == ", " != ", " < ", " <= ", " > ", " >= "});
  }
  auto number() -> std::string {
    return pick(
        {"0", "1", "2", "3", "16", "255", "256", "65535", "65536", "0xffffffff", "options(mss)"});
  }
  auto numbers() -> std::string {
    return pick({"0", "1, 2, 3", "0..9", "100..70000", "3, 65535..65536, 255..256"});
  }

  random_source random_;
};

struct drawn {
  std::unique_ptr<net::packet_batch> batch = std::make_unique<net::packet_batch>();
  std::unique_ptr<tag_columns> tags = std::make_unique<tag_columns>();
  net::frame_block frames;
  std::vector<std::string> payloads;
};

/// Rows whose fields have few values, so that comparisons hold often.
auto draw_batch(std::uint64_t seed, std::size_t rows) -> drawn {
  drawn made;
  random_source random{seed};
  auto const few = [&](u32 most) {
    return random.below(4) == 0 ? random.next32() & most : random.below(4) & most;
  };
  made.batch->clear();
  made.batch->resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    net::packet p;
    p.source = few(~0U);
    p.destination = few(~0U);
    p.tcp_sequence = few(~0U);
    p.tcp_acknowledgement = few(~0U);
    p.tcp_options = few(~0U);
    p.source_port = static_cast<std::uint16_t>(few(65535));
    p.destination_port = static_cast<std::uint16_t>(few(65535));
    p.ip_length = static_cast<std::uint16_t>(few(65535));
    p.ip_id = static_cast<std::uint16_t>(few(65535));
    p.tcp_window = static_cast<std::uint16_t>(few(65535));
    p.tcp_mss = static_cast<std::uint16_t>(few(65535));
    p.ttl = static_cast<std::uint8_t>(random.below(256));
    p.tcp_flags = static_cast<std::uint8_t>(few(255));
    p.tcp_window_scale = static_cast<std::uint8_t>(few(255));
    constexpr std::array<std::uint8_t, 4> protocols{6, 6, 17, 1};
    p.ip_protocol = protocols[random.below(4)];
    if (random.below(10) != 0) p.attributes |= net::bit(net::attribute::ports);
    if (random.below(10) == 0) p.attributes |= net::bit(net::attribute::ipv6);
    if (random.below(2) == 0) p.attributes |= net::bit(net::attribute::dont_fragment);
    if (random.below(10) == 0) p.attributes = net::bit(net::attribute::no_ip);
    std::string payload(random.below(6), 'a');
    for (auto& each : payload) each = "ab"[random.below(2)];
    p.payload_length = static_cast<std::uint16_t>(payload.size());
    p.payload_offset = 3;
    auto const frame = "xyz" + payload + "b";
    made.frames.append(p.time, net::link_type::raw_ip, 9,
                       {reinterpret_cast<std::uint8_t const*>(frame.data()), frame.size()});
    made.batch->set_row(row, p);
    made.batch->frame_index[row] = static_cast<u32>(row);
    // What is of a type of TCP has its ports, as the columns promise.
    auto const is_tcp = p.ip_protocol == 6 && has(p, net::attribute::ports);
    made.tags->type[row] = is_tcp ? static_cast<std::uint8_t>(random.below(4))
                                  : static_cast<std::uint8_t>(packet_type::other_ip);
    made.payloads.push_back(payload);
  }
  return made;
}

struct written {
  std::vector<std::vector<condition>> match;
  std::vector<std::optional<internal::expression>> same;
  std::optional<fingerprint_table> table;
};

/// A table of random entries; its expressions as read, for the slow twin.
auto draw_table(std::uint64_t seed) -> written {
  writer write{seed};
  random_source random{seed ^ 1};
  written made;
  std::string text;
  for (u32 entry = 0, count = 1 + random.below(8); entry < count; ++entry) {
    auto const has_key = random.below(4) == 0 && entry < most_keys;
    std::string list = has_key ? "'tcp.syn'" : "'ip.ttl >= 0'";
    std::vector<condition> match{
        internal::parse_condition(has_key ? "tcp.syn" : "ip.ttl >= 0").value()};
    for (u32 i = 0, conditions = random.below(4); i < conditions; ++i) {
      auto const each = write.condition_text();
      auto const parsed = internal::parse_condition(each);
      if (!parsed) continue;  // no field
      match.push_back(*parsed);
      // What no packet can pass is refused; the batches here have flags that are not of their type.
      if (internal::find_contradiction(match))
        match.pop_back();
      else
        list += ", '" + each + "'";
    }
    text += "[[fingerprint]]\nname = \"n" + std::to_string(entry) +
            "\"\nkind = \"tool\"\nsource = \"x\"\nfalse_match = 0.5\nindependent = false\npackets "
            "= 2\nmatch = [" +
            list + "]\n";
    std::optional<internal::expression> key;
    if (has_key) {
      auto const same = "tcp.seq + " + write.expression_text(2);
      text += "same = \"" + same + "\"\n";
      key = internal::parse_expression(same).value();
    }
    made.match.push_back(std::move(match));
    made.same.push_back(std::move(key));
  }
  auto table = fingerprint_table::parse(text, "random.toml");
  EXPECT_TRUE(table) << (table ? "" : table.error().message) << text;
  if (table) made.table = std::move(*table);
  return made;
}

void expect_equal(written const& by, drawn const& of) {
  by.table->match(*of.batch, of.frames, *of.tags);
  for (std::size_t row = 0; row < of.batch->size(); ++row) {
    auto const p = of.batch->row(row);
    auto const type = static_cast<packet_type>(of.tags->type[row]);
    std::uint64_t mask = 0;
    std::size_t key = 0;
    for (std::size_t entry = 0; entry < by.match.size(); ++entry) {
      auto passes = true;
      for (auto const& each : by.match[entry])
        passes = passes && holds(p, type, of.payloads[row], each);
      if (!by.same[entry]) {
        if (passes) mask |= std::uint64_t{1} << entry;
        continue;
      }
      passes = passes && fits(p, type, *by.same[entry]);
      auto const expected = passes ? value_of(p, *by.same[entry], by.same[entry]->size() - 1)
                                   : p.tcp_sequence * 0x9E3779B1U;
      if (type == packet_type::tcp_syn) {
        ASSERT_EQ(of.tags->keys[key][row], expected) << row << " " << entry;
      }
      ++key;
    }
    ASSERT_EQ(of.tags->fingerprints[row], mask) << row;
  }
}

TEST(fingerprint_match, equals_one_packet_at_a_time) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    auto const table = draw_table(seed);
    ASSERT_TRUE(table.table);
    expect_equal(table, draw_batch(seed, 1 + seed % 200));
    if (HasFatalFailure()) return;
  }
}

TEST(fingerprint_match, a_full_batch_and_an_empty_one) {
  auto const table = draw_table(7);
  expect_equal(table, draw_batch(1, net::packet_batch::capacity));
  expect_equal(table, draw_batch(2, 0));
}

/// What one condition says of a SYN with the sequence number 0x01020304 to 10.0.0.5, port 80.
auto says(std::string const& text) -> bool {
  auto const made = fingerprint_table::parse(
      "[[fingerprint]]\nname = \"x\"\nkind = \"tool\"\nsource = \"x\"\nfalse_match = 0.5\n"
      "independent = false\npackets = 1\nmatch = ['" +
          text + "']\n",
      "x.toml");
  if (!made) {
    // Where no packet at all could pass, that is said at once.
    EXPECT_THAT(made.error().message, testing::HasSubstr("; no packet passes it: "));
    return false;
  }
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::packet p;
  p.destination = 0x0A000005;
  p.tcp_sequence = 0x01020304;
  p.destination_port = 80;
  p.ip_protocol = 6;
  p.tcp_options = 0x31842;
  p.attributes = net::bit(net::attribute::ports);
  batch->resize(1);
  batch->set_row(0, p);
  batch->frame_index[0] = 0;
  tags->type[0] = static_cast<std::uint8_t>(packet_type::tcp_syn);
  made->match(*batch, {}, *tags);
  return tags->fingerprints[0] == 1;
}

TEST(fingerprint_match, operators_bind_as_written) {
  EXPECT_TRUE(says("tcp.dstport + 1 << 1 == 162"));     // (80 + 1) << 1
  EXPECT_TRUE(says("tcp.dstport | 1 ^ 3 & 6 == 83"));   // 80 | (1 ^ (3 & 6)) = 80 | 3
  EXPECT_TRUE(says("tcp.dstport - 10 - 20 == 50"));     // from the left
  EXPECT_TRUE(says("1 << tcp.dstport == 0"));           // beyond 31
  EXPECT_TRUE(says("tcp.dstport - 81 == 0xffffffff"));  // around
  EXPECT_TRUE(says("swap32(tcp.seq) == 0x04030201"));
  EXPECT_TRUE(says("swap16(tcp.seq) == 0x0403"));
  EXPECT_TRUE(says("swap32(0x01020304) == tcp.dstport + 0x040301b1"));
  EXPECT_TRUE(says("ip.dst & 0xff == 5"));
  EXPECT_TRUE(says("tcp.options == options(mss, sok, ts, nop, ws)"));
  EXPECT_TRUE(says("80 <= tcp.dstport"));
  EXPECT_FALSE(says("80 < tcp.dstport"));
  EXPECT_TRUE(says("tcp.dstport in {1..79, 80}"));
  EXPECT_FALSE(says("tcp.dstport in {65616}"));  // 80 + 65536 is no port
  EXPECT_TRUE(says("tcp.dstport < 65616"));
  EXPECT_FALSE(says("tcp.dstport > 65616"));
  EXPECT_FALSE(says("tcp.dstport < 0"));
  EXPECT_FALSE(says("tcp.seq > 0xffffffff"));
}

TEST(fingerprint_match, a_condition_holds_only_where_its_field_is) {
  EXPECT_FALSE(says("udp.dstport == 80"));
  EXPECT_FALSE(says("udp.dstport != 81"));
  EXPECT_FALSE(says("icmp.code == 80"));
  EXPECT_FALSE(says("payload starts \"x\""));
}

TEST(fingerprint_match, payload_outside_of_its_frame_is_none) {
  auto made = draw_batch(3, 64);
  auto const table = fingerprint_table::parse(
      "[[fingerprint]]\nname = \"x\"\nkind = \"tool\"\nsource = \"x\"\nfalse_match = 0.5\n"
      "independent = false\npackets = 1\nmatch = ['payload contains \"b\"']\n",
      "x.toml");
  ASSERT_TRUE(table);
  for (std::size_t row = 0; row < 64; ++row) {
    made.batch->payload_length[row] = 2000;
    if (row % 2 == 0) made.batch->frame_index[row] = 64;
  }
  table->match(*made.batch, made.frames, *made.tags);
  for (std::size_t row = 0; row < 64; ++row) EXPECT_EQ(made.tags->fingerprints[row], 0U);
}

}  // namespace
}  // namespace kizashi::recognise
