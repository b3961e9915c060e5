// Packets of a store by what somebody wants of them, in the order of time, a stretch at a time: the
// questions in SQL. `packet_reader.hpp` reads their answers as batches.
//
//   KIZASHI_TRY(auto const chosen, chosen_packets::find(engine, {.sensor = "north"}, {}));
//   for (auto const& each : chosen.pieces()) ask(chosen.rows(each));
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/net/port.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/filter_sql.hpp"

namespace kizashi::store {

/// Which packets; what is not set lets all through.
struct packet_selection {
  std::string sensor;                     ///< its name; empty: all
  timestamp from = timestamp::unknown();  ///< with one of the times packets without a time are out
  timestamp to = timestamp::unknown();    ///< not included
  std::vector<net::prefix> of;            ///< source or destination in one of them
  std::optional<net::port> port;          ///< source or destination port of TCP or UDP
  std::shared_ptr<stored_filter const> where = nullptr;  ///< of packets
};

/// Packets of one stretch of time, of such a number that they can be sorted in memory.
struct time_piece {
  std::uint64_t begin = 0;  ///< microseconds since 1970
  std::uint64_t end = 0;    ///< not included
  std::uint64_t ipv4 = 0;   ///< rows in packets
  std::uint64_t ipv6 = 0;   ///< rows in packets6
};

/// How packets are written in words.
struct text_options {
  /// Else without them, and without what may tell them: numbers that tools make from the address
  /// they send to (IP ID, sequence, acknowledgement), and sources that are the destination itself.
  bool has_destinations = true;
  bool has_typed_times = true;  ///< DateTime64, where the engine has it; else text
};

class chosen_packets {
public:
  /// No more rows are in a piece of more than a minute.
  static constexpr std::uint64_t most_piece_rows = 4'000'000;

  /// Counts them. What is stored later may be among the answers, or not. Fails when no sensor has
  /// the name, and with the engine.
  [[nodiscard]] static auto find(engine& in, packet_selection selection, ask_limits const& limits,
                                 std::function<bool()> const& wants_stop = nullptr,
                                 std::uint64_t piece_rows = most_piece_rows)
      -> result<chosen_packets>;

  [[nodiscard]] auto packets() const noexcept -> std::uint64_t;
  /// In the order of time.
  [[nodiscard]] auto pieces() const noexcept -> std::vector<time_piece> const& { return pieces_; }
  /// All of them as one.
  [[nodiscard]] auto whole() const noexcept -> time_piece;

  /// "select ...": packets of both families in the order of time, then of the tables, with the
  /// columns of `row_columns`.
  [[nodiscard]] auto rows(time_piece const& of) const -> std::string;
  /// The same as people read it: addresses as text, names for sensors, scanners, fingerprints,
  /// types and classes. Columns: docs/import-export.md.
  [[nodiscard]] auto text(time_piece const& of, text_options const& options) const -> std::string;

private:
  chosen_packets() = default;
  [[nodiscard]] auto table_rows(time_piece const& of, bool is_ipv6) const -> std::string;
  [[nodiscard]] auto union_of(time_piece const& of) const -> std::string;
  [[nodiscard]] auto conditions(bool is_ipv6) const -> std::string;
  [[nodiscard]] auto has_family(bool is_ipv6) const -> bool;

  packet_selection selection_;
  std::optional<std::uint16_t> sensor_;
  bool has_datetime64_ = false;
  std::map<std::uint16_t, std::string> sensors_, scanners_, fingerprints_;
  std::vector<time_piece> pieces_;
};

/// What `chosen_packets::rows` answers with, in this order: columns of the tables, but src4 and
/// dst4 of packets and 0 for packets6, and addresses6: source and destination of packets6, 32
/// bytes.
inline constexpr std::string_view row_columns[] = {
    "ts",           "sensor",      "src4",       "dst4",           "addresses6",
    "src_port",     "dst_port",    "protocol",   "tcp_flags",      "ttl",
    "ip_length",    "wire_length", "attributes", "payload_length", "ip_id",
    "seq",          "ack",         "window",     "options",        "mss",
    "window_scale", "type",        "class",      "scanner",        "fingerprints",
    "country",      "asn"};

}  // namespace kizashi::store
