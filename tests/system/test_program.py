# SPDX-License-Identifier: Apache-2.0
"""The program from outside: its options, exit codes and signals, what it says to the system around it, and what it is
given by it."""

import os
import pwd
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import dns.rcode
import pytest
from support.clients import dig, inside, unshared
from support.server import MINIMAL_ZONE, PROGRAM, Server, config, run_program, wait_for
from support.watch import Watch, status

ROOT = os.geteuid() == 0
MANY = 15000


def write(directory, text, **files):
    (directory / "plimsoll.yaml").write_text(text)
    for name, content in (files or {"example.test.zone": MINIMAL_ZONE}).items():
        (directory / name).write_text(content)
    return directory / "plimsoll.yaml"


# ---- the command line ----

def test_version_and_help():
    run = run_program("--version")
    assert run.returncode == 0 and run.stdout.startswith("plimsolld 0.")
    run = run_program("--help")
    assert run.returncode == 0 and "--check" in run.stdout and not run.stderr


@pytest.mark.parametrize("arguments", [["--nonsense"], ["-c"], ["extra"], ["--check", "extra"]])
def test_usage_is_two(arguments):
    run = run_program(*arguments)
    assert run.returncode == 2 and run.stderr and not run.stdout


def test_check_says_what_it_read_and_what_it_costs(tmp_path):
    run = run_program("--check", "-c", write(tmp_path, config()))
    assert run.returncode == 0, run.stdout + run.stderr
    assert "Memory budget" in run.stdout and "left" in run.stdout and "example.test" in run.stdout
    assert "1 zones, 0 cannot be served" in run.stdout


def test_check_of_a_broken_zone(tmp_path):
    run = run_program("--check", "-c", write(tmp_path, config(), **{"example.test.zone": MINIMAL_ZONE + "x A nowhere\n"}))
    assert run.returncode == 78 and "example.test.zone:7" in run.stdout + run.stderr, run.stdout + run.stderr
    assert "cannot be served" in run.stdout


def test_check_of_a_missing_zone_file(tmp_path):
    run = run_program("--check", "-c", write(tmp_path, config(zones={"example.test": "nowhere.zone"})))
    assert run.returncode == 78 and "nowhere.zone" in run.stdout + run.stderr


@pytest.mark.parametrize("flags", [["--check"], []])
@pytest.mark.parametrize("text, words", [
    ("serve:\n  listen: []\n", ["plimsoll.yaml:1", "serve", "server"]),
    ("server:\n  listn: [\"127.0.0.1@0\"]\n", ["plimsoll.yaml:2", "listn", "listen"]),
    ("limits:\n  memory: many\n", ["plimsoll.yaml:2", "memory"]),
    ("limits:\n  workers: 0\n", ["plimsoll.yaml:2", "workers"]),
    ("limits: { jobs: 2, jobs: 3 }\n", ["plimsoll.yaml:1", "jobs"]),
    ("log:\n  level: [\n", ["plimsoll.yaml"]),
])
def test_invalid_configuration_names_its_place(tmp_path, text, words, flags):
    run = run_program(*flags, "-c", write(tmp_path, text))
    said = run.stdout + run.stderr
    assert run.returncode == 78 and all(word in said for word in words), said


def test_missing_configuration(tmp_path):
    run = run_program("-c", tmp_path / "none.yaml")
    assert run.returncode == 78 and "none.yaml" in run.stderr


@pytest.mark.parametrize("flags", [["--check"], []])
def test_what_does_not_fit_does_not_start(tmp_path, flags):
    text = config(limits={"memory": "32MiB", "tcp-connections": 4096})
    run = run_program(*flags, "-c", write(tmp_path, text))
    said = run.stdout + run.stderr
    assert run.returncode == 78 and "This does not fit" in said and "The largest lines" in said, said
    assert "tcp socket buffers" in said.split("The largest lines")[1]
    assert "listening on" not in said


def test_too_few_descriptors_do_not_start(tmp_path):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    run = run_program("-c", write(tmp_path, config()), preexec_fn=few)
    assert run.returncode == 1 and "10401" in run.stderr, run.stdout + run.stderr


# ---- signals and streams ----

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_when_asked(tmp_path, number):
    with Server(tmp_path, config()) as server:
        server.assert_answers()
        server.stop(number)
        assert server.has_event(10001) and not (tmp_path / "control.sock").exists()


def test_stops_under_load_and_with_connections_open(tmp_path):
    from support.clients import Stream, framed, question
    with Server(tmp_path, config()) as server:
        streams = [Stream(server) for _ in range(10)]
        for stream in streams[:5]:
            stream.send(framed(question("www.example.test"))[:7])
        server.stop()
        for stream in streams:
            stream.close()


def test_stops_while_zones_load(tmp_path):
    zones = {f"z{i}.test": "example.test.zone" for i in range(3000)}
    with Server(tmp_path, config(zones=zones), ready=False) as server:
        wait_for(lambda: server.has_event(2), 10, server.describe)
        time.sleep(0.05)
        # Before its handlers stand the signal simply ends it.
        server.send_signal(signal.SIGTERM)
        assert server.process.wait(10) in (0, -signal.SIGTERM)


def test_unhandled_signals_do_not_matter(tmp_path):
    with Server(tmp_path, config()) as server:
        server.send_signal(signal.SIGPIPE)
        server.send_signal(signal.SIGWINCH)
        server.send_signal(signal.SIGURG)
        server.assert_answers()


def test_closed_streams_do_not_matter(tmp_path):
    """Standard input and output closed from the start, and standard error's reader gone: it serves on."""
    read, write_end = os.pipe()
    with Server(tmp_path, config(), ready=False, stderr=write_end, stdout=subprocess.PIPE) as server:
        os.close(write_end)
        out = b""
        while b"control socket /" not in out:
            data = server.process.stdout.read1(65536)
            assert data, out
            out += data
        (tmp_path / "stdout").write_bytes(out)
        server.read_addresses()
        server.process.stdout.close()
        os.close(read)
        wait_for(lambda: server.http("/ready")[0] == 200, 10, "ready")
        for _ in range(5):
            server.send_signal(signal.SIGHUP)  # events for a reader that is gone
            time.sleep(0.05)
        server.assert_answers()
        server.send_signal(signal.SIGTERM)
        assert server.process.wait(10) == 0


def test_log_that_nobody_reads_holds_nothing_up(tmp_path):
    """A pipe that fills: lines are lost and counted, answers go on."""
    read, write_end = os.pipe()
    with Server(tmp_path, config(), ready=False, stderr=write_end) as server:
        os.close(write_end)
        wait_for(lambda: "control socket /" in server.stdout(), 10, server.describe)
        server.read_addresses()
        wait_for(lambda: server.http("/ready")[0] == 200, 10, "ready")
        for turn in range(300):
            server.send_signal(signal.SIGHUP)
            time.sleep(0.005)
        server.assert_answers()
        assert status(server.pid)["Threads"] == 5
        server.send_signal(signal.SIGTERM)
        os.set_blocking(read, False)
        end = time.monotonic() + 10
        while server.process.poll() is None and time.monotonic() < end:
            try:
                os.read(read, 65536)
            except BlockingIOError:
                time.sleep(0.01)
        os.close(read)
        assert server.process.wait(1) == 0


# ---- the system around it ----

@pytest.fixture
def notifications(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(10)
        yield receiver


def has_systemd():
    return b"libsystemd" in subprocess.run(["ldd", str(PROGRAM)], capture_output=True).stdout


def notified(receiver, word):
    for _ in range(100):
        if word in receiver.recv(4096).decode():
            return
    raise AssertionError(f"no {word}")


def test_tells_the_service_manager(tmp_path, notifications):
    assert has_systemd(), "the build that is shipped has libsystemd"
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
    with Server(tmp_path, config(), environment=environment) as server:
        notified(notifications, "READY=1")
        notified(notifications, "WATCHDOG=1")
        notified(notifications, "WATCHDOG=1")
        server.reload()
        notified(notifications, "RELOADING=1")
        notified(notifications, "READY=1")
        server.stop()
        notified(notifications, "STOPPING=1")


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_gives_up_root():
    user = pwd.getpwnam("nobody")
    # pytest's own directories are closed to others, and the user has to read its zones.
    place = Path(tempfile.mkdtemp())
    place.chmod(0o755)
    with Server(place, config(server={"user": "nobody"})) as server:
        assert server.has_event(10005)
        lines = dict(line.split(":", 1) for line in Path(f"/proc/{server.pid}/status").read_text().splitlines() if ":" in line)
        assert set(lines["Uid"].split()) == {str(user.pw_uid)} and set(lines["Gid"].split()) == {str(user.pw_gid)}
        assert int(lines["CapEff"], 16) == 0
        for task in Path(f"/proc/{server.pid}/task").iterdir():
            assert f"Uid:\t{user.pw_uid}\t" in (task / "status").read_text(), "a thread is still root"
        server.assert_answers()
        server.write("example.test.zone", MINIMAL_ZONE.replace("hostmaster 1 ", "hostmaster 2 "))
        server.reload()
        server.wait_event(10300, zone="example.test.", serial=2)
        server.control("status")
    shutil.rmtree(place)


@pytest.mark.skipif(not ROOT, reason="only root can become somebody else")
def test_unknown_user_is_no_start(tmp_path):
    run = run_program("-c", write(tmp_path, config(server={"user": "nobody-of-that-name"})))
    assert run.returncode in (1, 78) and "user" in run.stderr, run.stderr


def test_address_that_appears_later_is_bound(tmp_path):
    text = config(server={"listen": ["127.0.0.1@0", "192.0.2.77@5300"]})
    with Server(tmp_path, text, prefix=unshared()) as server:
        assert "192.0.2.77@5300 as soon as the address is there" in server.stdout()
        assert server.has_event(10403)
        subprocess.run([*inside(server.pid), "ip", "address", "add", "192.0.2.77/32", "dev", "lo"], check=True)
        server.wait_event(10404, 20)
        for transport in ("+notcp", "+tcp"):
            text = dig("@192.0.2.77", "-p", "5300", transport, "+norecurse", "+short", "www.example.test",
                       prefix=inside(server.pid))
            assert text.strip() == "192.0.2.80"


def test_two_servers_cannot_have_one_control_socket(tmp_path):
    with Server(tmp_path, config()) as server:
        run = run_program("-c", server.config_path)
        assert run.returncode == 1 and "control" in run.stderr, run.stdout + run.stderr
        server.assert_answers()
        server.control("status")


def test_control_socket_that_was_left_behind_is_replaced(tmp_path):
    server = Server(tmp_path, config())
    with server:
        server.kill()
        assert (tmp_path / "control.sock").exists()
        server.start()
        server.control("status")


# ---- many zones ----

def test_fifteen_thousand_zones(tmp_path):
    zones = {f"z{i}.example": {"file": "one.zone"} for i in range(MANY)}
    files = {"one.zone": MINIMAL_ZONE}
    with Server(tmp_path, config(zones=zones, limits={"memory": "256MiB"}),
                files=files) as server, Watch(server):
        for i in (0, 1, 7499, MANY - 1):
            assert server.ask(f"www.z{i}.example", "A").answer
        assert server.ask(f"www.z{MANY}.example", "A").rcode() == dns.rcode.REFUSED
        assert server.metric("plimsoll_zones") == MANY
        assert server.control("zones", "--json").stdout.count('"zone"') >= MANY
        begin = time.monotonic()
        server.reload(30)
        print(f"reload of {MANY} zones: {time.monotonic() - begin:.2f} s")
        assert server.ask("www.z9.example", "A").answer


def test_metrics_of_fifteen_thousand_zones_are_streamed(tmp_path):
    zones = {f"z{i}.example": {"file": "one.zone"} for i in range(MANY)}
    with Server(tmp_path, config(zones=zones, limits={"memory": "256MiB"}), files={"one.zone": MINIMAL_ZONE}) as server, \
            Watch(server):
        code, body = server.http("/metrics", timeout=30)
        assert code == 200 and body.count("\nplimsoll_zone_serial{") == MANY
        run = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, text=True, timeout=60)
        assert run.returncode == 0 and not run.stderr.strip(), run.stderr[:1000]
        assert server.ask("www.z1.example", "A").answer


# ---- at its edges ----

def test_starts_again_at_once_on_the_same_port(tmp_path):
    """Connections of the run before wait in the kernel for their end, and are no obstacle."""
    from support.clients import Stream, framed, question
    with Server(tmp_path / "one", config()) as server:
        port = server.port
        streams = [Stream(server) for _ in range(8)]
        for stream in streams:
            stream.send(framed(question("www.example.test")))
            stream.receive()
        server.stop()
    with Server(tmp_path / "two", config(server={"listen": [f"127.0.0.1@{port}"]})) as server:
        server.assert_answers()
    for stream in streams:
        stream.close()


def test_as_many_addresses_as_may_be(tmp_path):
    listen = [f"127.0.0.{i}@0" for i in range(1, 33)]
    with Server(tmp_path, config(server={"listen": listen}, limits={"memory": "256MiB"})) as server, Watch(server):
        assert len(server.ports) == 32
        for address in ("127.0.0.1", "127.0.0.17", "127.0.0.32"):
            for tcp in (False, True):
                assert server.ask("www.example.test", "A", tcp=tcp, address=address).answer


def test_the_smallest_and_the_most_threads(tmp_path):
    for workers, jobs in ((1, 1), (8, 16)):
        limits = {"memory": "256MiB", "workers": workers, "jobs": jobs}
        with Server(tmp_path / str(workers), config(limits=limits)) as server, Watch(server):
            for _ in range(16):
                server.assert_answers()
            assert server.reload()


@pytest.mark.parametrize("kind", ["pipe", "directory", "endless", "unreadable name"])
def test_a_zone_file_that_is_no_file_holds_nothing_up(tmp_path, kind):
    """It is one zone's failure. No job thread may wait for it, and no file is read without end."""
    odd = tmp_path / "odd.zone"
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "directory":
        odd.mkdir()
    elif kind == "endless":
        odd.symlink_to("/dev/zero")
    else:
        odd.symlink_to("odd.zone")
    zones = {f"odd{i}.test": "odd.zone" for i in range(4)} | {"example.test": "example.test.zone"}
    with Server(tmp_path, config(zones=zones)) as server, Watch(server):
        server.assert_answers()
        assert server.ask("www.odd1.test", "A").rcode() == dns.rcode.SERVFAIL
        assert server.has_event(10302)
        run = run_program("--check", "-c", server.config_path)
        assert run.returncode == 78 and "5 zones, 4 cannot be served" in run.stdout, run.stdout


def test_a_reload_may_bring_many_more_zones(tmp_path):
    """Somebody starts with one zone and adds a thousand."""
    with Server(tmp_path, config()) as server, Watch(server):
        server.configure(config(zones={f"z{i}.example": "example.test.zone" for i in range(1000)}))
        assert server.reload(), server.describe()
        wait_for(lambda: server.metric("plimsoll_zones", state="serving") == 1000, 10, server.describe)
        assert server.ask("www.z999.example", "A").answer
