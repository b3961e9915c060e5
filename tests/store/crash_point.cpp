// Loaded before everything else (LD_PRELOAD), it counts what a process changes in its files and
// kills it before the change with a given number: the process as it is when the machine takes it
// away. A test program arms it; any other is armed by the first folder that it makes or name that
// it gives with KIZASHI_CRASH_NEAR in it, to die at KIZASHI_CRASH_AT, with KIZASHI_CRASH_LOG.
#include <atomic>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

namespace {

std::atomic<long> die_at{0};  // 0: not counting
std::atomic<long> done{0};
std::atomic<int> log_file{-1};

void change(char const* what) {
  if (die_at.load() == 0) return;
  auto const number = done.fetch_add(1) + 1;
  if (auto const log = log_file.load(); log >= 0) ::dprintf(log, "%s\n", what);
  if (number == die_at.load()) ::kill(::getpid(), SIGKILL);
}

void arm_near(char const* path) {
  static auto const* const near = std::getenv("KIZASHI_CRASH_NEAR");
  if (near == nullptr || die_at.load() != 0 || std::strstr(path, near) == nullptr) return;
  log_file = ::open(std::getenv("KIZASHI_CRASH_LOG"), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  die_at = std::atol(std::getenv("KIZASHI_CRASH_AT"));
}

template <class Function>
auto real(char const* name) -> Function* {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

#define KIZASHI_EXPORT extern "C" __attribute__((visibility("default")))

/// From here on the change with the number `at` does not happen. `log` gets a line for each.
KIZASHI_EXPORT void crash_point_arm(long at, int log) {
  log_file = log;
  done = 0;
  die_at = at;
}

KIZASHI_EXPORT auto write(int file, void const* bytes, std::size_t size) -> ssize_t {
  static auto* const next = real<ssize_t(int, void const*, std::size_t)>("write");
  if (file != log_file.load()) change("write");
  return next(file, bytes, size);
}
KIZASHI_EXPORT auto pwrite(int file, void const* bytes, std::size_t size, off_t at) -> ssize_t {
  static auto* const next = real<ssize_t(int, void const*, std::size_t, off_t)>("pwrite");
  change("write");
  return next(file, bytes, size, at);
}
KIZASHI_EXPORT auto fsync(int file) -> int {
  static auto* const next = real<int(int)>("fsync");
  change("sync");
  return next(file);
}
KIZASHI_EXPORT auto fdatasync(int file) -> int {
  static auto* const next = real<int(int)>("fdatasync");
  change("sync");
  return next(file);
}
KIZASHI_EXPORT auto rename(char const* from, char const* to) noexcept -> int {
  static auto* const next = real<int(char const*, char const*)>("rename");
  arm_near(from);
  change("rename");
  return next(from, to);
}
KIZASHI_EXPORT auto renameat2(int a, char const* from, int b, char const* to,
                              unsigned flags) noexcept -> int {
  static auto* const next = real<int(int, char const*, int, char const*, unsigned)>("renameat2");
  change("rename");
  return next(a, from, b, to, flags);
}
KIZASHI_EXPORT auto unlink(char const* path) noexcept -> int {
  static auto* const next = real<int(char const*)>("unlink");
  change("unlink");
  return next(path);
}
KIZASHI_EXPORT auto mkdir(char const* path, mode_t mode) noexcept -> int {
  static auto* const next = real<int(char const*, mode_t)>("mkdir");
  arm_near(path);
  change("mkdir");
  return next(path, mode);
}
