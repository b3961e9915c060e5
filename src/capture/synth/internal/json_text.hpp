#pragma once

#include <string>
#include <string_view>

#include <fmt/format.h>

namespace kizashi::capture::synth {

/// A JSON string with its quotation marks (RFC 8259, section 7).
[[nodiscard]] inline auto json_text(std::string_view text) -> std::string {
  std::string answer = "\"";
  for (auto const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      answer += '\\';
      answer += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      answer += fmt::format("\\u{:04x}", byte);
    } else {
      answer += c;
    }
  }
  return answer + '"';
}

}  // namespace kizashi::capture::synth
