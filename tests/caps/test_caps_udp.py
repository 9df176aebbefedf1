# SPDX-License-Identifier: Apache-2.0
"""Floods over UDP."""

import os
import random
import socket
import struct

from overload import assert_recovered, domain, load, overloaded, questions, start_load
from support.clients import question
from support.server import config, metric_sum, run_program
from support.watch import Sheet, Watch

GARBAGE = 60000


def test_flood_of_questions(tmp_path):
    path = questions(tmp_path)
    with overloaded(tmp_path) as server:
        with Watch(server):
            seen = load(server, path, "--edns", "--sockets", "16", "--window", "128", seconds=5)
        assert seen["answered"] > 0, seen
        assert_recovered(server)


def test_flood_at_the_smallest_line_that_fits(tmp_path):
    """Nothing is left over: what the sheet sums up is what there is."""
    path = questions(tmp_path)
    limits = {"libraries": "4MiB", "tcp-connections": 16, "zones": "4MiB"}
    (tmp_path / "example.test.zone").write_text(domain())
    (tmp_path / "least.yaml").write_text(config(limits={"memory": "16MiB", **limits}))
    said = run_program("--check", "-c", tmp_path / "least.yaml").stdout
    least = int(Sheet(said).total / (1 << 20)) + 1
    with overloaded(tmp_path, {"memory": f"{least}MiB", **limits}) as server:
        with Watch(server):
            both = [start_load(server, path, seconds=3), start_load(server, path, "--tcp", "--sockets", "16", seconds=3)]
            for process in both:
                assert process.wait(25) == 0
            for _ in range(10):
                server.metrics()
                server.control("zone", "reload", "example.test", check=None)
        assert_recovered(server)


def test_flood_while_nobody_reads_the_answers(tmp_path):
    """Questions whose senders are gone: answers go nowhere, nothing piles up."""
    data = question("large.example.test", use_edns=0)
    with overloaded(tmp_path) as server:
        with Watch(server):
            for _ in range(200):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                    client.connect(("127.0.0.1", server.port))
                    for _ in range(100):
                        try:
                            client.send(data)
                        except ConnectionRefusedError:
                            pass
        assert_recovered(server)


def packets(seed):
    """Bytes of every kind of wrong: noise, headers with noise behind, real questions cut and bent."""
    chance = random.Random(seed)
    whole = [question(name, kind, use_edns=0) for name in ("www.example.test", "large.example.test", "x.org")
             for kind in ("A", "SRV", "ANY", "TXT")]
    while True:
        kind = chance.randrange(5)
        if kind == 0:
            yield chance.randbytes(chance.randrange(0, 600))
        elif kind == 1:
            yield struct.pack("!6H", *(chance.randrange(65536) for _ in range(2)), *(chance.randrange(4) for _ in range(4))) \
                + chance.randbytes(chance.randrange(0, 100))
        elif kind == 2:
            data = chance.choice(whole)
            yield data[:chance.randrange(len(data))]
        elif kind == 3:
            data = bytearray(chance.choice(whole))
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            yield bytes(data)
        else:
            yield chance.choice(whole) + chance.randbytes(chance.randrange(1, 4000))


def test_packets_that_are_no_questions(tmp_path):
    seed = int(os.environ.get("PLIMSOLL_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PLIMSOLL_SEED={seed}")
    with overloaded(tmp_path) as server:
        before = metric_sum(server.metrics(), "plimsoll_queries_dropped_total")
        with Watch(server), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.connect(("127.0.0.1", server.port))
            client.setblocking(False)
            stream = packets(seed)
            for _ in range(GARBAGE):
                try:
                    client.send(next(stream))
                    client.recv(65535)
                except BlockingIOError:
                    pass
        assert server.alive(), server.describe()
        values = server.metrics()
        assert metric_sum(values, "plimsoll_queries_dropped_total") > before
        assert metric_sum(values, "plimsoll_responses_total", rcode="FORMERR") > 0
        assert_recovered(server)


def test_rate_limiting_holds_under_a_flood(tmp_path):
    """The table of the limiter is fixed; what it drops is counted by its reason."""
    path = questions(tmp_path)
    server = overloaded(tmp_path)
    server.text = server.text.replace('server: { ', 'server: { rate-limit: 100, ')
    server.config_path.write_text(server.text)
    with server:
        with Watch(server):
            load(server, path, "--timeout", "100", seconds=2)
        values = server.metrics()
        dropped = metric_sum(values, "plimsoll_refused_total", pool="queries", reason="rate-dropped")
        slipped = metric_sum(values, "plimsoll_refused_total", pool="queries", reason="rate-slipped")
        asked = metric_sum(values, "plimsoll_queries_total", transport="udp")
        answered = metric_sum(values, "plimsoll_responses_total")
        assert dropped > 0 and slipped > 0
        assert asked == answered + dropped, f"asked {asked}, answered {answered}, dropped {dropped}"
