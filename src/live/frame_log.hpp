// Single packets for live pictures: a sample of each quarter of a second, in a ring, and their
// bytes for who may see how much of them. docs/api.md has the layout.
//
//   live::frame_sampler sampler{seed};
//   if (auto* const to = sampler.draw()) *to = {...};  // the pipeline, for each packet
//   log.add(sampler.take(begin, 250ms));               // four times a second
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/base/time.hpp"
#include "kizashi/net/address.hpp"
#include "kizashi/recognise/place.hpp"

namespace kizashi::live {

/// One packet. Its destination is not an address: it is the place of that address among those that
/// the telescope has, in ascending order.
struct mark {
  timestamp time = {};
  net::address source = {};
  std::uint32_t destination = 0;
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t sensor = 0;  ///< a number of the store's table `names`
  std::uint16_t tool = 0;    ///< number of a fingerprint; 0: none
  std::uint8_t ip_protocol = 0;
  std::uint8_t traffic_class = 0;        ///< `recognise::traffic_class`
  recognise::country_code country = {};  ///< of the source
};

struct frame {
  std::uint64_t number = 0;  ///< given by the log, 1 ..
  timestamp begin;
  duration length{};
  std::uint64_t packets = 0;  ///< that came in this time; `marks` are a sample of them
  std::vector<mark> marks;
};

/// How much a viewer may see of destinations.
enum class destination_view : std::uint8_t {
  hidden,
  block,  ///< which 256 addresses
  offset,
};

struct frame_view {
  destination_view destinations = destination_view::hidden;
  bool is_everything = false;          ///< else only what the next two let through
  std::vector<std::uint16_t> sensors;  ///< none: every sensor's
  std::vector<net::prefix> sources;    ///< none: every source
  [[nodiscard]] auto shows(mark const& each) const -> bool;
};

inline constexpr std::size_t most_marks = 2000;

/// A frame as bytes, its length before it (docs/api.md, "Frames").
[[nodiscard]] auto frame_bytes(frame const& what, frame_view const& view) -> std::string;
/// A frame without marks that says that the stream is alive.
[[nodiscard]] auto heartbeat_bytes() -> std::string;
/// A frame that says that others before it are gone.
[[nodiscard]] auto gap_bytes() -> std::string;

struct frame_news {
  std::vector<std::shared_ptr<frame const>> frames;
  std::uint64_t next = 0;  ///< number of the last one given
  bool has_gap = false;
};

/// All calls from any thread.
class frame_log {
public:
  explicit frame_log(std::size_t most_frames = 240) : most_frames_{most_frames} {}  // a minute
  auto add(frame what) -> std::uint64_t;
  [[nodiscard]] auto end() const -> std::uint64_t;
  /// What is behind number `from`, `most` frames at most.
  [[nodiscard]] auto read(std::uint64_t from, std::size_t most = 4) const -> frame_news;
  /// As `event_log::on_news`.
  void on_news(std::function<void()> call);
  /// `frame_bytes` for viewers who see every packet, made once for all of them.
  [[nodiscard]] auto shared_bytes(std::shared_ptr<frame const> const& what, destination_view view)
      -> std::shared_ptr<std::string const>;

private:
  struct made_bytes {
    std::uint64_t number = 0;
    destination_view view{};
    std::shared_ptr<std::string const> bytes;
  };
  std::size_t most_frames_;
  mutable std::mutex lock_;
  std::deque<std::shared_ptr<frame const>> frames_;
  std::uint64_t last_ = 0;
  std::mutex making_;
  std::array<made_bytes, 16> made_;
  std::mutex listening_;
  std::function<void()> listener_;
};

/// Draws at most `most` packets of each frame, each with the same chance (Vitter: "Random sampling
/// with a reservoir", ACM TOMS 1985, algorithm R). One owner.
class frame_sampler {
public:
  explicit frame_sampler(std::uint64_t seed, std::size_t most = most_marks)
      : most_{most}, random_{seed} {}
  /// One more packet: where to write all of its mark, null when it is not drawn. Valid until the
  /// next call.
  [[nodiscard]] auto draw() -> mark* {
    ++packets_;
    if (marks_.size() < most_) return &marks_.emplace_back();
    auto const at = random_.below(static_cast<std::uint32_t>(packets_));
    return at < most_ ? &marks_[at] : nullptr;
  }
  /// What was seen since the last one, by time.
  [[nodiscard]] auto take(timestamp begin, duration length) -> frame;

private:
  std::size_t most_;
  random_source random_;
  std::uint64_t packets_ = 0;
  std::vector<mark> marks_;
};

}  // namespace kizashi::live
