// Counters for people who watch the program: added to where things happen, for the price of one
// addition, and written as text when somebody asks.
//
//   metrics all;
//   auto& packets = all.counter("kizashi_packets_total", "Packets that were read.");
//   packets.add(batch.size());
//   all.write();    // for GET /api/v1/metrics
//
// The text is the exposition format of Prometheus, version 0.0.4.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kizashi {

/// Goes up alone. From any thread; threads that add often each have their own and their own label.
class metric_counter {
public:
  void add(std::uint64_t more = 1) noexcept { value_.fetch_add(more, std::memory_order_relaxed); }
  [[nodiscard]] auto value() const noexcept -> std::uint64_t {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<std::uint64_t> value_{0};
};

/// Goes up and down.
class metric_gauge {
public:
  void set(double value) noexcept { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] auto value() const noexcept -> double {
    return value_.load(std::memory_order_relaxed);
  }

private:
  std::atomic<double> value_{0};
};

/// How many values were at most each of its bounds.
class metric_histogram {
public:
  explicit metric_histogram(std::span<double const> bounds);
  void see(double value) noexcept;

private:
  friend class metrics;
  std::vector<double> bounds_;                            // ascending
  std::unique_ptr<std::atomic<std::uint64_t>[]> counts_;  // one more than bounds
  std::atomic<double> sum_{0};
};

/// A label's name and value.
struct metric_label {
  std::string name;
  std::string value;
};

/// All counters of a program. They live as long as this. Registering is slow, and asking for the
/// same name and labels again gives the same counter.
class metrics {
public:
  using labels = std::vector<metric_label>;

  [[nodiscard]] auto counter(std::string_view name, std::string_view help, labels with = {})
      -> metric_counter&;
  [[nodiscard]] auto gauge(std::string_view name, std::string_view help, labels with = {})
      -> metric_gauge&;
  /// `bounds` ascending, the same for all labels.
  [[nodiscard]] auto histogram(std::string_view name, std::string_view help,
                               std::span<double const> bounds, labels with = {})
      -> metric_histogram&;
  /// A number that is asked for when it is written; of a name that ends in "_total" one that goes
  /// up alone.
  void ask(std::string_view name, std::string_view help, std::function<double()> value,
           labels with = {});

  /// By name, then in the order of registering.
  [[nodiscard]] auto write() const -> std::string;

private:
  struct series;
  struct family;
  [[nodiscard]] auto series_of(std::string_view name, std::string_view help, std::string_view type,
                               labels const& with) -> series&;

  mutable std::mutex lock_;
  std::deque<std::shared_ptr<family>> families_;
};

}  // namespace kizashi
