// Names that captures have.
#pragma once

#include <array>
#include <string_view>

namespace kizashi::capture::internal {

inline constexpr std::array<std::string_view, 6> capture_endings{".pcap", ".cap", ".pcapng",
                                                                 ".ntar", ".erf", ".dmp"};
inline constexpr std::array<std::string_view, 4> packed_endings{".gz", ".zst", ".bz2", ".xz"};

/// Whether a file in a folder is a capture by its name: one of the endings, perhaps with a number
/// behind as rotating writers make it ("night.pcap12"), perhaps packed.
[[nodiscard]] auto is_capture_name(std::string_view name) -> bool;

/// The name without the ending of a packed file: "night.pcap" of "night.pcap.gz".
[[nodiscard]] auto unpacked_name(std::string_view name) -> std::string_view;

}  // namespace kizashi::capture::internal
