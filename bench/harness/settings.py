# SPDX-License-Identifier: Apache-2.0
"""What a whole run shares: where things are, which cores are used, how long and how often is measured."""
import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class BenchError(Exception):
    """Something a person has to mend: a missing program, a server that does not start."""


@dataclass
class Settings:
    build: Path = ROOT / 'build'
    results: Path = ROOT / 'bench' / 'results'
    runs: int = 3
    seconds: float = 3.0
    servers: tuple = ()          # names; empty: all that are installed
    server_core: int = 0
    load_core: int = 1
    nice: int = 0                # of servers and load; below 0 helps on a machine with other work
    dnsperf: bool = True
    memory: str = '1GiB'         # plimsolld's limits.memory outside the memory-line workload
    seed: int = 20070814
    started: float = field(default_factory=time.monotonic)

    @property
    def cache(self):
        return self.build / 'bench' / 'cache'

    @property
    def loadgen(self):
        return self.build / 'bench' / 'loadgen'

    @property
    def echo(self):
        return self.build / 'bench' / 'echo'

    @property
    def plimsolld(self):
        return self.build / 'plimsolld'

    def check(self):
        """Raises BenchError when nothing can be measured here."""
        for program in (self.loadgen, self.echo):
            if not os.access(program, os.X_OK):
                raise BenchError(f'{program} is missing: build first (ninja -C {self.build})')
        cores = os.sched_getaffinity(0)
        if self.server_core == self.load_core or not {self.server_core, self.load_core} <= cores:
            raise BenchError('the server and the load need a core each; this process may use '
                             f'{sorted(cores)} (--server-core, --load-core)')

    def progress(self, text):
        """One line on stderr, with the time since the start."""
        print(f'[{time.monotonic() - self.started:7.1f} s] {text}', file=sys.stderr, flush=True)
