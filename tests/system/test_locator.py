# SPDX-License-Identifier: Apache-2.0
"""The embedded default as a domain's members see it: every locator record of a domain controller, over UDP and TCP.

It listens on fixed ports, so each run has a network of its own; dig runs inside it.
"""

import re
import subprocess

import pytest
from support.clients import dig, inside, unshared
from support.server import CONTROL, PROGRAM, Server

HOST = "dc1.corp.example."
SITE = "Default-First-Site-Name._sites"
GUID = "1f0c9a52-0d6b-4a9e-8f42-5b7d2c6e9a10"
NTDS = "7b4e57e5-6e1b-4c1f-9d8a-3a8f0b1c2d3e"
ADDRESSES = [("A", "192.0.2.10"), ("AAAA", "2001:db8::10")]


def services():
    """(owner, port) of every SRV record that a domain controller registers."""
    dom, forest = "corp.example", "_msdcs.corp.example"
    found = []
    for site in ("", f".{SITE}"):
        found += [
            (f"_ldap._tcp{site}.{dom}", 389),
            (f"_ldap._tcp{site}.dc.{forest}", 389),
            (f"_ldap._tcp{site}.gc.{forest}", 3268),
            (f"_ldap._tcp{site}.DomainDnsZones.{dom}", 389),
            (f"_ldap._tcp{site}.ForestDnsZones.{dom}", 389),
            (f"_kerberos._tcp{site}.{dom}", 88),
            (f"_kerberos._tcp{site}.dc.{forest}", 88),
            (f"_gc._tcp{site}.{dom}", 3268),
        ]
    return found + [
        (f"_ldap._tcp.pdc.{forest}", 389),
        (f"_ldap._tcp.{GUID}.domains.{forest}", 389),
        (f"_kerberos._udp.{dom}", 88),
        (f"_kpasswd._tcp.{dom}", 464),
        (f"_kpasswd._udp.{dom}", 464),
    ]


@pytest.fixture(scope="module")
def default(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("default"), prefix=unshared()) as server:
        yield server


def ask(server, *arguments, at="127.0.0.1"):
    return dig(f"@{at}", "-p", "5300", "+norecurse", *arguments, prefix=inside(server.pid))


def records(text, section):
    """The lines of a section, each split into owner, TTL, class, type and data."""
    part = re.search(rf"^;; {section} SECTION:\n((?:.+\n)*)", text, re.MULTILINE)
    return [line.split(None, 4) for line in part.group(1).splitlines()] if part else []


def test_prints_what_an_operator_needs(default):
    out = default.stdout()
    assert default.ports == {"127.0.0.1": 5300, "::1": 5300}
    assert default.stats_url == "http://127.0.0.1:8053"
    assert "Memory budget" in out and "load line (limits.memory)" in out
    assert str(default.directory) in re.search(r"^control socket (.*)$", out, re.MULTILINE).group(1)


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
@pytest.mark.parametrize("owner, port", services())
def test_every_service_with_its_addresses(default, owner, port, transport):
    text = ask(default, transport, owner, "SRV")
    assert "status: NOERROR" in text and re.search(r"flags: qr aa[ ;]", text), text
    assert [record[3:] for record in records(text, "ANSWER")] == [["SRV", f"0 100 {port} {HOST}"]]
    extra = [(record[0], record[3], record[4]) for record in records(text, "ADDITIONAL")]
    assert sorted(extra) == sorted((HOST, kind, data) for kind, data in ADDRESSES), text


@pytest.mark.parametrize("transport", ["+notcp", "+tcp"])
@pytest.mark.parametrize("owner", ["corp.example", "dc1.corp.example", "gc._msdcs.corp.example",
                                   "DomainDnsZones.corp.example", "ForestDnsZones.corp.example"])
@pytest.mark.parametrize("kind, data", ADDRESSES)
def test_every_address(default, owner, kind, data, transport):
    assert [record[3:] for record in records(ask(default, transport, owner, kind), "ANSWER")] == [[kind, data]]


def test_replication_name_is_followed_into_the_other_zone(default):
    text = ask(default, f"{NTDS}._msdcs.corp.example", "A")
    assert [record[3:] for record in records(text, "ANSWER")] == [["CNAME", HOST], ["A", "192.0.2.10"]]


@pytest.mark.parametrize("zone", ["corp.example", "_msdcs.corp.example", "2.0.192.in-addr.arpa"])
def test_each_zone_has_its_ns_and_soa(default, zone):
    assert [record[3:] for record in records(ask(default, zone, "NS"), "ANSWER")] == [["NS", HOST]]
    assert records(ask(default, zone, "SOA"), "ANSWER")[0][4].startswith(f"{HOST} hostmaster.corp.example. ")


def test_a_client_finds_the_zone_to_update_by_a_name_that_is_not_there(default):
    text = ask(default, "ws-4711.corp.example", "SOA")
    assert "status: NXDOMAIN" in text
    authority = records(text, "AUTHORITY")
    assert [(record[0], record[3]) for record in authority] == [("corp.example.", "SOA")]
    assert authority[0][4].split()[0] == HOST


def test_upper_case_realm_and_the_case_of_the_question(default):
    text = ask(default, "_KERBEROS._udp.CORP.EXAMPLE", "SRV")
    assert "status: NOERROR" in text and "_KERBEROS._udp.CORP.EXAMPLE." in text


@pytest.mark.parametrize("owner", ["_kerberos-master._udp.CORP.EXAMPLE", "_kerberos._http.CORP.EXAMPLE"])
def test_names_that_kerberos_tries_are_absent(default, owner):
    assert "status: NXDOMAIN" in ask(default, owner, "SRV")


def test_mail_wildcard_delegation_and_reverse(default):
    mail = ask(default, "corp.example", "MX")
    assert [record[4] for record in records(mail, "ANSWER")] == ["10 mail.corp.example."]
    assert {record[4] for record in records(mail, "ADDITIONAL")} == {"192.0.2.25", "2001:db8::25"}
    wild = ask(default, "any.thing.apps.corp.example", "A")
    assert records(wild, "ANSWER")[0][3:] == ["CNAME", "files.corp.example."] and len(records(wild, "ANSWER")) == 3
    branch = ask(default, "www.branch.corp.example", "A")
    assert " aa" not in re.search(r"flags: ([^;]*);", branch).group(1)
    assert {record[4] for record in records(branch, "AUTHORITY")} == {"ns1.branch.corp.example.", "ns2.branch.corp.example."}
    assert {record[4] for record in records(branch, "ADDITIONAL")} == {"192.0.2.53", "192.0.2.54"}
    assert records(ask(default, "-x", "192.0.2.10"), "ANSWER")[0][4] == HOST


def test_address_sets_rotate(default):
    firsts = {records(ask(default, "files.corp.example", "A"), "ANSWER")[0][4] for _ in range(8)}
    assert firsts == {"192.0.2.30", "192.0.2.31"}


def test_over_ipv6(default):
    assert records(ask(default, "corp.example", "A", at="::1"), "ANSWER")[0][4] == "192.0.2.10"


def test_other_names_are_refused_with_the_reason(default):
    text = ask(default, "www.example.org", "A")
    assert "status: REFUSED" in text and "EDE: 20" in text, text


def test_control_finds_the_default_by_itself(default):
    run = subprocess.run([str(CONTROL), "status"], env=default.environment, capture_output=True, text=True, timeout=30)
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_second_start_keeps_what_was_edited(tmp_path):
    state = tmp_path / ".local" / "state" / "plimsoll"
    with Server(tmp_path, prefix=unshared()):
        pass
    zone = state / "corp.example.zone"
    zone.write_text(zone.read_text().replace("192.0.2.25", "192.0.2.26"))
    with Server(tmp_path, prefix=unshared()) as server:
        assert records(ask(server, "mail.corp.example", "A"), "ANSWER")[0][4] == "192.0.2.26"


def test_a_taken_port_is_said_and_ends_the_start(tmp_path, default):
    run = subprocess.run([*inside(default.pid), "env", f"HOME={tmp_path}", str(PROGRAM)], capture_output=True, text=True,
                         timeout=30, stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    assert run.returncode == 1, run.stdout + run.stderr
    assert re.search(r" error 40[47] .*5300", run.stderr), run.stderr
