"""The dashboard asks for numbers that the server has, and is one that Grafana takes."""
import json
import pathlib
import re
import unittest

from server import ServeTest, ask

DASHBOARD = json.loads((pathlib.Path(__file__).resolve().parents[2] / "deploy/grafana/kizashi.json").read_text())
# What PromQL itself has (https://prometheus.io/docs/prometheus/latest/querying/), as far as it is used.
WORDS = {"sum", "min", "max", "count", "rate", "increase", "time", "vector", "or", "and", "on", "by", "group_left"}
LABELS = {"job", "instance"}  # Prometheus gives them to everything that it scrapes


def expressions():
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])]


def words(expression):
    """Names of metrics and of labels in an expression."""
    labels = set(re.findall(r"[{,]\s*(\w+)\s*[=!]", expression))
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]", " ", expression)
    for listed in re.findall(r"\b(?:by|on|group_left)\s*\(([^)]*)\)", bare):
        labels |= set(re.findall(r"\w+", listed))
    bare = re.sub(r"\b(by|on|group_left)\s*\([^)]*\)", " ", bare)
    return set(re.findall(r"[a-z_:][a-z0-9_:]*", bare)) - WORDS, labels


def overlap(one, other):
    return (one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"] and
            one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"])


class Words(unittest.TestCase):
    def test_an_expression_is_taken_apart(self):
        text = 'sum by (a) (rate(x_total{b=~"$c", d="e f"}[$__rate_interval])) / on(g) group_left() y_bytes or vector(0)'
        self.assertEqual(words(text), ({"x_total", "y_bytes"}, {"a", "b", "d", "g"}))

    def test_areas_that_overlap_are_seen(self):
        at = {"x": 0, "y": 0, "w": 4, "h": 4}
        self.assertTrue(overlap(at, at | {"x": 3, "y": 3}))
        self.assertFalse(overlap(at, at | {"x": 4}))


class Dashboard(ServeTest):
    def exposed(self):
        """Each metric of a server that played a scenario to its end, with the names of its labels."""
        self.fresh("data")
        server = self.start('[sensor.north]\nscenario = "outbreak"\nspeed = 0\n')
        server.wait_for("sensor north: ended")
        secret = re.search(r"kzs_\S+", self.done("token", "add", "admin", "--data", "data", "--label", "m", "--scope", "metrics"))
        status, fields, body = ask(server.port(), "/api/v1/metrics", headers={"Authorization": f"Bearer {secret[0]}"})
        self.assertEqual(status, 200, body)
        self.assertEqual(fields["content-type"], "text/plain; version=0.0.4")
        rows = re.findall(r"^([a-z_]+)(?:\{(.*)\})? (\S+)$", body, re.M)
        self.types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", body, re.M))
        self.values = {name: float(value) for name, _, value in rows}
        return {name: set(re.findall(r'(\w+)="', labels)) for name, labels, _ in rows}

    def test_it_asks_for_what_the_server_has(self):
        exposed = self.exposed()
        every_label = set().union(*exposed.values()) | LABELS
        self.assertGreater(len(expressions()), 20)
        for expression in expressions():
            metrics, labels = words(expression)
            self.assertLessEqual(labels, every_label, expression)
            for each in metrics:
                self.assertIn(each, exposed, expression)
                # Only what goes up alone has a rate, and it must have one.
                has_rate = re.search(rf"(rate|increase)\({each}\b", expression) is not None
                self.assertEqual(has_rate, self.types[each] == "counter", expression)
        for variable in DASHBOARD["templating"]["list"][1:]:
            metric, label = re.match(r"label_values\((\w+)[^,]*, (\w+)\)$", variable["definition"]).groups()
            self.assertIn(label, exposed[metric] | LABELS)
        self.assertEqual(self.values["kizashi_packets_received_total"], 709136)
        self.assertEqual(self.values["kizashi_packets_stored_total"], 709136)
        self.assertEqual((self.values["kizashi_ready"], self.values["kizashi_sensor_ready"]), (1, 1))
        self.assertEqual(self.values["kizashi_journal_limit_bytes"], 8 << 30)
        self.assertEqual(self.values["kizashi_latest_packet_seconds"], 1772423999.999616)  # 2026-03-02 03:59:59.999616
        self.assertGreater(self.values["process_resident_memory_bytes"], 1 << 20)
        self.assertEqual(self.values["kizashi_api_connections"], 1)

    def test_it_has_the_shape_of_a_dashboard(self):
        panels = DASHBOARD["panels"]
        numbers = [panel["id"] for panel in panels]
        self.assertEqual(len(set(numbers)), len(numbers))
        for i, panel in enumerate(panels):
            at = panel["gridPos"]
            self.assertTrue(at["x"] >= 0 and at["w"] > 0 and at["h"] > 0 and at["x"] + at["w"] <= 24, panel["title"])
            for other in panels[:i]:
                self.assertFalse(overlap(at, other["gridPos"]), (panel["title"], other["title"]))
            self.assertTrue(panel["title"])
            if panel["type"] == "row":
                continue
            self.assertTrue(panel["description"])
            references = [target["refId"] for target in panel["targets"]]
            self.assertEqual(len(set(references)), len(references))
            for each in [panel, *panel["targets"]]:
                self.assertEqual(each["datasource"], {"type": "prometheus", "uid": "${datasource}"})
        variables = DASHBOARD["templating"]["list"]
        self.assertEqual((variables[0]["name"], variables[0]["type"], variables[0]["query"]), ("datasource", "datasource", "prometheus"))
        used = set(re.findall(r"\$(\w+)", " ".join(expressions()))) - {"__rate_interval"}
        self.assertEqual(used | {"datasource"}, {each["name"] for each in variables})
        self.assertLessEqual({"uid", "title", "schemaVersion", "time", "refresh", "panels"}, set(DASHBOARD))
