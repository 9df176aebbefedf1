# SPDX-License-Identifier: Apache-2.0
"""TCP as RFC 7766 wants it, against the running program."""

import socket
import struct
import time

import dns.rcode
import pytest
from support.clients import Stream, framed, question
from support.server import MINIMAL_ZONE, Server, config, wait_for

PIPELINED = 500
BIG = "".join(f"big A 192.0.2.{i}\n" for i in range(1, 201))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    text = config(limits={"tcp-connections": 64, "tcp-connections-per-client": 16})
    with Server(tmp_path_factory.mktemp("tcp"), text, files={"example.test.zone": MINIMAL_ZONE + BIG}) as server:
        yield server


def test_one_question(server):
    with Stream(server) as stream:
        stream.send(framed(question("www.example.test", number=7)))
        answer = stream.receive()
        assert answer.id == 7 and answer.rcode() == dns.rcode.NOERROR and answer.answer


def test_ipv6(server):
    with Stream(server, "::1") as stream:
        stream.send(framed(question("www.example.test")))
        assert stream.receive().answer


def test_pipelined_questions_in_one_segment_are_each_answered_once(server):
    with Stream(server) as stream:
        stream.send(framed(*(question("www.example.test", number=i) for i in range(PIPELINED))))
        assert sorted(stream.receive().id for _ in range(PIPELINED)) == list(range(PIPELINED))


def test_pipelined_large_answers(server):
    with Stream(server) as stream:
        stream.send(framed(*(question("big.example.test", number=i) for i in range(100))))
        for _ in range(100):
            assert len(stream.receive().answer[0]) == 200


def test_byte_by_byte(server):
    data = framed(question("www.example.test", number=99))
    with Stream(server) as stream:
        for i in range(len(data)):
            stream.send(data[i:i + 1])
            time.sleep(0.005)
        assert stream.receive().id == 99


@pytest.mark.parametrize("cut", [1, 2, 3, 13, 20])
def test_cut_between_messages_and_inside_them(server, cut):
    data = framed(*(question("www.example.test", number=i) for i in range(3)))
    with Stream(server) as stream:
        for begin in range(0, len(data), len(data) // cut + 1):
            stream.send(data[begin:begin + len(data) // cut + 1])
            time.sleep(0.01)
        assert sorted(stream.receive().id for _ in range(3)) == [0, 1, 2]


def test_half_closed_connection_is_answered(server):
    with Stream(server) as stream:
        stream.send(framed(*(question("www.example.test", number=i) for i in range(20))))
        stream.socket.shutdown(socket.SHUT_WR)
        assert sorted(stream.receive().id for _ in range(20)) == list(range(20))
        assert stream.is_closed(5)


def test_the_longest_message_is_read(server):
    """65,535 bytes that are a question and padding behind its end: FORMERR, and the connection goes on or ends."""
    data = question("www.example.test", number=5)
    with Stream(server) as stream:
        stream.send(struct.pack("!H", 65535) + data + bytes(65535 - len(data)))
        answer = stream.receive()
        assert answer.id == 5 and answer.rcode() == dns.rcode.FORMERR
    server.assert_answers()


@pytest.mark.parametrize("length", [0, 1, 11])
def test_a_message_shorter_than_a_header_ends_the_connection(server, length):
    with Stream(server) as stream:
        stream.send(struct.pack("!H", length) + bytes(length))
        assert stream.is_closed(5)


def test_a_response_sent_to_the_server_is_not_answered(server):
    reply = bytearray(question("www.example.test", number=3))
    reply[2] |= 0x80
    with Stream(server) as stream:
        stream.send(framed(bytes(reply), question("www.example.test", number=4)))
        try:
            assert stream.receive().id == 4
        except (EOFError, ConnectionResetError):
            pass  # ending the connection is as good
    server.assert_answers()


def test_idle_connection_is_closed_and_counted(server):
    before = server.metric("plimsoll_tcp_connections_ended_total", reason="idle")
    with Stream(server) as stream:
        stream.send(framed(question("www.example.test")))
        stream.receive()
        assert stream.is_closed(20), "an idle connection stays"
    wait_for(lambda: server.metric("plimsoll_tcp_connections_ended_total", reason="idle") > before, 10, "the counter")


def test_message_without_progress_is_closed_and_counted(server):
    before = server.metric("plimsoll_tcp_connections_ended_total", reason="stalled")
    with Stream(server) as stream:
        stream.send(framed(question("www.example.test"))[:9])
        assert stream.is_closed(10), "a message that never ends is waited for"
    wait_for(lambda: server.metric("plimsoll_tcp_connections_ended_total", reason="stalled") > before, 10, "the counter")


def test_a_client_gets_its_share_and_no_more(server):
    before = server.metric("plimsoll_refused_total", pool="tcp-connections", reason="client")
    streams = [Stream(server) for _ in range(20)]
    try:
        answered = 0
        for stream in streams:
            try:
                stream.send(framed(question("www.example.test")))
                answered += bool(stream.receive().answer)
            except (EOFError, OSError):
                continue
        assert answered == 16
        assert server.metric("plimsoll_refused_total", pool="tcp-connections", reason="client") - before == 4
    finally:
        for stream in streams:
            stream.close()
    wait_for(lambda: server.metric("plimsoll_pool_used", pool="tcp-connections") == 0, 10, "all slots to be free again")
    server.assert_answers()


def test_keepalive_is_offered_to_those_who_ask(server):
    """RFC 7828: only over TCP, and with the idle time in units of 100 ms."""
    import dns.edns
    import dns.message
    option = dns.edns.GenericOption(11, b"")
    message = dns.message.make_query("www.example.test", "A", use_edns=0, options=[option])
    over_tcp = server.query(message, tcp=True)
    assert [int(o.otype) for o in over_tcp.options if int(o.otype) == 11] == [11]
    over_udp = server.query(dns.message.make_query("www.example.test", "A", use_edns=0, options=[option]))
    assert not [o for o in over_udp.options if int(o.otype) == 11]
