// Whether everything that a store should have is there and can be read.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/store/engine.hpp"

namespace kizashi::store {

/// Something that is not as it should be.
struct defect {
  enum class kind : std::uint8_t {
    part,      ///< a part of a table that cannot be read
    file,      ///< a file of the archive that is not there or not what was written
    isolated,  ///< a part or file that was taken out of the answers
    balance,   ///< tables and ledger, or tables and rollups, do not agree
    notice,    ///< nothing is lost
    sketch,    ///< a sketch that cannot be read, or lacks addresses of its day's packets
  };
  kind what = kind::part;
  std::string table;
  std::string day;   ///< empty: not known, or more than one
  std::string name;  ///< of the part or file
  std::string why;
};

struct check_result {
  std::uint64_t parts = 0;  ///< that were read
  std::uint64_t files = 0;
  std::uint64_t rows = 0;
  std::vector<defect> defects;
  bool is_whole = true;  ///< false: somebody stopped it
};

/// What the check is at, for those who wait: "packets, part 3 of 12".
using step_listener = std::function<void(std::string_view)>;

/// Reads every part and every file of the archive to its end, and compares the ledger and the
/// rollups with the packets. Changes nothing.
[[nodiscard]] auto check_store(engine& in, std::filesystem::path const& folder,
                               step_listener const& at, std::function<bool()> const& wants_stop)
    -> result<check_result>;

/// Takes a damaged part or file out of the answers: a part goes to the folder `detached` of its
/// table, a file gets the ending .damaged. Returns where it is.
[[nodiscard]] auto isolate(engine& in, std::filesystem::path const& folder, defect const& what)
    -> result<std::filesystem::path>;

/// What answers lack: parts and files that were isolated, by the engine or by a person, and files
/// that are not there. Cheap: it looks at names and sizes.
[[nodiscard]] auto missing_data(engine& in, std::filesystem::path const& folder)
    -> result<std::vector<defect>>;

}  // namespace kizashi::store
