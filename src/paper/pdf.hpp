// A report as PDF: its HTML, printed by a Chromium that is installed. Kizashi has no renderer of
// its own, and none of Chromium's is linked: it runs as a program of its own, for a moment.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "kizashi/base/error.hpp"
#include "kizashi/base/time.hpp"

namespace kizashi::paper {

/// The browser: `wanted`, a file or a name on the path, or without one the first of chromium,
/// chromium-headless-shell, chromium-browser, google-chrome-stable and google-chrome. Fails with
/// what to install.
[[nodiscard]] auto find_browser(std::string const& wanted) -> result<std::filesystem::path>;

struct pdf_options {
  std::filesystem::path browser;
  duration most = std::chrono::seconds{120};  ///< then it is ended
  std::function<bool()> wants_stop = nullptr;
};
/// `html` on paper. The browser gets the file in a folder of its own, which goes, an environment
/// without anything of ours, no network and no shell; it and its children are ended together.
/// Where this process is root, the browser runs without its sandbox, which it refuses to root: what
/// it opens was written a moment ago by this program, has no script and names nothing to be
/// fetched. Fails with the browser's last words; with `errc::interrupted` when it was stopped.
/// Takes a second or two, and some 200 MB of memory.
[[nodiscard]] auto pdf_of(std::string const& html, pdf_options const& options)
    -> result<std::string>;

}  // namespace kizashi::paper
