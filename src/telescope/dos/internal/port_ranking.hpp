// The attacked ports of a vector: the busiest, and how many there are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/dos/dos_event.hpp"
#include "kizashi/telescope/internal/hyperloglog.hpp"

namespace kizashi::telescope::internal {

/// Exact up to 64 ports. With more it keeps those that can be busiest (Space-Saving: Metwally,
/// Agrawal, El Abbadi, "Efficient computation of frequent and top-k elements in data streams", ICDT
/// 2005): each port with more than a 64th of the packets is kept, its packets are a lower bound,
/// and the number of ports is an estimate with an error of 3.3 %.
class port_ranking {
public:
  static constexpr std::size_t most_exact = 64;

  void add(std::uint8_t ip_protocol, std::uint16_t port) {
    auto const key = std::uint32_t{ip_protocol} << 16 | port;
    if (sketch_ != nullptr) sketch_->add(mix64(key));
    for (auto& each : kept_)
      if (each.key == key) return void(++each.packets);
    if (kept_.size() < most_exact) return kept_.push_back({key, 0, 1});
    if (sketch_ == nullptr) become_sketch(key);
    auto& least = *std::ranges::min_element(kept_, {}, &entry::packets);
    least = {key, least.packets, least.packets + 1};
  }
  [[nodiscard]] auto is_exact() const noexcept -> bool { return sketch_ == nullptr; }
  [[nodiscard]] auto count() const noexcept -> std::uint32_t {
    return static_cast<std::uint32_t>(is_exact() ? static_cast<double>(kept_.size())
                                                 : std::min(sketch_->estimate() + 0.5, 4e9));
  }
  /// Busiest first, equals in the order of protocol and port.
  [[nodiscard]] auto busiest() const -> attacked_ports {
    std::vector<attacked_port> answer;
    for (auto const& each : kept_)
      answer.push_back({static_cast<std::uint8_t>(each.key >> 16),
                        static_cast<std::uint16_t>(each.key), each.packets - each.surplus});
    std::ranges::sort(answer, [](attacked_port const& a, attacked_port const& b) {
      if (a.packets != b.packets) return a.packets > b.packets;
      return a.ip_protocol != b.ip_protocol ? a.ip_protocol < b.ip_protocol : a.port < b.port;
    });
    return attacked_ports{answer};
  }
  [[nodiscard]] auto bytes() const noexcept -> std::size_t {
    return kept_.size() * sizeof(entry) + (sketch_ == nullptr ? 0 : sizeof(*sketch_));
  }

  template <class Io, class Self>
  static void state_fields(Io& io, Self& self) {
    auto kept = self.kept_.size();
    bool is_sketch = self.sketch_ != nullptr;
    io(kept, is_sketch);
    if constexpr (Io::is_reading) {
      io.expect(kept <= most_exact, "at most 64 ports");
      if (!io.is_good()) return;
      self.kept_.resize(kept);
      if (is_sketch) self.sketch_ = std::make_unique<hyperloglog<10>>();
      io.expect(!is_sketch || kept > 0, "ports");
    }
    for (auto& each : self.kept_) io(each.key, each.surplus, each.packets);
    if (is_sketch) io(*self.sketch_);
  }

private:
  struct entry {
    std::uint32_t key;
    std::uint64_t surplus;  ///< of `packets`: may be those of ports that were here before
    std::uint64_t packets;
  };
  void become_sketch(std::uint32_t newest) {
    sketch_ = std::make_unique<hyperloglog<10>>();
    for (auto const& each : kept_) sketch_->add(mix64(each.key));
    sketch_->add(mix64(newest));
  }

  std::vector<entry> kept_;
  std::unique_ptr<hyperloglog<10>> sketch_;
};

}  // namespace kizashi::telescope::internal
