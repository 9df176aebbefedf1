# SPDX-License-Identifier: Apache-2.0
"""More connections than there are places, and connections that do not move."""

import resource
import select
import socket
import time

import pytest
from overload import assert_recovered, load, overloaded, questions, refused
from support.clients import Stream, framed, question
from support.server import metric_sum
from support.watch import Watch

ATTEMPTS = 10000
HELD_MAX = 5000  # at a time, as far as this process may
SLOTS = 128
PER_CLIENT = 8
LIMITS = {"tcp-connections": SLOTS, "tcp-connections-per-client": PER_CLIENT}


@pytest.fixture(autouse=True)
def many_descriptors():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, HELD_MAX + 1000)), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connect_from(server, client):
    """A connection begun from one of many addresses of loopback."""
    attempt = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    attempt.setblocking(False)
    attempt.bind((f"127.0.{1 + client // 250}.{1 + client % 250}", 0))
    try:
        attempt.connect(("127.0.0.1", server.port))
    except BlockingIOError:
        pass
    return attempt


def ask_all(attempts, data, seconds):
    """Sends to whatever connects, and counts what is answered before the time is over."""
    poll = select.epoll()
    by_fd = {attempt.fileno(): attempt for attempt in attempts}
    for fd in by_fd:
        poll.register(fd, select.EPOLLOUT)
    answered = 0
    end = time.monotonic() + seconds
    while by_fd and time.monotonic() < end:
        for fd, events in poll.poll(0.1):
            try:
                if events & select.EPOLLOUT:
                    by_fd[fd].send(data)
                    poll.modify(fd, select.EPOLLIN)
                    continue
                answered += bool(by_fd[fd].recv(4096))
            except OSError:
                pass
            poll.unregister(fd)
            del by_fd[fd]
    poll.close()
    return answered


def test_ten_thousand_connections_attempted(tmp_path):
    data = framed(question("www.example.test"))
    with overloaded(tmp_path, LIMITS) as server:
        answered = 0
        held = min(HELD_MAX, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
        with Watch(server):
            for begin in range(0, ATTEMPTS, held):
                attempts = [connect_from(server, i // 4) for i in range(begin, min(begin + held, ATTEMPTS))]
                answered += ask_all(attempts, data, 6)
                for attempt in attempts:
                    attempt.close()
            server.assert_answers()
        values = server.metrics()
        print(f"answered {answered}, accepted {metric_sum(values, 'plimsoll_tcp_connections_total'):.0f}, refused {refused(values)}")
        assert answered > SLOTS
        assert values['plimsoll_pool_high_water{pool="tcp-connections"}'] <= SLOTS
        assert refused(values)["slots"] + refused(values)["evicted"] > 0
        assert refused(values)["evicted"] == metric_sum(values, "plimsoll_tcp_connections_ended_total", reason="evicted")
        assert_recovered(server)


def test_one_client_takes_no_more_than_its_share(tmp_path):
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            attempts = []
            for _ in range(200):
                attempt = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                attempt.setblocking(False)
                attempt.connect_ex(("127.0.0.1", server.port))
                attempts.append(attempt)
            answered = ask_all(attempts, framed(question("www.example.test")), 3)
            assert answered == PER_CLIENT
            assert refused(server.metrics())["client"] == 200 - PER_CLIENT
            other = socket.create_connection(("127.0.0.1", server.port), 5, ("127.0.9.9", 0))
            other.sendall(framed(question("www.example.test")))
            assert other.recv(4096)
            other.close()
            for attempt in attempts:
                attempt.close()
        assert_recovered(server)


def test_idle_connections_give_way(tmp_path):
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            idle = [connect_from(server, i) for i in range(SLOTS)]
            assert ask_all(idle, framed(question("www.example.test")), 3) == SLOTS
            fresh = [connect_from(server, 1000 + i) for i in range(50)]
            assert ask_all(fresh, framed(question("www.example.test")), 5) == 50
            assert refused(server.metrics())["evicted"] >= 50
            for attempt in idle + fresh:
                attempt.close()
        assert_recovered(server)


def test_readers_that_do_not_read(tmp_path):
    """Each asks for much more than the buffers between hold. The others are answered all the while."""
    data = framed(*(question("large.example.test", number=i) for i in range(400)))
    path = questions(tmp_path)
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            slow = []
            for i in range(SLOTS - PER_CLIENT):
                attempt = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
                attempt.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                attempt.bind((f"127.0.5.{1 + i}", 0))
                attempt.settimeout(5)
                attempt.connect(("127.0.0.1", server.port))
                attempt.setblocking(False)
                try:
                    attempt.send(data)
                except BlockingIOError:
                    pass
                slow.append(attempt)
            seen = load(server, path, "--tcp", "--sockets", "4", "--window", "16", seconds=2)
            assert seen["answered"] > 0, seen
            server.assert_answers()
            end = time.monotonic() + 12
            while metric_sum(server.metrics(), "plimsoll_pool_used", pool="tcp-connections") > 0 and time.monotonic() < end:
                time.sleep(0.2)
            values = server.metrics()
            assert metric_sum(values, "plimsoll_tcp_connections_ended_total", reason="stalled") \
                + metric_sum(values, "plimsoll_tcp_connections_ended_total", reason="buffers") \
                + metric_sum(values, "plimsoll_tcp_connections_ended_total", reason="evicted") > 0, values
            for attempt in slow:
                attempt.close()
        assert_recovered(server)


def test_writers_that_hardly_write(tmp_path):
    """A byte at a time in every slot: they are cut, and others are answered."""
    data = framed(question("www.example.test") + bytes(4000))
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            slow = [connect_from(server, i // 4) for i in range(SLOTS)]
            ended = 0
            for step in range(60):
                for attempt in slow:
                    try:
                        attempt.send(data[step:step + 1])
                    except OSError:
                        pass
                time.sleep(0.1)
                ended = metric_sum(server.metrics(), "plimsoll_tcp_connections_ended_total", reason="stalled")
                if ended >= SLOTS:
                    break
            assert ended > 0
            server.assert_answers()
            for attempt in slow:
                attempt.close()
        assert_recovered(server)


def test_pipelines_at_full_speed(tmp_path):
    path = questions(tmp_path)
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            seen = load(server, path, "--tcp", "--edns", "--sockets", str(PER_CLIENT), "--window", "128", seconds=4)
            assert seen["answered"] > 0, seen
        assert_recovered(server)


def test_noise_on_tcp(tmp_path):
    import os
    import random
    seed = int(os.environ.get("PLIMSOLL_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"PLIMSOLL_SEED={seed}")
    chance = random.Random(seed)
    with overloaded(tmp_path, LIMITS) as server:
        with Watch(server):
            for _ in range(400):
                try:
                    with Stream(server, timeout=1) as stream:
                        stream.send(chance.randbytes(chance.randrange(1, 3000)))
                except OSError:
                    pass
        assert_recovered(server)
