# SPDX-License-Identifier: Apache-2.0
"""One run inside a memory cgroup that ends at the load line: the kernel would kill a server that passed it.

Version 2 where its memory controller is there, else version 1. What the kernel charges to the group beside the process's
resident pages: page tables and kernel stacks of the threads, the pages of files that it reads (given back under pressure,
not counted as use), and the socket buffers of TCP (v2 in memory.max; v1 in a counter of its own, memory.kmem.tcp), which are
in the sheet. So the line itself is the group's limit, with nothing added.
"""

import os
import resource
import signal
import time
from pathlib import Path

import pytest
from overload import assert_recovered, domain, load, overloaded, questions, start_load
from support.clients import Stream, framed, question
from support.watch import Sheet, Watch

ROOT = Path("/sys/fs/cgroup")


class Group:
    """A cgroup of this run, of the version that the machine offers."""

    def __init__(self, limit):
        name = f"plimsoll-test-{os.getpid()}"
        if "memory" in (ROOT / "cgroup.controllers").read_text().split() if (ROOT / "cgroup.controllers").exists() else False:
            self.path, limit_file, self.peak_file = ROOT / name, "memory.max", "memory.peak"
        elif (ROOT / "memory").is_dir():
            self.path, limit_file, self.peak_file = ROOT / "memory" / name, "memory.limit_in_bytes", "memory.max_usage_in_bytes"
        else:
            raise OSError("no memory controller")
        if limit_file == "memory.max":
            (ROOT / "cgroup.subtree_control").write_text("+memory")
        self.path.mkdir()
        (self.path / limit_file).write_text(str(limit))
        swap = self.path / "memory.swap.max"
        if swap.exists():
            swap.write_text("0")

    def enter(self):
        """In the child, before it becomes the server."""
        (self.path / "cgroup.procs").write_text(str(os.getpid()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))

    def kills(self):
        for name in ("memory.events", "memory.oom_control"):
            if (self.path / name).exists():
                for line in (self.path / name).read_text().splitlines():
                    if line.startswith("oom_kill "):
                        return int(line.split()[1])
        raise AssertionError("the group does not say")

    def peak(self):
        path = self.path / self.peak_file
        return int(path.read_text()) if path.exists() else 0

    def remove(self):
        for _ in range(100):
            try:
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.05)


@pytest.fixture
def group():
    try:
        made = Group(96 << 20)
    except OSError as error:
        pytest.skip(f"no memory cgroup can be made here: {error}")
    yield made
    made.remove()


def test_everything_at_once_inside_the_line(tmp_path, group):
    path = questions(tmp_path)
    limits = {"tcp-connections": 256, "tcp-connections-per-client": 64}
    with overloaded(tmp_path, limits, preexec_fn=group.enter) as server:
        assert Sheet(server.stdout()).limit == 96 << 20
        with Watch(server):
            loads = [start_load(server, path, seconds=6), start_load(server, path, "--tcp", "--sockets", "16", seconds=6)]
            # Readers that do not read fill the buffers that the sheet counts.
            data = framed(*(question("large.example.test", number=i) for i in range(200)))
            slow = [Stream(server, receive_bytes=4096) for _ in range(30)]
            for stream in slow:
                stream.socket.setblocking(False)
                try:
                    stream.socket.send(data)
                except OSError:
                    pass
            # A zone that does not fit, again and again.
            server.write("example.test.zone", domain() + "$GENERATE 0-600000 x$ TXT \"some text that takes place $\"\n")
            for _ in range(3):
                server.send_signal(signal.SIGHUP)
                time.sleep(1)
            server.write("example.test.zone", domain().replace("hostmaster 1 ", "hostmaster 5 "))
            server.control("zone", "reload", "example.test", check=None)
            for process in loads:
                assert process.wait(25) == 0
            for stream in slow:
                stream.close()
        print(f"the group's peak: {group.peak() >> 10} KiB")
        assert group.kills() == 0
        load(server, path, seconds=1)
        assert_recovered(server)
