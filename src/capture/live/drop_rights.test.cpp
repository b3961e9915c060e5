#include "kizashi/capture/live/drop_rights.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <linux/if_packet.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/file_descriptor.hpp"

namespace kizashi::capture::live {
namespace {

/// What `step` says in a process of its own: the rights of this one must not change.
template <class Step>
auto in_child(Step step) -> std::string {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return "no pipe";
  auto const child = ::fork();
  if (child == 0) {
    ::close(ends[0]);
    std::string const words = step();
    auto const written = ::write(ends[1], words.data(), words.size());
    ::_exit(written == static_cast<ssize_t>(words.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string answer;
  std::array<char, 512> buffer;
  for (ssize_t count = 0; (count = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
    answer.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(ends[0]);
  int code = 0;
  ::waitpid(child, &code, 0);
  return code == 0 ? answer : answer + fmt::format(" (status {})", code);
}

auto dropped(std::string const& user) -> std::string {
  auto const done = drop_rights(user);
  return done ? "" : done.error().message;
}

auto is_root() -> bool {
  return ::geteuid() == 0;
}

TEST(drop_rights, nothing_is_left) {
  EXPECT_EQ(in_child([] {
              if (auto why = dropped(""); !why.empty()) return why;
              auto const left = look_at_rights();
              return fmt::format("{} {} {} {} {}", left.effective, left.permitted, left.inheritable,
                                 left.ambient, left.no_new_privileges);
            }),
            "0 0 0 0 true");
}

TEST(drop_rights, a_packet_socket_cannot_be_opened_any_more_and_an_open_one_still_works) {
  if ((look_at_rights().effective >> 13 & 1) == 0)  // CAP_NET_RAW
    GTEST_SKIP() << "needs CAP_NET_RAW";
  EXPECT_EQ(in_child([] {
              file_descriptor const before{::socket(AF_PACKET, SOCK_RAW, 0)};
              if (!before.is_open()) return std::string{"no socket before"};
              if (auto why = dropped(""); !why.empty()) return why;
              file_descriptor const after{::socket(AF_PACKET, SOCK_RAW, 0)};
              if (after.is_open()) return std::string{"a socket after"};
              auto const reason = errno;
              tpacket_stats counts{};
              socklen_t size = sizeof counts;
              auto const works =
                  ::getsockopt(before.get(), SOL_PACKET, PACKET_STATISTICS, &counts, &size) == 0;
              return fmt::format("{} {}", reason == EPERM ? "refused" : "other", works);
            }),
            "refused true");
}

TEST(drop_rights, root_becomes_the_user_and_cannot_come_back) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  auto const* const nobody = ::getpwnam("nobody");
  if (nobody == nullptr) GTEST_SKIP() << "needs the user nobody";
  auto const expected =
      fmt::format("{} {} 0 bounding 0 back false false", nobody->pw_uid, nobody->pw_gid);
  EXPECT_EQ(in_child([] {
              if (auto why = dropped("nobody"); !why.empty()) return why;
              auto const left = look_at_rights();
              return fmt::format("{} {} {} bounding {} back {} {}", left.user, left.group,
                                 ::getgroups(0, nullptr), left.bounding, ::setuid(0) == 0,
                                 ::setgid(0) == 0);
            }),
            expected);
}

TEST(drop_rights, without_a_user_root_keeps_its_number_and_no_capability) {
  if (!is_root()) GTEST_SKIP() << "needs root";
  EXPECT_EQ(in_child([] {
              if (auto why = dropped(""); !why.empty()) return why;
              auto const left = look_at_rights();
              return fmt::format("{} {}", left.user, left.is_without_capabilities());
            }),
            "0 true");
}

TEST(drop_rights, it_can_be_done_twice) {
  EXPECT_EQ(in_child([] { return dropped("") + dropped(""); }), "");
}

TEST(drop_rights, users_that_are_none) {
  if (!is_root()) GTEST_SKIP() << "another user than root stays who it is";
  EXPECT_EQ(in_child([] { return dropped("no-such-user"); }),
            "there is no user \"no-such-user\"; expected one that the process can become: adduser "
            "--system makes one");
  EXPECT_EQ(in_child([] { return dropped("root"); }),
            "the user \"root\" is root itself; expected one without rights");
}

TEST(drop_rights, it_comes_before_threads) {
  EXPECT_EQ(in_child([] {
              std::jthread const other{[](std::stop_token const& stop) {
                while (!stop.stop_requested())
                  std::this_thread::sleep_for(std::chrono::milliseconds{1});
              }};
              return dropped("");
            }),
            "cannot give up rights: 2 threads run already; expected one");
}

}  // namespace
}  // namespace kizashi::capture::live
