#include "kizashi/app/match_output.hpp"

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

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

void append_number(std::string& to, unsigned number) {
  fmt::format_int const digits{number};
  to.append(digits.data(), digits.size());
}

/// `number` with so many digits, and what stands behind it.
template <std::size_t Digits>
void append_digits(std::string& to, std::int64_t number, char behind) {
  char text[Digits + 1];
  for (std::size_t i = Digits; i > 0; number /= 10)
    text[--i] = static_cast<char>('0' + number % 10);
  text[Digits] = behind;
  to.append(text, sizeof text);
}

/// The words of a row. What comes again and again, as there are millions of rows, is made once.
class row_words {
public:
  explicit row_words(match::address_list const& list) : list_{&list} {
    for (unsigned i = 0; i < protocols_.size(); ++i)
      protocols_[i] = protocol_name(static_cast<std::uint8_t>(i));
  }
  [[nodiscard]] auto protocol(std::uint8_t number) const -> std::string const& {
    return protocols_[number];
  }
  auto entry(match::matched_row const& row) -> std::string const& {
    auto const number = (row.source_entry != 0 ? row.source_entry : row.destination_entry) - 1;
    if (entries_.empty()) entries_.resize(list_->entries().size());
    auto& text = entries_[number];
    if (text.empty()) text = list_->entries()[number].where.to_string();
    return text;
  }
  static auto matched(match::matched_row const& row) -> std::string_view {
    if (row.source_entry == 0) return "destination";
    return row.destination_entry == 0 ? "source" : "both";
  }
  /// As `timestamp::to_string`; nothing when it is not known.
  void append_time(std::string& to, std::int64_t nanoseconds) {
    if (!timestamp{nanoseconds}.is_known()) return;
    constexpr std::int64_t second = 1'000'000'000, day = 86'400 * second;
    constexpr std::size_t date = 11;  // "2026-01-15T"
    if (date_.empty() || nanoseconds / day != day_) {
      day_ = nanoseconds / day;
      date_ = timestamp{nanoseconds}.to_string().substr(0, date);
    }
    to += date_;
    auto const seconds = nanoseconds % day / second;
    append_digits<2>(to, seconds / 3600, ':');
    append_digits<2>(to, seconds / 60 % 60, ':');
    append_digits<2>(to, seconds % 60, '.');
    append_digits<9>(to, nanoseconds % second, 'Z');
  }

private:
  match::address_list const* list_;
  std::array<std::string, 256> protocols_;
  std::vector<std::string> entries_;  // none before the first row; empty: not made yet
  std::string date_;                  // of `day_`
  std::int64_t day_ = 0;
};

void append_source(std::string& to, net::packet_batch const& batch, std::size_t row) {
  auto const source = batch.source_address(row);
  if (source.is_ipv6()) {
    to += source.to_string();
    return;
  }
  auto const value = source.as_ipv4().value();
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_number(to, value >> shift & 255);
    if (shift > 0) to += '.';
  }
}

/// What stands before each value of a line and behind the last.
struct line_form {
  std::array<std::string_view, 10> between;
};
constexpr line_form csv_form = {{"", ",", ",", ",", ",", ",", ",", ",", ",", "\n"}};
constexpr line_form json_form = {
    {"{\"time\":\"", "\",\"matched\":\"", "\",\"entry\":\"", "\",\"source\":\"",
     "\",\"protocol\":\"",
     "\",\"source_port\":", ",\"destination_port\":", ",\"tcp_flags\":", ",\"ip_length\":", "}\n"}};

void append_line(std::string& to, line_form const& form, net::packet_batch const& batch,
                 match::matched_row const& found, row_words& words) {
  auto const row = found.row;
  auto const& between = form.between;
  to += between[0];
  words.append_time(to, batch.time[row]);
  to.append(between[1]).append(row_words::matched(found));
  to.append(between[2]).append(words.entry(found));
  to += between[3];
  append_source(to, batch, row);
  to.append(between[4]).append(words.protocol(batch.ip_protocol[row]));
  to += between[5];
  append_number(to, batch.source_port[row]);
  to += between[6];
  append_number(to, batch.destination_port[row]);
  to += between[7];
  append_number(to, batch.tcp_flags[row]);
  to += between[8];
  append_number(to, batch.ip_length[row]);
  to += between[9];
}

class text_output final : public match_output {
public:
  /// Without a file: to standard output.
  text_output(std::optional<output_file> file, match::address_list const& list, bool is_json)
      : file_{std::move(file)}, words_{list}, form_{is_json ? json_form : csv_form} {
    if (!is_json)
      text_ =
          "time,matched,entry,source,protocol,source_port,destination_port,tcp_flags,ip_length\n";
  }
  auto write(net::frame_block const&, net::packet_batch const& batch,
             match::matched_rows const& rows) -> status override {
    for (auto const& each : rows.all()) append_line(text_, form_, batch, each, words_);
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
  row_words words_;
  line_form const& form_;
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
