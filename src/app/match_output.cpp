#include "kizashi/app/match_output.hpp"

#include <algorithm>
#include <array>
#include <cstring>
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

/// Writes into memory that has room: there are millions of rows, and asking for room at each word
/// takes half of the time.
class pen {
public:
  explicit pen(char* at) noexcept : at_{at} {}
  [[nodiscard]] auto at() const noexcept -> char* { return at_; }
  void text(std::string_view words) noexcept {
    std::memcpy(at_, words.data(), words.size());
    at_ += words.size();
  }
  void letter(char one) noexcept { *at_++ = one; }
  void number(unsigned value) noexcept {
    fmt::format_int const digits{value};
    text({digits.data(), digits.size()});
  }
  /// `value` with so many digits, and what stands behind it.
  template <std::size_t Digits>
  void digits(std::uint32_t value, char behind) noexcept {
    for (std::size_t i = Digits; i > 0; value /= 10) at_[--i] = static_cast<char>('0' + value % 10);
    at_[Digits] = behind;
    at_ += Digits + 1;
  }

private:
  char* at_;
};

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
  void write_time(pen& to, std::int64_t nanoseconds) {
    if (!timestamp{nanoseconds}.is_known()) return;
    constexpr std::int64_t second = 1'000'000'000, day = 86'400 * second;
    constexpr std::size_t date = 11;  // "2026-01-15T"
    if (date_.empty() || nanoseconds / day != day_) {
      day_ = nanoseconds / day;
      date_ = timestamp{nanoseconds}.to_string().substr(0, date);
    }
    to.text(date_);
    auto const seconds = static_cast<std::uint32_t>(nanoseconds % day / second);
    to.digits<2>(seconds / 3600, ':');
    to.digits<2>(seconds / 60 % 60, ':');
    to.digits<2>(seconds % 60, '.');
    to.digits<9>(static_cast<std::uint32_t>(nanoseconds % second), 'Z');
  }
  /// Of a store the packets of a source come one after the other.
  auto source(net::address of) -> std::string const& {
    if (source_.empty() || of != source_address_) {
      source_ = of.to_string();
      source_address_ = of;
    }
    return source_;
  }

private:
  match::address_list const* list_;
  std::array<std::string, 256> protocols_;
  std::vector<std::string> entries_;  // none before the first row; empty: not made yet
  std::string date_;                  // of `day_`
  std::int64_t day_ = 0;
  std::string source_;  // of `source_address_`; empty: none yet
  net::address source_address_;
};

/// What stands before each value of a line and behind the last.
struct line_form {
  std::array<std::string_view, 10> between;
};
constexpr line_form csv_form = {{"", ",", ",", ",", ",", ",", ",", ",", ",", "\n"}};
constexpr line_form json_form = {
    {"{\"time\":\"", "\",\"matched\":\"", "\",\"entry\":\"", "\",\"source\":\"",
     "\",\"protocol\":\"",
     "\",\"source_port\":", ",\"destination_port\":", ",\"tcp_flags\":", ",\"ip_length\":", "}\n"}};

/// No line is longer: two IPv6 addresses, one with its length, a time, numbers and words.
constexpr std::size_t longest_line = 512;

void write_line(pen& to, line_form const& form, net::packet_batch const& batch,
                match::matched_row const& found, row_words& words) {
  auto const row = found.row;
  auto const& between = form.between;
  to.text(between[0]);
  words.write_time(to, batch.time[row]);
  to.text(between[1]);
  to.text(row_words::matched(found));
  to.text(between[2]);
  to.text(words.entry(found));
  to.text(between[3]);
  to.text(words.source(batch.source_address(row)));
  to.text(between[4]);
  to.text(words.protocol(batch.ip_protocol[row]));
  to.text(between[5]);
  to.number(batch.source_port[row]);
  to.text(between[6]);
  to.number(batch.destination_port[row]);
  to.text(between[7]);
  to.number(batch.tcp_flags[row]);
  to.text(between[8]);
  to.number(batch.ip_length[row]);
  to.text(between[9]);
}

class text_output final : public match_output {
public:
  /// Without a file: to standard output.
  text_output(std::optional<output_file> file, match::address_list const& list, bool is_json)
      : file_{std::move(file)}, words_{list}, form_{is_json ? json_form : csv_form} {
    if (!is_json)
      head_ =
          "time,matched,entry,source,protocol,source_port,destination_port,tcp_flags,ip_length\n";
  }
  auto write(net::frame_block const&, net::packet_batch const& batch,
             match::matched_rows const& rows) -> status override {
    KIZASHI_TRY(write_head());
    lines_.resize(std::max(lines_.size(), rows.all().size() * longest_line));
    pen to{lines_.data()};
    for (auto const& each : rows.all()) write_line(to, form_, batch, each, words_);
    return put({lines_.data(), static_cast<std::size_t>(to.at() - lines_.data())});
  }
  auto close() -> status override {
    KIZASHI_TRY(write_head());
    return file_ ? file_->commit() : standard_.flush();
  }

private:
  auto write_head() -> status { return put(std::exchange(head_, {})); }
  auto put(std::string_view text) -> status {
    return file_ ? file_->write(text) : standard_.write(text);
  }

  std::optional<output_file> file_;
  standard_output standard_;
  row_words words_;
  line_form const& form_;
  std::string_view head_;    // not written yet
  std::vector<char> lines_;  // of a batch
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
