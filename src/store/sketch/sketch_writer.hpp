// The addresses of a block of packets, durable before the packets are: whoever looks at the
// sketches at any time after that finds them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"
#include "kizashi/store/native_block.hpp"
#include "kizashi/store/sketch/sketch_index.hpp"

namespace kizashi::store {

/// One for each store that is open; its threads share it. Nothing else may change the sketches
/// meanwhile.
class sketch_writer {
public:
  using address16 = native_block::address16;

  /// The writer of the store that `into` has open, made when there is none yet; none where the
  /// engine has no folder. A store that had packets before it had sketches gets an index in which
  /// the days of these are missing. An index that cannot be read is put aside (index.damaged).
  [[nodiscard]] static auto open(engine& into) -> result<std::shared_ptr<sketch_writer>>;

  /// Says what a sensor's number stands for, before its first packets.
  [[nodiscard]] auto name_sensor(std::uint16_t number, std::string const& name) -> status;
  /// Returns when the addresses of rows are durable. Times are microseconds since 1970 (0: not
  /// known), sources ascend. A day without a sketch stays without. After a failure nothing has
  /// changed.
  [[nodiscard]] auto add(std::uint16_t sensor, std::span<std::uint64_t const> times,
                         std::span<std::uint32_t const> sources,
                         std::span<std::uint32_t const> destinations) -> status;
  [[nodiscard]] auto add(std::uint16_t sensor, std::span<std::uint64_t const> times,
                         std::span<address16 const> sources,
                         std::span<address16 const> destinations) -> status;
  /// Puts the runs of each sketch together. What fails stays as it is: it is right as well.
  void compact();

  explicit sketch_writer(std::filesystem::path folder, sketch_index index)
      : folder_{std::move(folder)}, index_{std::move(index)} {}

private:
  /// By day the records of a block.
  using day_records = std::map<sketch_day, std::string>;
  [[nodiscard]] auto append(day_records const& records) -> status;

  std::filesystem::path folder_;
  std::mutex mutex_;  // guards what follows, and the files
  sketch_index index_;
};

/// Makes a new file of `bytes` for a day, durable, under a number that no file has. The index is
/// for the caller to change.
[[nodiscard]] auto write_sketch(std::filesystem::path const& folder, sketch_day day,
                                std::string_view bytes) -> result<sketch_file>;

/// Puts the runs of a day's sketch together in a new file, and `index` in its place. A sketch that
/// is damaged is put aside under its name with .damaged, and the day has none from then on.
[[nodiscard]] auto compact_sketch(std::filesystem::path const& folder, sketch_day day,
                                  sketch_index& index) -> status;
/// The same without reading it. A file that is not there is no failure.
[[nodiscard]] auto put_sketch_aside(std::filesystem::path const& folder, sketch_day day,
                                    sketch_index& index) -> status;

/// The index of a store that has packets and no sketches: their days, all missing, and the sensors.
[[nodiscard]] auto index_without_sketches(engine& of) -> result<sketch_index>;

}  // namespace kizashi::store
