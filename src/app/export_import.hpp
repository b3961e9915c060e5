// What `kizashi store export` wrote, on its way into a store again.
#pragma once

#include <memory>
#include <string>

#include "kizashi/app/line_import.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::app {

/// Packets of `file` (CSV, JSON lines or Parquet), with their types, classes, scanners and
/// fingerprints; country and AS are found anew. Each sensor's packets are a stream of their own.
/// `sensor`: of all packets; empty: as the file says. The file is looked through once before, for
/// the names in it: it cannot be standard input. Memory: as `packet_writer`, for each sensor.
[[nodiscard]] auto open_export_import(std::string const& file, std::shared_ptr<store::engine> into,
                                      std::string const& sensor)
    -> result<std::unique_ptr<line_import>>;

}  // namespace kizashi::app
