#include "kizashi/capture/live/internal/pcap_source.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <pcap/pcap.h>
#include <poll.h>
#include <utility>

#include <fmt/format.h>

#include "kizashi/capture/live/clock.hpp"
#include "kizashi/capture/live/internal/link_kind.hpp"

namespace kizashi::capture::live::internal {
namespace {

constexpr int frames_at_a_time = 512;

auto code_of(int answer) -> errc {
  switch (answer) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return errc::not_found;
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return errc::permission;
    default:
      return errc::io_error;
  }
}

}  // namespace

void pcap_source::closer::operator()(pcap* handle) const noexcept {
  ::pcap_close(handle);
}

auto pcap_source::open(interface_options const& options, std::string remark)
    -> result<std::unique_ptr<pcap_source>> {
  std::unique_ptr<pcap_source> made{new pcap_source{options, std::move(remark)}};
  KIZASHI_TRY(made->begin());
  return made;
}

pcap_source::pcap_source(interface_options const& options, std::string remark) : options_{options} {
  if (!remark.empty()) notes_.push_back({std::move(remark), false});
}

pcap_source::~pcap_source() = default;

auto pcap_source::activate(pcap* opened) const -> status {
  ::pcap_set_snaplen(opened, static_cast<int>(options_.snap_length));
  ::pcap_set_promisc(opened, options_.promiscuous ? 1 : 0);
  ::pcap_set_timeout(
      opened, static_cast<int>(
                  std::chrono::ceil<std::chrono::milliseconds>(options_.block_timeout).count()));
  ::pcap_set_buffer_size(
      opened, static_cast<int>(std::min<std::size_t>(options_.ring_bytes, std::size_t{1} << 30)));
  static_cast<void>(::pcap_set_tstamp_precision(opened, PCAP_TSTAMP_PRECISION_NANO));
  if (auto const answer = ::pcap_activate(opened); answer < 0) {
    auto const code = code_of(answer);
    auto const* const advice =
        code == errc::permission ? "; listening needs the right CAP_NET_RAW" : "";
    return fail(code, fmt::format("{}: libpcap cannot listen: {} ({}){}", options_.interface,
                                  ::pcap_statustostr(answer), ::pcap_geterr(opened), advice));
  }
  return {};
}

auto pcap_source::begin() -> status {
  std::array<char, PCAP_ERRBUF_SIZE> words{};
  handle opened{::pcap_create(options_.interface.c_str(), words.data())};
  if (opened == nullptr)
    return fail(errc::io_error, fmt::format("{}: {}", options_.interface, words.data()));
  KIZASHI_TRY(activate(opened.get()));
  auto const link = ::pcap_datalink(opened.get());
  link_ = link_of_pcap(link);
  if (!net::is_known(link_)) {
    auto const* const called = ::pcap_datalink_val_to_name(link);
    return fail(errc::unsupported,
                fmt::format("{}: the interface is of kind {} ({}), which is not understood",
                            options_.interface, link, called != nullptr ? called : "unknown"));
  }
  if (!options_.outgoing) static_cast<void>(::pcap_setdirection(opened.get(), PCAP_D_IN));
  bpf_program compiled{};
  if (!options_.filter.empty()) {
    if (::pcap_compile(opened.get(), &compiled, options_.filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) !=
        0) {
      return fail(errc::parse_error,
                  fmt::format("filter \"{}\": {}; expected an expression as for tcpdump (man "
                              "pcap-filter)",
                              options_.filter, ::pcap_geterr(opened.get())));
    }
    auto const answer = ::pcap_setfilter(opened.get(), &compiled);
    ::pcap_freecode(&compiled);
    if (answer != 0)
      return fail(errc::io_error,
                  fmt::format("{}: {}", options_.interface, ::pcap_geterr(opened.get())));
  }
  if (::pcap_setnonblock(opened.get(), 1, words.data()) != 0)
    return fail(errc::io_error, fmt::format("{}: {}", options_.interface, words.data()));
  std::lock_guard const held{mutex_};
  handle_ = std::move(opened);
  return {};
}

auto pcap_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  if (failure_) return tl::unexpected<error>{*failure_};
  auto taken = take(out);
  if (taken && out.frames.empty()) {
    pollfd wanted{::pcap_get_selectable_fd(handle_.get()), POLLIN, 0};
    auto const limit = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
    static_cast<void>(::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(limit, 60'000))));
    taken = take(out);
  }
  if (!taken) {
    failure_ = taken.error();
    if (out.frames.empty()) return tl::unexpected<error>{*failure_};
  }
  if (!out.frames.empty()) return arrival{flow::frames, out.frames.back().time};
  return arrival{flow::idle, system_clock().now() - 2 * options_.block_timeout};
}

auto pcap_source::take(net::frame_block& out) -> status {
  into_ = &out;
  auto const answer = ::pcap_dispatch(handle_.get(), frames_at_a_time, &pcap_source::take_frame,
                                      reinterpret_cast<unsigned char*>(this));
  into_ = nullptr;
  std::lock_guard const held{mutex_};
  for (auto const& each : out.frames) {
    ++counted_.received;
    counted_.received_bytes += each.wire;
    counted_.cut += each.captured < each.wire ? 1 : 0;
  }
  if (answer >= 0) return {};
  return fail(errc::io_error, fmt::format("{}: cannot listen any more: {}", options_.interface,
                                          ::pcap_geterr(handle_.get())));
}

void pcap_source::take_frame(unsigned char* self, pcap_pkthdr const* header,
                             unsigned char const* data) {
  auto& source = *reinterpret_cast<pcap_source*>(self);
  auto const unit =
      ::pcap_get_tstamp_precision(source.handle_.get()) == PCAP_TSTAMP_PRECISION_NANO ? 1U : 1000U;
  auto const time = timestamp::from_parts(static_cast<std::uint64_t>(header->ts.tv_sec),
                                          static_cast<std::uint64_t>(header->ts.tv_usec) * unit);
  source.into_->append(time, source.link_, header->len, {data, header->caplen});
}

auto pcap_source::reopen() -> status {
  if (!failure_) return {};
  auto const before = statistics();
  KIZASHI_TRY(begin());
  failure_.reset();
  std::lock_guard const held{mutex_};
  before_ = {};
  before_.kernel_dropped = before.kernel_dropped;
  ++counted_.reopened;
  return {};
}

auto pcap_source::statistics() const -> source_statistics {
  std::lock_guard const held{mutex_};
  auto answer = counted_;
  answer.add(before_);
  pcap_stat counts{};
  if (handle_ != nullptr && ::pcap_stats(handle_.get(), &counts) == 0)
    answer.kernel_dropped += counts.ps_drop + counts.ps_ifdrop;
  return answer;
}

}  // namespace kizashi::capture::live::internal
