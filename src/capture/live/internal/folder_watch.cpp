#include "kizashi/capture/live/internal/folder_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "kizashi/capture/internal/capture_name.hpp"

namespace kizashi::capture::live::internal {

auto is_before(folder_order order, folder_entry const& a, folder_entry const& b) -> bool {
  if (order == folder_order::name) return a.stem < b.stem;
  return std::tie(a.modified, a.stem) < std::tie(b.modified, b.stem);
}

auto list_folder(std::filesystem::path const& folder, folder_order order)
    -> result<std::vector<folder_entry>> {
  std::unique_ptr<DIR, int (*)(DIR*)> const listing{::opendir(folder.c_str()), &::closedir};
  if (listing == nullptr) return system_failure(folder.string(), "list", errno);
  std::vector<folder_entry> found;
  while (true) {
    errno = 0;
    auto const* const each = ::readdir(listing.get());
    if (each == nullptr && errno != 0) return system_failure(folder.string(), "list", errno);
    if (each == nullptr) break;
    std::string_view const name{each->d_name};
    struct stat facts {};
    if (!capture::internal::is_capture_name(name) ||
        ::fstatat(::dirfd(listing.get()), each->d_name, &facts, 0) != 0 || !S_ISREG(facts.st_mode))
      continue;
    found.push_back({std::string{name}, std::string{capture::internal::unpacked_name(name)},
                     facts.st_dev, facts.st_ino, static_cast<std::uint64_t>(facts.st_size),
                     facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec});
  }
  // The plain form is the shorter name.
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) {
    return std::tuple{std::string_view{a.stem}, a.name.size(), std::string_view{a.name}} <
           std::tuple{std::string_view{b.stem}, b.name.size(), std::string_view{b.name}};
  });
  found.erase(std::unique(found.begin(), found.end(),
                          [](auto const& a, auto const& b) { return a.stem == b.stem; }),
              found.end());
  std::sort(found.begin(), found.end(),
            [order](auto const& a, auto const& b) { return is_before(order, a, b); });
  return found;
}

folder_watch::folder_watch(std::filesystem::path const& folder) {
  file_descriptor events{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
  if (!events.is_open()) return;
  constexpr std::uint32_t wanted =
      IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
  if (::inotify_add_watch(events.get(), folder.c_str(), wanted) < 0) return;
  events_ = std::move(events);
}

auto folder_watch::wait(duration patience) -> folder_news {
  folder_news heard;
  pollfd wanted{events_.get(), POLLIN, 0};
  auto const limit = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  if (::poll(&wanted, 1, static_cast<int>(std::min<std::int64_t>(limit, 60'000))) <= 0)
    return heard;
  heard.is_any = true;
  alignas(inotify_event) std::array<char, 16384> room;
  for (ssize_t size = 0; (size = ::read(events_.get(), room.data(), room.size())) > 0;) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, room.data() + at, sizeof event);
      if ((event.mask & ~(IN_MODIFY | IN_CLOSE_WRITE)) != 0) heard.are_names_changed = true;
      if ((event.mask & IN_MOVED_TO) != 0 && event.len > 0)
        heard.moved.emplace_back(room.data() + at + sizeof event);
      at += sizeof event + event.len;
    }
  }
  return heard;
}

}  // namespace kizashi::capture::live::internal
