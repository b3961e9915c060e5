// Configuration: every key stands in one table with its default, range and help. From the table
// come the reader of the TOML file, the check of command line options, their messages and the
// manual.
//
//   inline constexpr ... keys{{"window.length", duration{60s}, duration{1s}, duration{24h}, "Length
//   of a window."}}; KIZASHI_TRY(auto set, config::parse(keys, text, "kizashi.toml"));
//   set.get<duration>("window.length");
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi {

/// A text, a list of texts, a whole number or a length of time ("60s" in the file).
using config_value = std::variant<std::string, std::vector<std::string>, std::uint64_t, duration>;

/// What a program that runs does with a new value.
enum class on_reload : std::uint8_t {
  restart,  ///< it holds from the next start on
  live,     ///< it holds at once
  unused,   ///< of commands that end by themselves
};

struct config_key {
  /// "section.key", or "section.*.key" for sections that a person names: [sensor.north] has a value
  /// of "sensor.*.interface". Names have letters, digits, "-" and "_", 64 at most.
  std::string_view name;
  /// The default; it also says of which kind the key is. One outside of the range cannot be given:
  /// it holds only when the key is left out.
  config_value standard;
  config_value least;  ///< numbers and lengths of time: the range, both ends included
  config_value most;
  std::string_view help;     ///< sentences for the manual
  std::string_view example;  ///< a value as it stands in the file; empty: the default
  /// Texts and lists: says what is wrong with one text, the text itself included. May be null.
  auto(*check)(std::string const& text) -> status = nullptr;
  /// Where the default is outside of the range: what holds then, for messages.
  std::string_view if_left_out = {};
  on_reload reload = on_reload::restart;
};

/// Where a value comes from: a place in a file, an option, or, without any of them, the default.
struct config_origin {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string option;
  /// "FILE:LINE:COLUMN", "OPTION", or nothing.
  [[nodiscard]] auto to_string() const -> std::string;
};

/// Something that is wrong with a key. The message begins with the key's name.
struct config_mistake {
  std::string key;
  config_origin at;
  std::string message;
};
/// "FILE:LINE:COLUMN: message", one per line, in the order of the file; those without a place
/// first.
[[nodiscard]] auto to_text(std::vector<config_mistake> mistakes) -> std::string;

struct config_draft;

/// Values of all keys of a table. The table must outlive it.
class config {
public:
  /// Every key at its default.
  explicit config(std::span<config_key const> keys);

  /// Reads TOML. `file` is the name used in messages. Fails with every mistake found, one per line,
  /// each as "FILE:LINE:COLUMN: KEY is VALUE; expected ...".
  [[nodiscard]] static auto parse(std::span<config_key const> keys, std::string_view text,
                                  std::string_view file) -> result<config>;

  /// The same with what could be read, for who wants to say all that is wrong at once. Fails alone
  /// when the text is no TOML.
  [[nodiscard]] static auto draft(std::span<config_key const> keys, std::string_view text,
                                  std::string_view file) -> result<config_draft>;

  /// Sets `name` from a command line option, whose name stands in the message. A list is what
  /// stands between commas.
  [[nodiscard]] auto set(std::string_view name, std::string_view text, std::string_view option)
      -> status;

  /// `T`: the kind of the key in the table. Of sections that a person names, `name` has the name.
  template <class T>
  [[nodiscard]] auto get(std::string_view name) const -> T const& {
    auto const named = named_.find(name);
    return std::get<T>(named != named_.end() ? named->second : values_[index_of(name)]);
  }
  /// Whether a file or an option gave a value.
  [[nodiscard]] auto is_set(std::string_view name) const -> bool {
    return named_.contains(name) || is_set_[index_of(name)];
  }
  [[nodiscard]] auto origin_of(std::string_view name) const -> config_origin;
  /// A section that a person named ("sensor.north"): where its name stands.
  [[nodiscard]] auto origin_of_section(std::string_view section) const -> config_origin;
  /// Every key with its value as it would stand in a file, in the order of the table; those of
  /// sections that a person named once for each.
  struct entry {
    std::string name;
    std::string value;
    config_key const* key = nullptr;
  };
  [[nodiscard]] auto entries() const -> std::vector<entry>;
  /// The names of the sections under `section` ("sensor"), in alphabetical order.
  [[nodiscard]] auto names_in(std::string_view section) const -> std::vector<std::string>;
  /// How many keys were given.
  [[nodiscard]] auto count_set() const -> std::size_t;

private:
  [[nodiscard]] auto index_of(std::string_view name) const -> std::size_t;
  [[nodiscard]] auto take(std::string_view name, config_value value) -> status;

  std::span<config_key const> keys_;
  std::vector<config_value> values_;
  std::vector<bool> is_set_;
  std::map<std::string, config_value, std::less<>> named_;      // "sensor.north.interface"
  std::map<std::string, config_origin, std::less<>> sections_;  // "sensor.north"
  std::map<std::string, config_origin, std::less<>> origins_;   // of what was given
  friend class config_reader;
};

/// What a file says, as far as it could be read, and what was wrong with the rest.
struct config_draft {
  config values;
  std::vector<config_mistake> mistakes;
};

/// A TOML file with every key, its help, range and default; the keys themselves are commented out.
[[nodiscard]] auto document_config(std::span<config_key const> keys) -> std::string;

/// "1s to 24h; default 60s", for the help of an option.
[[nodiscard]] auto describe_range(config_key const& key) -> std::string;

/// The candidate that `word` was probably meant to be; empty when none is near.
[[nodiscard]] auto closest(std::string_view word, std::span<std::string_view const> candidates)
    -> std::string_view;

}  // namespace kizashi
