# SPDX-License-Identifier: Apache-2.0
"""One run inside a memory cgroup that ends at the load line: the kernel would kill a server that passed it.

Version 2 where its memory controller is there, else version 1. What the kernel charges to the group beside the process's
resident pages: page tables and kernel stacks of the threads, the pages of files that it reads (given back under pressure,
not counted as use), and the socket buffers of TCP (v2 in memory.max; v1 in a counter of its own, memory.kmem.tcp), which are
in the sheet. So the line itself is the group's limit, with nothing added.
"""

import signal
import time

import pytest
from overload import Group, assert_recovered, domain, load, questions, start_load
from support.clients import Stream, framed, question
from support.server import MINIMAL_ZONE, Server, config
from support.watch import Sheet, Watch

LINE = 64 << 20


@pytest.fixture
def group():
    try:
        made = Group("memory", LINE)
    except OSError as error:
        pytest.skip(f"no memory cgroup can be made here: {error}")
    yield made
    made.remove()


def kills(group):
    for name in ("memory.events", "memory.oom_control"):
        if (group.path / name).exists():
            for line in (group.path / name).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    raise AssertionError("the group does not say")


def peak(group):
    for name in ("memory.peak", "memory.max_usage_in_bytes"):
        if (group.path / name).exists():
            return int((group.path / name).read_text())
    return 0


def test_everything_at_once_inside_the_line(tmp_path, group):
    """The `zones` account is full to the brim: more zones than fit. The rest of the line is loaded on top."""
    path = questions(tmp_path)
    zones = {"example.test": "example.test.zone"} | {f"z{i}.test": "many.zone" for i in range(400)}
    many = MINIMAL_ZONE + "".join(f"h{n} A 10.0.0.1\n" for n in range(3000))
    text = config(zones=zones, limits={"memory": "64MiB", "tcp-connections": 64, "tcp-connections-per-client": 64,
                          "libraries": "8MiB"})
    files = {"example.test.zone": domain(), "many.zone": many}
    with Server(tmp_path, text, files=files, expect={10201}, preexec_fn=group.enter) as server:
        assert Sheet(server.stdout()).limit == LINE
        assert server.has_event(10304), "the zones were to fill their account"
        with Watch(server) as watch:
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
            # Zones that do not fit, again and again, with the files of all of them newer each time.
            for turn in range(3):
                server.write("many.zone", many.replace("hostmaster 1 ", f"hostmaster {turn + 2} "))
                server.send_signal(signal.SIGHUP)
                time.sleep(1.5)
            for process in loads:
                assert process.wait(25) == 0
            for stream in slow:
                stream.close()
        print(f"the group's peak: {peak(group) >> 10} KiB")
        assert kills(group) == 0
        assert watch.resident_max > LINE * 4 // 10, "the line was not approached"
        load(server, path, seconds=1)
        assert_recovered(server, health="degraded")
