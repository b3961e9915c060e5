#include "kizashi/capture/live/internal/ring_source.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <net/if.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <utility>

#include <fmt/format.h>

namespace kizashi::capture::live::internal {
namespace {

constexpr duration longest_tick = std::chrono::milliseconds{10};  // of a kernel with HZ=100
constexpr duration between_name_checks = std::chrono::seconds{1};

auto to_milliseconds(duration length) -> int {
  auto const count = std::chrono::ceil<std::chrono::milliseconds>(length).count();
  return static_cast<int>(std::min<std::int64_t>(count, 60'000));
}

}  // namespace

auto ring_source::open(interface_options const& options, std::shared_ptr<ring_group> group)
    -> result<std::unique_ptr<ring_source>> {
  KIZASHI_TRY(auto socket, ring_socket::create(options));
  std::unique_ptr<ring_source> made{new ring_source{options, std::move(group), std::move(socket)}};
  KIZASHI_TRY(made->tie());
  return made;
}

ring_source::ring_source(interface_options const& options, std::shared_ptr<ring_group> group,
                         ring_socket socket)
    : options_{options},
      group_{std::move(group)},
      socket_{std::move(socket)},
      walk_{socket_.memory(), options.block_bytes},
      last_name_{options.interface} {}

auto ring_source::tie() -> status {
  KIZASHI_TRY(auto const facts, look_up(socket_.get(), options_.interface));
  return tie_to(facts);
}

auto ring_source::tie_to(interface_facts const& facts) -> status {
  if (group_ != nullptr && !facts.is_up)
    return fail(errc::io_error,
                fmt::format("{}: the interface is down, and several rings share only one that is "
                            "up; ip link set {} up switches it on",
                            options_.interface, options_.interface));
  KIZASHI_TRY(auto filter,
              packet_filter::compile(options_.filter, facts.link, options_.snap_length));
  KIZASHI_TRY(socket_.tie_to(facts, options_, filter, group_.get()));
  filter_ = std::move(filter);
  link_ = facts.link;
  index_ = facts.index;
  last_name_ = options_.interface;
  return {};
}

auto ring_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  if (take(out)) return arrival{flow::frames, out.frames.back().time};
  if (failure_) return tl::unexpected<error>{*failure_};
  auto waited = wait(patience);
  auto const now = system_clock().now();  // before the ring is looked at for the last time
  if (take(out)) {                        // what lies in the ring comes before the failure
    if (!waited) failure_ = std::move(waited).error();
    return arrival{flow::frames, out.frames.back().time};
  }
  if (!waited) {
    failure_ = std::move(waited).error();
    return tl::unexpected<error>{*failure_};
  }
  see_name();
  return arrival{flow::idle, now - longest_in_block()};
}

/// How long a frame can lie in a block that the system still fills. It looks every `block_timeout`,
/// and closes the block when it was there the last time already.
auto ring_source::longest_in_block() const -> duration {
  return 2 * options_.block_timeout + longest_tick;
}

auto ring_source::take(net::frame_block& out) -> bool {
  ring_rules const rules{link_, options_.outgoing || socket_.is_outgoing_left_out(),
                         filter_ && filter_->is_applied_here() ? &*filter_ : nullptr};
  source_statistics counted;
  walk_.take(out, rules, counted);
  std::lock_guard const held{mutex_};
  counted_.add(counted);
  return !out.frames.empty();
}

/// Until a block is ready or `patience` is over. Fails when the interface has.
auto ring_source::wait(duration patience) -> status {
  pollfd wanted{socket_.get(), POLLIN, 0};
  auto const ready = ::poll(&wanted, 1, to_milliseconds(patience));
  if (ready <= 0 || (wanted.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0) return {};
  int number = 0;
  socklen_t size = sizeof number;
  static_cast<void>(::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &number, &size));
  if (number == 0) return {};
  // The system closes the last block in its time although nothing more comes.
  system_clock().sleep(longest_in_block());
  if (number != ENETDOWN)
    return fail(system_error_code(number),
                fmt::format("{}: cannot listen any more: {}", options_.interface,
                            system_error_text(number)));
  auto why = why_it_failed();
  if (!why.empty()) return fail(errc::io_error, std::move(why));
  notes_.push_back(
      {fmt::format("{}: the interface was down for a moment", options_.interface), true});
  return {};
}

/// Why the system said that the network is down; empty when the interface is up again.
auto ring_source::why_it_failed() const -> std::string {
  auto const called = name_of(socket_.get(), index_);
  if (called.empty())
    return fmt::format("{}: the interface is gone; ip link shows what there is",
                       options_.interface);
  ifreq request{};
  called.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(socket_.get(), SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0)
    return {};
  return fmt::format("{}: the interface is down; ip link set {} up switches it on",
                     options_.interface, called);
}

/// An interface that is given another name is still the one that was asked for.
void ring_source::see_name() {
  auto const now = system_clock().steady();
  if (now - name_seen_ < between_name_checks) return;
  name_seen_ = now;
  auto called = name_of(socket_.get(), index_);
  if (called.empty() || called == last_name_) return;
  notes_.push_back({fmt::format("{}: the interface is called {} now; listening goes on",
                                options_.interface, called),
                    false});
  last_name_ = std::move(called);
}

auto ring_source::reopen() -> status {
  if (!failure_) return {};
  if (!name_of(socket_.get(), index_).empty()) {
    // It was down and nothing else: the system takes the socket up again with the interface.
    if (auto why = why_it_failed(); !why.empty()) return fail(errc::io_error, std::move(why));
  } else {
    KIZASHI_TRY(auto const facts, look_up(socket_.get(), options_.interface));
    if (group_ != nullptr) {  // a socket in a group cannot be tied anew
      KIZASHI_TRY(auto fresh, ring_socket::create(options_));
      std::lock_guard const held{mutex_};
      socket_.add_counts(counted_);
      socket_ = std::move(fresh);
      walk_ = ring_walk{socket_.memory(), options_.block_bytes};
    }
    KIZASHI_TRY(tie_to(facts));
    if (!facts.is_up) return fail(errc::io_error, why_it_failed());
  }
  failure_.reset();
  std::lock_guard const held{mutex_};
  ++counted_.reopened;
  return {};
}

auto ring_source::statistics() const -> source_statistics {
  std::lock_guard const held{mutex_};
  socket_.add_counts(counted_);
  return counted_;
}

auto ring_source::notes() const -> std::vector<note> {
  return notes_;
}

}  // namespace kizashi::capture::live::internal
