// Minute tuples of others on their way into a store, each stream once, as `packet_writer` does it
// for packets.
//
//   KIZASHI_TRY(auto writer, tuple_writer::open(engine, {.sensor = "ucsd"}));
//   KIZASHI_TRY(writer.add({.minute = 1'320'969'600, .source = .., .packets = 3}));
//   KIZASHI_TRY(writer.finish());
#pragma once

#include <cstdint>
#include <memory>

#include "kizashi/base/error.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::store {

/// Packets of one minute that are alike.
struct foreign_tuple {
  std::uint32_t minute = 0;  ///< seconds since 1970 at its begin
  net::ipv4 source;
  net::ipv4 destination;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint8_t ip_protocol = 0;
  std::uint8_t tcp_flags = 0;
  std::uint8_t ttl = 0;
  std::uint16_t ip_length = 0;
  std::uint16_t attributes = 0;  ///< bits of `net::attribute`
  std::uint8_t type = 0;         ///< `recognise::packet_type`
  std::uint8_t traffic_class = 0;
  std::uint16_t scanner = 0;  ///< in the numbers of `writer_options::scanners`
  std::uint64_t packets = 0;
};

/// Into the table `tuples`, and everything that follows from it; `bytes` are those of IP, as nobody
/// tells those of the frames. In the ledger `packets` counts tuples. Of `writer_options` it has no
/// use for fingerprints and threads. Memory: one block of about 120 B per row.
class tuple_writer {
public:
  /// Makes the tables when they are not there.
  [[nodiscard]] static auto open(std::shared_ptr<engine> into, writer_options options)
      -> result<tuple_writer>;
  tuple_writer(tuple_writer&&) noexcept;
  auto operator=(tuple_writer&&) noexcept -> tuple_writer&;
  /// Without `finish` what was not yet stored is lost.
  ~tuple_writer();

  [[nodiscard]] auto add(foreign_tuple const& tuple) -> status;
  /// `is_whole`: the stream has ended by itself; else fewer than 1,024 tuples are not stored.
  [[nodiscard]] auto finish(bool is_whole = true) -> status;
  /// In tuples.
  [[nodiscard]] auto counts() const -> writer_counts;

private:
  class state;
  explicit tuple_writer(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::store
