# SPDX-License-Identifier: Apache-2.0
"""Zones that do not fit, and reloads while the server is busy."""

import time

import dns.rcode
from overload import assert_recovered, domain, overloaded, questions, start_load
from support.server import MINIMAL_ZONE, Server, config, wait_for
from support.watch import Watch

HUGE_RECORDS = 400000


def huge():
    return MINIMAL_ZONE.replace("hostmaster 1 ", "hostmaster 2 ") + \
        "".join(f"$GENERATE {i}-{i + 49999} very-long-host-name-$ TXT \"some text that takes place $\"\n"
                for i in range(0, HUGE_RECORDS, 50000))


def serial(server):
    return server.ask("example.test", "SOA").answer[0][0].serial


def test_a_version_that_does_not_fit_leaves_the_old_one(tmp_path):
    text = config(limits={"memory": "96MiB", "zones": "12MiB"})
    with Server(tmp_path, text, expect={10201}) as server:
        with Watch(server):
            server.write("example.test.zone", huge())
            for turn in range(2):
                run = server.control("zone", "reload", "example.test", check=1)
                assert run.stdout or run.stderr
                assert serial(server) == 1
                server.assert_answers()
            server.wait_event(10304)
            assert server.metric("plimsoll_refused_total", pool="zones", reason="memory") > 0
            server.write("example.test.zone", MINIMAL_ZONE.replace("hostmaster 1 ", "hostmaster 3 "))
            server.control("zone", "reload", "example.test")
            assert serial(server) == 3
        assert_recovered(server)


def test_a_zone_that_never_fits_is_servfail_and_the_others_are_served(tmp_path):
    zones = {"example.test": "example.test.zone", "huge.test": "huge.zone"}
    text = config(zones=zones, limits={"memory": "96MiB", "zones": "12MiB"})
    files = {"example.test.zone": MINIMAL_ZONE, "huge.zone": huge()}
    with Server(tmp_path, text, files=files, expect={10201}) as server, Watch(server):
        server.assert_answers()
        assert server.ask("www.huge.test", "A").rcode() == dns.rcode.SERVFAIL
        server.wait_event(10304)
        server.control("status")


def test_many_zones_that_do_not_fit_together(tmp_path):
    files = {f"z{i}.zone": MINIMAL_ZONE + "".join(f"h{n} A 10.0.0.1\n" for n in range(4000)) for i in range(4)}
    zones = {f"z{i}.test": f"z{i % 4}.zone" for i in range(300)}
    text = config(zones=zones, limits={"memory": "96MiB", "zones": "12MiB"})
    with Server(tmp_path, text, files=files, expect={10201}) as server, Watch(server):
        codes = [server.ask(f"www.z{i}.test", "A").rcode() for i in range(300)]
        assert set(codes) == {dns.rcode.NOERROR, dns.rcode.SERVFAIL}, set(codes)
        used = server.metric("plimsoll_memory_used_bytes", account="zones")
        assert used <= 12 << 20


def test_reloads_under_load(tmp_path):
    path = questions(tmp_path)
    with overloaded(tmp_path) as server:
        with Watch(server):
            loads = [start_load(server, path, seconds=6), start_load(server, path, "--tcp", "--sockets", "4", seconds=6)]
            turn = 1
            while any(process.poll() is None for process in loads) and turn < 60:
                turn += 1
                server.write("example.test.zone", domain().replace("hostmaster 1 ", f"hostmaster {turn} "))
                assert server.reload(25)
                time.sleep(0.05)
            for process in loads:
                assert process.wait(20) == 0
            wait_for(lambda: serial(server) == turn, 15, server.describe)
        assert_recovered(server)
