# SPDX-License-Identifier: Apache-2.0
"""The statistics endpoint and the control socket in bad hands."""

import os
import random
import socket
import time
from urllib.parse import urlsplit

from overload import assert_recovered, overloaded
from support.server import metric_sum, wait_for
from support.watch import Watch


def http_connect(server, source=None):
    place = urlsplit(server.stats_url)
    return socket.create_connection((place.hostname, place.port), 5, source)


def drain(connection, seconds=5.0):
    """What comes until the end; an error is an end."""
    connection.settimeout(seconds)
    found = b""
    try:
        while data := connection.recv(65536):
            found += data
    except OSError:
        pass
    return found


def test_http_connections_past_the_caps(tmp_path):
    with overloaded(tmp_path) as server:
        with Watch(server):
            held = []
            for client in range(30):
                try:
                    held.append(http_connect(server, (f"127.0.3.{1 + client // 3}", 0)))
                except OSError:
                    pass
            time.sleep(0.3)
            server.assert_answers()
            for connection in held:
                connection.close()
            wait_for(lambda: answers(server), 15, "the endpoint to answer again")
            values = server.metrics()
            assert metric_sum(values, "plimsoll_refused_total", pool="stats-connections") > 0
            assert values['plimsoll_pool_high_water{pool="stats-connections"}'] <= 8
        assert_recovered(server)


def answers(server):
    try:
        return server.http("/health", timeout=2)[0] == 200
    except OSError:
        return False


def test_http_requests_of_every_wrong_kind(tmp_path):
    seed = int(os.environ.get("PLIMSOLL_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PLIMSOLL_SEED={seed}")
    chance = random.Random(seed)
    requests = [
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 50000,
        b"POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n" + b"x" * 5000,
        b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-Header: y\r\n" * 3000 + b"\r\n",
        b"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\r\n\r\n\r\n",
        b"GET /metrics HTTP/9.9\r\n\r\n",
        bytes(range(256)) * 20,
    ]
    with overloaded(tmp_path) as server:
        with Watch(server):
            for turn in range(120):
                data = chance.choice(requests) if turn % 3 else chance.randbytes(chance.randrange(1, 8000))
                try:
                    with http_connect(server) as connection:
                        connection.sendall(data)
                        if turn % 2:
                            reply = drain(connection, 0.3)
                            assert b"root:" not in reply
                except OSError:
                    pass
            wait_for(lambda: answers(server), 15, "the endpoint to answer again")
        assert_recovered(server)


def test_http_reader_that_does_not_read(tmp_path):
    with overloaded(tmp_path) as server:
        with Watch(server):
            held = []
            for client in range(8):
                connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
                connection.bind((f"127.0.4.{1 + client}", 0))
                place = urlsplit(server.stats_url)
                connection.connect((place.hostname, place.port))
                connection.sendall(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
                held.append(connection)
            time.sleep(1)
            server.assert_answers()
            for connection in held:
                connection.close()
            wait_for(lambda: answers(server), 15, "the endpoint to answer again")
        assert_recovered(server)


def control_connect(server):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(5)
    connection.connect(str(server.directory / "control.sock"))
    return connection


def test_control_socket_past_its_caps_and_with_noise(tmp_path):
    seed = int(os.environ.get("PLIMSOLL_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PLIMSOLL_SEED={seed}")
    chance = random.Random(seed)
    with overloaded(tmp_path) as server:
        with Watch(server):
            held = []
            for _ in range(60):
                try:
                    held.append(control_connect(server))
                except OSError:
                    time.sleep(0.01)  # the queue before the socket is full
            time.sleep(0.3)
            server.assert_answers()
            for connection in held:
                connection.close()
            wait_for(lambda: server.control("status", check=None).returncode == 0, 10, "the socket to answer again")
            values = server.metrics()
            assert metric_sum(values, "plimsoll_refused_total", pool="control-connections") > 0
            lines = [b"\n", b"{}\n", b"[]\n", b"null\n", b'{"command": 1}\n', b'{"command": "zones", "x": ' + b"[" * 3000 + b"\n",
                     b"x" * 100000, b'{"command":"status"}' * 100, b'{"command":"nothing"}\n', b"\0" * 5000 + b"\n",
                     b'{"command":"zone status","zone":"' + b"a." * 1000 + b'"}\n']
            for turn in range(150):
                data = chance.choice(lines) if turn % 3 else chance.randbytes(chance.randrange(1, 6000)) + b"\n"
                try:
                    with control_connect(server) as connection:
                        connection.sendall(data)
                        if turn % 2:
                            connection.settimeout(0.2)
                            connection.recv(65536)
                except OSError:
                    time.sleep(0.01)
            server.control("status")
        assert_recovered(server)


def test_control_reader_that_does_not_read(tmp_path):
    with overloaded(tmp_path) as server:
        with Watch(server):
            held = [control_connect(server) for _ in range(6)]
            for connection in held:
                for _ in range(20):
                    try:
                        connection.setblocking(False)
                        connection.send(b'{"command":"stats","pattern":"*"}\n')
                    except OSError:
                        pass
            time.sleep(1)
            server.assert_answers()
            server.control("status")
            for connection in held:
                connection.close()
        assert_recovered(server)
