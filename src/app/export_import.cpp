#include "kizashi/app/export_import.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "kizashi/app/import_lines.hpp"
#include "kizashi/app/place_file.hpp"
#include "kizashi/app/terminal.hpp"
#include "kizashi/base/text.hpp"
#include "kizashi/capture/export_line.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::app {
namespace {

/// Numbers by name.
using numbered = std::map<std::string, std::uint16_t, std::less<>>;

template <class Enum>
auto numbers_of(std::size_t count) -> numbered {
  numbered out;
  for (std::size_t i = 0; i < count; ++i)
    out.emplace(std::string{name_of(static_cast<Enum>(i))}, static_cast<std::uint16_t>(i));
  return out;
}

/// What a file names.
struct names_in_file {
  std::set<std::string> scanners, fingerprints;

  void add(capture::exported_packet const& packet) {
    if (!packet.scanner.empty()) scanners.insert(packet.scanner);
    for (auto const each : split(packet.fingerprints, ' '))
      if (!each.empty()) fingerprints.emplace(each);
  }
};

auto look_through(std::string const& file, std::shared_ptr<store::engine> const& by)
    -> result<names_in_file> {
  names_in_file found;
  capture::export_reader reader;
  KIZASHI_TRY(auto lines, import_lines::open(file, by));
  // What is wrong with a line or the file is told when it is stored.
  auto const seen = lines.for_each([&](capture::text_line const& line, auto const&) -> status {
    if (is_stop_wanted()) return fail(errc::interrupted, "stopped");
    if (line.is_too_long) return {};
    auto const packet = reader.read(line.text);
    if (packet && *packet != nullptr) found.add(**packet);
    return {};
  });
  static_cast<void>(seen);
  return found;
}

/// The packets of one sensor.
class sensor_stream {
public:
  explicit sensor_stream(store::packet_writer writer) : writer_{std::move(writer)} {
    batch_->clear();
  }
  auto add(capture::exported_packet const& packet, recognise::tag_columns const& tag) -> status {
    auto row = packet.row;
    if (packet.ipv6) {
      row.source = row.destination = static_cast<std::uint32_t>(batch_->ipv6.size());
      batch_->ipv6.push_back(*packet.ipv6);
    }
    auto const at = batch_->size();
    batch_->set_row(at, row);
    tags_->type[at] = tag.type[0];
    tags_->traffic_class[at] = tag.traffic_class[0];
    tags_->scanner[at] = tag.scanner[0];
    tags_->fingerprints[at] = tag.fingerprints[0];
    batch_->resize(at + 1);
    return batch_->size() < net::packet_batch::capacity ? status{} : hand_over();
  }
  auto finish(bool is_whole) -> status {
    KIZASHI_TRY(hand_over());
    return writer_.finish(is_whole);
  }
  [[nodiscard]] auto counts() const -> store::writer_counts { return writer_.counts(); }

private:
  auto hand_over() -> status {
    auto taken = writer_.add(*batch_, *tags_);
    batch_->clear();
    return taken;
  }
  store::packet_writer writer_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

class export_import final : public line_import {
public:
  static auto open(std::string const& file, std::shared_ptr<store::engine> into,
                   std::string const& sensor) -> result<std::unique_ptr<line_import>> {
    KIZASHI_TRY(auto const found, look_through(file, into));
    auto made = std::unique_ptr<export_import>{new export_import};
    std::string hint;
    KIZASHI_TRY(made->places_, open_places({}, hint));
    made->engine_ = std::move(into);
    made->sensor_ = sensor;
    auto& options = made->options_;
    options.places = made->places_.is_empty() ? nullptr : &made->places_;
    for (auto const& each : found.scanners) {
      options.scanners.push_back(each);
      made->scanners_.emplace(each, static_cast<std::uint16_t>(options.scanners.size()));
    }
    for (auto const& each : found.fingerprints) {
      if (options.fingerprints.size() == 64) break;  // a store has room for so many
      made->fingerprints_.emplace(each, static_cast<std::uint16_t>(options.fingerprints.size()));
      options.fingerprints.push_back(each);
    }
    return made;
  }

  auto parse(std::string_view line) -> status override {
    packet_ = nullptr;
    KIZASHI_TRY(auto const* const read, reader_.read(line));
    if (read == nullptr) return {};
    KIZASHI_TRY(auto const type, number_in(types_, "type", read->type));
    KIZASHI_TRY(auto const traffic_class, number_in(classes_, "class", read->traffic_class));
    tag_->type[0] = static_cast<std::uint8_t>(type);
    tag_->traffic_class[0] = static_cast<std::uint8_t>(traffic_class);
    auto const scanner = scanners_.find(read->scanner);
    tag_->scanner[0] = scanner == scanners_.end() ? std::uint16_t{0} : scanner->second;
    tag_->fingerprints[0] = 0;
    for (auto const each : split(read->fingerprints, ' '))
      if (auto const known = fingerprints_.find(each); known != fingerprints_.end())
        tag_->fingerprints[0] |= std::uint64_t{1} << known->second;
    packet_ = read;
    return {};
  }
  auto keep() -> status override {
    if (packet_ == nullptr) return {};
    auto const& sensor = sensor_.empty() ? packet_->sensor : sensor_;
    auto found = streams_.find(sensor);
    if (found == streams_.end()) {
      auto options = options_;
      options.sensor = sensor;
      KIZASHI_TRY(auto writer, store::packet_writer::open(engine_, std::move(options)));
      found = streams_.emplace(sensor, std::move(writer)).first;
    }
    return found->second.add(*packet_, *tag_);
  }
  auto finish(bool is_whole) -> status override {
    for (auto& each : streams_) KIZASHI_TRY(each.second.finish(is_whole));
    return {};
  }
  [[nodiscard]] auto counts() const -> import_counts override {
    import_counts sum;
    for (auto const& each : streams_) {
      auto const one = each.second.counts();
      sum.stored += one.stored;
      sum.known += one.known;
    }
    return sum;
  }

private:
  export_import() = default;

  static auto number_in(numbered const& names, std::string_view column, std::string const& name)
      -> result<std::uint16_t> {
    if (auto const found = names.find(name); found != names.end()) return found->second;
    return fail(
        errc::parse_error,
        fmt::format("column {} is \"{}\"; expected one of those that Kizashi names", column, name));
  }

  std::shared_ptr<store::engine> engine_;
  std::string sensor_;
  recognise::place_table places_;
  store::writer_options options_;
  numbered types_ = numbers_of<recognise::packet_type>(recognise::packet_types);
  numbered classes_ = numbers_of<recognise::traffic_class>(recognise::traffic_classes);
  numbered scanners_, fingerprints_;
  capture::export_reader reader_;
  capture::exported_packet const* packet_ = nullptr;
  std::unique_ptr<recognise::tag_columns> tag_ = std::make_unique<recognise::tag_columns>();
  std::map<std::string, sensor_stream, std::less<>> streams_;
};

}  // namespace

auto open_export_import(std::string const& file, std::shared_ptr<store::engine> into,
                        std::string const& sensor) -> result<std::unique_ptr<line_import>> {
  if (file == "-")
    return fail(errc::unsupported,
                "an export is read twice, first for the names in it; expected a file, not "
                "standard input");
  return export_import::open(file, std::move(into), sensor);
}

}  // namespace kizashi::app
