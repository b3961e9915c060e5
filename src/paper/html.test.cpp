#include "kizashi/paper/html.hpp"

#include <gtest/gtest.h>

#include "kizashi/paper/changes.hpp"
#include "kizashi/paper/markup.hpp"
#include "kizashi/paper/plots.hpp"

namespace kizashi::paper {
namespace {

/// What a network's name would be if whoever registers it wanted to be a tag.
constexpr auto hostile = "</td><script>alert(1)</script>\"'&\x01\xff";

auto row_of(json more) -> json {
  json out{{"packets", 100}, {"wire_bytes", 6000}, {"sources", 10},
           {"share", 0.1},   {"before", nullptr},  {"change", nullptr}};
  out.update(more);
  return out;
}

/// A document with nothing but totals.
auto plain_report() -> json {
  json const month{{"kind", "month"},
                   {"name", "2026-02"},
                   {"from", "2026-02-01T00:00:00Z"},
                   {"to", "2026-03-01T00:00:00Z"},
                   {"days", 28}};
  json out{{"kizashi", "0.1.0"}, {"store", "seen"}, {"filter", nullptr}, {"period", month}};
  out["is_over"] = true;
  out["observed"] = {{"first_minute", "2026-02-01T00:00:00Z"},
                     {"last_minute", "2026-02-28T23:59:00Z"},
                     {"days", 28},
                     {"sensors", {"north"}}};
  out["earlier"] = month;
  out["addresses"] = 256;
  out["totals"] = {
      {"packets", 1000}, {"wire_bytes", 60000}, {"sources", 10}, {"packets_per_address", nullptr}};
  out["before"] = {{"packets", 1000}, {"sources", 10}};
  for (auto const* const list : {"history", "days", "hours", "ports", "countries", "as", "tools",
                                 "classes", "scanners", "changes"})
    out[list] = json::array();
  out["scanner_share"] = 0;
  out["events"] = out["attacks"] = {{"count", nullptr}};
  out["notable"] = nullptr;
  return out;
}

auto kinds_of(json const& report) -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& each : facts_of(report)) out.push_back(each.is);
  return out;
}

using kinds = std::vector<std::string>;

TEST(changes, say_how_much_came) {
  auto of = plain_report();
  EXPECT_EQ(kinds_of(of), kinds{"same"});
  of["before"]["packets"] = 500;
  EXPECT_EQ(kinds_of(of), kinds{"rise"});
  EXPECT_EQ(text_of(facts_of(of)[0], words{language::english}),
            "1.00 k packets came from 10 sources, 100 % more than in the period before (500).");
  of["before"]["packets"] = 2000;
  EXPECT_EQ(text_of(facts_of(of)[0], words{language::japanese}),
            "10 の送信元から 1,000 パケットが届き、前期間（2,000）より 50 % 減少しました。");
  of["before"] = nullptr;
  EXPECT_EQ(kinds_of(of), kinds{"first"});
  of["is_over"] = false;
  EXPECT_EQ(kinds_of(of), (kinds{"open", "first"}));
  of["is_over"] = true;
  of["observed"]["days"] = 27;
  EXPECT_EQ(kinds_of(of), (kinds{"gap", "first"}));
  of["totals"]["packets"] = 0;
  EXPECT_EQ(kinds_of(of), kinds{"empty"});
}

TEST(changes, say_what_an_address_received) {
  auto of = plain_report();
  of["totals"]["packets_per_address"] = 3.9;
  EXPECT_EQ(kinds_of(of), (kinds{"same", "address"}));
  of["history"].push_back({{"name", "2026-01"},
                           {"packets", 1000},
                           {"sources", 10},
                           {"addresses", 256},
                           {"packets_per_address", 3.1}});
  EXPECT_EQ(kinds_of(of), (kinds{"same", "address.change"}));
}

TEST(changes, name_ports_that_are_new_rose_or_fell) {
  auto of = plain_report();
  json const before{{"packets", 50}, {"sources", 5}}, none{{"packets", 0}, {"sources", 0}};
  auto const port = [&](int number, json change, json const& was) {
    return row_of({{"protocol", "tcp"}, {"port", number}, {"before", was}, {"change", change}});
  };
  of["ports"] = {port(23, 0.0, before), port(3389, nullptr, none), port(22, 2.0, before),
                 port(80, -0.6, before)};
  EXPECT_EQ(kinds_of(of), (kinds{"same", "port", "port.new", "port.rise", "port.fall"}));
  EXPECT_EQ(text_of(facts_of(of)[3], words{language::english}),
            "Port 22/tcp (ssh) rose to 3.0 times the period before: 100 packets from 10 sources.");
  for (auto& row : of["ports"]) row["share"] = 0.001;
  EXPECT_EQ(kinds_of(of), kinds{"same"});
}

TEST(changes, name_countries_and_tools) {
  auto of = plain_report();
  json const before{{"packets", 50}, {"sources", 5}}, none{{"packets", 0}, {"sources", 0}};
  of["countries"] = {row_of({{"country", nullptr}}),
                     row_of({{"country", "JP"}, {"before", before}, {"change", 9.0}}),
                     row_of({{"country", "BR"}, {"before", before}, {"change", 1.5}})};
  of["tools"] = {row_of({{"tool", "zmap"}, {"before", before}, {"change", 0.0}}),
                 row_of({{"tool", "mirai"}, {"before", none}})};
  of["scanner_share"] = 0.25;
  EXPECT_EQ(kinds_of(of),
            (kinds{"same", "country", "country.rise", "tool", "tool.new", "scanners"}));
  EXPECT_EQ(text_of(facts_of(of)[2], words{language::japanese}),
            "ブラジルからのパケットは前期間の 2.5 倍でした。");
}

TEST(changes, find_the_day_that_stands_out) {
  auto of = plain_report();
  for (auto const packets : {1, 2, 1, 1, 9})
    of["days"].push_back({{"day", fmt::format("2026-02-0{}", of["days"].size() + 1)},
                          {"packets", packets},
                          {"wire_bytes", 1},
                          {"sources", 1}});
  EXPECT_EQ(text_of(facts_of(of)[1], words{language::english}),
            "The busiest day was 2026-02-05 with 9 packets, 9.0 times the median day.");
  of["days"].erase(0);
  EXPECT_EQ(kinds_of(of), kinds{"same"});
}

TEST(markup, makes_text_of_what_is_text) {
  EXPECT_EQ(text("a<b>&\"'").str(), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(text("\x1b[1m\xff").str(), "?[1m\xEF\xBF\xBD");
  EXPECT_EQ(element("td", {{"class", "a\"b"}}, text("x")).str(), "<td class=\"a&quot;b\">x</td>");
  EXPECT_EQ(element("rect", {}).str(), "<rect/>");
}

TEST(markup, is_cut_between_characters) {
  EXPECT_EQ(cut_to("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 4), "abc…");
  EXPECT_EQ(cut_to("日本語", 6), "日本語");
  EXPECT_EQ(cut_to("日本語", 5), "日本…");
}

TEST(html, escapes_whatever_strangers_name) {
  auto of = plain_report();
  of["store"] = of["filter"] = hostile;
  of["observed"]["sensors"] = {hostile};
  of["before"] = nullptr;
  // Compilers differ in whether braces around one value make a list of it: array() says so.
  using json = nlohmann::json;
  of["as"] = json::array({row_of({{"as", 64500}, {"name", hostile}})});
  of["tools"] = json::array({row_of({{"tool", hostile}})});
  of["scanners"] = json::array({row_of({{"scanner", hostile}})});
  of["changes"] = json::array();
  of["changes"].push_back({{"is", "x"}, {"text", {{"en", hostile}, {"ja", hostile}}}});
  for (auto const each : languages) {
    auto const page = html_of(of, each);
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find('\x01'), std::string::npos);
    EXPECT_NE(page.find("&lt;script&gt;alert(1)"), std::string::npos);
    // Nothing but the link that the table of networks asks for leads anywhere.
    EXPECT_EQ(page.find("src="), std::string::npos);
    EXPECT_EQ(page.find("url("), std::string::npos);
    EXPECT_EQ(page.find("href=\"h"), page.rfind("href=\"h"));
    EXPECT_EQ(page.find("href=\"/"), std::string::npos);
  }
}

/// What engines found: a surge, which fusing repeats, and a group of several ports.
auto some_findings() -> json {
  auto const row = [](json services, char const* engine, char const* kind, char const* reason) {
    json finding{{"engine", engine}, {"kind", kind}, {"level", "high"}, {"sensor", nullptr}};
    finding["services"] = std::move(services);
    finding["engines"] = finding["sensors"] = json::array();
    finding["confidence"] = 0.875;
    finding["score"] = 12.5;
    finding["threshold"] = 4.0;
    finding["evidence"] = json::object();
    finding["reason"] = reason;
    json out{{"finding", std::move(finding)},
             {"first", "2026-02-03T04:00:00Z"},
             {"last", "2026-02-03T05:30:00Z"},
             {"source_count", 1234}};
    out["engines"] = json::array({engine});
    out["count"] = 2;
    return out;
  };
  json out{{"events", json::array()}, {"attacks", json::array()}, {"campaigns", nullptr}};
  auto& found = out["findings"];
  found = {{"levels", {{"critical", 0}, {"high", 2}, {"medium", 0}, {"low", 1}, {"note", 0}}},
           {"count", 3},
           {"shortages", 0}};
  found["engines"] = json::array({"ntd", "surge"});
  auto const at = [](char const* name, int port) {
    return json{{"name", name}, {"protocol", 6}, {"port", port}};
  };
  found["rows"] = json::array();
  found["rows"].push_back(row(json::array(), "ntd", "group", "Of no single port."));
  found["rows"].push_back(
      row(json::array({at("tcp/23", 23), at("udp/53", 53), at("icmp/8.0", 2048), at("tcp/1", 1)}),
          "surge", "surge", hostile));
  auto& surge = found["rows"][1]["finding"];
  surge["evidence"] = {{"counted", 1500}, {"minutes", 10}, {"expected", 0.0125}};
  return out;
}

TEST(html, tells_what_the_engines_found) {
  auto of = plain_report();
  of["notable"] = some_findings();
  auto const english = html_of(of, language::english), japanese = html_of(of, language::japanese);
  EXPECT_NE(english.find("3 findings of ntd, surge, by level: high 2, low 1."), std::string::npos);
  EXPECT_NE(japanese.find("ntd, surge による検知 3 件（高 2, 低 1）。"), std::string::npos);
  EXPECT_NE(english.find("surge · 23/tcp (telnet), 53/udp (dns), icmp/8.0 +1<small>"),
            std::string::npos);
  EXPECT_NE(english.find("&lt;script&gt;alert(1)"), std::string::npos);
  EXPECT_NE(japanese.find("10 分間の数は 1,500、通常は 0.0125。"), std::string::npos);
  EXPECT_NE(japanese.find("スコア 12.5（しきい値 4）。"), std::string::npos);
  EXPECT_NE(english.find("<td class=\"time\">2026-02-03 04:00</td><td class=\"number\">1 h 30 min"),
            std::string::npos);
  EXPECT_EQ(kinds_of(of), (kinds{"same", "findings", "findings.first"}));
  EXPECT_EQ(text_of(facts_of(of)[2], words{language::english}),
            "The strongest of them: surge, 23/tcp (telnet), 53/udp (dns), icmp/8.0 +1, 1,234 "
            "sources from 2026-02-03 04:00 UTC, confidence 0.88.");
  // A joint finding of one engine is of the kind of that engine.
  auto& first = of["notable"]["findings"]["rows"][0]["finding"];
  first["kind"] = "fused";
  first["engines"] = json::array({"nmf"});
  EXPECT_NE(html_of(of, language::japanese).find("<td>集団<small>"), std::string::npos);
}

TEST(html, says_why_nothing_is_told_of_engines) {
  auto of = plain_report();
  of["notable"] = some_findings();
  auto& found = of["notable"]["findings"];
  found["count"] = 0;
  EXPECT_EQ(kinds_of(of), kinds{"same"});
  EXPECT_NE(html_of(of, language::english)
                .find("The store has no findings of the detection engines for this period: none "
                      "were run over it, or those that were found nothing."),
            std::string::npos);
  EXPECT_NE(html_of(of, language::japanese).find("検知エンジンの結果はストアにありません"),
            std::string::npos);
  found["shortages"] = 2;
  EXPECT_NE(html_of(of, language::english).find("had not enough data to judge"), std::string::npos);
  EXPECT_NE(html_of(of, language::japanese).find("判断に足るデータを得られませんでした"),
            std::string::npos);
}

TEST(html, has_links_to_the_chapters_that_there_are) {
  auto const page = html_of(plain_report(), language::english);
  EXPECT_NE(page.find("<a href=\"#ports\">Destination ports</a>"), std::string::npos);
  EXPECT_NE(page.find("<section class=\"list\" id=\"ports\">"), std::string::npos);
  EXPECT_EQ(page.find("#timeline"), std::string::npos);
  EXPECT_NE(page.find("@bottom-left { content: \"Observation report 2026-02\"; }"),
            std::string::npos);
}

TEST(html, is_in_the_language_and_marks_what_is_open) {
  auto of = plain_report();
  auto const english = html_of(of, language::english), japanese = html_of(of, language::japanese);
  EXPECT_NE(english.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_NE(english.find("Monthly report"), std::string::npos);
  EXPECT_NE(japanese.find("<html lang=\"ja\">"), std::string::npos);
  EXPECT_NE(japanese.find("月次レポート"), std::string::npos);
  EXPECT_EQ(english.find("Provisional"), std::string::npos);
  of["is_over"] = false;
  EXPECT_NE(
      html_of(of, language::english)
          .find("Provisional: this period has not ended. Counted until 2026-02-28 23:59 UTC."),
      std::string::npos);
  of["observed"]["last_minute"] = nullptr;
  of["totals"]["packets"] = 0;
  EXPECT_NE(html_of(of, language::japanese).find("暫定版"), std::string::npos);
}

}  // namespace
}  // namespace kizashi::paper
