#include "kizashi/access/reach.hpp"

#include <gtest/gtest.h>

#include "kizashi/access/internal/reach_text.hpp"

namespace {

using namespace kizashi;
using namespace kizashi::access;

auto of(std::vector<std::string> const& prefixes, std::vector<std::string> const& sensors = {})
    -> reach {
  return parse_reach(prefixes, sensors).value();
}

auto complaint(status const& outcome) -> std::string {
  return outcome ? "" : outcome.error().message;
}

TEST(Reach, HasWhatItNames) {
  auto const everything = of({});
  EXPECT_TRUE(everything.is_everything());
  EXPECT_TRUE(everything.has(net::address::parse("8.8.8.8").value()));
  EXPECT_TRUE(everything.has_sensor("south"));
  auto const some = of({"192.0.2.0/24", "2001:db8::/32"}, {"south"});
  EXPECT_TRUE(some.has(net::address::parse("192.0.2.255").value()));
  EXPECT_FALSE(some.has(net::address::parse("192.0.3.0").value()));
  EXPECT_TRUE(some.has(net::address::parse("2001:db8:ffff::").value()));
  EXPECT_FALSE(some.has_sensor("SOUTH"));
  reach const nothing{std::vector<net::prefix>{}, std::vector<std::string>{}};
  EXPECT_FALSE(nothing.has(net::address::parse("192.0.2.1").value()));
  EXPECT_FALSE(nothing.has_sensor("south"));
}

TEST(Reach, IntersectsToWhatIsInBoth) {
  EXPECT_EQ(intersect(of({}), of({"10.0.0.0/8"}, {"a"})), of({"10.0.0.0/8"}, {"a"}));
  EXPECT_EQ(intersect(of({"10.0.0.0/8", "192.0.2.0/24"}), of({"10.1.0.0/16", "192.0.0.0/16"})),
            of({"10.1.0.0/16", "192.0.2.0/24"}));
  auto const none = intersect(of({"10.0.0.0/8"}, {"a"}), of({"11.0.0.0/8"}, {"b"}));
  EXPECT_FALSE(none.is_everything());
  EXPECT_EQ(describe_prefixes(none), "none");
  EXPECT_EQ(describe_sensors(none), "none");
  // An IPv4 prefix of length 0 holds no IPv6 address.
  EXPECT_EQ(describe_prefixes(intersect(of({"0.0.0.0/0"}), of({"2001:db8::/32"}))), "none");
}

TEST(Reach, SaysWhatIsOutside) {
  auto const account = of({"192.0.2.0/24"}, {"south"});
  EXPECT_EQ(complaint(check_within(of({"192.0.2.128/25"}, {"south"}), account)), "");
  EXPECT_EQ(complaint(check_within(of({"192.0.2.128/25"}, {"south"}), of({}))), "");
  EXPECT_EQ(complaint(check_within(of({"192.0.0.0/16"}, {"south"}), account)),
            "the prefix 192.0.0.0/16 is more than the account may see: 192.0.2.0/24");
  EXPECT_EQ(complaint(check_within(of({"192.0.2.1"}, {"north"}), account)),
            "the sensor north is more than the account may see: south");
  EXPECT_EQ(complaint(check_within(of({}, {"south"}), account)),
            "all prefixes are more than the account may see: 192.0.2.0/24");
  EXPECT_EQ(complaint(check_within(of({"192.0.2.1"}), account)),
            "all sensors are more than the account may see: south");
}

TEST(Reach, ReadsWhatPeopleWrite) {
  EXPECT_EQ(describe_prefixes(of({"192.0.2.0/24", "10.0.0.0/8", "192.0.2.0/24"})),
            "10.0.0.0/8, 192.0.2.0/24");
  auto const read = [](std::vector<std::string> const& prefixes,
                       std::vector<std::string> const& sensors) {
    auto const made = parse_reach(prefixes, sensors);
    return made ? "" : made.error().message;
  };
  EXPECT_NE(read({"192.0.2.1/24"}, {}), "");
  for (std::string const name : {"", "a b", "a,b", "a\n"})
    EXPECT_EQ(read({}, {name}), "\"" + name +
                                    "\" is no name of a sensor; expected 1 to 64 characters "
                                    "without spaces and commas");
}

TEST(Reach, StandsInATableAndComesBack) {
  for (auto const& each : {of({}), of({"192.0.2.0/24", "::/0"}), of({}, {"a", "b"}),
                           reach{std::vector<net::prefix>{}, std::vector<std::string>{}}})
    EXPECT_EQ(access::internal::reach_from(access::internal::prefixes_text(each),
                                           access::internal::sensors_text(each)),
              each);
  EXPECT_FALSE(access::internal::reach_from("nonsense", std::nullopt));
}

}  // namespace
