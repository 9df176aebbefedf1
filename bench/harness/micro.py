# SPDX-License-Identifier: Apache-2.0
"""
Microbenchmarks: instructions per operation, counted by callgrind.

Every program in bench/micro/ does one step COUNT times and says how many operations a step is. It is run with two counts
under callgrind, and the difference is divided by the difference of the counts: start-up, set-up and tear-down fall out. An
instruction count does not depend on what else the machine is doing, so one run suffices and two can be compared to the
digit.
"""
import json
import os
import re
import shutil
import subprocess

from . import report
from .settings import BenchError

COUNTS = (2000, 6000)
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
        figures[name] = (many - few) / (COUNTS[1] - COUNTS[0]) / operations
        rows.append([name, str(operations), f'{figures[name]:.1f}'])
    print('\nmicro: instructions per operation\n' + report.table(['operation', 'a step', 'instructions'], rows))
    settings.results.mkdir(parents=True, exist_ok=True)
    with open(settings.results / 'micro.json', 'w', encoding='utf-8') as stream:
        json.dump({'facts': report.facts(settings), 'instructions': figures}, stream, indent=1)
    print(f'written: {settings.results}/micro.json; profiles for callgrind_annotate: {profiles}/')
    return 0
