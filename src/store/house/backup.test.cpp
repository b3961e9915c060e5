#include "kizashi/store/house/backup.hpp"

#include <atomic>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/store/internal/temporary_store.hpp"
#include "kizashi/store/packet_writer.hpp"

namespace kizashi::store {
namespace {

class BackupOfAnOwner : public internal::StoreTest {
protected:
  static constexpr std::size_t batches = 24, batch_rows = 500;

  void SetUp() override {
    StoreTest::SetUp();
    batch_ = std::make_unique<net::packet_batch>();
    tags_ = std::make_unique<recognise::tag_columns>();
  }
  /// A stream of SYN packets over two days, in blocks of 1,000; `after` is told of each batch.
  template <class After>
  auto read_stream(After after) -> result<writer_counts> {
    writer_options options;
    options.block_rows = 1000;
    KIZASHI_TRY(auto writer, packet_writer::open(engine_, options));
    random_source random{1};
    for (std::size_t i = 0; i < batches; ++i) {
      batch_->clear();
      batch_->resize(batch_rows);
      for (std::size_t row = 0; row < batch_rows; ++row) {
        net::packet made;
        made.time = timestamp{
            (1'640'995'200'000'000 + static_cast<std::int64_t>(i) * 7'200'000'000) * 1000};
        made.source = 0xC6336400U + random.below(200);
        made.destination = 0xC6120000U + random.below(65536);
        made.destination_port = static_cast<std::uint16_t>(random.below(9));
        made.wire_length = 60;
        made.ip_protocol = 6;
        made.attributes = net::bit(net::attribute::ports);
        batch_->set_row(row, made);
      }
      tags_->type.fill(0);
      tags_->traffic_class.fill(0);
      tags_->scanner.fill(0);
      tags_->fingerprints.fill(0);
      KIZASHI_TRY(writer.add(*batch_, *tags_));
      after(i);
    }
    KIZASHI_TRY(writer.finish());
    return writer.counts();
  }
  /// The packets by each table.
  auto sums() -> std::string {
    return ask("select count(), sum(cityHash64(*)) from packets") +
           ask("select sum(packets), sum(cityHash64(src, dst, minute) * packets) from tuples") +
           ask("select sum(packets), sum(port * packets) from port_minute") +
           ask("select sumMerge(packets), uniqCombinedMerge(sources) from port_hour") +
           ask("select sumMerge(packets) from place_day") +
           ask("select sum(packets), sum(src * packets) from source_hour") +
           ask("select sum(packets), sum(src * packets) from source_day") +
           ask("select sum(packets), sum(block * packets) from destination_day") +
           ask("select count(), sum(packets) from ledger");
  }
  void open_again(char const* name) {
    engine_.reset();
    auto opened = open_embedded_engine(folder_.path() / name, "a test");
    ASSERT_TRUE(opened) << opened.error().message;
    engine_ = std::move(*opened);
  }

  std::unique_ptr<net::packet_batch> batch_;
  std::unique_ptr<recognise::tag_columns> tags_;
};

TEST_F(BackupOfAnOwner, IsOfOneMomentWhileBlocksComeIn) {
  std::atomic<std::size_t> given{0};
  std::atomic<bool> has_stored{false};
  auto stored = result<writer_counts>{};
  std::thread writer{[&] {
    stored = read_stream([&](std::size_t i) {
      given = i + 1;
      // The stream goes on when the first backup has begun, at the latest.
      while (i == batches / 3 && !has_stored) std::this_thread::yield();
    });
  }};
  while (given < batches / 4) std::this_thread::yield();
  std::size_t made = 0;
  for (; made < 2; ++made) {
    copy_control control;
    control.at = [&](copied, copied) { has_stored = true; };
    auto const done = back_up_owned(*engine_, folder_.path() / "store",
                                    folder_.path() / fmt::format("backup{}", made), control);
    EXPECT_TRUE(done) << done.error().message;
    has_stored = true;
  }
  writer.join();
  ASSERT_TRUE(stored) << stored.error().message;
  auto const expected = sums();
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "store/backup.part"));
  for (std::size_t i = 0; i < made; ++i) {
    engine_.reset();
    auto const name = fmt::format("again{}", i);
    auto const back =
        restore(folder_.path() / fmt::format("backup{}", i), folder_.path() / name, {});
    ASSERT_TRUE(back) << back.error().message;
    open_again(name.c_str());
    // What the ledger names is there.
    auto const in_ledger = ask("select sum(packets) from ledger");
    EXPECT_EQ(ask("select count() >= (select sum(packets) from ledger) from packets"), "1\n");
    if (i == 0) {
      EXPECT_NE(in_ledger, "12000\n");
    }
    auto const rest = read_stream([](std::size_t) {});
    ASSERT_TRUE(rest) << rest.error().message;
    EXPECT_EQ(fmt::format("{}\n", rest->known), in_ledger);
    EXPECT_EQ(sums(), expected);
  }
}

TEST_F(BackupOfAnOwner, IsNotMadeInsideOfTheStore) {
  ASSERT_TRUE(read_stream([](std::size_t) {}));
  auto const done =
      back_up_owned(*engine_, folder_.path() / "store", folder_.path() / "store/copy", {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, (folder_.path() / "store/copy").string() +
                                      ": the backup would be inside of the store; name another "
                                      "place");
}

TEST_F(BackupOfAnOwner, EndsWhenToldAndLeavesNothing) {
  ASSERT_TRUE(read_stream([](std::size_t) {}));
  copy_control control;
  control.wants_stop = [] { return true; };
  EXPECT_FALSE(back_up_owned(*engine_, folder_.path() / "store", folder_.path() / "copy", control));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "copy"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "store/backup.part"));
  // Inserts and merges go on.
  EXPECT_EQ(ask("select count() from packets"), "12000\n");
}

}  // namespace
}  // namespace kizashi::store
