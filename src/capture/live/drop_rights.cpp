#include "kizashi/capture/live/drop_rights.hpp"

#include <array>
#include <cerrno>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace kizashi::capture::live {
namespace {

constexpr unsigned capability_bits = 64;

struct identity {
  uid_t user = 0;
  gid_t group = 0;
};

auto find_user(std::string const& name) -> result<identity> {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(16384);
  auto const answer = ::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  if (found == nullptr) {
    return fail(errc::not_found,
                fmt::format("there is no user \"{}\"{}; expected one that the process can become: "
                            "adduser --system makes one",
                            name, answer != 0 ? ": " + system_error_text(answer) : ""));
  }
  if (entry.pw_uid == 0)
    return fail(errc::out_of_range,
                fmt::format("the user \"{}\" is root itself; expected one without rights", name));
  return identity{entry.pw_uid, entry.pw_gid};
}

auto refused(std::string_view what) -> tl::unexpected<error> {
  auto const number = errno;
  return fail(system_error_code(number),
              fmt::format("cannot give up rights: {}: {}", what, system_error_text(number)));
}

auto count_threads() -> std::size_t {
  std::error_code ignored;
  std::filesystem::directory_iterator const tasks{"/proc/self/task", ignored};
  return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

auto become(identity const& other) -> status {
  if (::setgroups(0, nullptr) != 0) return refused("groups");
  if (::setresgid(other.group, other.group, other.group) != 0) return refused("group");
  if (::setresuid(other.user, other.user, other.user) != 0) return refused("user");
  if (::setuid(0) == 0) return fail(errc::permission, "cannot give up rights: root came back");
  return {};
}

/// What no program that is started may get either. Needs CAP_SETPCAP; without it the way there is
/// closed by no_new_privs.
void empty_bounding_set() {
  for (unsigned each = 0; each < capability_bits; ++each)
    if (::prctl(PR_CAPBSET_READ, each, 0, 0, 0) == 1)
      static_cast<void>(::prctl(PR_CAPBSET_DROP, each, 0, 0, 0));
}

auto set_no_capabilities() -> status {
  // Where the kernel knows no ambient set there is none to empty.
  static_cast<void>(::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0));
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> const none{};
  if (::syscall(SYS_capset, &header, none.data()) != 0) return refused("capabilities");
  return {};
}

}  // namespace

auto drop_rights(std::string const& user) -> status {
  if (auto const threads = count_threads(); threads > 1)
    return fail(
        errc::unsupported,
        fmt::format("cannot give up rights: {} threads run already; expected one", threads));
  auto const is_root = ::geteuid() == 0;
  identity other;
  if (is_root && !user.empty()) {
    KIZASHI_TRY(other, find_user(user));
  }
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("new privileges");
  empty_bounding_set();
  if (other.user != 0) KIZASHI_TRY(become(other));
  KIZASHI_TRY(set_no_capabilities());
  auto const left = look_at_rights();
  if (!left.is_without_capabilities() || !left.no_new_privileges)
    return fail(errc::permission, "cannot give up rights: some are still there");
  return {};
}

auto look_at_rights() -> held_rights {
  held_rights held;
  held.user = ::geteuid();
  held.group = ::getegid();
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  static_cast<void>(::syscall(SYS_capget, &header, sets.data()));
  auto const join = [&](auto member) {
    return std::uint64_t{sets[1].*member} << 32 | sets[0].*member;
  };
  held.effective = join(&__user_cap_data_struct::effective);
  held.permitted = join(&__user_cap_data_struct::permitted);
  held.inheritable = join(&__user_cap_data_struct::inheritable);
  for (unsigned each = 0; each < capability_bits; ++each) {
    if (::prctl(PR_CAPBSET_READ, each, 0, 0, 0) == 1) held.bounding |= std::uint64_t{1} << each;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, each, 0, 0) == 1)
      held.ambient |= std::uint64_t{1} << each;
  }
  held.no_new_privileges = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
  return held;
}

}  // namespace kizashi::capture::live
