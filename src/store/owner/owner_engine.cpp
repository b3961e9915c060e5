#include "kizashi/store/owner/owner_engine.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/output_file.hpp"
#include "kizashi/store/owner/internal/connection.hpp"
#include "kizashi/store/owner/internal/messages.hpp"

namespace kizashi::store {
namespace {

using internal::door_request;
using internal::reply_kind;
using internal::request_kind;
using internal::stop_question;

/// Asks on a connection of its own and hands on the pieces.
auto converse(local_address const& door, door_request const& request,
              stop_question const& wants_stop, answer_sink const& sink) -> status {
  KIZASHI_TRY(auto const socket, door.connect());
  KIZASHI_TRY(internal::send_all(socket.get(), internal::encode(request), wants_stop));
  std::vector<std::uint8_t> bytes;
  for (;;) {
    std::array<std::uint8_t, internal::reply_head_size> head{};
    KIZASHI_TRY(internal::receive_all(socket.get(), head, wants_stop));
    KIZASHI_TRY(auto const reply, internal::decode_reply(head));
    bytes.resize(reply.length);
    KIZASHI_TRY(internal::receive_all(socket.get(), bytes, wants_stop));
    std::string_view const text{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
    if (reply.kind == reply_kind::end) return {};
    if (reply.kind == reply_kind::failure) return tl::unexpected{internal::decode_failure(text)};
    KIZASHI_TRY(sink(bytes));
  }
}

class owner_engine final : public engine {
public:
  owner_engine(local_address door, std::filesystem::path folder, engine_capabilities has)
      : door_{std::move(door)}, folder_{std::move(folder)}, has_{std::move(has)} {}

  auto capabilities() const noexcept -> engine_capabilities const& override { return has_; }
  auto is_owner() const noexcept -> bool override { return false; }

  auto run(std::string_view) -> status override { return refuse(); }
  auto insert(std::string_view, native_block const&, std::string_view) -> status override {
    return refuse();
  }
  auto ask(question const& asked, answer_sink const& sink) -> status override {
    return converse(door_, request_of(request_kind::ask, asked), asked.wants_stop, sink);
  }
  auto ask_parquet(question const& asked, std::filesystem::path const& file) -> status override {
    KIZASHI_TRY(auto to, output_file::create(file));
    KIZASHI_TRY(
        converse(door_, request_of(request_kind::parquet, asked), asked.wants_stop,
                 [&](std::span<std::uint8_t const> bytes) {
                   return to.write({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
                 }));
    return to.commit();
  }
  void ask_in(std::string_view) override {}  // the owner knows where its tables are

private:
  static auto request_of(request_kind kind, question const& asked) -> door_request {
    return {kind, asked.form, asked.limits, std::string{asked.sql}};
  }
  [[nodiscard]] auto refuse() const -> status {
    return fail(errc::permission,
                fmt::format("{}: the store belongs to another process, which alone can write to "
                            "it; wait until it has ended",
                            folder_.string()));
  }

  local_address door_;
  std::filesystem::path folder_;
  engine_capabilities has_;
};

}  // namespace

auto ask_owner(std::filesystem::path const& folder) -> result<std::shared_ptr<engine>> {
  KIZASHI_TRY(auto door, internal::door_address(folder));
  std::string version;
  KIZASHI_TRY(converse(door, {}, {}, [&](std::span<std::uint8_t const> bytes) -> status {
    version.append(bytes.begin(), bytes.end());
    return {};
  }));
  KIZASHI_TRY(auto has, engine_capabilities::of_version(version));
  return std::make_shared<owner_engine>(std::move(door), folder, std::move(has));
}

}  // namespace kizashi::store
