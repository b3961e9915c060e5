"""The two streams: where they begin and come back, who sees what, and readers that are too slow."""
import json
import socket
import struct
import unittest

from serving import ANALYST, PARTNER, ServedTest

GUEST = {"Authorization": "Bearer guest-token"}
BLIND = {"Authorization": "Bearer blind-token"}


class Events:
    """An open stream of events, read as the standard says (WHATWG HTML, section 9.2)."""

    def __init__(self, test, target="/api/v1/events/stream", headers=ANALYST):
        self.connection = test.connect()
        self.connection.request("GET", target, headers=headers)
        self.answer = self.connection.getresponse()
        test.addCleanup(self.connection.close)
        test.assertEqual(self.answer.status, 200)
        self.last_id = ""

    def next(self):
        """(topic, id, data) of the next event; comments and blocks without data are passed over."""
        topic, data = "message", []
        while line := self.answer.readline().decode():
            line = line.rstrip("\n")
            if not line:
                if data:
                    return topic, self.last_id, json.loads("\n".join(data))
                topic = "message"
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                topic = value
            elif name == "id":
                self.last_id = value
            elif name == "data":
                data.append(value)
        return None


class Streams(ServedTest):
    options = ("heartbeat=200", "io_threads=2")

    def say(self, topic, number, sensor="-", about="-"):
        self.served.say(f'event {topic} {sensor} {about} {{"n":{number}}}')

    def test_news_and_coming_back(self):
        stream = Events(self)
        self.assertEqual(stream.answer.getheader("Content-Type"), "text/event-stream")
        self.assertEqual(stream.answer.getheader("X-Accel-Buffering"), "no")
        for number in range(3):
            self.say("alert", number)
        found = [stream.next() for _ in range(3)]
        self.assertEqual([(topic, data["n"]) for topic, _, data in found], [("alert", 0), ("alert", 1), ("alert", 2)])
        self.say("alert", 3)
        for headers, target in (({**ANALYST, "Last-Event-ID": found[0][1]}, "/api/v1/events/stream"),
                                (ANALYST, f"/api/v1/events/stream?after={found[0][1]}")):
            again = Events(self, target, headers)
            self.assertEqual([again.next()[2]["n"] for _ in range(3)], [1, 2, 3])

    def test_topics(self):
        stream = Events(self, "/api/v1/events/stream?topic=scan&topic=attack")
        for number, topic in enumerate(("window", "scan", "attack", "window", "scan")):
            self.say(topic, number)
        self.assertEqual([stream.next()[0] for _ in range(3)], ["scan", "attack", "scan"])
        wrong = self.document("/api/v1/events/stream?topic=alarm", 400)["errors"][0]
        self.assertEqual((wrong["where"], wrong["expected"]), ("query.topic", "one of window, scan, attack, finding, job"))

    def test_what_is_gone_is_said(self):
        stream = Events(self)
        self.say("alert", 0)
        place = stream.next()[1]
        for number in range(150):  # the log keeps 100
            self.say("alert", number)
        # Who reads the last one knows that all are in the log.
        while stream.next()[2] != {"n": 149}:
            pass
        late = Events(self, headers={**ANALYST, "Last-Event-ID": place})
        topic, _, data = late.next()
        self.assertEqual((topic, data), ("resync", {"why": "events before this one are no longer kept"}))
        self.assertEqual(late.next()[2], {"n": 50})
        other_run = Events(self, headers={**ANALYST, "Last-Event-ID": "6-1"})
        self.assertEqual(other_run.next()[0], "resync")
        self.say("alert", 1000)
        self.assertEqual(other_run.next()[2], {"n": 1000})

    def test_a_wrong_place(self):
        for target, headers, where in (("/api/v1/events/stream?after=x", ANALYST, "query.after"),
                                       ("/api/v1/events/stream", {**ANALYST, "Last-Event-ID": "1"}, "header.Last-Event-ID")):
            body = self.document(target, 400, headers=headers)
            self.assertEqual(body["detail"], "the place to go on from is not understood")
            self.assertEqual((body["errors"][0]["where"], body["errors"][0]["expected"]), (where, "the id of an event, such as 17-1234"))

    def test_who_sees_which_events(self):
        partner, guest = Events(self, headers=PARTNER), Events(self, headers=GUEST)
        self.say("other-sensor", 0, "south", "198.51.100.7")
        self.say("other-source", 1, "small", "203.0.113.1")
        self.say("no-source", 2, "small")
        self.say("everything", 3)
        self.say("mine", 4, "small", "198.51.100.7")
        self.say("public", 5, "-", "public")
        self.assertEqual([partner.next()[0] for _ in range(2)], ["mine", "public"])
        self.assertEqual(guest.next()[0], "public")
        self.assertEqual(self.ask("/api/v1/events/stream", headers={})[0], 401)

    def test_heartbeats(self):
        stream = Events(self)
        lines = [stream.answer.readline().decode() for _ in range(6)]
        self.assertEqual(lines[0], "retry: 3000\n")
        self.assertEqual(lines[3], ": alive\n")
        self.assertTrue(lines[4].startswith("id: 7-"))

    def test_many_readers(self):
        streams = [Events(self) for _ in range(40)]
        self.say("alert", 77)
        self.assertEqual([stream.next()[2] for stream in streams], [{"n": 77}] * 40)

    def test_frames(self):
        def first(headers, count):
            connection = self.connect()
            self.addCleanup(connection.close)
            connection.request("GET", "/api/v1/frames", headers=headers)
            answer = connection.getresponse()
            self.served.say(f"frame {count}")
            while True:
                length, = struct.unpack("<I", answer.read(4))
                body = answer.read(length)
                version, kind, marks, number, begin, microseconds, packets = struct.unpack_from("<BBHQqII", body)
                self.assertEqual(version, 2)
                if kind == 0:
                    return marks, begin, microseconds, packets, body[32:]
                self.assertEqual((kind, marks, length), (1, 0, 32))

        marks, begin, microseconds, packets, columns = first(ANALYST, 5000)
        self.assertEqual((marks, begin, microseconds, packets, len(columns)), (2000, 1768467600000000, 250000, 5000, 2000 * 23))
        self.assertEqual(columns[-4000:], b"JP" * 2000)
        destinations = struct.unpack_from("<2000I", columns, 16000)
        self.assertEqual(len(set(destinations)), 2000)
        self.assertTrue(all(1000 <= each < 6000 for each in destinations))
        blocks = struct.unpack_from("<10I", first(BLIND, 10)[4], 80)
        self.assertEqual(set(blocks), {1000 // 256})
        # A partner without a store has no number for its sensor: nothing is its own.
        self.assertEqual(first(PARTNER, 10)[:4], (0, 1768467600000000, 250000, 0))
        self.assertEqual(self.ask("/api/v1/frames", headers=GUEST)[0], 403)

    def test_a_token_that_is_taken_away_ends_its_streams(self):
        stream = Events(self, headers={"Authorization": "Bearer south-token"})
        self.served.say("forget south-token")
        self.assertIsNone(stream.next())


class SlowReaders(ServedTest):
    options = ("heartbeat=100", "write_time=500")

    def test_a_reader_that_does_not_read(self):
        # Its side takes little, the rest stays in the server's socket: that is full soon.
        wire = socket.socket()
        self.addCleanup(wire.close)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        wire.settimeout(30)
        wire.connect((self.served.host, self.served.port))
        wire.sendall(b"GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer analyst-token\r\n\r\n")
        self.assertTrue(wire.recv(10).startswith(b"HTTP/1.1 2"))
        quick = Events(self)
        text = "x" * 60000
        for number in range(150):
            self.served.say(f'event big - - {{"n":{number},"text":"{text}"}}')
            # Others are not delayed by it.
            self.assertEqual(quick.next()[2]["n"], number)
        # It was cut off within the time of a write; what it still gets is what was on its way.
        taken = len(self.rest_of(wire))
        self.assertLess(taken, 150 * len(text))


if __name__ == "__main__":
    unittest.main()
