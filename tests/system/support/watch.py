# SPDX-License-Identifier: Apache-2.0
"""A view of a running server from outside: resident memory, threads and descriptors as the kernel counts them, sampled
every 50 ms and compared with the budget sheet that the server printed.
"""

import os
import re
import subprocess
import threading
import time
from pathlib import Path

from .server import PROGRAM

PERIOD_SECONDS = 0.05
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def status(pid):
    """{'VmRSS': bytes, 'VmHWM': bytes, 'Threads': count} of a process."""
    found = {}
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        key, _, value = line.partition(":")
        if key in ("VmRSS", "VmHWM"):
            found[key] = int(value.split()[0]) << 10
        elif key == "Threads":
            found[key] = int(value)
    return found


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


class Sheet:
    """The budget sheet as printed. Sizes are rounded to a tenth of their unit."""

    def __init__(self, text):
        self.lines = {}
        for line in text.splitlines():
            match = re.match(r"\s+(\S.*?)\s{2,}([\d.]+) (B|KiB|MiB|GiB)\b", line)
            if match:
                self.lines.setdefault(match.group(1), float(match.group(2)) * _UNITS[match.group(3)])
        self.limit = self.lines["load line (limits.memory)"]
        self.total = self.lines["total"]
        self.sockets = sum(size for name, size in self.lines.items() if name.endswith("socket buffers"))
        match = re.search(r"(\d+) workers?, (\d+) job threads?", text)
        self.workers, self.jobs = int(match.group(1)), int(match.group(2))
        self.threads = self.workers + self.jobs + 1  # and the control thread


class Watch:
    """Samples a server while a block runs, and asserts the sheet at its end.

    threads   what the sheet declares; fewer are allowed only with `fewer_threads`
    fds       at most what the server itself declares (its limit on descriptors is raised no further)
    """

    def __init__(self, server, fewer_threads=False):
        self.server = server
        self.sheet = Sheet(server.stdout())
        self.fewer_threads = fewer_threads
        # Above the C library's allocator, in builds for sanitizers, only the ledger holds the line.
        self.walled = "not walled" not in subprocess.run([PROGRAM, "--version"], capture_output=True, text=True).stdout
        self.fds_before = descriptors(server.pid)
        self.resident_max = 0
        self.threads_seen = set()
        self.fds_max = 0
        self.samples = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _sample(self):
        try:
            seen = status(self.server.pid)
            count = descriptors(self.server.pid)
        except (FileNotFoundError, ProcessLookupError):
            return
        self.resident_max = max(self.resident_max, seen.get("VmRSS", 0))
        if "Threads" in seen:
            self.threads_seen.add(seen["Threads"])
        self.fds_max = max(self.fds_max, count)
        self.samples += 1

    def _run(self):
        while not self._stop.is_set():
            self._sample()
            time.sleep(PERIOD_SECONDS)

    def __enter__(self):
        self._sample()
        self._thread.start()
        return self

    def __exit__(self, kind, value, trace):
        self._stop.set()
        self._thread.join()
        self._sample()
        if kind is None:
            self.check()

    def check(self):
        said = self.server.describe
        assert self.server.alive(), said()
        # What the kernel remembers is exact where samples are not.
        peak = max(self.resident_max, status(self.server.pid)["VmHWM"])
        assert not self.walled or peak + self.sheet.sockets <= self.sheet.limit, \
            f"resident {peak} + socket buffers {self.sheet.sockets:.0f} > line {self.sheet.limit:.0f}\n{said()}"
        most = self.sheet.threads
        allowed = set(range(1, most + 1)) if self.fewer_threads else {most}
        assert self.threads_seen <= allowed, f"threads {self.threads_seen}, declared {most}\n{said()}"
        declared = self.server.declared_descriptors()
        assert self.fds_max <= declared, f"{self.fds_max} descriptors, declared {declared}"
        print(f"peak {peak >> 10} KiB + sockets {int(self.sheet.sockets) >> 10} KiB of {int(self.sheet.limit) >> 10} KiB, "
              f"threads {sorted(self.threads_seen)}, descriptors {self.fds_max} of {declared}, {self.samples} samples")
