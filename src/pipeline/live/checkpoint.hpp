// Where a live sensor has come to, in a file: what the road knows, what is open for the engines,
// what the store has, and from where on the journal is to be read again after a restart.
#pragma once

#include <cstdint>
#include <filesystem>

#include "kizashi/base/error.hpp"
#include "kizashi/capture/journal/journal_format.hpp"
#include "kizashi/engine/gatherer.hpp"
#include "kizashi/pipeline/road.hpp"

namespace kizashi::pipeline {

struct checkpoint {
  /// Of the file: changes with anything that is written, and with `road::state_version`.
  static constexpr std::uint32_t state_version = 3;

  std::uint64_t epoch = 0;            ///< the name of the sensor's stream in the store
  std::uint64_t sequence = 0;         ///< of the stream's next block there
  capture::journal_position journal;  ///< everything before it is durable in the store
  bool has_ended = false;             ///< the stream is over; what comes is another one
};

/// Writes all in place of the file, which is whole at any moment; the one before stays beside it
/// with the ending ".before".
[[nodiscard]] auto save_checkpoint(std::filesystem::path const& file, checkpoint const& at,
                                   road const& from, engine::gatherer const* activity = nullptr)
    -> status;
/// Reads all, into a road that has not been walked. Activity that the file does not have stays as
/// it was made. Fails as `road::restore` does, and with `errc::not_found` when there is no such
/// file.
[[nodiscard]] auto load_checkpoint(std::filesystem::path const& file, road& to,
                                   engine::gatherer* activity = nullptr) -> result<checkpoint>;
/// Reads the checkpoint alone.
[[nodiscard]] auto peek_checkpoint(std::filesystem::path const& file) -> result<checkpoint>;
/// The file that stands beside it.
[[nodiscard]] auto checkpoint_before(std::filesystem::path const& file) -> std::filesystem::path;

}  // namespace kizashi::pipeline
