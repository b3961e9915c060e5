#include "kizashi/app/serve_export.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <fmt/format.h>

#include "kizashi/api/desk.hpp"
#include "kizashi/api/handlers/store_call.hpp"
#include "kizashi/app/query_output.hpp"
#include "kizashi/app/serve_filter.hpp"
#include "kizashi/capture/pcap_writer.hpp"
#include "kizashi/net/rebuild.hpp"
#include "kizashi/store/packet_reader.hpp"

namespace kizashi::app {
namespace {

namespace http = api::http;

/// A folder that goes with its owner: captures and Parquet are written to files.
class export_folder {
public:
  [[nodiscard]] static auto make() -> result<export_folder> {
    auto name = (std::filesystem::temp_directory_path() / "kizashi-export-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      return fail(errc::io_error, fmt::format("{}: cannot be made", name));
    return export_folder{name};
  }
  export_folder(export_folder&& other) noexcept : path_{std::move(other.path_)} {
    other.path_.clear();
  }
  auto operator=(export_folder&&) -> export_folder& = delete;
  ~export_folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] auto file(std::string_view name) const -> std::string {
    return fmt::format("{}/{}", path_.string(), name);
  }

private:
  explicit export_folder(std::string path) : path_{std::move(path)} {}
  std::filesystem::path path_;
};

auto content_of_file(std::string const& name) -> result<std::string> {
  std::ifstream in{name, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  if (!in) return fail(errc::io_error, fmt::format("{}: cannot be read", name));
  return out.str();
}

/// What `of` asks for, as far as its scope lets it. `question`: sensors and sources of the scope.
auto selection_of(api::observatory const& in, api::call const& of, answer::asked const& question)
    -> result<store::packet_selection> {
  std::vector<filter::expression> parts;
  if (of.with.has("filter")) {
    if (!in.packet_filter) return fail(errc::unsupported, "this server has no filter language");
    auto made = in.packet_filter(of.with.get<std::string>("filter"), of.who.has_destinations);
    if (!made)
      return fail(made.error().code, fmt::format("query.filter: {}", made.error().message));
    parts.push_back((*made)->expression());
  }
  if (!question.filter.sensors.empty()) {
    filter::expression sensors;
    sensors.term.of = filter::field::sensor;
    for (auto const number : question.filter.sensors)
      if (auto const found = question.sensor_names.find(number);
          found != question.sensor_names.end())
        sensors.term.texts.push_back(found->second);
    if (sensors.term.texts.empty()) return fail(errc::not_found, "there is nothing to export");
    std::ranges::sort(sensors.term.texts);
    parts.push_back(std::move(sensors));
  }
  if (!question.filter.sources.empty()) {
    filter::expression sources;
    sources.term.of = filter::field::source;
    for (auto const& each : question.filter.sources)
      sources.term.addresses.push_back({each.first(), each.last()});
    std::ranges::sort(sources.term.addresses, {},
                      [](net::address_range const& each) { return each.first; });
    parts.push_back(std::move(sources));
  }
  store::packet_selection out;
  out.from = question.filter.from;
  out.to = question.filter.to;
  if (parts.empty()) return out;
  auto whole = parts.size() == 1 ? std::move(parts[0]) : filter::all_of(std::move(parts));
  KIZASHI_TRY(auto bound, store::bind_filter(*in.engine, std::move(whole), filter::target::packets,
                                             question.options.ask));
  out.where = std::make_shared<store::stored_filter const>(std::move(bound));
  return out;
}

/// One export and its bounds.
struct export_job {
  store::engine& engine;
  store::chosen_packets const& chosen;
  store::ask_settings const& ask;
  std::uint64_t limit = 0;
  bool has_destinations = false;
};

class string_lines final : public text_sink {
public:
  [[nodiscard]] auto write(std::string_view more) -> status override {
    text += more;
    return {};
  }
  std::string text;
};

auto export_lines(export_job const& job, bool is_csv) -> result<std::string> {
  string_lines out;
  auto const pieces =
      job.chosen.pieces().empty() ? std::vector{job.chosen.whole()} : job.chosen.pieces();
  auto left = job.limit;
  for (auto const& piece : pieces) {
    if (left == 0) break;
    auto const writer =
        is_csv ? make_csv_output(out, &piece == pieces.data()) : make_json_lines_output(out);
    auto const sql =
        fmt::format("select * from ({}) limit {}",
                    job.chosen.text(piece, {.has_destinations = job.has_destinations}), left);
    KIZASHI_TRY(
        job.engine.ask({sql, writer->form(), job.ask.limits, job.ask.wants_stop},
                       [&](std::span<std::uint8_t const> bytes) { return writer->write(bytes); }));
    KIZASHI_TRY(writer->finish());
    left -= std::min(left, piece.ipv4 + piece.ipv6);
  }
  return std::move(out.text);
}

auto export_as_parquet(export_job const& job) -> result<std::string> {
  KIZASHI_TRY(auto const folder, export_folder::make());
  auto const name = folder.file("packets.parquet");
  auto const sql = fmt::format(
      "select * from ({}) limit {}",
      job.chosen.text(job.chosen.whole(), {.has_destinations = job.has_destinations}), job.limit);
  KIZASHI_TRY(job.engine.ask_parquet(
      {sql, store::answer_form::native, job.ask.limits, job.ask.wants_stop}, name));
  return content_of_file(name);
}

auto export_as_pcap(export_job const& job) -> result<std::string> {
  KIZASHI_TRY(auto const folder, export_folder::make());
  auto const name = folder.file("packets.pcap");
  KIZASHI_TRY(auto out, capture::pcap_writer::create(name, net::link_type::raw_ip,
                                                     capture::pcap_resolution::microseconds));
  auto left = job.limit;
  auto const read = store::read_packets(
      job.engine, job.chosen, job.ask.limits,
      [&](store::stored_packets& in) -> status {
        net::headers_buffer buffer;
        for (std::size_t row = 0; row < in.packets.size(); ++row) {
          if (left == 0) return fail(errc::limit_reached, "that many are enough");
          if (in.packets.has(row, net::attribute::pseudonym)) continue;
          auto const length = net::rebuild_headers(in.packets, row, buffer);
          if (length == 0) continue;
          KIZASHI_TRY(out.write(timestamp{in.packets.time[row]}, in.packets.wire_length[row],
                                std::span{buffer}.first(length)));
          --left;
        }
        return {};
      },
      job.ask.wants_stop);
  if (!read && left > 0) return tl::unexpected{read.error()};
  KIZASHI_TRY(out.close());
  return content_of_file(name);
}

auto export_packets_of(api::observatory const& in, api::call const& of) -> result<http::response> {
  KIZASHI_TRY(auto const question, api::question_of(in, of));
  auto const format = of.with.get<std::string>("format");
  if (format == "pcap" && !of.who.has_destinations)
    return fail(errc::permission,
                "a capture has the telescope's addresses, which this account may not see; csv, "
                "jsonl and parquet come without them");
  KIZASHI_TRY(auto const selection, selection_of(in, of, question));
  auto const& ask = question.options.ask;
  KIZASHI_TRY(auto const chosen,
              store::chosen_packets::find(*in.engine, selection, ask.limits, ask.wants_stop));
  export_job const job{*in.engine, chosen, ask, of.with.get<std::uint64_t>("limit"),
                       of.who.has_destinations};
  auto made = format == "pcap"      ? export_as_pcap(job)
              : format == "parquet" ? export_as_parquet(job)
                                    : export_lines(job, format == "csv");
  if (!made) return tl::unexpected{made.error()};
  auto const type = format == "pcap"      ? "application/vnd.tcpdump.pcap"
                    : format == "parquet" ? "application/vnd.apache.parquet"
                    : format == "csv"     ? "text/csv; charset=utf-8"
                                          : "application/jsonl";
  http::response out{200, type, std::move(*made), {}};
  out.fields.add("Content-Disposition", fmt::format("attachment; filename=\"packets.{}\"", format));
  // How many there are, of which the limit may have left some out.
  out.fields.add("X-Packets", fmt::format("{}", chosen.packets()));
  return out;
}

}  // namespace

auto export_route_of(api::observatory const& in) -> api::route {
  auto out = api::export_route();
  out.answer = [&in](api::call const& of) { return api::answered(export_packets_of(in, of)); };
  return out;
}

}  // namespace kizashi::app
