#include "kizashi/store/engine_findings.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

#include "kizashi/store/internal/column_values.hpp"

namespace kizashi::store {
namespace {

using kizashi::engine::finding;

/// A column of lists that grows row by row.
template <class T>
struct list_column {
  std::vector<T> values;
  std::vector<std::uint64_t> ends;

  void add(T value) { values.push_back(value); }
  void end_row() { ends.push_back(values.size()); }
  void put(native_block& to, std::string_view name) const {
    to.add_lists(name, ends, std::span<T const>{values});
  }
};

/// The columns of the table but for `number`. Texts are those of the findings, which must stay.
class finding_columns {
public:
  void add(finding const& each);
  void put(native_block& to) const;

private:
  void add_evidence(finding const& of);
  void add_series(finding const& of);
  void add_names(finding const& of);

  std::vector<std::uint64_t> id_, first_, last_, source_count_;
  std::vector<std::uint32_t> version_;
  std::vector<std::uint8_t> level_;
  std::vector<double> score_, threshold_, confidence_;
  std::vector<std::string_view> engine_, sensor_, kind_, reason_;
  list_column<std::uint8_t> protocols_, in_words_;
  list_column<std::uint16_t> ports_;
  list_column<native_block::address16> sources_;
  list_column<std::string_view> evidence_names_, evidence_words_, series_names_, engines_, sensors_;
  list_column<std::uint64_t> series_starts_, series_steps_;
  list_column<std::uint32_t> series_lengths_;
  list_column<double> evidence_numbers_, series_values_;
};

void finding_columns::add_evidence(finding const& of) {
  for (auto const& each : of.values) {
    auto const* number = std::get_if<double>(&each.value);
    evidence_names_.add(each.name);
    in_words_.add(number == nullptr);
    evidence_numbers_.add(number != nullptr ? *number : 0);
    evidence_words_.add(number != nullptr ? std::string_view{} : std::get<std::string>(each.value));
  }
  evidence_names_.end_row();
  in_words_.end_row();
  evidence_numbers_.end_row();
  evidence_words_.end_row();
}

void finding_columns::add_series(finding const& of) {
  for (auto const& each : of.series) {
    series_names_.add(each.name);
    series_starts_.add(internal::column_time(each.start));
    series_steps_.add(static_cast<std::uint64_t>(each.step.count()) / 1000);
    series_lengths_.add(static_cast<std::uint32_t>(each.values.size()));
    for (auto const value : each.values) series_values_.add(value);
  }
  series_names_.end_row();
  series_starts_.end_row();
  series_steps_.end_row();
  series_lengths_.end_row();
  series_values_.end_row();
}

void finding_columns::add_names(finding const& of) {
  for (auto const& each : of.engines) engines_.add(each);
  for (auto const& each : of.sensors) sensors_.add(each);
  engines_.end_row();
  sensors_.end_row();
}

void finding_columns::add(finding const& each) {
  id_.push_back(each.id());
  first_.push_back(internal::column_time(each.first));
  last_.push_back(internal::column_time(each.last));
  engine_.push_back(each.engine);
  version_.push_back(each.engine_version);
  sensor_.push_back(each.sensor);
  kind_.push_back(each.kind);
  level_.push_back(static_cast<std::uint8_t>(each.level));
  source_count_.push_back(each.source_count);
  score_.push_back(each.score);
  threshold_.push_back(each.threshold);
  confidence_.push_back(each.confidence);
  reason_.push_back(each.reason);
  for (auto const& at : each.services) {
    protocols_.add(at.protocol);
    ports_.add(at.port);
  }
  protocols_.end_row();
  ports_.end_row();
  for (auto const& source : each.sources) sources_.add(internal::column_address(source));
  sources_.end_row();
  add_evidence(each);
  add_series(each);
  add_names(each);
}

void finding_columns::put(native_block& to) const {
  to.add("id", id_);
  to.add("first", first_);
  to.add("last", last_);
  to.add_strings("engine", engine_);
  to.add("engine_version", version_);
  to.add_strings("sensor", sensor_);
  to.add_strings("kind", kind_);
  to.add("level", level_);
  protocols_.put(to, "service_protocols");
  ports_.put(to, "service_ports");
  to.add("source_count", source_count_);
  sources_.put(to, "sources");
  to.add("score", score_);
  to.add("threshold", threshold_);
  to.add("confidence", confidence_);
  evidence_names_.put(to, "evidence_names");
  evidence_numbers_.put(to, "evidence_numbers");
  evidence_words_.put(to, "evidence_words");
  in_words_.put(to, "evidence_in_words");
  series_names_.put(to, "series_names");
  series_starts_.put(to, "series_starts");
  series_steps_.put(to, "series_steps");
  series_lengths_.put(to, "series_lengths");
  series_values_.put(to, "series_values");
  engines_.put(to, "engines");
  sensors_.put(to, "sensors");
  to.add_strings("reason", reason_);
}

}  // namespace

engine_finding_writer::engine_finding_writer(std::shared_ptr<engine> into)
    : engine_{std::move(into)} {}

void engine_finding_writer::add(finding const& found, std::uint64_t number) {
  waiting_.push_back({found, number});
}

auto engine_finding_writer::flush() -> status {
  while (!waiting_.empty()) {
    auto const rows = std::min(waiting_.size(), block_rows);
    finding_columns columns;
    std::vector<std::uint64_t> numbers;
    for (std::size_t i = 0; i < rows; ++i) {
      columns.add(waiting_[i].found);
      numbers.push_back(waiting_[i].number);
    }
    native_block block{rows};
    block.add("number", numbers);
    columns.put(block);
    // Without a token: the same rows again are replaced, and a token would drop news that became
    // what they had been before.
    KIZASHI_TRY(engine_->insert("findings", block, {}));
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(rows));
  }
  return {};
}

}  // namespace kizashi::store
