#include "kizashi/capture/synth/truth_writer.hpp"

#include <fmt/format.h>

#include "kizashi/capture/synth/internal/json_text.hpp"

namespace kizashi::capture::synth {

auto truth_header(scenario const& of) -> std::string {
  auto answer = fmt::format(
      R"({{"format":"kizashi-truth","version":1,"scenario":{},"seed":{},"start":"{}","duration":"{}",)"
      R"("packet":"u16le actor id","actors":[)",
      json_text(of.name), of.seed, of.start.to_string(), to_string(of.length));
  for (std::size_t i = 0; i < of.actors.size(); ++i) {
    auto const& each = of.actors[i];
    answer += fmt::format(R"({}{{"id":{},"name":{},"kind":{},"parameters":{}}})", i == 0 ? "" : ",",
                          i, json_text(each.name), json_text(each.kind),
                          each.parameters.empty() ? "{}" : each.parameters);
  }
  return answer + "]}\n";
}

auto truth_writer::create(output_file out, scenario const& of) -> result<truth_writer> {
  KIZASHI_TRY(out.write(truth_header(of)));
  return truth_writer{std::move(out)};
}

auto truth_writer::write(std::span<std::uint16_t const> actors) -> status {
  piece_.resize(actors.size() * 2);
  for (std::size_t i = 0; i < actors.size(); ++i) {
    piece_[2 * i] = static_cast<char>(actors[i] & 0xFF);
    piece_[2 * i + 1] = static_cast<char>(actors[i] >> 8);
  }
  return out_.write(piece_);
}

}  // namespace kizashi::capture::synth
