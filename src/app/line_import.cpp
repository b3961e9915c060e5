#include "kizashi/app/line_import.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "kizashi/app/place_file.hpp"
#include "kizashi/capture/flowtuple_line.hpp"
#include "kizashi/capture/nict_line.hpp"
#include "kizashi/recognise/recogniser.hpp"
#include "kizashi/recognise/traffic.hpp"
#include "kizashi/store/packet_writer.hpp"
#include "kizashi/store/tuple_writer.hpp"

namespace kizashi::app {
namespace {

/// Packets whose sources are pseudonyms: no place and no scanner's list is asked about them.
class nict_import final : public line_import {
public:
  explicit nict_import(store::packet_writer writer) : writer_{std::move(writer)} {
    batch_->clear();
    // The data set has no other packets.
    tags_->type.fill(static_cast<std::uint8_t>(recognise::packet_type::tcp_syn));
    tags_->traffic_class.fill(static_cast<std::uint8_t>(recognise::traffic_class::scan));
    tags_->scanner.fill(0);
    tags_->fingerprints.fill(0);
  }

  auto parse(std::string_view line) -> status override {
    packet_.reset();
    bool const is_first = std::exchange(is_first_, false);
    if (line.empty() || (is_first && capture::is_nict_head(line))) return {};
    KIZASHI_TRY(packet_, capture::parse_nict_line(line));
    return {};
  }
  auto keep() -> status override {
    if (!packet_) return {};
    capture::append_nict(*packet_, *batch_);
    return batch_->size() < net::packet_batch::capacity ? status{} : hand_over();
  }
  auto finish(bool is_whole) -> status override {
    KIZASHI_TRY(hand_over());
    return writer_.finish(is_whole);
  }
  [[nodiscard]] auto counts() const -> import_counts override {
    auto const all = writer_.counts();
    return {all.stored, all.known};
  }

private:
  auto hand_over() -> status {
    auto taken = writer_.add(*batch_, *tags_);
    batch_->clear();
    return taken;
  }

  store::packet_writer writer_;
  bool is_first_ = true;
  std::optional<capture::nict_packet> packet_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

/// Tuples are recognised as far as their fields decide: type, class and known scanners.
class flowtuple_import final : public line_import {
public:
  static auto open(std::shared_ptr<store::engine> into, store::writer_options options)
      -> result<std::unique_ptr<line_import>> {
    auto made = std::unique_ptr<flowtuple_import>{new flowtuple_import};
    std::string hint;
    KIZASHI_TRY(made->places_, open_places({}, hint));
    if (!made->places_.is_empty()) options.places = &made->places_;
    for (std::uint16_t i = 1; i <= made->scanners_.organisations(); ++i)
      options.scanners.emplace_back(made->scanners_.organisation(i));
    KIZASHI_TRY(auto writer, store::tuple_writer::open(std::move(into), std::move(options)));
    made->writer_.emplace(std::move(writer));
    return made;
  }

  auto parse(std::string_view line) -> status override {
    KIZASHI_TRY(tuple_, reader_.read(line));
    return {};
  }
  auto keep() -> status override {
    if (!tuple_) return {};
    waiting_.push_back(*tuple_);
    return waiting_.size() < net::packet_batch::capacity ? status{} : hand_over();
  }
  auto finish(bool is_whole) -> status override {
    KIZASHI_TRY(hand_over());
    return writer_->finish(is_whole);
  }
  [[nodiscard]] auto counts() const -> import_counts override {
    auto const all = writer_->counts();
    return {all.stored, all.known};
  }

private:
  flowtuple_import() = default;

  static auto row_of(capture::flow_tuple const& tuple) -> net::packet {
    net::packet row;
    row.time = timestamp::from_parts(tuple.minute, 0);
    row.source = tuple.source.value();
    row.destination = tuple.destination.value();
    row.source_port = tuple.source_port;
    row.destination_port = tuple.destination_port;
    row.ip_protocol = tuple.ip_protocol;
    row.tcp_flags = tuple.tcp_flags;
    row.ttl = tuple.ttl;
    row.ip_length = tuple.ip_length;
    bool const has_ports = tuple.ip_protocol == net::protocol::tcp ||
                           tuple.ip_protocol == net::protocol::udp ||
                           tuple.ip_protocol == net::protocol::icmp;
    row.attributes = has_ports ? net::bit(net::attribute::ports) : std::uint16_t{0};
    return row;
  }

  auto hand_over() -> status {
    batch_->clear();
    batch_->resize(waiting_.size());
    for (std::size_t i = 0; i < waiting_.size(); ++i) batch_->set_row(i, row_of(waiting_[i]));
    recognise::add_traffic(*batch_, {}, *tags_);
    scanners_.match(*batch_, tags_->scanner.data());
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      auto const& is = waiting_[i];
      KIZASHI_TRY(writer_->add({.minute = is.minute,
                                .source = is.source,
                                .destination = is.destination,
                                .source_port = is.source_port,
                                .destination_port = is.destination_port,
                                .ip_protocol = is.ip_protocol,
                                .tcp_flags = is.tcp_flags,
                                .ttl = is.ttl,
                                .ip_length = is.ip_length,
                                .attributes = batch_->attributes[i],
                                .type = tags_->type[i],
                                .traffic_class = tags_->traffic_class[i],
                                .scanner = tags_->scanner[i],
                                .packets = is.packets}));
    }
    waiting_.clear();
    return {};
  }

  recognise::place_table places_;
  recognise::scanner_list scanners_ = recognise::scanner_list::shipped();
  std::optional<store::tuple_writer> writer_;
  capture::flowtuple_reader reader_;
  std::optional<capture::flow_tuple> tuple_;
  std::vector<capture::flow_tuple> waiting_;
  std::unique_ptr<net::packet_batch> batch_ = std::make_unique<net::packet_batch>();
  std::unique_ptr<recognise::tag_columns> tags_ = std::make_unique<recognise::tag_columns>();
};

}  // namespace

auto open_line_import(std::string_view form, std::shared_ptr<store::engine> into,
                      std::string const& sensor) -> result<std::unique_ptr<line_import>> {
  store::writer_options options;
  options.sensor = sensor;
  if (form == "flowtuple") return flowtuple_import::open(std::move(into), std::move(options));
  KIZASHI_TRY(auto writer, store::packet_writer::open(std::move(into), std::move(options)));
  return std::make_unique<nict_import>(std::move(writer));
}

}  // namespace kizashi::app
