// What a page needs to help while somebody types a filter.
#pragma once

#include <string>

namespace kizashi::filter {

/// One JSON object: {"operators": {KIND: [..]}, "words": [..], "fields": [{"name", "aliases",
/// "kind", "applies_to", "help", "values"}]}. The same at every call. Names of tools, scanners and
/// sensors are not in it: they differ from store to store.
[[nodiscard]] auto completion_json() -> std::string;

}  // namespace kizashi::filter
