// A capture that another program writes into a pipe while it listens:
//
//   tcpdump -i eth0 -U -w - | kizashi serve
#pragma once

#include <memory>
#include <string>

#include "kizashi/capture/live/live_source.hpp"

namespace kizashi::capture::live {

/// Standard input ("-") or a named pipe: pcap or pcapng, not packed. It ends when the writer does.
/// `heard_until` is known while frames come and not between them: what the writer still holds back
/// nobody can tell. Fails when it cannot be opened. A named pipe is opened at once, also while
/// nobody writes, and ends when its last writer has gone.
[[nodiscard]] auto open_pipe(std::string const& path) -> result<std::unique_ptr<live_source>>;

}  // namespace kizashi::capture::live
