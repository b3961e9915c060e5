#include "kizashi/app/match_output.hpp"

#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "kizashi/app/report.hpp"
#include "kizashi/app/text_sink.hpp"
#include "kizashi/base/output_file.hpp"
#include "kizashi/capture/pcap_writer.hpp"

namespace kizashi::app {
namespace {

/// The frames as they were captured. The first one says of which link type the file is.
class pcap_output final : public match_output {
public:
  explicit pcap_output(std::string file) : file_{std::move(file)} {}

  auto write(net::frame_block const& block, net::packet_batch const& batch,
             match::matched_rows const& rows) -> status override {
    for (auto const& each : rows.all()) {
      auto const& frame = block.frames[batch.frame_index[each.row]];
      KIZASHI_TRY(open(frame.link));
      if (frame.link != link_)
        return fail(
            errc::unsupported,
            fmt::format("{}: a pcap file has one link type, and the inputs have {} and {}; "
                        "match them one by one, or write .csv or .jsonl",
                        file_, static_cast<unsigned>(link_), static_cast<unsigned>(frame.link)));
      KIZASHI_TRY(writer_->write(frame.time, frame.wire, block.data(frame)));
    }
    return {};
  }
  auto close() -> status override {
    KIZASHI_TRY(open(net::link_type::raw_ip));
    return writer_->close();
  }

private:
  auto open(net::link_type link) -> status {
    if (writer_) return {};
    link_ = link;
    KIZASHI_TRY(auto made, capture::pcap_writer::create(file_, link));
    writer_.emplace(std::move(made));
    return {};
  }

  std::string file_;
  net::link_type link_ = net::link_type::raw_ip;
  std::optional<capture::pcap_writer> writer_;
};

/// What text says of a row.
struct match_line {
  std::string time;
  std::string_view matched;
  std::string entry;
  std::string source;
  std::string protocol;
  net::packet packet;
};

auto line_of(net::packet_batch const& batch, match::matched_row const& row,
             match::address_list const& list) -> match_line {
  match_line line;
  line.packet = batch.row(row.row);
  line.time = line.packet.time.is_known() ? line.packet.time.to_string() : "";
  bool const is_from = row.source_entry != 0, is_to = row.destination_entry != 0;
  line.matched = is_from && is_to ? "both" : is_from ? "source" : "destination";
  auto const number = is_from ? row.source_entry : row.destination_entry;
  line.entry = list.entries()[number - 1].where.to_string();
  line.source = batch.source_address(row.row).to_string();
  line.protocol = protocol_name(line.packet.ip_protocol);
  return line;
}

class text_output final : public match_output {
public:
  /// Without a file: to standard output.
  text_output(std::optional<output_file> file, match::address_list const& list, bool is_json)
      : file_{std::move(file)}, list_{&list}, is_json_{is_json} {
    if (!is_json_)
      text_ =
          "time,matched,entry,source,protocol,source_port,destination_port,tcp_flags,ip_length\n";
  }
  auto write(net::frame_block const&, net::packet_batch const& batch,
             match::matched_rows const& rows) -> status override {
    for (auto const& each : rows.all()) {
      auto const line = line_of(batch, each, *list_);
      auto const& is = line.packet;
      constexpr auto csv = "{},{},{},{},{},{},{},{},{}\n";
      constexpr auto json =
          "{{\"time\":\"{}\",\"matched\":\"{}\",\"entry\":\"{}\",\"source\":\"{}\","
          "\"protocol\":\"{}\",\"source_port\":{},\"destination_port\":{},\"tcp_flags\":{},"
          "\"ip_length\":{}}}\n";
      auto const out = std::back_inserter(text_);
      if (is_json_)
        fmt::format_to(out, json, line.time, line.matched, line.entry, line.source, line.protocol,
                       is.source_port, is.destination_port, is.tcp_flags, is.ip_length);
      else
        fmt::format_to(out, csv, line.time, line.matched, line.entry, line.source, line.protocol,
                       is.source_port, is.destination_port, is.tcp_flags, is.ip_length);
    }
    return flush();
  }
  auto close() -> status override {
    KIZASHI_TRY(flush());
    return file_ ? file_->commit() : standard_.flush();
  }

private:
  auto flush() -> status {
    auto written = file_ ? file_->write(text_) : standard_.write(text_);
    text_.clear();
    return written;
  }

  std::optional<output_file> file_;
  standard_output standard_;
  match::address_list const* list_;
  bool is_json_;
  std::string text_;
};

}  // namespace

auto open_match_output(std::string const& file, match::address_list const& list)
    -> result<std::unique_ptr<match_output>> {
  std::string_view const name{file};
  if (name.ends_with(".pcap")) return std::make_unique<pcap_output>(file);
  bool const is_standard = name.empty() || name == "-";
  bool const is_json = name.ends_with(".jsonl");
  if (!is_standard && !is_json && !name.ends_with(".csv"))
    return fail(errc::parse_error,
                fmt::format("-o {}: expected a name that ends in .pcap, .csv or .jsonl", file));
  std::optional<output_file> to;
  if (!is_standard) {
    KIZASHI_TRY(auto made, output_file::create(file));
    to.emplace(std::move(made));
  }
  return std::make_unique<text_output>(std::move(to), list, is_json);
}

}  // namespace kizashi::app
