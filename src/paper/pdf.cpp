#include "kizashi/paper/pdf.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "kizashi/base/text.hpp"

namespace kizashi::paper {
namespace {

namespace fs = std::filesystem;

constexpr auto install_hint =
    "install the package chromium (apt install chromium), or print the HTML file from any browser";

/// A folder that goes with its owner.
class scratch_folder {
public:
  [[nodiscard]] static auto make() -> result<scratch_folder> {
    std::error_code failed;
    auto name = (fs::temp_directory_path(failed) / "kizashi-report-XXXXXX").string();
    if (failed || ::mkdtemp(name.data()) == nullptr)
      return fail(errc::io_error, fmt::format("{}: cannot be made", name));
    return scratch_folder{name};
  }
  scratch_folder(scratch_folder&& other) noexcept : path_{std::move(other.path_)} {
    other.path_.clear();
  }
  auto operator=(scratch_folder&&) -> scratch_folder& = delete;
  ~scratch_folder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] auto file(std::string_view name) const -> std::string {
    return fmt::format("{}/{}", path_.string(), name);
  }

private:
  explicit scratch_folder(fs::path path) : path_{std::move(path)} {}
  fs::path path_;
};

auto is_program(fs::path const& file) -> bool {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

auto on_path(std::string const& name) -> fs::path {
  auto const* const folders = std::getenv("PATH");
  for (auto const folder : split(folders == nullptr ? "/usr/bin:/bin" : folders, ':'))
    if (!folder.empty() && is_program(fs::path{folder} / name)) return fs::path{folder} / name;
  return {};
}

auto read_whole(std::string const& name) -> std::string {
  std::ifstream in{name, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

auto words_of_browser(pdf_options const& options, scratch_folder const& in)
    -> std::vector<std::string> {
  std::vector<std::string> out{options.browser.string(),
                               "--headless",
                               "--disable-gpu",
                               "--disable-dev-shm-usage",
                               "--disable-extensions",
                               "--disable-background-networking",
                               "--disable-component-update",
                               "--disable-sync",
                               "--disable-breakpad",
                               "--no-first-run",
                               "--host-resolver-rules=MAP * ~NOTFOUND",
                               "--user-data-dir=" + in.file("profile"),
                               "--no-pdf-header-footer",
                               "--generate-pdf-document-outline",
                               "--print-to-pdf=" + in.file("report.pdf")};
  if (::geteuid() == 0) out.emplace_back("--no-sandbox");
  out.push_back("file://" + in.file("report.html"));
  return out;
}

auto pointers_to(std::vector<std::string>& texts) -> std::vector<char*> {
  std::vector<char*> out;
  for (auto& each : texts) out.push_back(each.data());
  out.push_back(nullptr);
  return out;
}

/// Starts the browser in a process group of its own, with its words on standard error in a file.
auto start(pdf_options const& options, scratch_folder const& in) -> result<pid_t> {
  auto words = words_of_browser(options, in);
  std::vector<std::string> environment{"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8",
                                       "HOME=" + in.file("home"), "TMPDIR=" + in.file("home")};
  posix_spawn_file_actions_t files;
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&files, STDERR_FILENO, in.file("said").c_str(),
                                     O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t with;
  ::posix_spawnattr_init(&with);
  sigset_t all, none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(&with, &all);
  ::posix_spawnattr_setsigmask(&with, &none);
  ::posix_spawnattr_setpgroup(&with, 0);
  ::posix_spawnattr_setflags(
      &with, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  pid_t child = 0;
  auto const failed = ::posix_spawn(&child, options.browser.c_str(), &files, &with,
                                    pointers_to(words).data(), pointers_to(environment).data());
  ::posix_spawn_file_actions_destroy(&files);
  ::posix_spawnattr_destroy(&with);
  if (failed != 0) return system_failure(options.browser.string(), "run", failed);
  return child;
}

enum class ending : std::uint8_t { done, late, stopped };

/// Waits for the end of `child`, and ends what is left of its group: that is asked before the
/// system may give the number to somebody else.
auto wait_for(pid_t child, pdf_options const& options) -> ending {
  using clock = std::chrono::steady_clock;
  auto const end = clock::now() + options.most;
  auto out = ending::done;
  for (;;) {
    siginfo_t info{};
    auto const asked =
        ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    if (asked != 0 || info.si_pid == child) break;
    if (clock::now() >= end) out = ending::late;
    if (options.wants_stop && options.wants_stop()) out = ending::stopped;
    if (out != ending::done) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  ::kill(-child, SIGKILL);
  int ignored = 0;
  while (::waitpid(child, &ignored, 0) < 0 && errno == EINTR) {
  }
  return out;
}

auto last_words(std::string const& said) -> std::string {
  std::string out;
  for (auto const line : split(said, '\n'))
    if (!trim(line).empty()) out = trim(line);
  return out.empty() ? std::string{"it said nothing"} : out;
}

}  // namespace

auto find_browser(std::string const& wanted) -> result<fs::path> {
  if (!wanted.empty()) {
    auto const file = wanted.find('/') == std::string::npos ? on_path(wanted) : fs::path{wanted};
    if (is_program(file)) return file;
    return fail(errc::not_found,
                fmt::format("{}: there is no such program; a PDF needs Chromium: {}", wanted,
                            install_hint));
  }
  for (auto const* const name : {"chromium", "chromium-headless-shell", "chromium-browser",
                                 "google-chrome-stable", "google-chrome"})
    if (auto const file = on_path(name); !file.empty()) return file;
  return fail(errc::not_found,
              fmt::format("a PDF needs Chromium, which is not here: {}", install_hint));
}

auto pdf_of(std::string const& html, pdf_options const& options) -> result<std::string> {
  KIZASHI_TRY(auto const folder, scratch_folder::make());
  std::error_code ignored;
  fs::create_directory(folder.file("home"), ignored);
  std::ofstream page{folder.file("report.html"), std::ios::binary};
  page << html;
  page.close();
  if (!page) return fail(errc::io_error, fmt::format("{}: cannot be written", folder.file("")));
  KIZASHI_TRY(auto const child, start(options, folder));
  auto const how = wait_for(child, options);
  if (how == ending::stopped) return fail(errc::interrupted, "stopped");
  auto const program = options.browser.string();
  if (how == ending::late)
    return fail(errc::limit_reached, fmt::format("{} made no PDF within {} and was ended", program,
                                                 to_string(options.most)));
  auto pdf = read_whole(folder.file("report.pdf"));
  if (!pdf.starts_with("%PDF-"))
    return fail(errc::io_error, fmt::format("{} made no PDF: {}", program,
                                            last_words(read_whole(folder.file("said")))));
  return pdf;
}

}  // namespace kizashi::paper
