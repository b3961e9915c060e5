// The profiles of all sources of one worker: more than memory should hold go to temporary files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "kizashi/base/error.hpp"
#include "kizashi/base/state.hpp"
#include "kizashi/telescope/sources/source_profile.hpp"

namespace kizashi::telescope {

/// A source comes and goes: each time it adds a part. Its profile is the sum of its parts, in the
/// order in which they were added. About 430 B for each part. After being moved from it is of no
/// more use.
class profile_book {
public:
  /// `memory`: bytes for profiles before they go to files.
  explicit profile_book(std::size_t memory = std::size_t{64} << 20);
  profile_book(profile_book&&) noexcept;
  auto operator=(profile_book&&) noexcept -> profile_book&;
  ~profile_book();

  /// Adds what a source did from its first packet until it was forgotten.
  [[nodiscard]] auto add(source_profile const& part) -> status;

  /// The parts of all books of a stream, and the same into empty ones, in any number: each source
  /// into that of its shard. `known`: bits of the fingerprints that there are. Fail as `for_each`
  /// and `add` do; what is wrong with the state `in` says.
  [[nodiscard]] static auto save(std::span<profile_book* const> all, state_writer& out) -> status;
  [[nodiscard]] static auto restore(std::span<profile_book* const> all, std::uint64_t known,
                                    state_reader& in) -> status;

  /// Calls `visit` once for each source, by ascending address. Ends at the first failure. May be
  /// called again.
  [[nodiscard]] auto for_each(std::function<status(source_profile const&)> const& visit) const
      -> status;

  /// Visits several books that have no source in common as if they were one.
  [[nodiscard]] static auto for_each(std::span<profile_book const* const> books,
                                     std::function<status(source_profile const&)> const& visit)
      -> status;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace kizashi::telescope
