# SPDX-License-Identifier: Apache-2.0
"""
Microbenchmarks: instructions per operation, counted by callgrind, and nanoseconds.

Every program in bench/micro/ does one step COUNT times and says how many operations a step is. It is run with two counts
under callgrind, and the difference is divided by the difference of the counts: start-up, set-up and tear-down fall out. An
instruction count does not depend on what else the machine is doing, so one run suffices and two can be compared to the
digit. Beside it stands the CPU time of an operation without callgrind, which says what the caches make of it.
"""
import json
import os
import re
import shutil
import subprocess

from . import report
from .settings import BenchError

COUNTS = (500, 1500)
NATIVE_COUNT = 6000
NATIVE_RUNS = 5
TIMEOUT = 300


def instructions(program, count, folder):
    """All instructions of one run, and the operations of a step."""
    done = subprocess.run(['valgrind', '--tool=callgrind', f'--callgrind-out-file={folder}/{program.name}.{count}.out',
                           str(program), str(count)], capture_output=True, text=True, check=False, timeout=TIMEOUT)
    match = re.search(r'Collected : (\d+)', done.stderr)
    operations = re.match(r'(\d+) operations a step', done.stdout)
    if done.returncode != 0 or not match or not operations:
        raise BenchError(f'{program.name}: {done.stderr.strip()[-400:]}')
    return int(match.group(1)), int(operations.group(1))


def nanoseconds(program):
    """CPU time of an operation without callgrind: the fastest of a few runs, since only slowness is accidental."""
    times = []
    for _ in range(NATIVE_RUNS):
        done = subprocess.run([str(program), str(NATIVE_COUNT)], capture_output=True, text=True, check=True,
                              timeout=TIMEOUT)
        times.append(float(re.search(r'([0-9.]+) ns an operation', done.stdout).group(1)))
    return min(times)


def programs(settings):
    folder = settings.build / 'bench' / 'micro'
    found = sorted(folder.glob('micro_*')) if folder.is_dir() else []
    return [path for path in found if path.is_file() and os.access(path, os.X_OK)]


def run(settings):
    """Counts every program; prints a table and writes micro.json."""
    if not shutil.which('valgrind'):
        raise BenchError('valgrind is not installed')
    found = programs(settings)
    if not found:
        raise BenchError(f'no microbenchmarks in {settings.build}/bench/micro: build first')
    profiles = settings.build / 'bench' / 'profiles'
    profiles.mkdir(parents=True, exist_ok=True)
    figures = {}
    rows = []
    for program in found:
        settings.progress(f'micro: {program.name}')
        (few, _), (many, operations) = (instructions(program, count, profiles) for count in COUNTS)
        name = program.name.removeprefix('micro_')
        figures[name] = {'instructions': (many - few) / (COUNTS[1] - COUNTS[0]) / operations,
                         'nanoseconds': nanoseconds(program)}
        rows.append([name, str(operations), f'{figures[name]["instructions"]:.1f}',
                     f'{figures[name]["nanoseconds"]:.0f}'])
    print('\nmicro: instructions and CPU time per operation\n'
          + report.table(['operation', 'a step', 'instructions', 'ns'], rows))
    settings.results.mkdir(parents=True, exist_ok=True)
    with open(settings.results / 'micro.json', 'w', encoding='utf-8') as stream:
        json.dump({'facts': report.facts(settings), 'operations': figures}, stream, indent=1)
    print(f'written: {settings.results}/micro.json; profiles for callgrind_annotate: {profiles}/')
    return 0
