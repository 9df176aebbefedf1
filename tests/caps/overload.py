# SPDX-License-Identifier: Apache-2.0
"""What the caps tests share: a domain to ask for, loads that end by themselves, and what must be true after each."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "system"))

from support.server import LOADGEN, MINIMAL_ZONE, Server, config, few_descriptors, metric_sum, wait_for

HOSTS = 500
CGROUPS = Path("/sys/fs/cgroup")
LARGE = "".join(f"large A 198.51.100.{i}\n" for i in range(1, 251))


def domain():
    """A zone with hosts, services, a large set, a wildcard and a delegation."""
    lines = [MINIMAL_ZONE, LARGE, "*.wild CNAME www\nsub NS ns.sub\nns.sub A 192.0.2.53\n"]
    for i in range(HOSTS):
        lines.append(f"host{i} A 10.0.{i >> 8}.{i & 255}\n  AAAA 2001:db8::{i:x}\n_s{i}._tcp SRV 0 100 {i + 1} host{i}\n")
    return "".join(lines)


def questions(directory):
    """loadgen's list of questions of every kind."""
    lines = []
    for i in range(HOSTS):
        lines += [f"host{i}.example.test A answer", f"host{i}.example.test TXT nodata", f"nothing{i}.example.test A nxdomain",
                  f"_s{i}._tcp.example.test SRV answer", f"a{i}.sub.example.test A referral"]
    random.Random(1).shuffle(lines)
    path = directory / "questions"
    path.write_text("\n".join(lines) + "\n")
    return path


def overloaded(directory, limits=None, **options):
    """A server for loads; event 10402 and the like are what is wanted here."""
    text = config(limits={"memory": "96MiB", **(limits or {})})
    return Server(directory, text, files={"example.test.zone": domain()}, expect={10201}, **options)


def load(server, path, *arguments, seconds=3, address="127.0.0.1"):
    """Runs the load generator to its end and returns what it saw."""
    run = subprocess.run([str(LOADGEN), "--server", f"{address}@{server.ports[address]}", "--questions", str(path),
                          "--seconds", str(seconds), *arguments], capture_output=True, text=True, timeout=seconds + 20)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def start_load(server, path, *arguments, seconds=3):
    return subprocess.Popen([str(LOADGEN), "--server", f"127.0.0.1@{server.port}", "--questions", str(path),
                             "--seconds", str(seconds), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def assert_recovered(server, health="ok"):
    """After a load: it answers, every slot is free, nothing that serves has allocated, and it feels well."""
    server.assert_answers()
    wait_for(lambda: server.metric("plimsoll_pool_used", pool="tcp-connections") == 0, 25, "all connections to be over")
    wait_for(lambda: server.metric("plimsoll_pool_used", pool="tcp-buffers") == 0, 5, "all buffers to be back")
    values = server.metrics()
    assert metric_sum(values, "plimsoll_serving_allocations_total") == 0
    accepted = metric_sum(values, "plimsoll_tcp_connections_total")
    ended = metric_sum(values, "plimsoll_tcp_connections_ended_total")
    assert accepted == ended, f"{accepted} connections came, {ended} ended"
    for key, value in values.items():
        if key.startswith("plimsoll_pool_high_water"):
            limit = values.get(key.replace("high_water", "limit"))
            assert limit is None or value <= limit, f"{key} {value} over {limit}"
    wait_for(lambda: json.loads(server.http("/health")[1])["status"] == health, 10, f"health to be {health}")


def refused(values):
    """{reason: count} of refused TCP connections."""
    return {reason: metric_sum(values, "plimsoll_refused_total", pool="tcp-connections", reason=reason)
            for reason in ("slots", "client", "evicted", "socket", "buffers")}


class Group:
    """A cgroup of this run with one limit, of the version that the machine offers for that controller."""

    FILES = {("memory", 2): "memory.max", ("memory", 1): "memory.limit_in_bytes", ("pids", 2): "pids.max",
             ("pids", 1): "pids.max"}

    def __init__(self, controller, limit):
        listed = CGROUPS / "cgroup.controllers"
        self.version = 2 if listed.exists() and controller in listed.read_text().split() else 1
        top = CGROUPS if self.version == 2 else CGROUPS / controller
        if not top.is_dir():
            raise OSError(f"no {controller} controller")
        if self.version == 2:
            (top / "cgroup.subtree_control").write_text(f"+{controller}")
        self.path = top / f"plimsoll-test-{os.getpid()}"
        self.limit_file = self.path / self.FILES[controller, self.version]
        self.path.mkdir()
        self.limit(limit)

    def limit(self, value):
        self.limit_file.write_text(str(value))

    def enter(self):
        """In the child, before it becomes the server."""
        (self.path / "cgroup.procs").write_text(str(os.getpid()))
        few_descriptors()

    def remove(self):
        for _ in range(100):
            try:
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.05)
