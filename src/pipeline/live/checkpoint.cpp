#include "kizashi/pipeline/live/checkpoint.hpp"

#include <span>
#include <system_error>

#include <fmt/format.h>

#include "kizashi/base/input_file.hpp"
#include "kizashi/base/state_file.hpp"

namespace kizashi::pipeline {
namespace {

template <class Io, class Checkpoint>
void fields(Io& io, Checkpoint& at) {
  io(at.epoch, at.sequence, at.journal.segment, at.journal.offset, at.has_ended);
}

auto expect_file(std::filesystem::path const& file) -> status {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return {};
  return fail(errc::not_found, fmt::format("{}: there is no such state", file.string()));
}

}  // namespace

auto checkpoint_before(std::filesystem::path const& file) -> std::filesystem::path {
  return std::filesystem::path{file.string() + ".before"};
}

auto save_checkpoint(std::filesystem::path const& file, checkpoint const& at, road const& from,
                     engine::gatherer const* activity) -> status {
  std::error_code wrong;
  std::filesystem::rename(file, checkpoint_before(file), wrong);
  if (wrong && wrong != std::errc::no_such_file_or_directory)
    return system_failure(file.string(), "keep the state before", wrong.value());
  return write_state_file(file, checkpoint::state_version, [&](state_writer& out) -> status {
    out.begin("sensor");
    fields(out, at);
    out(activity != nullptr);
    out.end();
    if (activity != nullptr) activity->save(out);
    return from.save(out);
  });
}

auto peek_checkpoint(std::filesystem::path const& file) -> result<checkpoint> {
  KIZASHI_TRY(expect_file(file));
  constexpr std::size_t most = std::size_t{64} << 30;
  KIZASHI_TRY(auto const text, read_whole_file(file.string(), "read the state", most));
  std::span const bytes{reinterpret_cast<std::uint8_t const*>(text.data()), text.size()};
  KIZASHI_TRY(auto in, state_reader::open(bytes, file.string(), checkpoint::state_version));
  checkpoint at;
  in.begin("sensor");
  fields(in, at);
  bool has_activity = false;
  in(has_activity);
  in.end();
  KIZASHI_TRY(in.failure());
  return at;
}

auto load_checkpoint(std::filesystem::path const& file, road& to, engine::gatherer* activity)
    -> result<checkpoint> {
  KIZASHI_TRY(expect_file(file));
  checkpoint at;
  KIZASHI_TRY(read_state_file(file, checkpoint::state_version, [&](state_reader& in) -> status {
    in.begin("sensor");
    fields(in, at);
    bool has_activity = false;
    in(has_activity);
    in.end();
    engine::gatherer unwanted{{}, [](auto const&) -> status { return {}; }};
    if (has_activity) (activity != nullptr ? *activity : unwanted).restore(in);
    return to.restore(in);
  }));
  return at;
}

}  // namespace kizashi::pipeline
