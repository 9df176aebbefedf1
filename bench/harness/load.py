# SPDX-License-Identifier: Apache-2.0
"""One measured run: the load generator on its core, the server's CPU time before and after it."""
import json
import re
import shutil
import subprocess

from . import process
from .settings import BenchError


def loadgen(settings, port, questions, seconds, spec):
    """Runs the load generator; returns its report as a dictionary."""
    command = [settings.loadgen, '--server', f'127.0.0.1@{port}', '--questions', questions,
               '--seconds', f'{seconds:.3f}', '--sockets', spec.sockets, '--window', spec.window]
    if spec.rate:
        command += ['--rate', spec.rate]
    if spec.tcp:
        command += ['--tcp']
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False,
                          timeout=seconds + 60, preexec_fn=process.pinned(settings.load_core, settings.nice))
    if done.returncode != 0:
        raise BenchError(f'the load generator failed: {done.stderr.strip()}')
    return json.loads(done.stdout)


def measure(settings, running, questions, spec):
    """A run with its costs: the load generator's report and what the server's process tree used for it."""
    before = process.Sample(running.pid, settings.server_core)
    report = loadgen(settings, running.port, questions, settings.seconds, spec)
    cost = process.Sample(running.pid, settings.server_core).since(before)
    if not running.process.alive():
        raise BenchError(f'{running.server.name} died under load: {running.process.log_tail()}')
    answered = max(1, report['answered'])
    latency = report['latency_us']
    return {'qps': report['qps'], 'cpu_us': cost['cpu_seconds'] * 1e6 / answered,
            'user_us': cost['user_seconds'] * 1e6 / answered, 'system_us': cost['system_seconds'] * 1e6 / answered,
            'core_share': cost['cpu_seconds'] / cost['elapsed'], 'foreign_share': cost['foreign_share'],
            'stolen_share': cost['stolen_share'], 'sent': report['sent'], 'answered': report['answered'],
            'lost': report['lost'], 'wrong': report['wrong'] if running.server.answers else 0,
            'held': report['held'], 'reopened': report['reopened'], 'rcodes': report['rcodes'],
            'answer_bytes': report['answer_bytes_mean'], 'p50_us': latency['p50'], 'p90_us': latency['p90'],
            'p99_us': latency['p99'], 'max_us': latency['max']}


def dnsperf(settings, running, questions, seconds):
    """The same questions from dnsperf, as a cross check: answers a second, or None without dnsperf."""
    program = shutil.which('dnsperf')
    if not program:
        return None
    command = [program, '-s', '127.0.0.1', '-p', str(running.port), '-d', str(questions),
               '-l', str(max(1, int(seconds))), '-c', '4', '-T', '1', '-q', '160', '-t', '1']
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60,
                          preexec_fn=process.pinned(settings.load_core, settings.nice))
    match = re.search(r'Queries per second:\s+([0-9.]+)', done.stdout)
    return float(match.group(1)) if match else None
