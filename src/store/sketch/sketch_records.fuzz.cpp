// Any bytes are a sketch or a failure, as an index too. What is read comes out the same when it is
// written and read again. Sums are put right first, or no input would get past them.
#include "kizashi/store/sketch/sketch_records.hpp"

#include <cstdlib>
#include <cstring>

#include "kizashi/store/sketch/sketch_index.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::store;

constexpr std::size_t head_size = 64;

void put_little(std::string& to, std::size_t at, std::uint64_t number) {
  for (unsigned i = 0; i < 8; ++i) to[at + i] = static_cast<char>(number >> (8 * i) & 255);
}

auto bytes_of(std::string const& text) -> std::span<std::uint8_t const> {
  return {reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
}

/// Gives each record that the lengths lead to the sums of its bytes.
void mend_sums(std::string& text) {
  for (auto at = sketch_head.size(); at + head_size <= text.size();) {
    std::uint32_t length = 0;
    std::memcpy(&length, text.data() + at + 12, sizeof length);
    if (length > text.size() - at - head_size) return;
    put_little(text, at + 48, sum_of(bytes_of(text).subspan(at + head_size, length)));
    put_little(text, at + 56, sum_of(bytes_of(text).subspan(at, head_size - 8)));
    at += head_size + length;
  }
}

void read_as_sketch(std::string const& text) {
  auto const sets = sketch_sets::read(bytes_of(text));
  if (!sets) return;
  auto const again = sketch_sets::read(bytes_of(sets->to_bytes()));
  if (!again || *again != *sets || sets->lacks(*again) != 0) std::abort();
}

}  // namespace

extern "C" auto LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) -> int {
  std::string text{reinterpret_cast<char const*>(data), size};
  read_as_sketch(text);
  mend_sums(text);
  read_as_sketch(text);
  if (auto const index = sketch_index::parse(text)) {
    auto const again = sketch_index::parse(index->to_text());
    if (!again || *again != *index) std::abort();
  }
  return 0;
}
