#include "kizashi/app/serve_sources.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/app/open_source.hpp"
#include "kizashi/base/crc32c.hpp"
#include "kizashi/capture/live/folder_source.hpp"
#include "kizashi/capture/live/interface_source.hpp"
#include "kizashi/capture/live/merged_source.hpp"
#include "kizashi/capture/live/pipe_source.hpp"
#include "kizashi/capture/live/reopening_source.hpp"
#include "kizashi/capture/live/replay_source.hpp"
#include "kizashi/capture/synth/scenario.hpp"
#include "kizashi/pipeline/live/sensor.hpp"

namespace kizashi::app {
namespace {

using namespace capture::live;

auto open_listening(sensor_settings const& of) -> result<serve_source> {
  interface_options options;
  options.interface = of.interface;
  options.filter = of.bpf;
  constexpr std::size_t most = std::size_t{4} << 30;
  options.ring_bytes = std::max(std::min(of.ring, most), 2 * options.block_bytes) /
                       options.block_bytes * options.block_bytes;
  if (of.rings > 1) {
    KIZASHI_TRY(auto rings, open_interface_shared(options, of.rings));
    return serve_source{
        std::make_unique<reopening_source>(std::make_unique<merged_source>(std::move(rings))),
        nullptr};
  }
  KIZASHI_TRY(auto opened, open_interface(options));
  return serve_source{std::make_unique<reopening_source>(std::move(opened)), nullptr};
}

/// What the sensor's journal says of where a source of this kind was; nothing when the last one was
/// of the other kind.
auto last_note(std::filesystem::path const& folder, std::string_view other_kind)
    -> result<std::string> {
  KIZASHI_TRY(auto note, pipeline::sensor::last_note(folder));
  if (note.starts_with(other_kind)) note.clear();
  return note;
}

auto open_growing_folder(sensor_settings const& of, std::filesystem::path const& folder)
    -> result<serve_source> {
  folder_options options;
  options.folder = of.folder;
  KIZASHI_TRY(auto const note, last_note(folder, "kizashi-replay-"));
  if (!note.empty()) {
    KIZASHI_TRY(options.from, folder_bookmark::parse(note));
  }
  KIZASHI_TRY(auto opened, folder_source::open(std::move(options)));
  auto const* const at = opened.get();
  return serve_source{std::make_unique<reopening_source>(std::move(opened)),
                      [at] { return at->bookmark().to_string(); }};
}

/// What is replayed, as a number.
auto number_of_replay(sensor_settings const& of) -> std::uint64_t {
  std::uint32_t sum = 0;
  auto const add = [&](std::string_view word) {  // with its zero, so that words stay apart
    sum = crc32c(sum, {reinterpret_cast<std::uint8_t const*>(word.data()), word.size() + 1});
  };
  add(of.scenario.c_str());
  for (auto const& each : of.replay) add(each.c_str());
  return sum;
}

/// Where the last process had come to in what `of` names.
auto replay_came_to(sensor_settings const& of, std::filesystem::path const& folder)
    -> result<replay_bookmark> {
  replay_bookmark const begin{.of = number_of_replay(of)};
  KIZASHI_TRY(auto const note, last_note(folder, "kizashi-folder-"));
  if (note.empty()) return begin;
  KIZASHI_TRY(auto const mark, replay_bookmark::parse(note));
  return mark.of == begin.of ? mark : begin;
}

auto open_replay(sensor_settings const& of, std::filesystem::path const& folder)
    -> result<serve_source> {
  std::vector<capture::note> notes;
  KIZASHI_TRY(auto opened, open_source(of.replay, of.scenario, notes));
  replay_options options;
  options.speed = of.speed;
  options.is_shifted_to_now = of.is_shifted_to_now;
  options.name = of.scenario.empty() ? "replay" : "scenario " + of.scenario;
  KIZASHI_TRY(options.from, replay_came_to(of, folder));
  net::prefix_set addresses;
  if (!of.scenario.empty()) {
    KIZASHI_TRY(auto const scene, capture::synth::load_scenario(of.scenario));
    addresses = net::prefix_set{scene.dark};
  }
  auto replay = std::make_unique<replay_source>(std::move(opened), options);
  auto const* const at = replay.get();
  return serve_source{std::move(replay), [at] { return at->bookmark().to_string(); },
                      std::move(addresses)};
}

}  // namespace

auto open_serve_source(sensor_settings const& of, std::filesystem::path const& folder)
    -> result<serve_source> {
  if (!of.interface.empty()) return open_listening(of);
  if (!of.folder.empty()) return open_growing_folder(of, folder);
  if (of.input.empty()) return open_replay(of, folder);
  KIZASHI_TRY(auto opened, open_pipe(of.input));
  return serve_source{std::move(opened), nullptr};
}

}  // namespace kizashi::app
