// From a request to the function that answers it: path, rights, limits, parameters. Whatever the
// table does not permit is refused here, before any handler runs.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kizashi/api/access.hpp"
#include "kizashi/api/http/message.hpp"
#include "kizashi/api/route.hpp"

namespace kizashi::api {

/// A file of the pages.
struct asset {
  std::string_view path;  ///< "/index.html"
  std::string_view content_type;
  std::string_view bytes;
  bool is_immutable = false;     ///< its name changes with its bytes: kept by browsers for ever
  std::string_view packed = {};  ///< the same by gzip; empty: it is not worth it
};

struct router_options {
  std::vector<route> routes;
  api::access& access;
  /// "/" is "/index.html", and so is every path that none of them has and that does not end like a
  /// file, with a dot and letters: the pages read such paths themselves.
  std::span<asset const> assets = {};
  /// Names that a Host field may have, without the port; none: any. Against pages elsewhere whose
  /// name was made to lead here (DNS rebinding).
  std::vector<std::string> hosts = {};
};

class router final : public http::service {
public:
  explicit router(router_options options) : options_{std::move(options)} {}

  [[nodiscard]] auto admit(http::request const& head) -> http::admission override;
  [[nodiscard]] auto answer(http::request const& whole) -> http::response override;
  [[nodiscard]] auto refuse(unsigned status, std::string_view why, std::string const& peer)
      -> http::response override;
  [[nodiscard]] auto routes() const noexcept -> std::vector<route> const& {
    return options_.routes;
  }

private:
  struct found {
    route const* at = nullptr;
    std::vector<path_value> values;
    std::string allowed;  ///< the methods of the path, where this one is not among them
  };
  [[nodiscard]] auto find(http::request const& head) const -> found;
  [[nodiscard]] auto check_rights(http::request const& head, route const& at, principal const& who)
      -> std::optional<http::response>;
  [[nodiscard]] auto answer_asset(http::request const& head) const -> http::response;
  /// `asker`: becomes the name of who asks, as soon as it is known.
  [[nodiscard]] auto answer_any(http::request const& whole, std::string& asker) -> http::response;
  [[nodiscard]] auto admit_route(http::request const& head) -> http::admission;
  void note(http::request const& of, std::string const& asker, unsigned status);
  [[nodiscard]] auto answer_route(http::request const& whole, found const& at, std::string& asker)
      -> http::response;
  void audit(http::request const& of, route const& at, principal const& who, unsigned status);

  router_options options_;
};

/// Whether a field Accept lets an answer of `media_type` pass (RFC 9110, section 12.5.1).
[[nodiscard]] auto is_acceptable(std::string_view accept, std::string_view media_type) -> bool;

}  // namespace kizashi::api
