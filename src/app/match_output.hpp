// Where the packets that match a list go: the packets themselves as pcap, or a line of text for
// each.
#pragma once

#include <memory>
#include <string>

#include "kizashi/match/address_matcher.hpp"
#include "kizashi/net/frame_block.hpp"

namespace kizashi::app {

class match_output {
public:
  virtual ~match_output() = default;
  /// Writes the rows of `batch`, which was decoded from `block`.
  [[nodiscard]] virtual auto write(net::frame_block const& block, net::packet_batch const& batch,
                                   match::matched_rows const& rows) -> status = 0;
  /// Writes out what is held; a file appears only now.
  [[nodiscard]] virtual auto close() -> status = 0;
};

/// What `file` is to hold follows from its name: .pcap, .csv or .jsonl; "" and "-" are CSV on
/// standard output. Text has the time, the entry, the packet's source, ports and flags, and no
/// destination address: a darknet's stay where they are. Fails when the name ends otherwise and
/// when the file cannot be made. `list` must live as long.
[[nodiscard]] auto open_match_output(std::string const& file, match::address_list const& list)
    -> result<std::unique_ptr<match_output>>;

}  // namespace kizashi::app
