// What a store knows of an address or a prefix: the answer of `kizashi host` and of the API.
#pragma once

#include <string>
#include <vector>

#include "kizashi/answer/question.hpp"
#include "kizashi/answer/text_sink.hpp"
#include "kizashi/engine/finding.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/store/host.hpp"
#include "kizashi/store/stored_findings.hpp"

namespace kizashi::answer {

struct host_answer {
  asked const& question;
  net::prefix who;
  store::host_profile profile;
  stored_names scanners;
  stored_names fingerprints;
  /// In which it is among the sources, newest first.
  std::vector<engine::finding> findings = {};

  [[nodiscard]] auto is_one() const -> bool { return who.first() == who.last(); }
  /// "192.0.2.7", "192.0.2.0/24".
  [[nodiscard]] auto name() const -> std::string {
    return is_one() ? who.first().to_string() : who.to_string();
  }
};

/// Findings for `host_answer`, as many as a list has rows, of the sensors that are asked for.
[[nodiscard]] auto findings_of_host(store::engine& in, asked const& question,
                                    net::prefix const& who, store::finding_scope const& scope)
    -> result<std::vector<engine::finding>>;

/// "kizashi-host/1".
[[nodiscard]] auto write_json(host_answer const& what, text_sink& out) -> status;
[[nodiscard]] auto event_json(store::stored_event const& each, stored_names const& fingerprints)
    -> json;

}  // namespace kizashi::answer
