// What has been read of scanner lists so far: prefixes with their organisations, in the order of
// the files, and a note for each file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kizashi/net/address.hpp"
#include "kizashi/recognise/scanner_list.hpp"

namespace kizashi::recognise::internal {

/// Who says whose an entry is; of equal prefixes the one that is told best counts.
enum class naming : std::uint8_t {
  list,  ///< the list itself
  file,  ///< only the name of its file
  none,
};

struct scanner_entry {
  net::prefix where;
  std::uint16_t organisation = 0;
  naming named_by = naming::list;
  std::uint32_t file = 0;  ///< number of its note
};

struct scanner_draft {
  std::vector<scanner_entry> entries;
  std::vector<std::string> names;    ///< of organisation 1 ..
  std::vector<std::string> sources;  ///< where each of them was found first
  std::vector<scanner_list_note> notes;
  std::unordered_map<std::string, std::uint16_t> numbers;  ///< of names
};

/// Takes the lines of one file.
class scanner_writer {
public:
  scanner_writer(scanner_draft& to, std::string_view file, std::string_view format);

  /// An address, a prefix, or a range "first-last" with what a list calls its organisation;
  /// `source` is where that is said. What cannot be read is refused, with a message; fails only
  /// when there are too many organisations.
  [[nodiscard]] auto add(std::size_t line, std::string_view where, std::string_view organisation,
                         std::string_view source) -> status;
  /// The same of a list that names nobody: its organisation is called like its file.
  [[nodiscard]] auto add_unnamed(std::size_t line, std::string_view where) -> status;
  void refuse(std::size_t line, std::string_view why);
  [[nodiscard]] auto entries() const -> std::size_t { return note().entries; }
  [[nodiscard]] auto refused() const -> std::size_t { return note().refused; }
  [[nodiscard]] auto first_message() const -> std::string;

private:
  [[nodiscard]] auto note() const -> scanner_list_note& { return to_->notes.back(); }
  [[nodiscard]] auto add(std::size_t line, std::string_view where, std::string_view organisation,
                         std::string_view source, naming named_by) -> status;
  [[nodiscard]] auto number_of(std::string_view organisation, std::string_view source)
      -> result<std::uint16_t>;

  scanner_draft* to_;
  std::unordered_map<std::string, std::uint16_t> spellings_;  ///< numbers by what the list writes
};

/// "censys" of "lists/censys.txt.gz".
[[nodiscard]] auto stem_of(std::string_view file) -> std::string;

/// The prefixes that make up the addresses from `first` to `last`; at most two for each bit.
/// Neither may be of another family nor `last` before `first`.
[[nodiscard]] auto prefixes_of(net::address first, net::address last) -> std::vector<net::prefix>;

}  // namespace kizashi::recognise::internal
