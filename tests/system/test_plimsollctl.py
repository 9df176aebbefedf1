# SPDX-License-Identifier: Apache-2.0
"""plimsollctl against the running program: every command, its two outputs and its exit codes."""

import json
import subprocess
import time

import pytest
from support.server import CONTROL, MINIMAL_ZONE, Server, config, wait_for

COMMANDS = [["status"], ["budget"], ["stats"], ["stats", "plimsoll_queries*"], ["zones"], ["zone", "status", "example.test"],
            ["zone", "reload", "example.test"], ["reload"], ["events"]]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("control"), config()) as server:
        server.assert_answers()
        yield server


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_command_for_people_and_for_programs(server, command):
    words = server.control(*command)
    assert words.stdout.strip() and not words.stderr.strip()
    for line in server.control(*command, "--json").stdout.splitlines():
        json.loads(line)


def test_status_says_what_matters(server):
    said = server.control("status").stdout
    assert "ok" in said and "0.1" in said


def test_budget_is_the_sheet_that_was_printed(server):
    said = server.control("budget").stdout
    for word in ("program", "network", "zones", "tcp socket buffers"):
        assert word in said


def test_zone_write(server):
    server.control("zone", "write", "example.test")
    assert "192.0.2.80" in (server.directory / "example.test.zone").read_text()
    server.control("zone", "reload", "example.test")
    server.assert_answers()


@pytest.mark.parametrize("command, code", [(["zone", "status", "nothing.test"], 1), (["zone", "reload", "nothing.test"], 1),
                                           (["nonsense"], 2), (["zone"], 2), (["zone", "status"], 2), (["zones", "--odd"], 2)])
def test_what_cannot_be_done(server, command, code):
    run = server.control(*command, check=code)
    assert run.stderr.strip()


def test_help():
    run = subprocess.run([str(CONTROL), "--help"], capture_output=True, text=True, timeout=10)
    assert run.returncode == 0
    for word in ("status", "budget", "stats", "zones", "zone", "reload", "events", "stop"):
        assert word in run.stdout


def test_not_running_is_three(tmp_path):
    run = subprocess.run([str(CONTROL), "--socket", str(tmp_path / "none.sock"), "status"], capture_output=True, text=True,
                         timeout=10)
    assert run.returncode == 3 and run.stderr.strip()


def test_a_socket_that_nobody_serves_any_more_is_three(tmp_path):
    server = Server(tmp_path, config())
    with server:
        server.kill()
        server.control("status", check=3)
        server.start()


def test_events_follow(server):
    run = subprocess.Popen([str(CONTROL), "--socket", str(server.directory / "control.sock"), "events", "-f"],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        out = b""
        assert server.reload()
        end = time.monotonic() + 10
        while b"10602" not in out and time.monotonic() < end:
            out += run.stdout.read1(65536)
        assert b"10602" in out
    finally:
        run.kill()
        run.wait()
        run.stdout.close()


def test_socket_is_closed_to_others(server):
    assert (server.directory / "control.sock").stat().st_mode & 0o777 == 0o660


def test_commands_leave_their_mark(server):
    before = len(server.events(10606))
    server.control("reload")
    wait_for(lambda: len(server.events(10606)) > before, 5, server.describe)


def test_stop(tmp_path):
    with Server(tmp_path, config(), files={"example.test.zone": MINIMAL_ZONE}) as server:
        server.control("stop")
        server.ended()
