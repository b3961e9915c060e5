// What is kept of a source while it is live: its open events and what all of them share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "kizashi/recognise/evidence.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/telescope/events/internal/distinct.hpp"
#include "kizashi/telescope/events/internal/slots.hpp"
#include "kizashi/telescope/events/scan_event.hpp"

namespace kizashi::telescope::internal {

/// What packets of a source are put together by.
class event_key {
public:
  enum class kind : std::uint32_t {
    port,   ///< one port: the ordinary event
    joint,  ///< all ports of a type, where a source has too many to follow each
    rest,   ///< of classes that make no events: kept for the source's profile
    stray,  ///< late, or without a time: likewise
  };
  constexpr event_key() noexcept = default;
  constexpr event_key(kind of, recognise::packet_type type, recognise::traffic_class traffic_class,
                      std::uint16_t port) noexcept
      : value_{0x8000'0000U | static_cast<std::uint32_t>(of) << 24 |
               static_cast<std::uint32_t>(traffic_class) << 21 |
               static_cast<std::uint32_t>(type) << 16 | (of == kind::port ? port : 0U)} {}

  [[nodiscard]] constexpr auto is_none() const noexcept -> bool { return value_ == 0; }
  [[nodiscard]] constexpr auto port() const noexcept -> std::uint16_t {
    return static_cast<std::uint16_t>(value_);
  }
  [[nodiscard]] constexpr auto type() const noexcept -> recognise::packet_type {
    return static_cast<recognise::packet_type>(value_ >> 16 & 31);
  }
  [[nodiscard]] constexpr auto traffic_class() const noexcept -> recognise::traffic_class {
    return static_cast<recognise::traffic_class>(value_ >> 21 & 7);
  }
  [[nodiscard]] constexpr auto of() const noexcept -> kind {
    return static_cast<kind>(value_ >> 24 & 3);
  }
  /// Whether it becomes a scan event.
  [[nodiscard]] constexpr auto is_followed() const noexcept -> bool { return of() <= kind::joint; }
  [[nodiscard]] constexpr auto is_same_but_port(event_key other) const noexcept -> bool {
    return value_ >> 16 == other.value_ >> 16;
  }
  /// For a saved state. Another number than one that `raw` gave is no key.
  [[nodiscard]] constexpr auto raw() const noexcept -> std::uint32_t { return value_; }
  [[nodiscard]] static constexpr auto from_raw(std::uint32_t raw) noexcept -> event_key {
    event_key key;
    key.value_ = raw;
    auto const type = static_cast<unsigned>(key.type());
    if (type >= recognise::packet_types) return {};
    event_key const same{key.of(), key.type(), key.traffic_class(), key.port()};
    return same == key ? key : event_key{};
  }
  friend constexpr auto operator==(event_key, event_key) noexcept -> bool = default;

private:
  std::uint32_t value_ = 0;
};
static_assert(recognise::packet_types <= 32 && recognise::traffic_classes <= 8);

/// Classes whose packets make scan events.
[[nodiscard]] constexpr auto is_scan_like(recognise::traffic_class each) noexcept -> bool {
  using recognise::traffic_class;
  return each == traffic_class::scan || each == traffic_class::amplifier_probe ||
         each == traffic_class::payload || each == traffic_class::misconfiguration ||
         each == traffic_class::unroutable;
}

/// The two header samples behind the first.
using more_samples = std::array<header_sample, 2>;

/// What of an event most packets do not touch.
struct event_rest {
  header_sample sample;       ///< of the first packet
  std::uint32_t samples = 0;  ///< number of `more_samples`; 0: none yet
  std::uint32_t ports = 0;    ///< of a joint event: number of the set of its ports
  bool is_wide = false;       ///< was open together with many ports of its type
};

/// One cache line.
template <class Key>
struct alignas(64) open_event {
  event_key key;
  std::uint32_t rest = 0;  ///< number of its `event_rest`; 0: it is not followed
  std::int64_t first = timestamp::unknown().nanoseconds();
  std::int64_t last = timestamp::unknown().nanoseconds();
  std::uint64_t packets = 0;
  std::uint64_t wire_bytes = 0;
  std::uint64_t fingerprints = 0;
  distinct<Key> destinations{};
};
static_assert(sizeof(open_event<std::uint32_t>) == 64 && sizeof(open_event<std::uint64_t>) == 64);

/// Open events beyond the first, with their keys together so that a search touches one cache line.
struct event_page {
  static constexpr std::size_t places = 7;
  std::array<event_key, places> keys;
  std::array<std::uint32_t, places> events;  ///< numbers
  std::uint32_t next = 0;                    ///< number of the next page; 0: none
  std::uint32_t used = 0;
};
static_assert(sizeof(event_page) == 64);

/// Three cache lines (IPv4) or four.
template <class Address>
struct alignas(64) live_source {
  using key_type = decltype(distinct_key(Address{}));

  open_event<key_type> event;  ///< `key.is_none()`: none here
  Address address;
  std::uint32_t serial = 0;    ///< 0: the place is free
  std::uint32_t pages = 0;     ///< number of the first page of further events
  std::uint32_t ledger = 0;    ///< number of the profile of its ended events; 0: none
  std::uint64_t activity = 0;  ///< these as in `source_profile`
  std::uint64_t targets = 0;
  std::uint32_t days = 0;
  std::uint32_t sequence = 0;
  std::uint16_t ascents = 0;  ///< both stop when one is at its largest
  std::uint16_t descents = 0;
  std::uint32_t last_destination = 0;
  std::uint32_t joint = 0;         ///< has a joint event: see `live_sources::joint_bit`
  std::uint32_t syn_sequence = 0;  ///< of its latest SYN, which went to `syn_port`
  std::uint16_t syn_port = 0;
  std::uint16_t last_port = 0;
  std::uint16_t scanner = 0;
  bool has_syn : 1 = false;
  bool has_step : 1 = false;  ///< `last_port` and `last_destination` are set
  bool has_shaken_hands : 1 = false;
  recognise::tool_evidence evidence{};
  /// No event but a stray one was heard for the last time before this; unknown: look at all.
  std::int64_t no_last_before = timestamp::unknown().nanoseconds();

  /// For a saved state: all but its events and its places.
  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    io(self.activity, self.targets, self.days, self.sequence, self.ascents, self.descents,
       self.last_destination, self.joint, self.syn_sequence, self.syn_port, self.last_port,
       self.scanner, self.evidence);
    io.time_field(self.no_last_before);
    bool syn = self.has_syn, step = self.has_step, hands = self.has_shaken_hands;
    io(syn, step, hands);
    if constexpr (Io::is_reading) {
      self.has_syn = syn;
      self.has_step = step;
      self.has_shaken_hands = hands;
    }
  }
};
static_assert(sizeof(live_source<net::ipv4>) == 192 && sizeof(live_source<net::ipv6>) == 256);

}  // namespace kizashi::telescope::internal
