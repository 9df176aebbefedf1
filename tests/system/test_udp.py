# SPDX-License-Identifier: Apache-2.0
"""UDP, EDNS and the questions beside the ordinary, against the running program."""

import socket

import dns.edns
import dns.flags
import dns.message
import dns.opcode
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from support.clients import dig, question
from support.server import MINIMAL_ZONE, Server, config

BIG = "".join(f"big A 192.0.2.{i}\n" for i in range(1, 201)) + "".join(f"mid A 192.0.2.{i}\n" for i in range(1, 41))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    text = config(server={"listen": ["127.0.0.1@0", "::1@0"], "identity": "one", "version": "two"})
    with Server(tmp_path_factory.mktemp("udp"), text, files={"example.test.zone": MINIMAL_ZONE + BIG}) as server:
        yield server


def exchange(server, data, timeout=2.0):
    """A datagram as it is, and what comes back; None: silence."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(timeout)
        client.connect(("127.0.0.1", server.port))
        client.send(data)
        try:
            return client.recv(65535)
        except TimeoutError:
            return None


def test_truncation_and_the_retry_over_tcp(server):
    answer = server.ask("big.example.test", "A", use_edns=False)
    assert answer.flags & dns.flags.TC and len(answer.to_wire()) <= 512
    message = dns.message.make_query("big.example.test", "A", use_edns=False)
    answer, over_tcp = dns.query.udp_with_fallback(message, "127.0.0.1", timeout=5, port=server.port)
    assert over_tcp and len(answer.answer[0]) == 200
    text = dig("@127.0.0.1", "-p", server.port, "+norecurse", "+bufsize=1232", "big.example.test", "A")
    assert "Truncated, retrying in TCP mode" in text and text.count("192.0.2.") >= 200


@pytest.mark.parametrize("size", [0, 511, 512, 513, 1231, 1232, 1233, 4096, 65535])
def test_answers_never_pass_what_was_offered_or_1232_bytes(server, size):
    for name in ("mid.example.test", "big.example.test"):
        data = exchange(server, question(name, use_edns=0, payload=size))
        answer = dns.message.from_wire(data)
        assert len(data) <= min(max(size, 512), 1232)
        whole = answer.answer and len(answer.answer[0]) in (40, 200)
        assert bool(answer.flags & dns.flags.TC) != bool(whole)
    # 40 addresses take 12 + 22 + 40 * 16 + 11 bytes: they fit into 1232 and not into 513.
    mid = dns.message.from_wire(exchange(server, question("mid.example.test", use_edns=0, payload=size)))
    assert bool(mid.flags & dns.flags.TC) == (size < 600)


def test_edns_version_one(server):
    data = bytearray(question("www.example.test", use_edns=0))
    data[-5] = 1  # of the OPT record's TTL: extended rcode, version, flags
    answer = dns.message.from_wire(exchange(server, bytes(data)))
    assert answer.rcode() == dns.rcode.BADVERS and answer.edns == 0 and not answer.answer


def test_unknown_options_and_flags_are_ignored(server):
    message = dns.message.make_query("www.example.test", "A", use_edns=0, ednsflags=0x00FF,
                                     options=[dns.edns.GenericOption(65001, b"x" * 50)])
    answer = server.query(message)
    assert answer.rcode() == dns.rcode.NOERROR and answer.answer and not answer.options and answer.ednsflags & 0xFF == 0


def test_without_edns_there_is_none_in_the_answer(server):
    assert server.ask("www.example.test", "A", use_edns=False).edns == -1


def test_dnssec_ok_is_copied(server):
    assert server.ask("www.example.test", "A", want_dnssec=True).ednsflags & dns.flags.DO


def test_two_opt_records(server):
    data = bytearray(question("www.example.test", use_edns=0))
    opt = data[-11:]
    data[11] = 2
    answer = dns.message.from_wire(exchange(server, bytes(data + opt)), ignore_trailing=True)
    assert answer.rcode() == dns.rcode.FORMERR


def test_nsid_says_the_identity(server):
    message = dns.message.make_query("www.example.test", "A", use_edns=0, options=[dns.edns.GenericOption(dns.edns.NSID, b"")])
    options = [o for o in server.query(message).options if o.otype == dns.edns.NSID]
    assert len(options) == 1 and options[0].to_wire() == b"one"


def test_cookies(server):
    """RFC 7873: a client cookie gets a server cookie; with it the client is known; a false one gets a new one."""
    def ask(cookie):
        message = dns.message.make_query("www.example.test", "A", use_edns=0, options=[dns.edns.GenericOption(10, cookie)])
        answer = server.query(message)
        return answer, [o.to_wire() for o in answer.options if int(o.otype) == 10]

    client = bytes(range(8))
    _, given = ask(client)
    assert len(given) == 1 and given[0][:8] == client and len(given[0]) == 24
    known = server.metric("plimsoll_cookies_valid_total")
    answer, again = ask(given[0])
    assert answer.answer and again and again[0][:8] == client
    assert server.metric("plimsoll_cookies_valid_total") == known + 1
    answer, again = ask(client + bytes(16))
    assert answer.rcode() in (dns.rcode.NOERROR, dns.rcode.BADCOOKIE) and again[0][:8] == client
    answer, _ = ask(bytes(7))
    assert answer.rcode() == dns.rcode.FORMERR


@pytest.mark.parametrize("name, text", [("version.bind", "two"), ("version.server", "two"),
                                        ("hostname.bind", "one"), ("id.server", "one")])
def test_chaos(server, name, text):
    answer = server.ask(name, "TXT", rdclass="CH")
    assert answer.rcode() == dns.rcode.NOERROR and answer.answer[0][0].strings == (text.encode(),)


def test_chaos_is_hidden_unless_configured(tmp_path):
    with Server(tmp_path, config()) as server:
        for name in ("version.bind", "version.server", "hostname.bind", "id.server"):
            answer = server.ask(name, "TXT", rdclass="CH")
            assert answer.rcode() == dns.rcode.REFUSED and not answer.answer, answer.to_text()


@pytest.mark.parametrize("name, rdtype, rdclass, rcode", [
    ("www.example.test", "AXFR", "IN", dns.rcode.FORMERR),
    ("www.example.test", "TKEY", "IN", dns.rcode.NOTIMP),
    ("www.example.test", "MAILB", "IN", dns.rcode.NOTIMP),
    ("www.example.test", "OPT", "IN", dns.rcode.FORMERR),
    ("www.example.test", "TSIG", "IN", dns.rcode.FORMERR),
    ("www.example.test", "A", "HS", dns.rcode.REFUSED),
    ("www.example.org", "A", "IN", dns.rcode.REFUSED),
    ("nothing.example.test", "A", "IN", dns.rcode.NXDOMAIN),
    ("www.example.test", "TYPE65280", "IN", dns.rcode.NOERROR),
])
def test_questions_beside_the_ordinary(server, name, rdtype, rdclass, rcode):
    data = exchange(server, question(name, rdtype, rdclass=rdclass))
    assert data is not None and data[3] & 15 == rcode


@pytest.mark.parametrize("opcode", [1, 2, 3, 6, 15])
def test_other_opcodes_are_not_implemented(server, opcode):
    data = bytearray(question("www.example.test", number=77))
    data[2] |= opcode << 3
    answer = exchange(server, bytes(data))
    assert answer[:2] == b"\x00\x4d" and answer[3] & 15 == dns.rcode.NOTIMP and (answer[2] >> 3) & 15 == opcode


def test_axfr_over_tcp_is_refused(server):
    assert server.ask("example.test", "AXFR", tcp=True).rcode() == dns.rcode.REFUSED


def test_what_is_no_question_is_dropped_and_counted(server):
    before = server.metrics()
    reply = bytearray(question("www.example.test"))
    reply[2] |= 0x80
    assert exchange(server, bytes(reply), 0.3) is None
    assert exchange(server, b"\0" * 11, 0.3) is None
    after = server.metrics()
    for reason in ("reply", "short"):
        key = f'plimsoll_queries_dropped_total{{reason="{reason}"}}'
        assert after[key] == before[key] + 1
    server.assert_answers()


def test_two_questions_in_one_message(server):
    data = bytearray(question("www.example.test"))
    data[5] = 2
    answer = exchange(server, bytes(data + data[12:]))
    assert answer[3] & 15 == dns.rcode.FORMERR


@pytest.mark.parametrize("address, family", [("0.0.0.0", socket.AF_INET), ("::", socket.AF_INET6)])
def test_wildcard_listens_answer_from_the_address_that_was_asked(tmp_path, address, family):
    asked = ["127.0.0.1", "127.0.0.2", "127.200.3.4"] if family == socket.AF_INET else ["::1"]
    with Server(tmp_path, config(server={"listen": [f"{address}@0"]})) as server:
        port = server.ports[address]
        for target in asked:
            for _ in range(4):  # other source ports, so that each worker has its turn
                with socket.socket(family, socket.SOCK_DGRAM) as client:
                    client.settimeout(5)
                    client.sendto(question("www.example.test"), (target, port))
                    data, sender = client.recvfrom(4096)
                assert sender[0] == target and sender[1] == port
                assert dns.message.from_wire(data).answer
            assert server.ask("www.example.test", "A", tcp=True, address=target, port=port).answer


def test_each_question_is_counted_once(server):
    before = server.metrics()
    for _ in range(10):
        server.ask("www.example.test", "AAAA")
        server.ask("www.example.test", "AAAA", tcp=True)
    after = server.metrics()
    for transport in ("udp", "tcp"):
        key = f'plimsoll_queries_total{{transport="{transport}",type="AAAA"}}'
        assert after[key] - before[key] == 10
    key = 'plimsoll_responses_total{rcode="NOERROR"}'
    assert after[key] - before[key] == 20
