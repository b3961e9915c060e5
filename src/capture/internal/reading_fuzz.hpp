// What every fuzz target of the readers asks: that nothing breaks, that no frame lies outside of
// its block, and that what is read does not depend on how many bytes come at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "kizashi/capture/internal/reading.hpp"
#include "kizashi/capture/internal/unpacker.hpp"

namespace kizashi::capture::internal {

/// The first byte chooses the step, the others are the file. `open` makes a source from them.
template <class Open>
auto fuzz_reading(std::uint8_t const* data, std::size_t size, Open const& open) -> int {
  if (size == 0) return 0;
  std::span const file{data + 1, size - 1};
  // How much a damaged packed file gives depends on the steps; packed files have a target of their
  // own.
  if (auto const by = make_unpacker(file); !by || *by != nullptr) return 0;
  auto const read_in_steps = [&](std::size_t step) {
    reading made;
    result<std::unique_ptr<capture_file>> source = open(open_bytes(file, "FILE", step));
    if (source)
      read_all(**source, made);
    else
      made.failure = source.error().message;
    return made;
  };
  auto const whole = read_in_steps(SIZE_MAX);
  auto const stepped = read_in_steps(std::size_t{data[0]} + 1);
  KIZASHI_ASSERT(whole.frames == stepped.frames);
  KIZASHI_ASSERT(whole.notes == stepped.notes);
  KIZASHI_ASSERT(whole.failure == stepped.failure);
  return 0;
}

}  // namespace kizashi::capture::internal
