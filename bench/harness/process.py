# SPDX-License-Identifier: Apache-2.0
"""A server as the kernel sees it: a process tree that is started pinned, measured through /proc, and ended by pid."""
import ctypes
import os
import signal
import subprocess
import time

PR_SET_PDEATHSIG = 1
TICK = 1.0 / os.sysconf('SC_CLK_TCK')
LIBC = ctypes.CDLL(None, use_errno=True)


def read(path):
    """A file of /proc as text; empty when the process is gone."""
    try:
        with open(path, encoding='ascii', errors='replace') as stream:
            return stream.read()
    except OSError:
        return ''


def parents():
    """{pid: parent} of every process."""
    table = {}
    for entry in os.listdir('/proc'):
        if entry.isdigit():
            stat = read(f'/proc/{entry}/stat')
            if stat:
                table[int(entry)] = int(stat.rpartition(')')[2].split()[1])
    return table


def tree(pid):
    """The pid and all its descendants that live."""
    table = parents()
    members = [pid] if pid in table else []
    for member in members:
        members.extend(child for child, parent in table.items() if parent == member)
    return members


def cpu_seconds(pids):
    """(user, system) seconds of processes, as the kernel's ticks have them."""
    user = system = 0.0
    for pid in pids:
        fields = read(f'/proc/{pid}/stat').rpartition(')')[2].split()
        if fields:
            user += int(fields[11]) * TICK
            system += int(fields[12]) * TICK
    return user, system


def run_seconds(pids):
    """Seconds on a core, all threads, in nanosecond steps; 0 where the kernel does not tell."""
    total = 0
    for pid in pids:
        try:
            threads = os.listdir(f'/proc/{pid}/task')
        except OSError:
            continue
        for thread in threads:
            fields = read(f'/proc/{pid}/task/{thread}/schedstat').split()
            total += int(fields[0]) if fields else 0
    return total / 1e9


def status_kib(pid, key):
    for line in read(f'/proc/{pid}/status').splitlines():
        if line.startswith(key + ':'):
            return int(line.split()[1])
    return 0


def pss_kib(pid):
    for line in read(f'/proc/{pid}/smaps_rollup').splitlines():
        if line.startswith('Pss:'):
            return int(line.split()[1])
    return status_kib(pid, 'VmRSS')


def core_seconds(core):
    """(busy, stolen) seconds of a core since boot."""
    for line in read('/proc/stat').splitlines():
        fields = line.split()
        if fields[0] == f'cpu{core}':
            user, nice, system, _, _, irq, softirq, steal = (int(value) * TICK for value in fields[1:9])
            return user + nice + system + irq + softirq, steal
    return 0.0, 0.0


class Sample:
    """The tree's CPU time at one moment; the difference of two is what a run cost."""

    def __init__(self, pid, core):
        self.pids = tree(pid)
        self.user, self.system = cpu_seconds(self.pids)
        self.run = run_seconds(self.pids)
        self.core_busy, self.core_stolen = core_seconds(core)
        self.time = time.monotonic()

    def since(self, before):
        user, system = self.user - before.user, self.system - before.system
        run = self.run - before.run
        elapsed = self.time - before.time
        cpu = run if run > 0 else user + system
        foreign = max(0.0, self.core_busy - before.core_busy - cpu)
        return {'cpu_seconds': cpu, 'user_seconds': user, 'system_seconds': system, 'elapsed': elapsed,
                'foreign_share': foreign / elapsed if elapsed > 0 else 0.0,
                'stolen_share': (self.core_stolen - before.core_stolen) / elapsed if elapsed > 0 else 0.0}


def footprint(pid):
    """Memory, threads and descriptors of the tree. PSS shares pages between forks, RSS counts them in each."""
    pids = tree(pid)
    descriptors = 0
    for member in pids:
        try:
            descriptors += len(os.listdir(f'/proc/{member}/fd'))
        except OSError:
            pass
    return {'rss_mib': sum(status_kib(p, 'VmRSS') for p in pids) / 1024,
            'rss_peak_mib': sum(status_kib(p, 'VmHWM') for p in pids) / 1024,
            'pss_mib': sum(pss_kib(p) for p in pids) / 1024,
            'processes': len(pids),
            'threads': sum(status_kib(p, 'Threads') for p in pids),
            'fds': descriptors}


def group_niceness(niceness):
    """Where the kernel shares out cores by session (autogroup), niceness counts inside one only: take a new session."""
    os.setsid()
    try:
        with open('/proc/self/autogroup', 'w', encoding='ascii') as stream:
            stream.write(str(niceness))
    except OSError:
        pass


def pinned(core, niceness=0):
    """A preexec function: this core only, this niceness, and no life after the harness."""
    def prepare():
        os.sched_setaffinity(0, {core})
        if niceness:
            os.setpriority(os.PRIO_PROCESS, 0, niceness)
            group_niceness(niceness)
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    return prepare


class Process:
    """One server process tree, pinned to a core; its output goes to a file."""

    def __init__(self, command, settings, log_path, cwd):
        core = settings.server_core
        self.log_path = log_path
        self.core_before = core_seconds(core)[0]
        self.started = time.monotonic()
        with open(log_path, 'wb') as log:
            self.popen = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                                          stderr=subprocess.STDOUT, cwd=cwd, preexec_fn=pinned(core, settings.nice))
        self.pid = self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def log_tail(self, size=600):
        return read(self.log_path)[-size:].strip()

    def stop(self, patience=10.0):
        """SIGTERM to the first process; whatever of its tree is left after that is killed, by pid."""
        members = tree(self.pid)
        if self.alive():
            self.popen.terminate()
        try:
            self.popen.wait(patience)
        except subprocess.TimeoutExpired:
            pass
        deadline = time.monotonic() + 1.0
        while any(read(f'/proc/{p}/stat') for p in members[1:]) and time.monotonic() < deadline:
            time.sleep(0.02)
        known = parents()
        for member in members:
            if member in known and known[member] in (1, os.getpid(), *members):
                try:
                    os.kill(member, signal.SIGKILL)
                except OSError:
                    pass
        self.popen.wait(patience)
