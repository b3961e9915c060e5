#pragma once

namespace kizashi::access::internal {

/// libsodium wants to be started once per process; every user of it calls this first.
void start_sodium();

}  // namespace kizashi::access::internal
