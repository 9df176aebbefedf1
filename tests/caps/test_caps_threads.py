# SPDX-License-Identifier: Apache-2.0
"""Threads and descriptors that the system does not give: the service goes on with those it has, says so, and is whole again
when they come."""

import json
import resource
import socket
import time
from pathlib import Path

import pytest
from overload import Group, assert_recovered, overloaded
from support.clients import Stream, framed, question
from support.server import metric_sum, wait_for
from support.watch import Watch, descriptors, status


@pytest.fixture
def group():
    try:
        made = Group("pids", "max")
    except OSError as error:
        pytest.skip(f"no pids cgroup can be made here: {error}")
    yield made
    made.remove()


# Of the five: control, two workers, two jobs. At least a worker and a job thread must stand.
@pytest.mark.parametrize("threads", [3, 4])
def test_threads_that_cannot_be_created(tmp_path, group, threads):
    group.limit(threads)
    with overloaded(tmp_path, preexec_fn=group.enter) as server:
        with Watch(server, fewer_threads=True):
            assert server.has_event(111)
            assert status(server.pid)["Threads"] == threads
            # Whichever socket the kernel picks, somebody reads it: the lanes of missing workers are adopted.
            for _ in range(32):
                assert server.ask("www.example.test", "A", tries=1).answer
                assert server.ask("www.example.test", "A", tcp=True).answer
            assert json.loads(server.http("/health")[1])["status"] == "degraded"
            values = server.metrics()
            running = metric_sum(values, "plimsoll_threads", state="running")
            assert running < metric_sum(values, "plimsoll_threads", state="declared")
            assert metric_sum(values, "plimsoll_refused_total", pool="threads") > 0
            group.limit("max")
            wait_for(lambda: status(server.pid)["Threads"] == 5, 25, server.describe)
            server.wait_event(10200)
        assert_recovered(server)


def test_no_thread_at_all_is_no_start(tmp_path, group):
    group.limit(1)
    server = overloaded(tmp_path, preexec_fn=group.enter, ready=False)
    try:
        server.start()
        assert server.process.wait(20) == 1, server.describe()
        assert server.has_event(111)
    finally:
        server.kill()


def cpu_seconds(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100.0


def answers_over_tcp(server):
    try:
        with Stream(server) as stream:
            stream.send(framed(question("www.example.test")))
            return bool(stream.receive().answer)
    except (OSError, EOFError):
        return False


def test_descriptors_that_run_out(tmp_path):
    """The limit is lowered under the running server: accepting fails, and does not spin."""
    with overloaded(tmp_path) as server:
        with Watch(server) as watch:
            limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (descriptors(server.pid), limits[1]))
            attempts = [socket.socket() for _ in range(40)]
            for attempt in attempts:
                attempt.setblocking(False)
                attempt.connect_ex(("127.0.0.1", server.port))
            before = cpu_seconds(server.pid)
            time.sleep(2)
            spent = cpu_seconds(server.pid) - before
            assert server.ask("www.example.test", "A").answer
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
            assert spent < 1.0, f"{spent} s of CPU in 2 s without anything to do"
            for attempt in attempts:
                attempt.close()
            # What waited in the backlog is still turned away for a moment; then a newcomer is served.
            wait_for(lambda: answers_over_tcp(server), 10, server.describe)
            assert metric_sum(server.metrics(), "plimsoll_refused_total", pool="tcp-connections", reason="socket") > 0
            assert watch.fds_max <= limits[0]
        assert_recovered(server)
