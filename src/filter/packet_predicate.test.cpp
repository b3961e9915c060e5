#include "kizashi/filter/packet_predicate.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/filter/invented/packets.hpp"

namespace kizashi::filter {
namespace {

using net::attribute;

/// The slow, obvious twin: a walk over the tree for one packet.
class twin {
public:
  twin(net::packet_batch const& batch, recognise::tag_columns const& tags, numbered_names tools,
       numbered_names scanners)
      : batch_{batch}, tags_{tags}, tools_{std::move(tools)}, scanners_{std::move(scanners)} {}

  auto holds(expression const& of, std::size_t row) const -> bool {
    switch (of.is) {
      case expression::form::all:
        for (auto const& each : of.children)
          if (!holds(each, row)) return false;
        return true;
      case expression::form::any:
        for (auto const& each : of.children)
          if (holds(each, row)) return true;
        return false;
      case expression::form::negation:
        return !holds(of.children[0], row);
      default:
        return fits(of.term, row) != of.term.is_negated;
    }
  }

private:
  static auto fits_number(comparison const& of, std::uint64_t n) -> bool {
    auto const value = of.numbers[0].low;
    if (of.how == order::less) return n < value;
    if (of.how == order::less_or_equal) return n <= value;
    if (of.how == order::greater) return n > value;
    if (of.how == order::greater_or_equal) return n >= value;
    for (auto const& each : of.numbers)
      if (n >= each.low && n <= each.high) return true;
    return false;
  }
  static auto fits_address(comparison const& of, net::address a) -> bool {
    for (auto const& each : of.addresses)
      if (a.is_ipv6() == each.first.is_ipv6() && a >= each.first && a <= each.last) return true;
    return false;
  }
  static auto fits_bits(comparison const& of, std::uint64_t bits) -> bool {
    for (auto const& each : of.numbers)
      if ((bits & each.low) != 0 || (each.low == 0 && bits == 0)) return true;
    return false;
  }
  static auto fits_names(comparison const& of, std::uint64_t bits, numbered_names const& names)
      -> bool {
    for (auto const& text : of.texts) {
      if (text.empty() && bits == 0) return true;
      for (auto const& [number, name] : names)
        if (name == text && (bits >> (number - 1) & 1) != 0) return true;
    }
    return false;
  }

  // Long on purpose: one line for each field.
  auto fits(comparison const& of, std::size_t row) const -> bool {
    auto const p = batch_.row(row);
    bool const has_ip = !batch_.has(row, attribute::no_ip);
    bool const has_ports = batch_.has(row, attribute::ports);
    bool const is_tcp = p.ip_protocol == 6 && has_ports;
    bool const has_numbers = has_ports && (p.ip_protocol == 6 || p.ip_protocol == 17);
    bool const is_icmp = has_ports && (p.ip_protocol == 1 || p.ip_protocol == 58);
    auto const if_in = [&](bool is_there, std::uint64_t n) {
      return is_there && fits_number(of, n);
    };
    auto const source = [&] { return has_ip && fits_address(of, batch_.source_address(row)); };
    auto const destination = [&] {
      return has_ip && fits_address(of, batch_.destination_address(row));
    };
    switch (of.of) {
      case field::ip:
        return source() || destination();
      case field::source:
        return source();
      case field::destination:
        return destination();
      case field::ip_version:
        return if_in(has_ip, batch_.has(row, attribute::ipv6) ? 6 : 4);
      case field::protocol:
        return fits_number(of, p.ip_protocol);
      case field::port:
        return if_in(has_numbers, p.source_port) || if_in(has_numbers, p.destination_port);
      case field::source_port:
        return if_in(has_numbers, p.source_port);
      case field::destination_port:
        return if_in(has_numbers, p.destination_port);
      case field::icmp_type:
        return if_in(is_icmp, p.source_port);
      case field::icmp_code:
        return if_in(is_icmp, p.destination_port);
      case field::tcp_flags:
        return if_in(is_tcp, p.tcp_flags);
      case field::flag:
        return is_tcp && fits_bits(of, p.tcp_flags);
      case field::tcp_sequence:
        return if_in(is_tcp, p.tcp_sequence);
      case field::tcp_acknowledgement:
        return if_in(is_tcp, p.tcp_acknowledgement);
      case field::tcp_window:
        return if_in(is_tcp, p.tcp_window);
      case field::tcp_options:
        return if_in(is_tcp, p.tcp_options);
      case field::tcp_mss:
        return if_in(is_tcp && p.tcp_mss != 0, p.tcp_mss);
      case field::tcp_window_scale:
        return if_in(is_tcp && p.tcp_window_scale != 255, p.tcp_window_scale);
      case field::ttl:
        return if_in(has_ip, p.ttl);
      case field::ip_id:
        return if_in(has_ip, p.ip_id);
      case field::ip_length:
        return if_in(has_ip, p.ip_length);
      case field::wire_length:
        return fits_number(of, p.wire_length);
      case field::payload_length:
        return fits_number(of, p.payload_length);
      case field::attribute:
        return fits_bits(of, p.attributes);
      case field::time:
        return if_in(p.time.is_known(), static_cast<std::uint64_t>(p.time.nanoseconds()) / 1000);
      case field::type:
        return fits_number(of, tags_.type[row]);
      case field::traffic_class:
        return fits_number(of, tags_.traffic_class[row]);
      case field::tool:
      case field::fingerprint:
        return fits_names(of, tags_.fingerprints[row], tools_);
      case field::scanner: {
        auto const number = tags_.scanner[row];
        return fits_names(of, number == 0 ? 0 : std::uint64_t{1} << (number - 1), scanners_);
      }
      case field::sensor:
        return std::ranges::find(of.texts, "north") != of.texts.end();
      case field::country:
        return fits_number(of, std::uint64_t{'-'} << 8 | '-');
      case field::as:
        return fits_number(of, 0);
      default:
        return false;
    }
  }

  net::packet_batch const& batch_;
  recognise::tag_columns const& tags_;
  numbered_names tools_, scanners_;
};

auto fingerprints_named(std::vector<std::string> const& names) -> recognise::fingerprint_table {
  std::string text;
  for (auto const& name : names)
    text += fmt::format(
        "[[fingerprint]]\nname = \"{}\"\nkind = \"tool\"\ndescription = \"A test.\"\n"
        "match = [\"ip.id == {}\"]\nfalse_match = \"2^-16\"\npackets = 2\nsource = \"a test\"\n",
        name, 1000 + name.size());
  auto table = recognise::fingerprint_table::parse(text, "test");
  if (!table) ADD_FAILURE() << table.error().message;
  return table ? std::move(*table) : recognise::fingerprint_table{};
}

class PacketPredicate : public testing::Test {
protected:
  auto context() const -> name_context { return {&fingerprints_, &scanners_, nullptr, "north"}; }
  auto rows_of(std::string_view text) -> std::vector<std::size_t> {
    auto const parsed = parse(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    auto const wanted = packet_predicate::make(*parsed, context());
    EXPECT_TRUE(wanted) << wanted.error().message;
    auto const count = wanted->select(*batch_, tags_.get(), keep_);
    std::vector<std::size_t> out;
    for (std::size_t row = 0; row < batch_->size(); ++row)
      if (keep_[row] != 0) out.push_back(row);
    EXPECT_EQ(out.size(), count);
    return out;
  }
  auto failure_of(std::string_view text, name_context const& with) -> std::string {
    auto const made = packet_predicate::make(*parse(text), with);
    return made ? "none" : made.error().message;
  }

  recognise::fingerprint_table fingerprints_ = fingerprints_named(invented::names{}.tools);
  recognise::scanner_list scanners_ = recognise::scanner_list::shipped();
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
  std::array<std::uint8_t, net::packet_batch::capacity> keep_{};
};

TEST_F(PacketPredicate, selects_as_its_slow_twin) {
  random_source random{7};
  std::size_t kept = 0, seen = 0;
  for (int round = 0; round < 400; ++round) {
    auto const rows = 1 + random.below(700);
    invented::invent_packets(random, rows, 3, 12, *batch_, *tags_);
    twin const slow{*batch_, *tags_, names_of(fingerprints_), names_of(scanners_)};
    for (int i = 0; i < 8; ++i) {
      auto const of = invented::invent_expression(random, target::packets, 3);
      auto const wanted = packet_predicate::make(of, context());
      ASSERT_TRUE(wanted) << wanted.error().message << " in " << to_text(of);
      auto const count = wanted->select(*batch_, tags_.get(), keep_);
      kept += count;
      seen += rows;
      for (std::size_t row = 0; row < rows; ++row)
        ASSERT_EQ(keep_[row], slow.holds(of, row) ? 1 : 0) << to_text(of) << ", row " << row;
    }
  }
  // Else nothing was compared.
  EXPECT_GT(kept, seen / 10);
  EXPECT_LT(kept, seen / 10 * 9);
}

TEST_F(PacketPredicate, knows_fields_that_are_two_or_not_there) {
  batch_->resize(4);
  net::packet tcp;
  tcp.ip_protocol = 6;
  tcp.attributes = net::bit(attribute::ports);
  tcp.source_port = 23;
  tcp.destination_port = 4000;
  tcp.source = 0xC6336401;
  tcp.destination = 0xC6120001;
  tcp.tcp_flags = 2;
  batch_->set_row(0, tcp);
  auto icmp = tcp;
  icmp.ip_protocol = 1;
  icmp.source_port = 8;
  icmp.destination_port = 0;
  batch_->set_row(1, icmp);
  net::packet arp;
  arp.attributes = net::bit(attribute::no_ip);
  batch_->set_row(2, arp);
  auto six = tcp;
  six.attributes |= net::bit(attribute::ipv6);
  six.source = six.destination = 0;
  batch_->ipv6.push_back({net::ipv6{0x20010DB800000000, 1}, net::ipv6{0x20010DB800000000, 2}});
  batch_->set_row(3, six);
  using rows = std::vector<std::size_t>;
  EXPECT_EQ(rows_of("port 23"), (rows{0, 3}));
  EXPECT_EQ(rows_of("port 4000"), (rows{0, 3}));
  EXPECT_EQ(rows_of("dst.port 23"), (rows{}));
  EXPECT_EQ(rows_of("port != 23"), (rows{1, 2}));
  EXPECT_EQ(rows_of("port 8"), (rows{}));
  EXPECT_EQ(rows_of("icmp.type 8"), (rows{1}));
  EXPECT_EQ(rows_of("ip 198.18.0.1"), (rows{0, 1}));
  EXPECT_EQ(rows_of("src 2001:db8::/64"), (rows{3}));
  EXPECT_EQ(rows_of("dst 0.0.0.0"), (rows{}));
  EXPECT_EQ(rows_of("ip.version 4"), (rows{0, 1}));
  EXPECT_EQ(rows_of("ip.version 6"), (rows{3}));
  EXPECT_EQ(rows_of("ip.version 5"), (rows{}));
  EXPECT_EQ(rows_of("protocol none"), (rows{2}));
  EXPECT_EQ(rows_of("attribute no-ip"), (rows{2}));
  EXPECT_EQ(rows_of("tcp.flags syn and flag syn"), (rows{0, 3}));
  EXPECT_EQ(rows_of("sensor NORTH"), (rows{0, 1, 2, 3}));
  EXPECT_EQ(rows_of("sensor south"), (rows{}));
  EXPECT_EQ(rows_of("ttl < 0"), (rows{}));
}

TEST_F(PacketPredicate, says_what_cannot_be_asked) {
  EXPECT_EQ(failure_of("port 1 and pattern block", context()),
            "filter:1:12: packets have no pattern; it is a field of scan events");
  EXPECT_EQ(failure_of("tool mirei", context()),
            "filter:1:1: there is no tool \"mirei\"; did you mean \"mirai\"?");
  EXPECT_EQ(failure_of("scanner censis", context()),
            "filter:1:1: there is no scanner \"censis\"; did you mean \"Censys\"?");
  EXPECT_EQ(failure_of("ttl 1 or class scan", {}),
            "filter:1:10: class is known only of packets that are recognised, and these are not");
}

}  // namespace
}  // namespace kizashi::filter
