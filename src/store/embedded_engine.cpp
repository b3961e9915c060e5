#include "kizashi/store/embedded_engine.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <iterator>
#include <mutex>
#include <shared_mutex>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kizashi/store/engine_error.hpp"
#include "kizashi/store/house/moves.hpp"
#include "kizashi/store/internal/chdb_library.hpp"
#include "kizashi/store/internal/statement.hpp"
#include "kizashi/store/internal/stop_watch.hpp"
#include "kizashi/store/internal/token_log.hpp"
#include "kizashi/store/store_lock.hpp"

namespace kizashi::store {
namespace {

using internal::chdb_connection;
using internal::chdb_library;
using internal::chdb_result;

/// A result of the library, given back with its owner.
class held_result {
public:
  held_result(chdb_library const& library, chdb_result* result)
      : library_{library}, result_{result} {}
  held_result(held_result const&) = delete;
  auto operator=(held_result const&) -> held_result& = delete;
  ~held_result() {
    if (result_ != nullptr) library_.destroy_result(result_);
  }
  [[nodiscard]] auto get() const noexcept -> chdb_result* { return result_; }
  [[nodiscard]] auto outcome(std::string_view sql) const -> status {
    auto const* const wrong = result_ == nullptr ? "" : library_.result_error(result_);
    if (wrong == nullptr) return {};
    return tl::unexpected{engine_failure(wrong, sql)};
  }
  [[nodiscard]] auto bytes() const -> std::span<std::uint8_t const> {
    return {reinterpret_cast<std::uint8_t const*>(library_.result_buffer(result_)),
            library_.result_length(result_)};
  }

private:
  chdb_library const& library_;
  chdb_result* result_;
};

/// A session: one statement at a time. Costs about 0.1 ms once the engine runs.
class connection {
public:
  static auto open(chdb_library const& library, std::filesystem::path const& folder,
                   std::vector<std::string> settings) -> result<connection> {
    settings.insert(settings.begin(), {"kizashi", "--path=" + folder.string()});
    std::vector<char*> arguments;
    for (auto& setting : settings) arguments.push_back(setting.data());
    auto* const opened = library.connect(static_cast<int>(arguments.size()), arguments.data());
    if (opened == nullptr)
      return fail(
          errc::io_error,
          fmt::format("{}: the engine cannot open the store; its reason is in the line above",
                      folder.string()));
    return connection{library, opened};
  }
  connection(connection&& other) noexcept
      : chdb_{other.chdb_}, opened_{std::exchange(other.opened_, nullptr)} {}
  auto operator=(connection&&) -> connection& = delete;
  ~connection() {
    if (opened_ != nullptr) chdb_->close(opened_);
  }
  [[nodiscard]] auto get() const noexcept -> chdb_connection { return *opened_; }

private:
  connection(chdb_library const& library, chdb_connection* opened)
      : chdb_{&library}, opened_{opened} {}
  chdb_library const* chdb_;
  chdb_connection* opened_;
};

// What a writing session needs that is not the engine's own choice: an insert is done when it
// returns, and a column that the table does not have is a mistake and not left out. Rows that a
// table adds up or replaces come as they are: blocks and views have one of a kind, and to look for
// others costs more than all else that is done with them.
auto writer_settings() -> std::vector<std::string> {
  return {"--async_insert=0", "--input_format_skip_unknown_fields=0",
          "--deduplicate_blocks_in_dependent_materialized_views=1",
          "--max_partitions_per_insert_block=0", "--optimize_on_insert=0"};
}

// How the engine looks after itself while it has nothing to do, which only the first session can
// say. By its own choice each table asks ten times a second for work, less and less often until the
// next block comes: a hundredth of a core with the tables of a store (README.md).
auto idle_settings() -> std::vector<std::string> {
  return {"--memory_worker_period_ms=1000",
          "--background_processing_pool_thread_sleep_seconds_if_nothing_to_do=5",
          "--background_streaming_processing_pool_thread_sleep_seconds_if_nothing_to_do=5"};
}

// A reading session cannot write, read files, open connections or change its limits. By its `name`
// it can be found and ended.
auto reader_settings(question const& asked, std::string_view name) -> std::vector<std::string> {
  auto const& limits = asked.limits;
  std::vector<std::string> settings{
      fmt::format("--max_memory_usage={}", limits.memory),
      fmt::format("--max_bytes_before_external_group_by={}", limits.memory / 4),
      fmt::format("--max_bytes_before_external_sort={}", limits.memory / 4),
      fmt::format("--log_comment={}", name), "--session_timezone=UTC",
      "--max_query_size=33554432",  // questions may name many addresses (packet_search)
      // Rows that `final` puts together are of one day: what they are known by has their time.
      "--do_not_merge_across_partitions_select_final=1",
      // A condition on what they are known by is looked at before the other columns are read.
      "--optimize_move_to_prewhere_if_final=1", "--output_format_json_validate_utf8=1",
      "--output_format_json_escape_forward_slashes=0",
      // A third smaller in sum than what is standard; packets are in the order of their sources.
      "--output_format_parquet_write_bloom_filter=0",
      "--output_format_parquet_max_dictionary_size=0"};
  // The other forms stay as ClickHouse 18.16 writes them.
  if (asked.form == answer_form::json_lines || asked.form == answer_form::named_lines)
    settings.emplace_back("--date_time_output_format=iso");
  if (limits.time.count() > 0)
    settings.push_back(fmt::format("--max_execution_time={}", limits.time.count()));
  if (limits.threads > 0) settings.push_back(fmt::format("--max_threads={}", limits.threads));
  settings.emplace_back("--readonly=1");
  return settings;
}

auto name_of(answer_form form) -> std::string_view {
  constexpr std::array<std::string_view, 5> names = {"Native", "TabSeparated", "CSV", "JSONEachRow",
                                                     "TabSeparatedWithNamesAndTypes"};
  return names[static_cast<std::size_t>(form)];
}

/// Takes the two lines of the head off every piece of `named_lines` but the first.
class head_cutter {
public:
  auto cut(std::span<std::uint8_t const> piece) -> result<std::span<std::uint8_t const>> {
    std::string_view const text{reinterpret_cast<char const*>(piece.data()), piece.size()};
    if (head_.empty()) {
      head_ = text.substr(0, text.find('\n', text.find('\n') + 1) + 1);
      return piece;
    }
    if (!text.starts_with(head_))
      return fail(errc::io_error, "the engine's answer changes its columns on the way");
    return piece.subspan(head_.size());
  }

private:
  std::string head_;
};

/// Whether `file` begins and ends as a Parquet file does: the engine does not say when the disk is
/// full while it writes one. (Apache Parquet, File Format: magic "PAR1" at both ends, before the
/// last one the length of the footer in 4 bytes.)
auto is_whole_parquet(std::filesystem::path const& file) -> bool {
  std::ifstream in{file, std::ios::binary | std::ios::ate};
  auto const size = in ? static_cast<std::int64_t>(in.tellg()) : 0;
  if (size < 12) return false;
  std::array<char, 4> first{};
  std::array<char, 8> last{};
  in.seekg(0).read(first.data(), first.size());
  in.seekg(-8, std::ios::end).read(last.data(), last.size());
  std::int64_t foot = 0;
  for (std::size_t i = 0; i < 4; ++i)
    foot |= std::int64_t{static_cast<std::uint8_t>(last[i])} << (8 * i);
  constexpr std::string_view magic = "PAR1";
  return in && std::string_view{first.data(), 4} == magic &&
         std::string_view{last.data() + 4, 4} == magic && foot <= size - 12;
}

class embedded_engine final : public engine {
public:
  embedded_engine(chdb_library const& library, std::filesystem::path folder, store_lock lock,
                  connection first, engine_capabilities has)
      : library_{library},
        folder_{std::move(folder)},
        lock_{std::move(lock)},
        has_{std::move(has)},
        first_{std::move(first)} {}

  auto capabilities() const noexcept -> engine_capabilities const& override { return has_; }

  auto run(std::string_view statement) -> status override {
    std::scoped_lock const only{running_};
    auto done = run_alone(statement);
    internal::write_tokens_through(folder_);  // the statement may have made a table
    return done;
  }
  auto at_rest(std::function<status()> const& work) -> status override {
    std::scoped_lock const only{inserting_, running_};
    KIZASHI_TRY(run_alone("system stop merges"));
    auto done = work();
    auto const again = run_alone("system start merges");
    return done ? again : done;
  }

  auto insert(std::string_view table, native_block const& block, std::string_view token)
      -> status override;
  auto ask(question const& asked, answer_sink const& sink) -> status override;
  auto ask_parquet(question const& asked, std::filesystem::path const& file) -> status override;
  void ask_in(std::string_view database) override { database_ = database; }
  auto folder() const -> std::filesystem::path override { return folder_.parent_path(); }

private:
  /// The caller has `running_`.
  [[nodiscard]] auto run_alone(std::string_view statement) -> status {
    held_result const done{
        library_, library_.query(first_.get(), statement.data(), statement.size(), "Null", 4)};
    return done.outcome(statement);
  }
  using answerer = std::function<status(connection const&)>;
  [[nodiscard]] auto answer(question const& asked, answerer const& how) -> status;
  [[nodiscard]] auto analyse(connection const& session, std::string const& sql) const
      -> internal::chdb_analysis;
  [[nodiscard]] auto permit(connection const& session, std::string_view sql) const -> status;
  [[nodiscard]] auto stream(connection const& session, question const& asked,
                            answer_sink const& sink) const -> status;
  void end_question(std::string_view name);
  [[nodiscard]] auto take_writer() -> result<connection>;
  void give_back(connection session);

  chdb_library const& library_;
  std::filesystem::path folder_;
  store_lock lock_;
  engine_capabilities has_;
  std::string database_ = "default";  // of questions
  std::atomic<std::uint64_t> questions_{0};
  std::shared_mutex inserting_;  // shared by inserts, held alone by who wants none
  std::mutex running_;
  connection first_;  // keeps the engine running
  std::mutex resting_;
  std::vector<connection> idle_;  // of inserts; guarded by `resting_`
};

/// A new session begins with threads and memory of its own, which costs as much as a small block.
auto embedded_engine::take_writer() -> result<connection> {
  {
    std::scoped_lock const only{resting_};
    if (!idle_.empty()) {
      auto session = std::move(idle_.back());
      idle_.pop_back();
      return session;
    }
  }
  return connection::open(library_, folder_, writer_settings());
}

void embedded_engine::give_back(connection session) {
  std::scoped_lock const only{resting_};
  idle_.push_back(std::move(session));
}

auto embedded_engine::insert(std::string_view table, native_block const& block,
                             std::string_view token) -> status {
  KIZASHI_ASSERT(is_plain_name(table));
  if (block.rows() == 0) return {};
  std::shared_lock const not_at_rest{inserting_};
  // A block without a token would be dropped when it equals one that was stored before.
  auto const sql =
      fmt::format("insert into {} ({}) settings {}", table, fmt::join(block.names(), ", "),
                  token.empty() ? "deduplicate_insert='disable'"
                                : "insert_deduplication_token=" + sql_text(token));
  KIZASHI_TRY(auto session, take_writer());
  auto* const stream = library_.insert(session.get(), sql.data(), sql.size(), "Native", 6);
  auto outcome = [&]() -> status {
    if (auto const* const wrong = library_.insert_error(stream); wrong != nullptr)
      return tl::unexpected{engine_failure(wrong, sql)};
    // A failure to append is told by `insert_done`, with its reason.
    // In pieces that stay in the cache: the library copies each into memory of its own.
    constexpr std::size_t piece = std::size_t{1} << 20;
    for (auto rest = block.bytes(); !rest.empty();
         rest = rest.subspan(std::min(piece, rest.size())))
      if (library_.insert_append(stream, rest.data(), std::min(piece, rest.size())) != 0) break;
    held_result const done{library_, library_.insert_done(stream)};
    return done.outcome(sql);
  }();
  library_.destroy_insert(stream);
  if (outcome) give_back(std::move(session));
  return outcome;
}

auto embedded_engine::analyse(connection const& session, std::string const& sql) const
    -> internal::chdb_analysis {
  internal::chdb_analysis analysis;
  if (library_.classify(session.get(), sql.data(), sql.size(), nullptr, 0, &analysis) != 0)
    analysis.kind = internal::chdb_analysis::changes;
  return analysis;
}

auto embedded_engine::permit(connection const& session, std::string_view sql) const -> status {
  using kinds = internal::chdb_analysis;
  auto const analysis = analyse(session, std::string{sql});
  // What does not parse goes on to the engine, which says why.
  if (analysis.kind == kinds::unknown && analysis.statements == 0) return {};
  if (analysis.kind != kinds::reads)
    return fail(errc::permission,
                "the statement writes or changes something; only questions are answered here: "
                "SELECT, SHOW, DESCRIBE, EXPLAIN");
  if (analysis.statements != 1)
    return fail(errc::permission,
                fmt::format("the text has {} statements; expected one", analysis.statements));
  // A statement has no room for a second FORMAT.
  std::string const body{internal::statement_body(sql)};
  if (analyse(session, body + "\nformat Null").kind != kinds::reads)
    return fail(errc::permission,
                "the statement has a FORMAT clause; leave it out: the form of the answer is chosen "
                "beside the statement (--format)");
  return {};
}

void embedded_engine::end_question(std::string_view name) {
  std::scoped_lock const only{running_};
  auto const sql =
      fmt::format("kill query where Settings['log_comment'] = {} async", sql_text(name));
  held_result const done{library_, library_.query(first_.get(), sql.data(), sql.size(), "Null", 4)};
}

/// Opens a session for `asked` and answers in it, until somebody wants to stop.
auto embedded_engine::answer(question const& asked, answerer const& how) -> status {
  auto const name = fmt::format("kizashi question {}", ++questions_);
  auto settings = reader_settings(asked, name);
  // A condition that a table of days moved to files cannot read first, the engine refuses
  // ("KeyCondition uses PREWHERE output"): there all columns are read at once.
  if (database_ != "default") settings.insert(settings.begin(), "--optimize_move_to_prewhere=0");
  KIZASHI_TRY(auto const session, connection::open(library_, folder_, std::move(settings)));
  if (database_ != "default") {
    auto const use = fmt::format("use {}", database_);
    held_result const used{library_,
                           library_.query(session.get(), use.data(), use.size(), "Null", 4)};
    KIZASHI_TRY(used.outcome(use));
  }
  KIZASHI_TRY(permit(session, asked.sql));
  internal::stop_watch const watch{asked.wants_stop, [&] { end_question(name); }};
  auto answered = how(session);
  if (!answered && watch.has_stopped())
    return fail(errc::interrupted, "stopped before the answer was complete");
  return answered;
}

auto embedded_engine::stream(connection const& session, question const& asked,
                             answer_sink const& sink) const -> status {
  auto const form = name_of(asked.form);
  auto const& sql = asked.sql;
  held_result const stream{library_, library_.stream_query(session.get(), sql.data(), sql.size(),
                                                           form.data(), form.size())};
  if (auto begun = stream.outcome(sql); !begun) {
    // SHOW, DESCRIBE and EXPLAIN have short answers, which come whole.
    if (!begun.error().message.starts_with("Streaming query is not supported")) return begun;
    held_result const whole{
        library_, library_.query(session.get(), sql.data(), sql.size(), form.data(), form.size())};
    KIZASHI_TRY(whole.outcome(sql));
    return whole.bytes().empty() ? status{} : sink(whole.bytes());
  }
  head_cutter head;
  for (;;) {
    held_result const piece{library_, library_.stream_fetch(session.get(), stream.get())};
    KIZASHI_TRY(piece.outcome(sql));
    auto bytes = piece.bytes();
    if (bytes.empty()) return {};
    if (asked.form == answer_form::named_lines) {
      KIZASHI_TRY(bytes, head.cut(bytes));
    }
    if (auto taken = sink(bytes); !taken) {
      library_.stream_cancel(session.get(), stream.get());
      return taken;
    }
  }
}

auto embedded_engine::ask(question const& asked, answer_sink const& sink) -> status {
  return answer(asked, [&](connection const& session) { return stream(session, asked, sink); });
}

auto embedded_engine::ask_parquet(question const& asked, std::filesystem::path const& file)
    -> status {
  return answer(asked, [&](connection const& session) -> status {
    // Nothing is put behind what is no statement by itself.
    if (analyse(session, std::string{asked.sql}).kind != internal::chdb_analysis::reads)
      return stream(session, asked, [](auto) -> status { return {}; });
    auto const sql = fmt::format("{}\ninto outfile {} truncate format Parquet",
                                 internal::statement_body(asked.sql),
                                 sql_text(std::filesystem::absolute(file).string()));
    held_result const done{library_,
                           library_.query(session.get(), sql.data(), sql.size(), "Null", 4)};
    KIZASHI_TRY(done.outcome(sql));
    if (is_whole_parquet(file)) return {};
    return fail(errc::io_error,
                fmt::format("{}: the file could not be written to its end; is the disk full?",
                            file.string()));
  });
}

auto version_of(chdb_library const& library, connection const& session)
    -> result<engine_capabilities> {
  constexpr std::string_view sql = "select version()";
  held_result const answer{
      library, library.query(session.get(), sql.data(), sql.size(), "TabSeparatedRaw", 15)};
  KIZASHI_TRY(answer.outcome(sql));
  auto const bytes = answer.bytes();
  std::string_view text{reinterpret_cast<char const*>(bytes.data()), bytes.size()};
  return engine_capabilities::of_version(text.substr(0, text.find('\n')));
}

auto library_of_process() -> result<chdb_library const*> {
#if defined(KIZASHI_SANITIZED)
  // It brings its own memory allocator, which theirs takes the functions from.
  return fail(errc::unsupported,
              "a build with sanitizers cannot run the store's engine; use the release");
#else
  return internal::load_library(internal::process_environment);
#endif
}

}  // namespace

auto find_embedded_engine() -> status {
  KIZASHI_TRY(library_of_process());
  return {};
}

auto open_embedded_engine(std::filesystem::path const& folder, std::string_view holder)
    -> result<std::shared_ptr<engine>> {
  static std::mutex opening;
  static std::weak_ptr<embedded_engine> open;
  static std::filesystem::path open_folder;
  std::scoped_lock const only{opening};

  KIZASHI_TRY(auto const library, library_of_process());
  std::error_code wrong;
  // The engine can make its files durable under an absolute name only.
  auto const full = std::filesystem::weakly_canonical(std::filesystem::absolute(folder), wrong);
  if (wrong) return system_failure(folder.string(), "open the store", wrong.value());
  if (auto const there = open.lock()) {
    if (open_folder == full) return there;
    return fail(errc::unsupported,
                fmt::format("{}: this process has the store {} open; it can have one at a time",
                            full.string(), open_folder.string()));
  }
  KIZASHI_TRY(auto lock, store_lock::take(full, holder));
  KIZASHI_TRY(internal::mend_token_logs(full / "engine"));
  internal::write_tokens_through(full / "engine");
  auto settings = writer_settings();
  std::ranges::copy(idle_settings(), std::back_inserter(settings));
  KIZASHI_TRY(auto first, connection::open(*library, full / "engine", std::move(settings)));
  KIZASHI_TRY(auto has, version_of(*library, first));
  auto const made = std::make_shared<embedded_engine>(*library, full / "engine", std::move(lock),
                                                      std::move(first), std::move(has));
  KIZASHI_TRY(finish_moves(*made, full));
  KIZASHI_TRY(show_archive(*made, full));
  open = made;
  open_folder = full;
  return made;
}

}  // namespace kizashi::store
