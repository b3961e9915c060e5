// Saved views, settings and the audit log over HTTP.
#pragma once

#include <mutex>
#include <vector>

#include "kizashi/access/door.hpp"
#include "kizashi/api/route.hpp"
#include "kizashi/app/json_document.hpp"
#include "kizashi/base/config.hpp"

namespace kizashi::app {

class serve_desk {
public:
  /// `door` outlives it and its routes.
  explicit serve_desk(access::door& door) : door_{door} {}

  /// What holds by now; again after each change. From any thread.
  void set_config(config const& values);
  /// `api::desk_routes` with answers. They live as long as this.
  [[nodiscard]] auto routes() -> std::vector<api::route>;

private:
  using response = api::http::response;
  [[nodiscard]] auto list_views(api::call const& of) -> response;
  [[nodiscard]] auto add_view(api::call const& of) -> response;
  [[nodiscard]] auto remove_view(api::call const& of) -> response;
  [[nodiscard]] auto list_settings(api::call const& of) -> response;
  [[nodiscard]] auto list_audit(api::call const& of) -> response;

  access::door& door_;
  std::mutex lock_;
  json settings_ = json::array();
};

}  // namespace kizashi::app
