# SPDX-License-Identifier: Apache-2.0
"""The statistics endpoint and the log of the running program, as monitoring sees them."""

import json
import re
import subprocess

import pytest
from support.server import MINIMAL_ZONE, Server, config, wait_for
from support.watch import Sheet, descriptors, status

METRICS = [
    "plimsoll_queries_total", "plimsoll_responses_total", "plimsoll_memory_limit_bytes", "plimsoll_memory_used_bytes",
    "plimsoll_memory_high_water_bytes", "plimsoll_threads", "plimsoll_pool_limit", "plimsoll_pool_used",
    "plimsoll_pool_high_water", "plimsoll_refused_total", "plimsoll_events_total", "plimsoll_zone_serial",
    "plimsoll_zone_state", "plimsoll_zone_age_seconds",
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    zones = {"example.test": "example.test.zone", "second.test": "example.test.zone"}
    with Server(tmp_path_factory.mktemp("endpoint"), config(zones=zones)) as server:
        server.assert_answers()
        yield server


def test_promtool_accepts_the_metrics(server):
    body = server.http("/metrics")[1]
    run = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0 and not run.stderr.strip() and not run.stdout.strip(), run.stdout + run.stderr


@pytest.mark.parametrize("name", METRICS)
def test_every_dashboard_finds_what_it_needs(server, name):
    assert any(key.split("{")[0] == name for key in server.metrics()), name


def test_counters_do_not_go_back(server):
    first = server.metrics()
    server.assert_answers()
    second = server.metrics()
    for name, value in first.items():
        if name.split("{")[0].endswith("_total"):
            assert second[name] >= value, name


def test_gauges_say_what_the_kernel_says(server):
    values = server.metrics()
    sheet = Sheet(server.stdout())
    seen = status(server.pid)
    assert values["plimsoll_memory_limit_bytes"] == sheet.limit
    assert abs(values["plimsoll_resident_memory_bytes"] - seen["VmRSS"]) < 4 << 20
    assert abs(values["plimsoll_open_fds"] - descriptors(server.pid)) <= 2
    for role, count in (("worker", sheet.workers), ("job", sheet.jobs)):
        for state in ("declared", "running"):
            assert values[f'plimsoll_threads{{role="{role}",state="{state}"}}'] == count
    assert values['plimsoll_zone_serial{zone="example.test"}'] == 1


def test_no_label_holds_what_was_asked_or_who_asked(server):
    server.ask("very-special-label.example.test", "A")
    body = server.http("/metrics")[1]
    assert "very-special-label" not in body and "127.0.0.1" not in body


def test_memory_stays_under_each_account(server):
    values = server.metrics()
    used = {key: value for key, value in values.items() if key.startswith("plimsoll_memory_used_bytes")}
    assert len(used) >= 6
    for key, value in used.items():
        account = re.search(r'account="([^"]*)"', key).group(1)
        high = values[f'plimsoll_memory_high_water_bytes{{account="{account}"}}']
        limit = values.get(f'plimsoll_memory_account_limit_bytes{{account="{account}"}}')
        assert value <= high and (limit is None or high <= limit), (account, value, high, limit)
    assert sum(used.values()) <= values["plimsoll_memory_limit_bytes"]


def test_nothing_was_allocated_by_serving_threads(server):
    for _ in range(50):
        server.assert_answers()
    assert server.metric("plimsoll_serving_allocations_total") == 0


def test_json_statistics(server):
    code, body = server.http("/stats")
    report = json.loads(body)
    assert code == 200
    assert report["memory"]["limit_bytes"] == Sheet(server.stdout()).limit
    assert report["zones"]["count"] == 2 and report["zones"]["states"]["serving"] == 2
    assert {account["name"] for account in report["memory"]["accounts"]} >= {"program", "network", "requests", "zones"}
    assert any(counter["name"] == "plimsoll_queries_total" for counter in report["counters"])


def test_health_ready_and_the_page(server):
    code, body = server.http("/health")
    assert code == 200 and json.loads(body) == {"status": "ok", "reason": ""}
    assert server.http("/ready")[0] == 200
    code, body = server.http("/")
    assert code == 200 and "<html" in body.lower() and "http://" not in body and "https://" not in body
    assert server.http("/nothing")[0] == 404


def test_ready_only_when_zones_have_been_tried(tmp_path):
    """A slow zone: a pipe instead of a file is no regular file and fails at once, so a large one it is."""
    zone = MINIMAL_ZONE + "$GENERATE 1-60000 h$ A 10.1.2.3\n" * 8
    zone = zone.replace("h$", "h$-a", 1)
    for index in range(8):
        zone = zone.replace("h$ ", f"h$-{index} ", 1)
    with Server(tmp_path, config(limits={"memory": "256MiB"}), files={"example.test.zone": zone}, ready=False) as server:
        wait_for(lambda: "control socket /" in server.stdout(), 10, server.describe)
        server.read_addresses()
        codes = set()

        def ready():
            code = server.http("/ready")[0]
            codes.add(code)
            return code == 200

        wait_for(ready, 20, server.describe)
        assert codes <= {200, 503}
        assert server.has_event(10300, zone="example.test.")


def test_statistics_can_be_off(tmp_path):
    text = config(stats={"listen": False})
    with Server(tmp_path, text) as server:
        assert server.stats_url is None
        server.assert_answers()


def test_json_log(tmp_path):
    with Server(tmp_path, config()) as server:
        server.assert_answers()
        server.reload()
        server.stop()
        lines = server.stderr().splitlines()
        events = [json.loads(line) for line in lines]
        assert [event["id"] for event in events][0] == 2 and events[-1]["id"] == 3
        for event in events:
            assert set(event) >= {"time", "id", "event", "severity", "text", "fields", "repeats"}
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["time"])
        assert [event["time"] for event in events] == sorted(event["time"] for event in events)


def test_text_log(tmp_path):
    with Server(tmp_path, config(log={"format": "text"})) as server:
        server.assert_answers()
        server.stop()
        for line in server.stderr().splitlines():
            assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|notice|warning|error) \d+ \S", line), line
        assert server.events(3)


def test_log_level(tmp_path):
    with Server(tmp_path, config(log={"level": "error", "format": "json"}), ready=False) as server:
        wait_for(lambda: "control socket /" in server.stdout(), 10, server.describe)
        server.read_addresses()
        wait_for(lambda: server.http("/ready")[0] == 200, 10, "ready")
        assert server.metric("plimsoll_events_total", id="10000") == 1
        server.send_signal(15)
        assert server.process.wait(10) == 0
        assert server.stderr() == ""
