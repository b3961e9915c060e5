#include "kizashi/base/state_file.hpp"

#include <limits>

#include "kizashi/base/input_file.hpp"
#include "kizashi/base/output_file.hpp"

namespace kizashi {

auto write_state_file(std::filesystem::path const& file, std::uint32_t version,
                      std::function<status(state_writer&)> const& fill) -> status {
  KIZASHI_TRY(auto out, output_file::create(file));
  state_writer writer{[&](std::string_view bytes) { return out.write(bytes); }, version};
  KIZASHI_TRY(fill(writer));
  KIZASHI_TRY(writer.finish());
  return out.commit_durably();
}

auto read_state_file(std::filesystem::path const& file, std::uint32_t version,
                     std::function<status(state_reader&)> const& take) -> status {
  // What comes is what there is: no number in the file says how much.
  KIZASHI_TRY(auto const text, read_whole_file(file.string(), "read the state",
                                               std::numeric_limits<std::ptrdiff_t>::max()));
  std::span const bytes{reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
  KIZASHI_TRY(auto reader, state_reader::open(bytes, file.string(), version));
  KIZASHI_TRY(take(reader));
  return reader.finish();
}

}  // namespace kizashi
