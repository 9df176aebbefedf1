# SPDX-License-Identifier: Apache-2.0
"""Changes while the server runs: SIGHUP and plimsollctl, zones that come, go, change and break, and no query lost."""

import threading
import time

import dns.edns
import dns.exception
import dns.message
import dns.query
import dns.rcode
from support.server import MINIMAL_ZONE, Server, config, wait_for

SERIAL = "hostmaster 1 "


def with_serial(number, extra=""):
    return MINIMAL_ZONE.replace(SERIAL, f"hostmaster {number} ") + extra


def serial(server, zone="example.test", **options):
    answer = server.ask(zone, "SOA", **options)
    return answer.answer[0][0].serial if answer.answer else None


class Questioner(threading.Thread):
    """Asks one question after the other until it is told to end; remembers what came back and what did not."""

    def __init__(self, server, name, tcp):
        super().__init__(daemon=True)
        self.server, self.name_asked, self.tcp = server, name, tcp
        self.ended = threading.Event()
        self.answers = 0
        self.bad = []

    def run(self):
        while not self.ended.is_set():
            try:
                answer = self.server.ask(self.name_asked, "A", tcp=self.tcp, tries=1)
                if answer.rcode() != dns.rcode.NOERROR or not answer.answer:
                    self.bad.append(answer.to_text())
                self.answers += 1
            except (OSError, EOFError, dns.exception.DNSException) as error:
                self.bad.append(repr(error))
            time.sleep(0.001)

    def end(self):
        self.ended.set()
        self.join(20)
        assert self.answers > 0 and not self.bad, self.bad[:3]


def test_no_query_is_lost_while_configuration_and_zones_change(tmp_path):
    files = {"example.test.zone": MINIMAL_ZONE, "other.zone": MINIMAL_ZONE}
    one = config(zones={"example.test": "example.test.zone", "other.test": "other.zone"})
    two = config(zones={"example.test": "example.test.zone", "third.test": "other.zone"}, server={"address-order": "fixed"})
    with Server(tmp_path, one, files=files) as server:
        askers = [Questioner(server, "www.example.test", tcp) for tcp in (False, False, True)]
        for asker in askers:
            asker.start()
        for turn in range(10):
            server.write("example.test.zone", with_serial(turn + 2))
            server.configure(two if turn % 2 == 0 else one)
            if turn % 3 == 0:
                server.control("reload")
            else:
                assert server.reload()
        for asker in askers:
            asker.end()
        wait_for(lambda: serial(server) == 11, 10, server.describe)


def test_zone_added_changed_removed(tmp_path):
    files = {"a.zone": MINIMAL_ZONE, "b.zone": MINIMAL_ZONE}
    with Server(tmp_path, config(zones={"a.test": "a.zone"}), files=files) as server:
        assert server.ask("www.b.test", "A").rcode() == dns.rcode.REFUSED
        server.configure(config(zones={"a.test": "a.zone", "b.test": "b.zone"}))
        server.reload()
        server.wait_event(10300, zone="b.test.")
        assert serial(server, "b.test") == 1

        loads = len(server.events(10300))
        server.write("b.zone", with_serial(2, "new A 192.0.2.99\n"))
        server.reload()
        server.wait_event(10300, after=loads, zone="b.test.", serial=2)
        assert server.ask("new.b.test", "A").answer

        server.configure(config(zones={"b.test": "b.zone"}))
        server.reload()
        server.wait_event(10307, zone="a.test.")
        assert server.ask("www.a.test", "A").rcode() == dns.rcode.REFUSED
        assert serial(server, "b.test") == 2


def test_unchanged_zones_are_not_read_again(tmp_path):
    with Server(tmp_path, config()) as server:
        loads = len(server.events(10300))
        for _ in range(3):
            server.reload()
        assert len(server.events(10300)) == loads


def test_a_child_zone_takes_over_from_its_parent_and_gives_back(tmp_path):
    files = {"a.zone": MINIMAL_ZONE, "sub.zone": MINIMAL_ZONE}
    parent = {"example.test": "a.zone"}
    with Server(tmp_path, config(zones=parent), files=files) as server:
        assert server.ask("www.sub.example.test", "A").rcode() == dns.rcode.NXDOMAIN
        server.configure(config(zones={**parent, "sub.example.test": "sub.zone"}))
        server.reload()
        server.wait_event(10300, zone="sub.example.test.")
        assert server.ask("www.sub.example.test", "A").answer
        server.configure(config(zones=parent))
        server.reload()
        assert server.ask("www.sub.example.test", "A").rcode() == dns.rcode.NXDOMAIN


def test_invalid_configuration_changes_nothing(tmp_path):
    with Server(tmp_path, config()) as server:
        good = server.text
        for bad in (good + "nonsense: 1\n", good.replace("128MiB", "lots"), "zones: [\n", "",
                    good + "limits: { memory: 64MiB }\n"):
            server.configure(bad)
            if bad == "":
                server.reload()  # an empty file is a configuration, or it is not: the server lives either way
                server.configure(good)
                server.reload()
                server.wait_event(10300, zone="example.test.")
                continue
            assert not server.reload()
            run = server.control("reload", check=1)
            assert "nothing changed" in run.stdout + run.stderr, run.stdout + run.stderr
            server.assert_answers()
        server.configure(good)
        assert server.reload()
        server.assert_answers()


def test_configuration_that_vanished_changes_nothing(tmp_path):
    with Server(tmp_path, config()) as server:
        server.config_path.unlink()
        assert not server.reload()
        server.assert_answers()


def test_what_needs_a_restart_is_named_and_the_rest_is_applied(tmp_path):
    with Server(tmp_path, config()) as server:
        server.configure(config(limits={"memory": "256MiB"}, server={"identity": "changed"}))
        server.reload()
        server.wait_event(10604, key="limits")
        answer = server.ask("id.server", "TXT", rdclass="CH")
        assert answer.answer[0][0].strings == (b"changed",)


def test_access_lists_change_live(tmp_path):
    with Server(tmp_path, config()) as server:
        server.assert_answers()
        server.configure(config(zones={"example.test": {"file": "example.test.zone", "query": ["192.0.2.0/24"]}}))
        server.reload()
        answer = server.ask("www.example.test", "A", use_edns=0)
        assert answer.rcode() == dns.rcode.REFUSED
        assert [option.code for option in answer.options if option.otype == dns.edns.EDE] == [18]
        server.configure(config(server={"query": ["127.0.0.1"]}))
        server.reload()
        assert server.ask("www.example.test", "A").answer
        assert server.ask("www.example.test", "A", address="::1").rcode() == dns.rcode.REFUSED


def test_broken_file_leaves_the_old_version_and_says_where(tmp_path):
    with Server(tmp_path, config()) as server:
        server.write("example.test.zone", with_serial(2, "bad A 300.1.2.3\nworse NOTYPE x\n"))
        server.reload()
        event = server.wait_event(10302, zone="example.test.")
        assert "example.test.zone:7:" in event["text"], event
        assert serial(server) == 1
        server.assert_answers()
        assert server.metric("plimsoll_zone_state", zone="example.test", state="stale") == 1
        status, body = server.http("/health")
        assert "degraded" in body, (status, body)

        server.write("example.test.zone", with_serial(3))
        loads = len(server.events(10300))
        server.reload()
        server.wait_event(10300, after=loads, zone="example.test.")
        assert serial(server) == 3
        assert server.metric("plimsoll_zone_state", zone="example.test", state="serving") == 1


def test_missing_file_leaves_the_old_version(tmp_path):
    with Server(tmp_path, config()) as server:
        (tmp_path / "example.test.zone").unlink()
        server.control("zone", "reload", "example.test", check=1)
        server.wait_event(10302, zone="example.test.")
        server.assert_answers()


def test_zone_that_never_loaded_is_servfail_with_the_reason_and_comes_later(tmp_path):
    zones = {"example.test": "example.test.zone", "child.example.test": "child.zone"}
    files = {"example.test.zone": MINIMAL_ZONE, "child.zone": "not a zone\n"}
    with Server(tmp_path, config(zones=zones), files=files) as server:
        answer = server.ask("www.child.example.test", "A", use_edns=0)
        assert answer.rcode() == dns.rcode.SERVFAIL, answer.to_text()
        assert [option.code for option in answer.options if option.otype == dns.edns.EDE] == [14]
        server.assert_answers()
        server.write("child.zone", MINIMAL_ZONE)
        server.control("zone", "reload", "child.example.test")
        assert server.ask("www.child.example.test", "A").answer


def test_log_changes_its_form_and_level(tmp_path):
    with Server(tmp_path, config()) as server:
        server.configure(server.text.replace('"json"', '"text"'))
        server.reload()
        wait_for(lambda: " 10602 " in server.stderr(), 5, server.describe)


def test_many_reloads_leave_nothing_behind(tmp_path):
    with Server(tmp_path, config()) as server:
        server.reload()
        time.sleep(1)
        before = server.metrics()
        for turn in range(30):
            server.write("example.test.zone", with_serial(turn + 2))
            server.reload()
        wait_for(lambda: serial(server) == 31, 10, server.describe)
        time.sleep(1)
        after = server.metrics()
        for account in ("zones", "configuration", "network", "requests"):
            key = f'plimsoll_memory_used_bytes{{account="{account}"}}'
            assert after[key] <= before[key] + 65536, (account, before[key], after[key])
