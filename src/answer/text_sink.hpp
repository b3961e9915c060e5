// Where answers go, a text at a time.
#pragma once

#include <string>
#include <string_view>

#include "kizashi/base/error.hpp"

namespace kizashi::answer {

class text_sink {
public:
  virtual ~text_sink() = default;
  [[nodiscard]] virtual auto write(std::string_view text) -> status = 0;
};

class string_sink final : public text_sink {
public:
  [[nodiscard]] auto write(std::string_view more) -> status override {
    text += more;
    return {};
  }
  std::string text;
};

}  // namespace kizashi::answer
