// Profiles of sources and the book that keeps them.
#include <bit>
#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "kizashi/base/random.hpp"
#include "kizashi/telescope/sources/profile_book.hpp"

namespace kizashi::telescope {
namespace {

auto linux_syn() -> header_sample {
  header_sample header;
  header.time = timestamp{1000};
  header.tcp_options = 0x31842;  // mss, sack permitted, timestamps, nop, window scale
  header.tcp_window = 64240;
  header.tcp_mss = 1460;
  header.tcp_window_scale = 7;
  header.ttl = 52;
  header.dont_fragment = true;
  return header;
}

TEST(quirk_of, sees_what_stays_the_same_and_nothing_else) {
  auto const quirk = quirk_of(linux_syn());
  auto other = linux_syn();
  other.time = timestamp{77};
  other.source_port = 1, other.ip_id = 2, other.ip_length = 3, other.ttl = 33;
  EXPECT_EQ(quirk_of(other), quirk);
  auto const differs = [&](auto change) {
    auto changed = linux_syn();
    change(changed);
    return quirk_of(changed) != quirk;
  };
  EXPECT_TRUE(differs([](auto& each) { each.ttl = 65; }));  // 128 hops at the start
  EXPECT_TRUE(differs([](auto& each) { each.ttl = 32; }));
  EXPECT_TRUE(differs([](auto& each) { each.tcp_window = 64241; }));
  EXPECT_TRUE(differs([](auto& each) { each.tcp_mss = 1400; }));
  EXPECT_TRUE(differs([](auto& each) { each.tcp_options = 0x42; }));
  EXPECT_TRUE(differs([](auto& each) { each.tcp_window_scale = 255; }));
  EXPECT_TRUE(differs([](auto& each) { each.dont_fragment = false; }));
  other.tcp_window = 1;
  EXPECT_EQ(quirk_of(other, true), quirk_of(linux_syn(), true));
  EXPECT_NE(quirk_of(other, true), quirk_of(other, false));
}

TEST(describe_quirk, says_it_as_people_do) {
  EXPECT_EQ(describe_quirk(linux_syn()),
            "win 64240, options mss sok ts nop ws, mss 1460, scale 7, ttl 64, df");
  header_sample bare;
  bare.tcp_window = 1024;
  bare.ttl = 243;
  EXPECT_EQ(describe_quirk(bare), "win 1024, no options, ttl 255");
  EXPECT_EQ(describe_quirk(bare, true), "win *, no options, ttl 255");
}

TEST(targets_about, is_linear_counting) {
  EXPECT_EQ(targets_about(0), 0);
  EXPECT_NEAR(targets_about(1), 1.008, 0.001);
  EXPECT_NEAR(targets_about(0xFFFFFFFF), 44.36, 0.01);  // 64 ln 2
  EXPECT_NEAR(targets_about(~std::uint64_t{0}), 266.2, 0.1);
}

TEST(sequence_likeness, is_the_share_of_common_bits) {
  EXPECT_EQ(sequence_likeness(0, 0), 0);
  EXPECT_EQ(sequence_likeness(0b0110, 0b0110), 1);
  EXPECT_EQ(sequence_likeness(0b0110, 0b0011), 1.0 / 3);
  EXPECT_EQ(sequence_likeness(0b0110, 0b1001), 0);
}

TEST(source_profile, forgets_the_window_when_another_part_says_that_it_varies) {
  auto later = linux_syn();
  later.time = timestamp{2000};
  auto other_window = later;
  other_window.time = timestamp{3000};
  other_window.tcp_window = 1;
  source_profile first, second;
  first.add_header(linux_syn());
  second.add_header(later);
  second.add_header(other_window);
  first.absorb(second);
  EXPECT_TRUE(first.window_varies);
  EXPECT_EQ(first.header.time, timestamp{1000});
  EXPECT_EQ(first.quirk, quirk_of(linux_syn(), true));
}

TEST(source_profile, keeps_busy_ports_and_never_counts_too_high) {
  random_source random{3};
  source_profile profile;
  std::map<std::uint16_t, std::uint64_t> truth;
  std::uint64_t sum = 0;
  for (int i = 0; i < 5000; ++i) {
    bool const is_busy = random.below(2) == 0;
    auto const port = static_cast<std::uint16_t>(is_busy ? 23 : random.below(2000));
    std::uint64_t const packets = 1 + random.below(9);
    profile.add_port({port, 6, packets});
    truth[port] += packets;
    sum += packets;
  }
  EXPECT_EQ(profile.top_ports[0].port, 23U);
  for (auto const& each : profile.top_ports) EXPECT_LE(each.packets, truth[each.port]);
  EXPECT_GE(profile.top_ports[0].packets + sum / 8, truth[23]);  // Misra and Gries, 8 places
}

TEST(source_profile, counts_up_to_eight_ports_exactly) {
  source_profile profile;
  for (std::uint16_t round = 0; round < 10; ++round)
    for (std::uint16_t port = 0; port < 8; ++port) profile.add_port({port, 17, port + 1U});
  for (std::uint16_t i = 0; i < 8; ++i) {
    EXPECT_EQ(profile.top_ports[i].port, 7U - i);
    EXPECT_EQ(profile.top_ports[i].packets, 10U * (8U - i));
  }
}

auto part_of(random_source& random, std::uint32_t sources) -> source_profile {
  source_profile part;
  part.address = net::ipv4{random.below(sources)};
  part.first = timestamp{1 + random.below(1000)};
  part.last = part.first + duration{random.below(1000)};
  part.packets = 1 + random.below(100);
  part.by_class[random.below(8)] = part.packets;
  part.events = random.below(5);
  part.destinations = random.below(50);
  part.targets = random.next();
  part.sequence = random.next32();
  part.scanner = static_cast<std::uint16_t>(part.address.as_ipv4().value());
  part.is_spoofable = random.below(9) != 0;
  part.add_port({static_cast<std::uint16_t>(random.below(5)), 6, part.packets});
  auto header = linux_syn();
  header.time = part.first;
  header.tcp_window = static_cast<std::uint16_t>(random.below(2));
  if (random.below(2) == 0) part.add_header(header);
  return part;
}

void expect_same(source_profile const& a, source_profile const& b) {
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.first, b.first);
  EXPECT_EQ(a.last, b.last);
  EXPECT_EQ(a.packets, b.packets);
  EXPECT_EQ(a.by_class, b.by_class);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.destinations, b.destinations);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.scanner, b.scanner);
  EXPECT_EQ(a.is_spoofable, b.is_spoofable);
  EXPECT_EQ(a.quirk, b.quirk);
  EXPECT_EQ(a.window_varies, b.window_varies);
  EXPECT_EQ(a.header.time, b.header.time);
  for (std::size_t i = 0; i < a.top_ports.size(); ++i) {
    EXPECT_EQ(a.top_ports[i].port, b.top_ports[i].port);
    EXPECT_EQ(a.top_ports[i].packets, b.top_ports[i].packets);
  }
}

TEST(source_profile, absorbs_in_any_order) {
  random_source random{5};
  for (int round = 0; round < 200; ++round) {
    auto const a = part_of(random, 1), b = part_of(random, 1), c = part_of(random, 1);
    auto left = a, right = c, other = b;
    left.absorb(b);
    left.absorb(c);
    other.absorb(a);
    right.absorb(other);
    expect_same(left, right);
  }
}

TEST(source_profile, leaves_the_window_out_when_it_varies) {
  source_profile profile;
  auto first = linux_syn(), second = linux_syn();
  second.tcp_window = 5;
  second.time = timestamp{2000};
  profile.add_header(second);
  EXPECT_EQ(profile.quirk, quirk_of(second));
  profile.add_header(first);
  EXPECT_TRUE(profile.window_varies);
  EXPECT_EQ(profile.header.time, timestamp{1000});
  EXPECT_EQ(profile.quirk, quirk_of(first, true));
}

auto all_of(profile_book const& book) -> std::vector<source_profile> {
  std::vector<source_profile> answer;
  EXPECT_TRUE(book.for_each([&](source_profile const& each) -> status {
    answer.push_back(each);
    return {};
  }));
  return answer;
}

TEST(profile_book, gives_each_source_once_from_memory_and_from_files_alike) {
  random_source random{9};
  profile_book roomy, tight{std::size_t{3} << 20};
  std::map<net::address, source_profile> wanted;
  for (int i = 0; i < 30000; ++i) {
    auto const part = part_of(random, 5000);
    ASSERT_TRUE(roomy.add(part));
    ASSERT_TRUE(tight.add(part));
    auto const [found, is_new] = wanted.try_emplace(part.address, part);
    if (!is_new) found->second.absorb(part);
  }
  for (auto const* book : {&roomy, &tight, &tight}) {  // a second time too
    auto const got = all_of(*book);
    ASSERT_EQ(got.size(), wanted.size());
    auto next = wanted.begin();
    for (auto const& each : got) expect_same(each, (next++)->second);
  }
}

TEST(profile_book, visits_several_books_as_one) {
  for (std::size_t const memory : {std::size_t{1} << 20, std::size_t{256} << 20}) {
    random_source random{10};
    std::vector<profile_book> books;
    for (int i = 0; i < 3; ++i) books.emplace_back(memory);
    std::map<net::address, std::uint64_t> wanted;
    for (int i = 0; i < 9000; ++i) {
      auto const part = part_of(random, 2000);
      ASSERT_TRUE(books[part.address.as_ipv4().value() % 3].add(part));
      wanted[part.address] += part.packets;
    }
    std::vector<profile_book const*> all{&books[0], &books[1], &books[2]};
    auto next = wanted.begin();
    EXPECT_TRUE(profile_book::for_each(all, [&](source_profile const& each) -> status {
      EXPECT_EQ(each.address, next->first);
      EXPECT_EQ(each.packets, next->second);
      ++next;
      return {};
    }));
    EXPECT_EQ(next, wanted.end());
  }
}

TEST(profile_book, ends_at_the_first_failure) {
  random_source random{11};
  profile_book book;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(book.add(part_of(random, 50)));
  int visits = 0;
  auto const visited = book.for_each([&](source_profile const&) -> status {
    if (++visits == 3) return fail(errc::io_error, "the disk is full");
    return {};
  });
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().message, "the disk is full");
  EXPECT_EQ(visits, 3);
}

}  // namespace
}  // namespace kizashi::telescope
