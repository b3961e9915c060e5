#include "kizashi/capture/live/folder_source.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "kizashi/capture/internal/capture_name.hpp"
#include "kizashi/capture/live/internal/folder_file.hpp"
#include "kizashi/capture/live/internal/folder_watch.hpp"

namespace kizashi::capture::live {

using internal::folder_entry;
using internal::folder_file;

class folder_source::state {
public:
  state(folder_options options, live::clock& clock) : options_{std::move(options)}, clock_{clock} {
    if (options_.use_notification) watch_ = internal::folder_watch{options_.folder};
    position_.order = options_.order;
    if (options_.from) position_ = *options_.from;
    is_resumed_ = !position_.file.empty();
  }

  auto list() -> status;
  auto step(net::frame_block& out) -> result<flow>;
  void wait(duration patience);
  void count(net::frame_block const& given);
  [[nodiscard]] auto bookmark() const -> folder_bookmark;
  [[nodiscard]] auto statistics() const -> source_statistics {
    std::lock_guard const held{mutex_};
    return counted_;
  }
  [[nodiscard]] auto notes() const -> std::vector<note>;
  [[nodiscard]] auto options() const noexcept -> folder_options const& { return options_; }
  [[nodiscard]] auto is_notified() const noexcept -> bool { return watch_.is_open(); }
  void count_reopening() {
    std::lock_guard const held{mutex_};
    ++counted_.reopened;
  }

private:
  /// Since when a file has been as it is.
  struct age {
    std::uint64_t size = 0;
    std::int64_t modified = 0;
    timestamp since;
  };
  enum class choice : std::uint8_t { leave, read, go_on };

  [[nodiscard]] auto begin_next() -> bool;
  [[nodiscard]] auto begin(folder_entry const& entry, choice how, bool has_later) -> bool;
  [[nodiscard]] auto choose(folder_entry const& entry) -> choice;
  [[nodiscard]] auto choose_same(folder_entry const& entry) -> choice;
  [[nodiscard]] auto place() const -> folder_entry;
  [[nodiscard]] auto is_quiet(folder_entry const& entry, duration length) const -> bool;
  [[nodiscard]] auto has_later_than(folder_entry const& entry) const -> bool;
  [[nodiscard]] auto can_hand_over() const -> bool;
  void see_ages();
  void see_late();
  void see_rename();
  void finish();
  void take_place(folder_entry const& entry);

  folder_options options_;
  live::clock& clock_;
  internal::folder_watch watch_;
  std::vector<folder_entry> entries_;
  std::map<std::string, age> ages_;  // by name
  std::set<std::string> moved_;      // names that are complete because they were moved
  std::set<std::string> seen_;       // stems
  bool is_first_listing_ = true;
  bool is_listing_wanted_ = true;
  duration listed_{};
  std::optional<folder_file> current_;
  folder_bookmark position_;
  bool is_resumed_ = false;  // the file of the bookmark was not looked for yet
  bool is_damaged_ = false;  // the file of the position cannot be read behind the position
  std::vector<note> notes_;
  mutable std::mutex mutex_;  // guards what follows
  source_statistics counted_;
};

auto folder_source::state::list() -> status {
  KIZASHI_TRY(entries_, internal::list_folder(options_.folder, options_.order));
  listed_ = clock_.steady();
  is_listing_wanted_ = false;
  see_rename();
  see_ages();
  see_late();
  return {};
}

void folder_source::state::see_ages() {
  auto const now = clock_.now();
  std::map<std::string, age> fresh;
  for (auto const& each : entries_) {
    auto const known = ages_.find(each.name);
    // What is old when it is first seen has been as it is since it was written.
    auto since = known == ages_.end() ? std::min(now, timestamp{each.modified}) : now;
    if (known != ages_.end() && known->second.size == each.size &&
        known->second.modified == each.modified)
      since = known->second.since;
    fresh[each.name] = {each.size, each.modified, since};
  }
  ages_ = std::move(fresh);
  std::erase_if(moved_, [this](auto const& name) { return !ages_.contains(name); });
}

void folder_source::state::see_late() {
  auto const here = current_ ? current_->look() : place();
  std::set<std::string> fresh;
  for (auto const& each : entries_) {
    auto const is_new = !is_first_listing_ && !seen_.contains(each.stem);
    if (is_new && !here.name.empty() && is_before(options_.order, each, here))
      notes_.push_back({fmt::format("{}: it came when later files were read already; it is left "
                                    "out",
                                    (options_.folder / each.name).string()),
                        true});
    fresh.insert(each.stem);
  }
  seen_ = std::move(fresh);
  is_first_listing_ = false;
}

/// A file that gets another name while it is read is still the same.
void folder_source::state::see_rename() {
  if (!current_) return;
  auto const& open = current_->entry();
  auto const is_open = [&](auto const& each) {
    return each.device == open.device && each.inode == open.inode;
  };
  auto const found = std::find_if(entries_.begin(), entries_.end(), is_open);
  if (found == entries_.end() || found->name == open.name) return;
  seen_.insert(found->stem);
  current_->rename(found->name, found->stem);
  position_.file = found->name;
}

auto folder_source::state::place() const -> folder_entry {
  return {position_.file,   std::string{capture::internal::unpacked_name(position_.file)},
          position_.device, position_.inode,
          position_.size,   position_.modified};
}

auto folder_source::state::is_quiet(folder_entry const& entry, duration length) const -> bool {
  auto const known = ages_.find(entry.name);
  return known != ages_.end() && clock_.now() - known->second.since >= length;
}

auto folder_source::state::has_later_than(folder_entry const& entry) const -> bool {
  return std::any_of(entries_.begin(), entries_.end(), [&](auto const& each) {
    return is_before(options_.order, entry, each) && each.inode != entry.inode;
  });
}

auto folder_source::state::choose(folder_entry const& entry) -> choice {
  if (position_.file.empty()) return choice::read;
  auto const here = place();
  auto const is_same_file =
      entry.name == here.name && entry.device == here.device && entry.inode == here.inode;
  auto const is_same_place =
      !is_before(options_.order, here, entry) && !is_before(options_.order, entry, here);
  if (is_same_place || (is_same_file && entry.size >= here.size)) return choose_same(entry);
  return is_before(options_.order, here, entry) ? choice::read : choice::leave;
}

/// The file that was read last, or what took its place.
auto folder_source::state::choose_same(folder_entry const& entry) -> choice {
  auto const is_other = entry.name == position_.file && entry.inode != position_.inode;
  if (is_other && entry.size < position_.size) {
    notes_.push_back({fmt::format("{}: it is another file than the one that was read; it is read "
                                  "from its beginning",
                                  (options_.folder / entry.name).string()),
                      false});
    return choice::read;
  }
  if (is_resumed_) return choice::go_on;
  // It was thought to be complete and was not.
  auto const has_grown = entry.name == position_.file && entry.size > position_.size;
  return has_grown && !is_damaged_ ? choice::go_on : choice::leave;
}

/// Answers whether there is a file to read.
auto folder_source::state::begin_next() -> bool {
  for (auto const& each : entries_) {
    auto const how = choose(each);
    if (how == choice::leave) continue;
    auto const was_there = position_;
    if (begin(each, how, has_later_than(each))) return true;
    // It waits to be complete, and those behind it wait with it, or it cannot be read at all.
    if (position_ == was_there) return false;
  }
  return false;
}

auto folder_source::state::begin(folder_entry const& entry, choice how, bool has_later) -> bool {
  auto const path = options_.folder / entry.name;
  auto const can_grow = folder_file::can_grow(path);
  auto const is_growing = can_grow.value_or(false);
  auto const is_complete = moved_.contains(entry.name) ||
                           is_quiet(entry, has_later ? options_.handover : options_.settled);
  if (!is_growing && !is_complete) return false;
  auto opened =
      folder_file::open(path, entry, is_growing, how == choice::go_on ? position_.frames : 0);
  is_resumed_ = false;
  is_damaged_ = false;
  if (how != choice::go_on) position_.frames = 0;
  take_place(entry);
  if (opened) {
    current_ = std::move(*opened);
    return true;
  }
  notes_.push_back({opened.error().message, true});
  is_damaged_ = true;
  return false;
}

void folder_source::state::take_place(folder_entry const& entry) {
  position_.file = entry.name;
  position_.device = entry.device;
  position_.inode = entry.inode;
  position_.size = entry.size;
  position_.modified = entry.modified;
}

auto folder_source::state::step(net::frame_block& out) -> result<flow> {
  while (true) {
    if (is_listing_wanted_ || clock_.steady() - listed_ >= options_.listing) KIZASHI_TRY(list());
    if (!current_ && !begin_next()) return flow::idle;
    auto const came = current_->next(out);
    if (came == flow::frames) {
      position_.frames += out.frames.size();
      return came;
    }
    if (came == flow::ended || current_->is_dead())
      finish();
    else if (can_hand_over())  // once more, in case that something came since
      current_->set_over();
    else
      return flow::idle;
  }
}

/// A file that grows has nothing more now: whether the next one is to be read.
auto folder_source::state::can_hand_over() const -> bool {
  return has_later_than(current_->look()) && is_quiet(current_->entry(), options_.handover);
}

void folder_source::state::finish() {
  take_place(current_->look());
  auto const own = current_->notes();
  is_damaged_ = std::any_of(own.begin(), own.end(), [](auto const& each) { return each.is_loss; });
  notes_.insert(notes_.end(), own.begin(), own.end());
  current_.reset();
}

void folder_source::state::wait(duration patience) {
  auto const until_listing = options_.listing - (clock_.steady() - listed_);
  auto const length = std::clamp(until_listing, duration{}, patience);
  if (!watch_.is_open()) {
    clock_.sleep(length);
    return;
  }
  auto heard = watch_.wait(length);
  if (heard.are_names_changed) is_listing_wanted_ = true;
  for (auto& each : heard.moved) moved_.insert(std::move(each));
}

void folder_source::state::count(net::frame_block const& given) {
  std::lock_guard const held{mutex_};
  for (auto const& each : given.frames) {
    ++counted_.received;
    counted_.received_bytes += each.wire;
    counted_.cut += each.captured < each.wire ? 1 : 0;
  }
}

auto folder_source::state::bookmark() const -> folder_bookmark {
  auto answer = position_;
  if (current_) {
    auto const seen = current_->look();
    answer.size = seen.size;
    answer.modified = seen.modified;
  }
  return answer;
}

auto folder_source::state::notes() const -> std::vector<note> {
  auto all = notes_;
  if (current_) {
    auto const own = current_->notes();
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

auto folder_source::open(folder_options options, live::clock& clock)
    -> result<std::unique_ptr<folder_source>> {
  if (options.from && options.from->order != options.order)
    return fail(errc::parse_error,
                fmt::format("{}: the bookmark is one of another order of files; read in that order "
                            "or begin without it",
                            options.folder.string()));
  auto reading = std::make_unique<state>(std::move(options), clock);
  KIZASHI_TRY(reading->list());
  return std::unique_ptr<folder_source>{new folder_source{std::move(reading)}};
}

folder_source::folder_source(std::unique_ptr<state> reading) : state_{std::move(reading)} {}
folder_source::~folder_source() = default;

auto folder_source::do_receive(net::frame_block& out, duration patience) -> result<arrival> {
  KIZASHI_TRY(auto came, state_->step(out));
  if (came == flow::idle) {
    out.clear();
    state_->wait(patience);
    KIZASHI_TRY(came, state_->step(out));
  }
  if (came == flow::idle) {
    out.clear();
    return arrival{};
  }
  state_->count(out);
  return arrival{flow::frames, out.frames.back().time};
}

auto folder_source::bookmark() const -> folder_bookmark {
  return state_->bookmark();
}

auto folder_source::reopen() -> status {
  KIZASHI_TRY(state_->list());
  state_->count_reopening();
  return {};
}

auto folder_source::statistics() const -> source_statistics {
  return state_->statistics();
}

auto folder_source::notes() const -> std::vector<note> {
  return state_->notes();
}

auto folder_source::name() const -> std::string {
  return state_->options().folder.string();
}

auto folder_source::is_notified() const noexcept -> bool {
  return state_->is_notified();
}

}  // namespace kizashi::capture::live
