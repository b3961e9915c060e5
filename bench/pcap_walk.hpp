// The least that a program must do to get from a capture's bytes to header fields. Shared by the
// two yardsticks of the benchmark; Kizashi itself does not use it. Trusts its input more than
// Kizashi may.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

/// A pcap file mapped into memory. `size` is 0 when it cannot be.
struct mapped_file {
  std::uint8_t const* data = nullptr;
  std::size_t size = 0;
};

inline auto map_file(char const* path) -> mapped_file {
  int const file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (file < 0 || fstat(file, &about) != 0 || about.st_size < 24) return {};
  auto const size = static_cast<std::size_t>(about.st_size);
  auto* const memory = mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  close(file);
  if (memory == MAP_FAILED) return {};
  return {static_cast<std::uint8_t const*>(memory), size};
}

template <class T>
[[gnu::always_inline]] inline auto load(std::uint8_t const* at) noexcept -> T {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}
inline auto big16(std::uint8_t const* at) noexcept -> std::uint16_t {
  return __builtin_bswap16(load<std::uint16_t>(at));
}
inline auto big32(std::uint8_t const* at) noexcept -> std::uint32_t {
  return __builtin_bswap32(load<std::uint32_t>(at));
}

/// The fields of one TCP or UDP packet over IPv4 over Ethernet.
struct fields {
  std::uint32_t seconds;
  std::uint32_t fraction;
  std::uint32_t wire;
  std::uint32_t source;
  std::uint32_t destination;
  std::uint16_t destination_port;
  std::uint16_t ip_id;
  std::uint8_t protocol;
  std::uint8_t flags;
};

/// Calls `visit(fields)` for each TCP or UDP packet of a little-endian pcap file. Answers how many
/// records it has.
template <class Visit>
[[gnu::always_inline]] inline auto walk(mapped_file const& file, Visit&& visit) -> std::uint64_t {
  std::uint64_t records = 0;
  auto const* at = file.data + 24;
  auto const* const end = file.data + file.size;
  while (end - at >= 16) {
    auto const captured = load<std::uint32_t>(at + 8);
    auto const* const frame = at + 16;
    if (captured > static_cast<std::size_t>(end - frame)) break;
    ++records;
    auto const* const ip = frame + 14;
    if (captured >= 54 && big16(frame + 12) == 0x0800 && ip[0] >> 4 == 4 &&
        (big16(ip + 6) & 0x1FFF) == 0 && (ip[9] == 6 || ip[9] == 17)) {
      auto const header = std::size_t{4} * (ip[0] & 15);
      if (14 + header + 20 <= captured) {
        auto const* const transport = ip + header;
        visit(fields{load<std::uint32_t>(at), load<std::uint32_t>(at + 4),
                     load<std::uint32_t>(at + 12), big32(ip + 12), big32(ip + 16),
                     big16(transport + 2), big16(ip + 4), ip[9], transport[13]});
      }
    }
    at = frame + captured;
  }
  return records;
}

class stopwatch {
public:
  [[nodiscard]] auto seconds() const -> double {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace bench
