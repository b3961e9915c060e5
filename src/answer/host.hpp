// What a store knows of an address or a prefix: the answer of `kizashi host` and of the API.
#pragma once

#include <string>

#include "kizashi/answer/question.hpp"
#include "kizashi/answer/text_sink.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/host.hpp"

namespace kizashi::answer {

struct host_answer {
  asked const& question;
  net::prefix who;
  store::host_profile profile;
  stored_names scanners;
  stored_names fingerprints;

  [[nodiscard]] auto is_one() const -> bool { return who.first() == who.last(); }
  /// "192.0.2.7", "192.0.2.0/24".
  [[nodiscard]] auto name() const -> std::string {
    return is_one() ? who.first().to_string() : who.to_string();
  }
};

/// "kizashi-host/1".
[[nodiscard]] auto write_json(host_answer const& what, text_sink& out) -> status;
[[nodiscard]] auto event_json(store::stored_event const& each, stored_names const& fingerprints)
    -> json;

}  // namespace kizashi::answer
