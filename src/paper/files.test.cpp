#include "kizashi/paper/files.hpp"

#include <algorithm>
#include <fstream>
#include <unistd.h>

#include <gtest/gtest.h>

#include "kizashi/paper/schedule.hpp"

namespace kizashi::paper {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A folder that goes with the test.
class report_folder : public testing::Test {
protected:
  report_folder() {
    auto name = (fs::temp_directory_path() / "kizashi-paper-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~report_folder() override { fs::remove_all(folder_); }
  fs::path folder_;
};

using files = report_folder;
using pdf = report_folder;

auto of_name(std::string_view name) -> report_file {
  return parse_file_name(name).value();
}

TEST_F(files, have_names_that_can_be_read_back) {
  for (auto const* const name :
       {"kizashi-2026.json", "kizashi-2026-Q3.en.html", "kizashi-2026-09.ja.pdf",
        "kizashi-2026-W36.en.pdf", "kizashi-2026-09-05.ja.html"})
    EXPECT_EQ(of_name(name).name(), name);
  EXPECT_EQ(of_name("kizashi-2026-09.en.html").period.kind, "month");
}

TEST_F(files, have_no_other_names) {
  for (auto const* const name :
       {"", "kizashi-", "../kizashi-2026.json", "kizashi-2026.json/", "kizashi-../x.json",
        "kizashi-2026.en.json", "kizashi-2026.html", "kizashi-2026.fr.html", "kizashi-2026.en.txt",
        "kizashi-2026-13.json", "kizashi-2026.json.gz", "kizashi-2026.json.12.part", "2026.json",
        "kizashi-2026-01-1.json", "kizashi-2026.en.html\n", "/etc/passwd"})
    EXPECT_FALSE(parse_file_name(name)) << name;
}

TEST_F(files, are_listed_newest_first_and_links_are_none) {
  auto const missing = folder_ / "none";
  EXPECT_TRUE(list_files(missing).value().empty());
  for (auto const* const name :
       {"kizashi-2026-08.json", "kizashi-2026-09.json", "kizashi-2026-09.en.html"})
    ASSERT_TRUE(write_file(folder_, of_name(name), name));
  std::ofstream{folder_ / "other.html"} << "x";
  fs::create_symlink("/etc/passwd", folder_ / "kizashi-2026-07.json");
  auto const found = list_files(folder_).value();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].what.name(), "kizashi-2026-09.en.html");
  EXPECT_EQ(found[2].what.name(), "kizashi-2026-08.json");
  EXPECT_EQ(found[2].bytes, 20U);
  EXPECT_EQ(read_file(folder_, found[0].what).value(), "kizashi-2026-09.en.html");
  EXPECT_EQ(read_file(folder_, of_name("kizashi-2026-07.json")).error().message,
            "there is no report kizashi-2026-07.json");
  EXPECT_EQ(read_file(folder_, of_name("kizashi-2026-06.json")).error().code, errc::not_found);
}

TEST_F(files, of_a_period_are_known_before_they_are_there) {
  auto const september = period_at("month", "2026-09").value();
  file_set const wanted{{language::english, language::japanese}, true};
  EXPECT_EQ(files_of(september, wanted).size(), 5U);
  ASSERT_TRUE(write_file(folder_ / "new", of_name("kizashi-2026-09.json"), "{}"));
  auto const missing = missing_files(folder_ / "new", september, wanted);
  ASSERT_EQ(missing.size(), 4U);
  EXPECT_EQ(missing[0].name(), "kizashi-2026-09.en.html");
}

auto at(std::string_view text) -> timestamp {
  return timestamp::parse(text).value();
}

auto names_due(std::string_view kind, std::string_view now, std::string_view first,
               std::vector<std::string> const& whole, std::vector<std::string> const& part = {})
    -> std::vector<std::string> {
  std::vector<std::string> out;
  for (auto const& each : due_periods(kind, at(now), 1h, at(first), [&](report_period const& of) {
         if (std::ranges::find(whole, of.name) != whole.end()) return written::all;
         return std::ranges::find(part, of.name) != part.end() ? written::part : written::nothing;
       }))
    out.push_back(each.name);
  return out;
}

using names = std::vector<std::string>;

TEST(schedule, waits_for_the_end_and_what_comes_late) {
  auto const first = "2026-01-01T00:00:00Z";
  EXPECT_EQ(names_due("month", "2026-03-01T00:59:59Z", first, {}), names{"2026-01"});
  EXPECT_EQ(names_due("month", "2026-03-01T01:00:00Z", first, {}), names{"2026-02"});
  EXPECT_EQ(names_due("day", "2026-03-01T01:00:00Z", first, {}), names{"2026-02-28"});
  EXPECT_EQ(names_due("year", "2027-01-01T01:00:00Z", first, {}), names{"2026"});
  EXPECT_EQ(names_due("month", "2026-03-01T01:00:00Z", first, {"2026-02"}), names{});
}

TEST(schedule, writes_nothing_of_times_before_the_first_packet) {
  EXPECT_EQ(names_due("month", "2026-03-15T00:00:00Z", "2026-03-02T00:00:00Z", {}), names{});
  EXPECT_EQ(names_due("month", "2026-03-15T00:00:00Z", "2026-02-28T23:59:00Z", {}),
            names{"2026-02"});
  EXPECT_TRUE(
      due_periods("day", at("2026-03-15T00:00:00Z"), 1h, timestamp::unknown(), nullptr).empty());
}

TEST(schedule, makes_good_what_is_missing_since_the_last) {
  auto const first = "2025-01-01T00:00:00Z";
  EXPECT_EQ(names_due("month", "2026-05-15T00:00:00Z", first, {"2026-01"}),
            (names{"2026-02", "2026-03", "2026-04"}));
  // The first that was ever begun: a crash came in between.
  EXPECT_EQ(names_due("month", "2026-05-15T00:00:00Z", first, {}, {"2026-03"}),
            (names{"2026-03", "2026-04"}));
  EXPECT_EQ(names_due("day", "2026-05-15T12:00:00Z", first, {"2026-01-01"}), names{"2026-05-14"});
}

TEST_F(pdf, says_what_is_missing) {
  EXPECT_EQ(find_browser("/no/such/browser").error().message,
            "/no/such/browser: there is no such program; a PDF needs Chromium: install the package "
            "chromium (apt install chromium), or print the HTML file from any browser");
}

/// A browser that is a script.
auto script(fs::path const& folder, std::string_view body) -> pdf_options {
  auto const file = folder / "browser";
  std::ofstream{file} << "#!/bin/sh\nfor each; do case $each in --print-to-pdf=*) to=${each#*=};; "
                         "esac; done\n"
                      << body << "\n";
  fs::permissions(file, fs::perms::owner_all);
  pdf_options out;
  out.browser = file;
  return out;
}

TEST_F(pdf, is_what_the_browser_wrote) {
  EXPECT_EQ(pdf_of("<p>", script(folder_, "printf %%PDF-1.4 > $to")).value(), "%PDF-1.4");
  // Its environment is its own.
  ::setenv("KIZASHI_SECRET", "1", 1);
  EXPECT_EQ(pdf_of("<p>", script(folder_, "printf \"%%PDF-$KIZASHI_SECRET\" > $to")).value(),
            "%PDF-");
}

TEST_F(pdf, hands_on_the_last_words_of_a_browser_that_failed) {
  EXPECT_EQ(
      pdf_of("<p>", script(folder_, "echo one >&2; echo no display >&2; exit 1")).error().message,
      (folder_ / "browser").string() + " made no PDF: no display");
}

TEST_F(pdf, ends_a_browser_that_does_not_end) {
  auto late = script(folder_, "sleep 1000 & sleep 1000");
  late.most = 100ms;
  EXPECT_EQ(pdf_of("<p>", late).error().code, errc::limit_reached);
  late.most = 1h;
  late.wants_stop = [] { return true; };
  EXPECT_EQ(pdf_of("<p>", late).error().code, errc::interrupted);
}

TEST_F(pdf, is_made_by_a_browser_that_is_here) {
  auto const browser = find_browser("");
  if (!browser) GTEST_SKIP() << browser.error().message;
  pdf_options options;
  options.browser = *browser;
  auto const made = pdf_of("<!doctype html><title>x</title><p>text", options);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_TRUE(made->starts_with("%PDF-"));
  EXPECT_NE(made->find("%%EOF"), std::string::npos);
}

}  // namespace
}  // namespace kizashi::paper
