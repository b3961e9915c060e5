#include "kizashi/recognise/internal/payload_marks.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif

#include "kizashi/net/packet_batch.hpp"

namespace kizashi::recognise::internal {
namespace {

using namespace std::string_view_literals;
namespace protocol = net::protocol;

constexpr std::array marks{
    // Java, PHP and other servers
    exploit_mark{"${jndi:", "log4shell", "CVE-2021-44228"},
    exploit_mark{"${JNDI:", "log4shell", "CVE-2021-44228"},
    exploit_mark{"%7Bjndi", "log4shell", "CVE-2021-44228"},
    exploit_mark{"%7bjndi", "log4shell", "CVE-2021-44228"},
    exploit_mark{"${${lower:", "log4shell", "CVE-2021-44228"},
    exploit_mark{"${${upper:", "log4shell", "CVE-2021-44228"},
    exploit_mark{"${${::-", "log4shell", "CVE-2021-44228"},
    exploit_mark{"${${env:", "log4shell", "CVE-2021-44228"},
    exploit_mark{"class.module.classLoader", "spring4shell", "CVE-2022-22965"},
    exploit_mark{"() { :", "shellshock", "CVE-2014-6271"},
    exploit_mark{"() {:", "shellshock", "CVE-2014-6271"},
    exploit_mark{"eval-stdin.php", "phpunit", "CVE-2017-9841"},
    exploit_mark{"think\\app/invokefunction", "thinkphp", "CVE-2018-20062"},
    exploit_mark{"allow_url_include", "php-cgi", "CVE-2012-1823, CVE-2024-4577"},
    exploit_mark{"/cgi-bin/.%2e/", "apache-traversal", "CVE-2021-41773"},
    exploit_mark{"/cgi-bin/%%32%65", "apache-traversal", "CVE-2021-42013"},
    exploit_mark{"/cgi-bin/.%%32%65", "apache-traversal", "CVE-2021-42013"},
    exploit_mark{"/tmui/login.jsp/..;", "f5-tmui", "CVE-2020-5902"},
    // Routers, cameras and recorders
    exploit_mark{"/GponForm/diag_Form", "gpon", "CVE-2018-10561, CVE-2018-10562"},
    exploit_mark{"/shell?cd", "jaws-dvr", "CVE-2016-20016"},
    exploit_mark{"HNAP1/`", "hnap", "CVE-2015-2051"},
    exploit_mark{"GetDeviceSettings/`", "hnap", "CVE-2015-2051"},
    exploit_mark{"/ctrlt/DeviceUpgrade_1", "huawei-hg532", "CVE-2017-17215"},
    exploit_mark{"/picsdesc.xml", "realtek-miniigd", "CVE-2014-8361"},
    exploit_mark{"/wanipcn.xml", "realtek-miniigd", "CVE-2014-8361"},
    exploit_mark{"/UD/act?1", "tr-064", "CVE-2016-10372"},
    exploit_mark{"next_file=netgear.cfg", "netgear-dgn", "CVE-2024-12847"},
    exploit_mark{"/cgi-bin/kerbynet?", "zeroshell", "CVE-2019-12725"},
    exploit_mark{"/SDK/webLanguage", "hikvision", "CVE-2021-36260"},
    exploit_mark{"/cgi-bin/luci/;stok=/locale?", "tp-link-archer", "CVE-2023-1389"},
    exploit_mark{"/goform/set_LimitClient_cfg", "lb-link", "CVE-2023-26801"},
    exploit_mark{"/cgi-bin/nas_sharing.cgi?", "d-link-nas", "CVE-2024-3273"},
    exploit_mark{"S_O_S_T_R_E_A_MAX", "tbk-dvr", "CVE-2024-3721"},
    // One datagram is enough
    exploit_mark{"AA\0\0AAAA"sv, "netis-back-door", "Trend Micro 2014", protocol::udp, 53413, true},
    exploit_mark{"AB\0\0"sv, "netis-back-door", "Trend Micro 2014", protocol::udp, 53413, true},
    exploit_mark{"AD\0\0"sv, "netis-back-door", "Trend Micro 2014", protocol::udp, 53413, true},
    exploit_mark{"orf;", "realtek-sdk", "CVE-2021-35394", protocol::udp, 9034, true},
    exploit_mark{"\x04\x01\x01\x01\x01\x01\x01\x01", "sql-slammer", "CVE-2002-0649", protocol::udp,
                 1434, true},
    // What a shell is told to do, after Pa et al. 2015, "IoTPOT" (USENIX WOOT), table of commands
    exploit_mark{"wget http", "shell-download", "Pa 2015"},
    exploit_mark{"wget+http", "shell-download", "Pa 2015"},
    exploit_mark{"wget%20http", "shell-download", "Pa 2015"},
    exploit_mark{"wget${IFS}", "shell-download", "Pa 2015"},
    exploit_mark{"curl http", "shell-download", "Pa 2015"},
    exploit_mark{"curl+http", "shell-download", "Pa 2015"},
    exploit_mark{"curl%20http", "shell-download", "Pa 2015"},
    exploit_mark{"tftp -g", "shell-download", "Pa 2015"},
    exploit_mark{"tftp+-g", "shell-download", "Pa 2015"},
    exploit_mark{"/bin/busybox ", "shell-download", "Pa 2015"},
    exploit_mark{"busybox wget", "shell-download", "Pa 2015"},
    exploit_mark{"cd /tmp", "shell-download", "Pa 2015"},
    exploit_mark{"cd+/tmp", "shell-download", "Pa 2015"},
    exploit_mark{"cd%20/tmp", "shell-download", "Pa 2015"},
    exploit_mark{"/data/local/tmp", "adb-shell", "Rapid7 2018, ADB.Miner"},
};

using byte = std::uint8_t;

/// Marks sorted into eight buckets; for the low and the high half of a mark's first and second byte
/// the buckets in which it occurs. A place in the payload can begin a mark only when one bucket
/// stands in all four tables (after "Teddy", the search for short literals in Hyperscan: Wang et
/// al. 2019, "Hyperscan", NSDI).
struct half_byte_tables {
  std::array<std::array<byte, 16>, 2> low{};
  std::array<std::array<byte, 16>, 2> high{};
};

constexpr auto bucket_of(exploit_mark const& mark) -> byte {
  return static_cast<byte>(1U << (static_cast<byte>(mark.bytes[0]) * 5 % 8));
}

constexpr auto tables = [] {
  half_byte_tables out;
  for (auto const& mark : marks)
    for (std::size_t at = 0; at < 2; ++at) {
      auto const value = static_cast<byte>(mark.bytes[at]);
      out.low[at][value & 15] |= bucket_of(mark);
      out.high[at][value >> 4] |= bucket_of(mark);
    }
  return out;
}();

/// Numbers of marks by their first byte: those of byte b are `order[first[b]] ..
/// order[first[b + 1]]`, in the order of the table.
struct mark_index {
  std::array<byte, marks.size()> order{};
  std::array<byte, 257> first{};
};
static_assert(marks.size() < 256);

constexpr auto by_first_byte = [] {
  mark_index out;
  std::size_t at = 0;
  for (unsigned value = 0; value < 256; ++value) {
    out.first[value] = static_cast<byte>(at);
    for (std::size_t i = 0; i < marks.size(); ++i)
      if (static_cast<byte>(marks[i].bytes[0]) == value) out.order[at++] = static_cast<byte>(i);
  }
  out.first[256] = static_cast<byte>(at);
  return out;
}();

/// Bit i: a mark may begin at byte i of the 17 from `at`, of which it needs two.
#if defined(__SSSE3__)
auto places_in(byte const* at) noexcept -> unsigned {
  auto const load = [](byte const* from) {
    return _mm_loadu_si128(reinterpret_cast<__m128i const*>(from));
  };
  auto const low_half = _mm_set1_epi8(0x0F);
  auto found = _mm_set1_epi8(-1);
  for (std::size_t i = 0; i < 2; ++i) {
    auto const bytes = load(at + i);
    auto const low = _mm_and_si128(bytes, low_half);
    auto const high = _mm_and_si128(_mm_srli_epi16(bytes, 4), low_half);
    found = _mm_and_si128(found, _mm_shuffle_epi8(load(tables.low[i].data()), low));
    found = _mm_and_si128(found, _mm_shuffle_epi8(load(tables.high[i].data()), high));
  }
  auto const none = _mm_cmpeq_epi8(found, _mm_setzero_si128());
  return static_cast<unsigned>(_mm_movemask_epi8(none)) ^ 0xFFFFU;
}
#else
auto places_in(byte const* at) noexcept -> unsigned {
  unsigned places = 0;
  for (unsigned i = 0; i < 16; ++i) {
    auto const first = at[i];
    auto const second = at[i + 1];
    auto const buckets = tables.low[0][first & 15] & tables.high[0][first >> 4] &
                         tables.low[1][second & 15] & tables.high[1][second >> 4];
    places |= static_cast<unsigned>(buckets != 0) << i;
  }
  return places;
}
#endif

auto stands_at(exploit_mark const& mark, payload_bytes payload, std::size_t at) noexcept -> bool {
  return mark.bytes.size() <= payload.size() - at &&
         std::memcmp(mark.bytes.data(), payload.data() + at, mark.bytes.size()) == 0;
}

/// A payload and what it was sent to.
struct search {
  payload_bytes payload;
  std::uint8_t ip_protocol;
  std::uint16_t port;

  [[nodiscard]] auto mark_at(std::size_t at) const noexcept -> exploit_mark const* {
    auto const value = payload[at];
    for (std::size_t i = by_first_byte.first[value]; i < by_first_byte.first[value + 1U]; ++i) {
      auto const& mark = marks[by_first_byte.order[i]];
      if ((!mark.is_at_start || at == 0) &&
          (mark.ip_protocol == 0 || mark.ip_protocol == ip_protocol) &&
          (mark.port == 0 || mark.port == port) && stands_at(mark, payload, at))
        return &mark;
    }
    return nullptr;
  }
  /// Looks at the places that `bits` names, counted from `at`.
  [[nodiscard]] auto mark_among(unsigned bits, std::size_t at) const noexcept
      -> exploit_mark const* {
    for (; bits != 0; bits &= bits - 1)
      if (auto const* const found = mark_at(at + static_cast<unsigned>(std::countr_zero(bits))))
        return found;
    return nullptr;
  }
};

}  // namespace

auto exploit_marks() noexcept -> std::span<exploit_mark const> {
  return marks;
}

auto find_exploit(payload_bytes payload, std::uint8_t ip_protocol,
                  std::uint16_t destination_port) noexcept -> exploit_mark const* {
  payload = payload.first(std::min(payload.size(), searched_bytes));
  search const in{payload, ip_protocol, destination_port};
  constexpr std::size_t step = 16;
  std::size_t at = 0;
  for (; at + step < payload.size(); at += step)
    if (auto const* const found = in.mark_among(places_in(payload.data() + at), at)) return found;
  std::array<byte, step + 1> tail{};  // what is left, with zeros behind it
  auto const left = payload.subspan(at);
  std::copy(left.begin(), left.end(), tail.begin());
  auto const places = places_in(tail.data()) & ((1U << left.size()) - 1);
  return in.mark_among(places, at);
}

}  // namespace kizashi::recognise::internal
