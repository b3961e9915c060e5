// Everything that is recognised of a batch, in one step.
#include "kizashi/recognise/recogniser.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "kizashi/recognise/traffic.hpp"

namespace kizashi::recognise {
namespace {

TEST(recogniser, fills_types_classes_scanners_and_fingerprints) {
  auto const batch = std::make_unique<net::packet_batch>();
  auto const tags = std::make_unique<tag_columns>();
  net::frame_block const frames;
  net::packet made{.time = timestamp{1},
                   .source = 0xA28E7D07,  // 162.142.125.7, of Censys
                   .destination = 0x2C000001,
                   .tcp_sequence = 0x12345678,
                   .destination_port = 443,
                   .attributes = net::bit(net::attribute::ports),
                   .ip_length = 40,
                   .ip_protocol = 6,
                   .tcp_flags = 2};
  batch->set_row(0, made);
  made.source = 0x08080808;
  made.tcp_sequence = made.destination;  // Mirai
  made.destination_port = 23;
  batch->set_row(1, made);
  batch->resize(2);
  auto const fingerprints = fingerprint_table::shipped();
  auto const scanners = scanner_list::shipped();
  recogniser{fingerprints, scanners}.add(*batch, frames, *tags);
  for (std::size_t row = 0; row < 2; ++row) {
    EXPECT_EQ(tags->type[row], static_cast<std::uint8_t>(packet_type::tcp_syn));
    EXPECT_EQ(tags->traffic_class[row], static_cast<std::uint8_t>(traffic_class::scan));
  }
  EXPECT_EQ(scanners.organisation(tags->scanner[0]), "Censys");
  EXPECT_EQ(tags->scanner[1], 0);
  bool is_mirai = false;
  for (std::size_t i = 0; i < fingerprints.entries().size(); ++i)
    if ((tags->fingerprints[1] >> i & 1) != 0)
      is_mirai |= fingerprints.entries()[i].name == "mirai";
  EXPECT_TRUE(is_mirai);
}

}  // namespace
}  // namespace kizashi::recognise
