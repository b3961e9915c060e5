// A store that another asks through its door; behind it an engine that is made for the test, so
// that nothing needs the real one.
#include "kizashi/store/owner/store_door.hpp"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/owner/internal/connection.hpp"
#include "kizashi/store/owner/internal/messages.hpp"
#include "kizashi/store/owner/owner_engine.hpp"

namespace kizashi::store {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

/// Answers some words.
class talking_engine final : public engine {
public:
  auto capabilities() const noexcept -> engine_capabilities const& override { return has_; }
  auto run(std::string_view) -> status override { return fail(errc::io_error, "not asked here"); }
  auto insert(std::string_view, native_block const&, std::string_view) -> status override {
    return fail(errc::io_error, "not asked here");
  }
  auto ask(question const& asked, answer_sink const& sink) -> status override {
    if (asked.sql == "fail") return fail(errc::out_of_range, "SQL:1:1: no such thing");
    if (asked.sql == "wait") return wait(asked);
    auto const times = asked.sql == "much" ? 300 : 1;
    std::string const piece =
        asked.sql == "much"
            ? std::string(3'000'000, 'x')
            : fmt::format("{} {} {} {} {}", asked.sql, static_cast<int>(asked.form),
                          asked.limits.memory, asked.limits.time.count(), asked.limits.threads);
    for (int i = 0; i < times; ++i) {
      KIZASHI_TRY(sink({reinterpret_cast<std::uint8_t const*>(piece.data()), piece.size()}));
      ++pieces;
    }
    return {};
  }
  auto ask_parquet(question const& asked, std::filesystem::path const& file) -> status override {
    std::ofstream{file, std::ios::binary} << std::string(2'500'000, 'p') << asked.sql;
    return {};
  }
  void ask_in(std::string_view) override {}

  std::atomic<int> pieces{0};
  std::atomic<int> waiting{0};
  std::atomic<int> stopped{0};

private:
  auto wait(question const& asked) -> status {
    ++waiting;
    while (!asked.wants_stop()) std::this_thread::sleep_for(1ms);
    ++stopped;
    return fail(errc::interrupted, "stopped");
  }
  engine_capabilities has_ = *engine_capabilities::of_version("26.7.2.1");
};

class StoreDoor : public testing::Test {
protected:
  void SetUp() override { door_ = store_door::open(engine_, folder_).value(); }

  internal::temporary_folder kept_;
  std::filesystem::path folder_ = kept_.path() / std::string(120, 'n');
  bool is_made_ = std::filesystem::create_directories(folder_);
  std::shared_ptr<talking_engine> engine_ = std::make_shared<talking_engine>();
  std::unique_ptr<store_door> door_;
};

auto wait_until(auto const& condition) -> bool {
  for (int i = 0; i < 10'000 && !condition(); ++i) std::this_thread::sleep_for(1ms);
  return condition();
}

TEST_F(StoreDoor, HandsOnQuestionAndAnswer) {
  auto const owner = ask_owner(folder_).value();
  EXPECT_FALSE(owner->is_owner());
  EXPECT_EQ(owner->capabilities().version, "26.7.2.1");
  EXPECT_TRUE(owner->capabilities().has_parquet);
  question const asked{"select 1", answer_form::json_lines, {123'456'789'012, 5s, 3}};
  EXPECT_EQ(ask_whole(*owner, asked), "select 1 3 123456789012 5 3");
}

TEST_F(StoreDoor, HandsOnAnswersOfAnySize) {
  auto const owner = ask_owner(folder_).value();
  std::size_t size = 0;
  ASSERT_TRUE(owner->ask({"much", answer_form::native, {}}, [&](auto bytes) -> status {
    size += bytes.size();
    return {};
  }));
  EXPECT_EQ(size, 900'000'000U);
}

TEST_F(StoreDoor, HandsOnFailures) {
  auto const owner = ask_owner(folder_).value();
  auto const failed = ask_whole(*owner, {"fail", answer_form::native, {}});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::out_of_range);
  EXPECT_EQ(failed.error().message, "SQL:1:1: no such thing");
}

TEST_F(StoreDoor, GivesParquetFilesAndLeavesNone) {
  auto const owner = ask_owner(folder_).value();
  auto const file = kept_.path() / "out.parquet";
  ASSERT_TRUE(owner->ask_parquet({"select 2", answer_form::native, {}}, file));
  EXPECT_EQ(std::filesystem::file_size(file), 2'500'008U);
  for (auto const& each : std::filesystem::directory_iterator{folder_})
    EXPECT_EQ(each.path().filename(), "door");
}

TEST_F(StoreDoor, RefusesToWrite) {
  auto const owner = ask_owner(folder_).value();
  auto const refused = owner->run("drop table packets");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::permission);
  EXPECT_THAT(refused.error().message, HasSubstr("which alone can write to it"));
  EXPECT_FALSE(owner->insert("packets", native_block{0}, {}));
}

TEST_F(StoreDoor, EndsWhatAGuestNoLongerWants) {
  auto const owner = ask_owner(folder_).value();
  std::atomic<bool> has_enough{false};
  auto asking = std::async(std::launch::async, [&] {
    return owner->ask({"wait", answer_form::native, {}, [&] { return has_enough.load(); }},
                      [](auto) -> status { return {}; });
  });
  ASSERT_TRUE(wait_until([&] { return engine_->waiting == 1; }));
  has_enough = true;
  auto const outcome = asking.get();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::interrupted);
  EXPECT_TRUE(wait_until([&] { return engine_->stopped == 1; }));
}

TEST_F(StoreDoor, AGuestThatDoesNotListenStopsNobody) {
  auto const owner = ask_owner(folder_).value();
  std::promise<void> may_go_on;
  auto slow = std::async(std::launch::async, [&] {
    return owner->ask({"much", answer_form::native, {}}, [&](auto) -> status {
      may_go_on.get_future().wait();
      return fail(errc::interrupted, "enough");
    });
  });
  EXPECT_TRUE(ask_whole(*owner, {"quick", answer_form::native, {}}));
  EXPECT_LT(engine_->pieces, 20);  // it is not read ahead of who listens
  may_go_on.set_value();
  EXPECT_FALSE(slow.get());
}

TEST_F(StoreDoor, ManyAskAtATime) {
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 50; ++i)
    all.push_back(std::async(std::launch::async, [&] {
      auto const owner = ask_owner(folder_);
      return owner && ask_whole(**owner, {"select 1", answer_form::native, {}}).has_value();
    }));
  for (auto& each : all) EXPECT_TRUE(each.get());
}

TEST_F(StoreDoor, IsShutWithItsOwner) {
  auto const owner = ask_owner(folder_).value();
  door_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "door"));
  auto const none = ask_owner(folder_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::not_found);
  EXPECT_EQ(ask_whole(*owner, {"select 1", answer_form::native, {}}).error().code, errc::not_found);
}

TEST_F(StoreDoor, TakesTheSocketOfAnOwnerThatDied) {
  auto const left = folder_ / "left";
  std::filesystem::create_hard_link(folder_ / "door", left);
  door_.reset();
  std::filesystem::rename(left, folder_ / "door");
  EXPECT_EQ(ask_owner(folder_).error().code, errc::not_found);
  door_ = store_door::open(engine_, folder_).value();
  EXPECT_TRUE(ask_owner(folder_));
}

/// What the door answers to bytes that are no request; empty when it only closes.
auto answer_to(std::filesystem::path const& folder, std::string const& bytes) -> std::string {
  auto const address = internal::door_address(folder).value();
  auto const socket = address.connect().value();
  EXPECT_TRUE(internal::send_all(socket.get(), bytes, {}));
  ::shutdown(socket.get(), SHUT_WR);
  std::string answer;
  std::array<char, 4096> some{};
  for (ssize_t got; (got = ::recv(socket.get(), some.data(), some.size(), 0)) > 0;)
    answer.append(some.data(), static_cast<std::size_t>(got));
  return answer;
}

TEST_F(StoreDoor, RefusesWhatIsNoRequest) {
  using namespace std::string_literals;
  auto const good = internal::encode(
      internal::door_request{internal::request_kind::ask, answer_form::native, {}, "select 1"});
  auto const with = [&](std::size_t at, std::string const& bytes) {
    auto out = good;
    return out.replace(at, bytes.size(), bytes);
  };
  std::string const refused = "the other side speaks another language";
  for (auto const& bytes : {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"s, with(4, "\x03"),
                            with(5, "\x05"), with(26, "\xff\xff\xff\xff"),
                            with(22, "\xff\xff\xff\xff"), with(14, std::string(8, '\xff'))})
    EXPECT_THAT(answer_to(folder_, bytes), HasSubstr(refused));
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THAT(answer_to(folder_, good.substr(0, size)), testing::Not(HasSubstr("select")));
  EXPECT_TRUE(ask_owner(folder_));
}

}  // namespace
}  // namespace kizashi::store
