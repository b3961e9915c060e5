#include "kizashi/answer/names.hpp"

#include <gtest/gtest.h>

namespace kizashi::answer {
namespace {

TEST(names, of_services) {
  EXPECT_EQ(service_name(6, 23), "telnet");
  EXPECT_EQ(service_name(17, 23), "");
  EXPECT_EQ(service_name(6, 389), "ldap");
  EXPECT_EQ(service_name(17, 389), "cldap");
  EXPECT_EQ(service_name(6, 53), "dns");
  EXPECT_EQ(service_name(17, 53), "dns");
  EXPECT_EQ(service_name(6, 0), "");
  EXPECT_EQ(service_name(6, 65535), "");
}

TEST(names, of_icmp_messages) {
  EXPECT_EQ(icmp_name(1, 8, 0), "echo request");
  EXPECT_EQ(icmp_name(1, 3, 3), "port unreachable");
  EXPECT_EQ(icmp_name(1, 3, 99), "unreachable");
  EXPECT_EQ(icmp_name(58, 128, 0), "echo request");
  EXPECT_EQ(icmp_name(58, 8, 0), "");
  EXPECT_EQ(icmp_name(1, 255, 0), "");
}

}  // namespace
}  // namespace kizashi::answer
