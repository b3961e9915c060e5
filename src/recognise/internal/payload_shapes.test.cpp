// Requests and answers of UDP services, byte by byte, and the marks of exploits.
#include "kizashi/recognise/internal/payload_shapes.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/recognise/internal/payload_marks.hpp"
#include "kizashi/recognise/internal/payload_services.hpp"
#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise::internal {
namespace {

using namespace std::string_view_literals;

auto bytes_of(std::string_view text) -> payload_bytes {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

struct sample {
  std::uint16_t port;
  std::string_view request;
  std::string_view answer;  ///< empty: the service has no answer that is told
};

/// Written after the documents that payload_shapes.hpp names.
constexpr sample samples[]{
    {7, "x"sv, ""sv},
    {17, ""sv, "\"A quote of the day\"\r\n"sv},
    {19, ""sv, " !\"#$%&'()*+,-./0123456789\r\n"sv},
    {53, "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02id\x04serv\x05\x00"sv,
     "\x12\x34\x81\x80\x00\x01\x00\x01\x00\x00\x00\x00"sv},
    {69, "\x00\x01/x\x00octet\x00"sv, ""sv},
    {111, "\x72\xFE\x1D\x13\x00\x00\x00\x00\x00\x00\x00\x02"sv,
     "\x72\xFE\x1D\x13\x00\x00\x00\x01\x00\x00\x00\x00"sv},
    {123, "\x17\x00\x03\x2A\x00\x00\x00\x00"sv, "\xD7\x00\x03\x2A\x00\x06\x00\x48"sv},
    {137, "\x80\xF0\x00\x10\x00\x01\x00\x00\x00\x00\x00\x00"sv,
     "\x80\xF0\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"sv},
    {161,
     "\x30\x29\x02\x01\x01\x04\x06public\xA5\x1C\x02\x04\x00\x00\x00\x01\x02\x01\x00\x02\x01\x40"sv,
     "\x30\x82\x01\x00\x02\x01\x00\x04\x06public\xA2\x1C"sv},
    {177, "\x00\x01\x00\x02\x00\x01\x00"sv, "\x00\x01\x00\x05\x00\x18"sv},
    {389, "\x30\x25\x02\x01\x01\x63\x20\x04\x00\x0A\x01\x00"sv,
     "\x30\x84\x00\x00\x0B\x55\x02\x01\x01\x64\x84\x00"sv},
    {427, "\x02\x01\x00\x00\x1D\x00"sv, "\x02\x02\x00\x00\x20\x00"sv},
    {520, "\x01\x01\x00\x00\x00\x00"sv, "\x02\x01\x00\x00\x00\x02"sv},
    {1434, "\x02"sv, "\x05\x58\x00ServerName;"sv},
    {1900, "M-SEARCH * HTTP/1.1\r\n"sv, "HTTP/1.1 200 OK\r\n"sv},
    {3283, "\x00\x14\x00\x01\x03"sv, ""sv},
    {3478, "\x00\x01\x00\x00\x21\x12\xA4\x42"sv, "\x01\x01\x00\x0C\x21\x12\xA4\x42"sv},
    {3702, "<s:Envelope><d:Probe/></s:Envelope>"sv, "<s:Envelope><d:ProbeMatches/></s:Envelope>"sv},
    {4672, "\xE4\x20"sv, ""sv},
    {5093, "z\x00\x00\x00\x00\x00"sv, ""sv},
    {5353, "\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"sv,
     "\x00\x00\x84\x00\x00\x00\x00\x01\x00\x00\x00\x00"sv},
    {5683, "\x40\x01\x01\xCE\xBB.well-known"sv, "\x60\x45\x01\xCE"sv},
    {6881, "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe"sv,
     "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re"sv},
    {10001, "\x01\x00\x00\x00"sv, "\x01\x00\x00\x93\x02"sv},
    {11211, "\x00\x00\x00\x00\x00\x01\x00\x00stats\r\n"sv,
     "\x00\x00\x00\x00\x00\x01\x00\x00STAT pid 1\r\n"sv},
    {27015, "\xFF\xFF\xFF\xFFTSource Engine Query\x00"sv, "\xFF\xFF\xFF\xFFI\x11name\x00"sv},
    {27960, "\xFF\xFF\xFF\xFFgetstatus\n"sv, "\xFF\xFF\xFF\xFFstatusResponse\n"sv},
    {32414, "M-SEARCH * HTTP/1.0\r\n"sv, "HTTP/1.0 200 OK\r\n"sv},
    {33848, "\x00"sv, ""sv},
    {37810, "\x20\x00\x00\x00\x44\x48\x49\x50"sv, ""sv},
    {47808, "\x81\x0A\x00\x11\x01\x04\x00\x05\x01\x0C\x0C\x02\x3F\xFF\xFF\x19\x4B"sv,
     "\x81\x0A\x00\x14\x01\x00\x30\x01\x0C\x0C"sv},
    {10074, "call.startblast 2000 3"sv, ""sv},
    {3389, "\x00\x00\x00\x00"sv, ""sv},
};

TEST(payload_shapes, requests_and_answers_are_told_apart) {
  std::size_t amplifiers = 0;
  for (auto const& each : udp_services()) amplifiers += each.amplifies ? 1 : 0;
  EXPECT_EQ(std::size(samples), amplifiers);
  for (auto const& [port, request, answer] : samples) {
    SCOPED_TRACE(port);
    auto const* const service = service_on(port);
    ASSERT_NE(service, nullptr);
    EXPECT_EQ(amplifier_name(port), service->name);
    EXPECT_TRUE(service->is_request(bytes_of(request)));
    ASSERT_EQ(service->is_answer != nullptr, !answer.empty());
    if (answer.empty()) continue;
    EXPECT_TRUE(service->is_answer(bytes_of(answer)));
    EXPECT_FALSE(service->is_answer(bytes_of(request)));
    if (port != 17 && port != 19) {
      EXPECT_FALSE(service->is_request(bytes_of(answer)));
    }
  }
}

TEST(payload_shapes, every_cut_is_read_safely_and_nothing_is_never_an_answer) {
  for (auto const& [port, request, answer] : samples) {
    auto const* const service = service_on(port);
    for (auto const whole : {request, answer})
      for (std::size_t length = 0; length <= whole.size(); ++length) {
        std::string const exact{whole.substr(0, length)};  // a sanitizer sees a byte too many
        auto const asks = service->is_request(bytes_of(exact));
        auto const answers = service->is_answer != nullptr && service->is_answer(bytes_of(exact));
        if (length == 0) {
          EXPECT_FALSE(answers) << port;
        }
        if (port != 17 && port != 19) {
          EXPECT_FALSE(asks && answers) << port << " " << length;
        }
      }
  }
}

TEST(payload_shapes, the_two_generations_of_ntp_control) {
  EXPECT_TRUE(shape::ntp_request(bytes_of("\x23\x00"sv)));   // client, version 4
  EXPECT_TRUE(shape::ntp_answer(bytes_of("\x24\x01"sv)));    // server
  EXPECT_TRUE(shape::ntp_request(bytes_of("\x16\x02"sv)));   // control: read variables
  EXPECT_TRUE(shape::ntp_answer(bytes_of("\x16\x82"sv)));    // its answer
  EXPECT_FALSE(shape::ntp_request(bytes_of("\x03\x00"sv)));  // version 0
}

TEST(payload_shapes, version_3_of_snmp_tells_by_its_reportable_flag) {
  using namespace std::string_literals;
  auto const head = "\x30\x3A\x02\x01\x03\x30\x0F\x02\x02\x4A\x69\x02\x03\x00\xFF\xE3\x04\x01"s;
  EXPECT_TRUE(shape::snmp_request(bytes_of(head + "\x04")));
  EXPECT_FALSE(shape::snmp_answer(bytes_of(head + "\x04")));
  EXPECT_TRUE(shape::snmp_answer(bytes_of(head + '\0')));
}

TEST(payload_shapes, answers_of_quic) {
  EXPECT_TRUE(shape::quic_answer(bytes_of("\xE0\x00\x00\x00\x01\x08"sv)));   // handshake
  EXPECT_TRUE(shape::quic_answer(bytes_of("\x80\x00\x00\x00\x00\x14"sv)));   // negotiation
  EXPECT_FALSE(shape::quic_answer(bytes_of("\x40\x00\x00\x00\x01\x08"sv)));  // short header
  EXPECT_FALSE(shape::quic_answer(bytes_of("\xE0\x12\x34\x56\x78\x08"sv)));
}

TEST(payload_services, ports_without_a_service) {
  for (std::uint16_t const port : std::initializer_list<std::uint16_t>{0, 8, 22, 5060, 65535}) {
    EXPECT_EQ(service_on(port), nullptr);
    EXPECT_EQ(amplifier_name(port), "");
  }
  EXPECT_EQ(amplifier_name(443), "");  // answers, but does not amplify
  EXPECT_EQ(amplifier_name(123), "ntp");
}

/// The obvious search: each mark at each place.
auto find_slowly(std::string_view payload, std::uint8_t ip_protocol, std::uint16_t port)
    -> exploit_mark const* {
  payload = payload.substr(0, 1024);
  for (std::size_t at = 0; at < payload.size(); ++at)
    for (auto const& mark : exploit_marks())
      if (payload.substr(at, mark.bytes.size()) == mark.bytes &&
          (mark.ip_protocol == 0 || mark.ip_protocol == ip_protocol) &&
          (mark.port == 0 || mark.port == port) && (!mark.is_at_start || at == 0))
        return &mark;
  return nullptr;
}

TEST(payload_marks, every_mark_is_found_where_it_stands) {
  for (auto const& mark : exploit_marks()) {
    SCOPED_TRACE(mark.bytes);
    EXPECT_GE(mark.bytes.size(), 2U);
    EXPECT_FALSE(mark.source.empty());
    std::uint8_t const protocol = mark.ip_protocol == 0 ? 6 : mark.ip_protocol;
    auto const* const found = find_exploit(bytes_of(mark.bytes), protocol, mark.port);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->name, mark.name);
    auto const cut = mark.bytes.substr(0, mark.bytes.size() - 1);
    EXPECT_EQ(find_exploit(bytes_of(cut), protocol, mark.port),
              find_slowly(cut, protocol, mark.port));
    if (mark.port != 0) {
      EXPECT_EQ(find_exploit(bytes_of(mark.bytes), protocol, 1), nullptr);
    }
    if (mark.ip_protocol != 0) {
      EXPECT_EQ(find_exploit(bytes_of(mark.bytes), 6, mark.port), nullptr);
    }
  }
}

TEST(payload_marks, the_search_ends_where_it_says) {
  std::string text(searched_bytes - 7, 'x');
  EXPECT_NE(find_exploit(bytes_of(text + "${jndi:"), 6, 80), nullptr);
  EXPECT_EQ(find_exploit(bytes_of(text + "x${jndi:"), 6, 80), nullptr);
}

TEST(payload_marks, agrees_with_the_slow_search_on_random_mixtures) {
  random_source random{7};
  auto const marks = exploit_marks();
  std::size_t found = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (auto parts = random.below(6); parts > 0; --parts) {
      auto const& mark = marks[random.below(static_cast<std::uint32_t>(marks.size()))].bytes;
      text += mark.substr(0, random.below(static_cast<std::uint32_t>(mark.size()) + 1));
      text += static_cast<char>(random.below(256));
    }
    auto const& some = marks[random.below(static_cast<std::uint32_t>(marks.size()))];
    std::uint8_t const protocol = random.below(2) == 0 ? 6 : 17;
    auto const* const slow = find_slowly(text, protocol, some.port);
    ASSERT_EQ(find_exploit(bytes_of(text), protocol, some.port), slow) << text;
    found += slow != nullptr ? 1 : 0;
  }
  EXPECT_GT(found, 1000U);
}

TEST(payload_marks, ordinary_requests_have_none) {
  for (auto const text :
       {"GET / HTTP/1.1\r\nHost: 192.0.2.1\r\nUser-Agent: Wget/1.21\r\nAccept: */*\r\n\r\n"sv,
        "GET /HNAP1/ HTTP/1.1\r\nUser-Agent: curl/8.5.0\r\n\r\n"sv, "SSH-2.0-OpenSSH_9.6\r\n"sv,
        "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03"sv})
    EXPECT_EQ(find_exploit(bytes_of(text), 6, 80), nullptr) << text;
}

}  // namespace
}  // namespace kizashi::recognise::internal
