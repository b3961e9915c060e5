// Packets on their way into a store: batches in, blocks of a million rows out, each stored once.
//
//   KIZASHI_TRY(auto writer, packet_writer::open(engine, {.sensor = "north"}));
//   writer->add(batch, tags);    // for each batch, in the order of the stream
//   writer->finish();            // returns when everything is durable
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/packet_batch.hpp"
#include "kizashi/recognise/place.hpp"
#include "kizashi/recognise/tag_columns.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/packet_columns.hpp"

namespace kizashi::store {

/// Where in a stream that has a name the packets begin.
struct stream_place {
  std::uint64_t epoch = 0;  ///< the stream's name; not 0, and no other stream of the sensor has it
  std::uint64_t sequence = 0;  ///< of the first block
};

struct writer_options {
  std::string sensor = "local";                    ///< who saw the packets
  recognise::place_table const* places = nullptr;  ///< for country and AS of the sources
  /// What the numbers and bits of the tag columns stand for; number n is the name n - 1. The store
  /// has numbers of its own. Of fingerprints it has 64; those beyond are not kept.
  std::vector<std::string> scanners;
  std::vector<std::string> fingerprints;
  std::size_t block_rows = 1'000'000;
  unsigned threads = 2;  ///< that sort and insert
  /// None: a digest of the stream's begin tells it from others.
  std::optional<stream_place> stream;
};

struct writer_counts {
  std::uint64_t packets = 0;  ///< given to `add`
  std::uint64_t stored = 0;   ///< of these, durable and new
  std::uint64_t known = 0;    ///< of these, in the store before
  std::uint64_t blocks = 0;
  duration took{};  ///< what storing these took, by the clock; several may be stored at once
  std::uint64_t waits = 0;  ///< times that `add` had to wait for the disk: the queue was full
};

/// Cuts the stream into blocks that follow from the stream alone, so that the same stream has the
/// same blocks each time it comes. A block's name is (sensor, epoch, sequence): the epoch is a
/// digest of the stream's first packets, the sequence its place. What the ledger has by that name
/// is not stored again; of a block that it has in part the rest is stored. A stream that begins
/// like a known one and goes on differently is refused where it differs. So reading a capture again
/// stores nothing, and when it was cut short or has grown since, the rest.
///
/// A stream that never ends has no begin to be read again. Its owner names it, closes its blocks
/// with `flush`, and keeps `next_sequence` beside what it can give again. It may give the packets
/// of a block again after a crash, closed where they were closed before or later; what is in
/// already is not stored again. A block that is closed earlier than before is refused.
///
/// Memory: `threads` + 3 blocks of about 80 B per row. From one thread, but for `counts`.
class packet_writer {
public:
  /// Makes the tables when they are not there.
  [[nodiscard]] static auto open(std::shared_ptr<engine> into, writer_options options)
      -> result<packet_writer>;
  packet_writer(packet_writer&&) noexcept;
  auto operator=(packet_writer&&) noexcept -> packet_writer&;
  /// Without `finish` what was not yet stored is lost.
  ~packet_writer();

  [[nodiscard]] auto add(net::packet_batch const& batch, recognise::tag_columns const& tags)
      -> status;
  /// `is_whole`: the stream has ended by itself, and not because somebody stopped the reading. What
  /// was stopped before 1,024 packets is not stored: it could not be known again.
  [[nodiscard]] auto finish(bool is_whole = true) -> status;
  /// Closes the block that is being filled, if it has packets, and hands it over. Of a stream with
  /// a name.
  [[nodiscard]] auto flush() -> status;
  /// Returns when all that was handed over is durable, or one block failed: then nothing more is
  /// stored, and the stream goes on with a new writer.
  [[nodiscard]] auto wait() -> status;
  /// Of the block that is being filled.
  [[nodiscard]] auto next_sequence() const -> std::uint64_t;
  [[nodiscard]] auto counts() const -> writer_counts;
  /// The store's numbers for the sensor, scanners and fingerprints.
  [[nodiscard]] auto numbers() const -> block_context const&;
  /// Of the stream: its name, or after `finish` a digest of its begin; 0 when there were no
  /// packets.
  [[nodiscard]] auto epoch() const -> std::uint64_t;

private:
  class state;
  explicit packet_writer(std::unique_ptr<state> made);
  std::unique_ptr<state> state_;
};

}  // namespace kizashi::store
