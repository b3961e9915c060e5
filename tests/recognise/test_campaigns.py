"""Campaigns: botnets that act together are found as groups, and the same botnet has the same name on every day."""
import collections
import datetime
import json
import struct
import unittest

from truth import HERE, KIZASHI, ScenarioTest, Truth, dotted, frames_of, run

DAY = 86_400


def likeness(one, other):
    """Jaccard's."""
    return len(one & other) / len(one | other)


def campaigns_of(profiles):
    """name -> its sources."""
    groups = collections.defaultdict(set)
    for address, row in profiles.items():
        if row["campaign"]:
            groups[row["campaign"]].add(address)
    return groups


def groups_by_time(slots):
    """The hidden groups, from the truth: bots of one group act in its slots alone, so that two of them share most of theirs.
    `slots`: bot -> slots in which it acted."""
    left, groups = set(slots), []
    while left:
        group, new = set(), {min(left)}
        while new:
            group |= new
            left -= new
            new = {other for other in left if any(likeness(slots[other], slots[bot]) >= 0.5 for bot in new)}
        groups.append(group)
    return groups


class Botnet(ScenarioTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, "botnet", cls.folder)
        cls.truth.read(*cls.truth.darknet, "--top", "0")
        cls.said = campaigns_of(cls.truth.profiles)
        cls.synchronous = {each["name"] for each in cls.truth.document["campaigns"] if each["synchronous"]}

    def hidden_groups(self):
        bots = self.truth.sources_of("router botnet")
        slots = collections.defaultdict(set)
        for time, frame in frames_of(self.truth.capture.read_bytes()):
            if frame[12:14] == b"\x08\x00" and dotted(frame[26:30]) in bots:
                slots[dotted(frame[26:30])].add(time // 60_000_000)
        return groups_by_time(slots)

    def test_hidden_groups_of_one_botnet(self):
        """Three groups of 40 in common minutes, with the tool and ports of 500 others."""
        groups = self.hidden_groups()
        self.assertEqual([len(group) for group in groups], [40, 40, 40])
        names = set()
        for group in groups:
            name = max(self.said, key=lambda name: likeness(group, self.said[name]))
            self.assertGreaterEqual(likeness(group, self.said[name]), 0.9, name)
            self.assertIn(name, self.synchronous)
            self.assertRegex(name, r"^mirai 23\+2323\+37215 · ")
            names.add(name)
        self.assertEqual(len(names), 3)

    def test_botnets_by_themselves(self):
        for actor, ports in (("camera botnet", "81+5555+34567"), ("database botnet", "1433+3306")):
            bots = self.truth.sources_of(actor)
            name = max(self.said, key=lambda name: likeness(bots, self.said[name]))
            self.assertGreaterEqual(likeness(bots, self.said[name]), 0.9)
            self.assertTrue(name.startswith(f"tcp {ports} · "), name)
            self.assertIn(name, self.synchronous)

    def test_who_acts_alone_is_in_no_synchronous_group(self):
        self.assertEqual(len(self.synchronous), 5)
        alone = self.truth.sources_of("telnet bots of nobody") | self.truth.sources_of("android scanners")
        together = set().union(*(self.said[name] for name in self.synchronous))
        self.assertLessEqual(len(alone & together), 0.01 * len(alone))

    def test_rows_say_what_profiles_say(self):
        rows = {each["name"]: each for each in self.truth.document["campaigns"]}
        self.assertEqual({name: each["sources"] for name, each in rows.items()},
                         {name: len(sources) for name, sources in self.said.items()})
        self.assertEqual({row["name"]: int(row["sources"]) for row in self.truth.table("campaigns")},
                         {name: each["sources"] for name, each in rows.items()})


class ThreeDays(ScenarioTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.truth = Truth(KIZASHI, "three-days", cls.folder)
        cls.days = [cls.read_day(capture) for capture in cls.cut()]

    @classmethod
    def cut(cls):
        """The capture, by days."""
        whole = cls.truth.capture.read_bytes()
        begin = int(datetime.datetime.fromisoformat(cls.truth.head["start"][:19] + "+00:00").timestamp())
        at, since, files = 24, 24, []
        for day in range(1, 4):
            while at < len(whole) and struct.unpack_from("<I", whole, at)[0] < begin + day * DAY:
                at += 16 + struct.unpack_from("<I", whole, at + 8)[0]
            files.append(cls.folder / f"day{day}.pcap")
            files[-1].write_bytes(whole[:24] + whole[since:at])
            since = at
        return files

    @classmethod
    def read_day(cls, capture):
        """name -> sources of the day's campaigns."""
        tables = cls.folder / capture.stem
        run(KIZASHI, "read", capture, *cls.truth.darknet, "--csv", tables, "--json", "--no-progress")
        kept, cls.truth.tables = cls.truth.tables, tables
        said = campaigns_of({row["address"]: row for row in cls.truth.table("profiles")})
        cls.truth.tables = kept
        return said

    def names_of(self, actor, days):
        """The campaign that most of an actor's sources are in, for each day."""
        bots = self.truth.sources_of(actor, 10)
        names = []
        for day in days:
            said = self.days[day]
            name = max(said, key=lambda name: len(bots & said[name]))
            self.assertGreaterEqual(len(bots & said[name]), 0.8 * len(bots), (actor, day, name))
            names.append(name)
        return names

    def test_the_same_name_on_every_day(self):
        for actor, ports, days in (("camera botnet", "81+9527+34567", (0, 1, 2)), ("evening botnet", "1433+3306", (0, 1, 2)),
                                   ("router botnet", "7547+37215", (1, 2))):
            names = self.names_of(actor, days)
            self.assertEqual(len(set(names)), 1, names)
            self.assertTrue(names[0].startswith(f"tcp {ports} · "), names[0])

    def test_nobody_else_has_that_name(self):
        for actor, days in (("camera botnet", (0, 1, 2)), ("evening botnet", (0, 1, 2)), ("router botnet", (1, 2))):
            bots = self.truth.sources_of(actor)
            for day, name in zip(days, self.names_of(actor, days)):
                self.assertGreaterEqual(likeness(bots, self.days[day][name]), 0.95, (actor, day))

    def test_who_comes_on_the_second_day_is_not_there_on_the_first(self):
        name = self.names_of("router botnet", (1,))[0]
        self.assertNotIn(name, self.days[0])

    def test_mirai(self):
        """Mirai's bots ask for port 2323 with every tenth packet."""
        for name in self.names_of("telnet bots, the others", (0, 1, 2)):
            self.assertRegex(name, r"^mirai 23\+2323 · ")


class Names(ScenarioTest):
    """Days that have nothing in common but what the crowds do: other seeds, other sources, each read by itself."""
    NAMES = {
        "a tenth, few packets": "mirai 23+2323",
        "a tenth, many packets": "tcp 135+139+445",
        "ten equal": "tcp many",
        "six equal": "masscan 5000+5555+6379+7547+8443+9200",
        "falling by half": "masscan 1433+3306+5432+27017",
    }

    def test_the_same_on_days_of_other_seeds(self):
        days = []
        for seed in (1, 2, 3):
            truth = Truth(KIZASHI, HERE / "names.toml", self.folder, "--seed", seed)
            truth.read(*truth.darknet)
            said = campaigns_of(truth.profiles)
            names = {}
            for actor, begin in self.NAMES.items():
                sources = truth.sources_of(actor, 5)
                names[actor] = max(said, key=lambda name: len(sources & said[name]))
                self.assertGreaterEqual(likeness(sources, said[names[actor]]), 0.9, (seed, actor))
                self.assertTrue(names[actor].startswith(begin + " · "), names[actor])
            days.append(names)
        self.assertEqual(len(set(days[0].values())), len(self.NAMES))
        self.assertEqual(days[1], days[0])
        self.assertEqual(days[2], days[0])


if __name__ == "__main__":
    unittest.main()
