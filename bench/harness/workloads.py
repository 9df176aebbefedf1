# SPDX-License-Identifier: Apache-2.0
"""The workloads: what each asks of which data set, and how one is run over all servers."""
import statistics
from dataclasses import dataclass

from . import datasets, load, process, servers
from .settings import BenchError

WARM_UP_SECONDS = 0.5
LINE_PATIENCE = 20.0      # seconds; a zone that does not fit is answered with SERVFAIL for ever
# What an operator would declare on a small line: room for a few TCP clients, one job thread, HTTP and YAML.
LINE_LIMITS = {'jobs': 1, 'tcp-connections': 64, 'libraries': '8MiB'}
LINES_MIB = (64, 128, 256, 512)
LINE_SETS = (('ad', 'positive'), ('many', 'mixed'), ('delegation', 'referral'))


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    dataset: str
    questions: str = ''
    kind: str = 'traffic'      # traffic, load, line
    tcp: bool = False
    rate: int = 0
    sockets: int = 4
    window: int = 40           # 160 under way: what fits the smallest default receive buffer of the peers
    key: str = 'cpu_us'        # the figure that the ratios are made of; smaller is better
    target: float = 0.0        # for that figure
    bytes_target: float = 0.0  # bytes a record (load)
    mib_target: float = 0.0    # MiB in all (load)


ALL = (
    Workload('ad', 'AD zone, 10,000 hosts, positive', 'ad', 'positive', target=2.3),
    Workload('ad-nxdomain', 'AD zone, half NXDOMAIN', 'ad', 'nxdomain', target=2.3),
    Workload('ad-srv', 'AD zone, SRV questions', 'ad', 'srv', target=2.4),
    Workload('delegation', '1,000,000-record delegation zone, referrals', 'delegation', 'referral', target=2.9),
    Workload('many-zones', '10,000 small zones, mixed', 'many', 'mixed', target=2.7),
    Workload('tcp', 'AD zone over TCP, connections kept, pipelined', 'ad', 'positive', tcp=True, sockets=20, window=10,
             target=1.1),
    Workload('tcp-latency', 'TCP latency at 20,000 q/s', 'ad', 'positive', tcp=True, rate=20_000, sockets=20,
             window=256, key='p50_us', target=150.0),
    Workload('load-delegation', 'loading the 1,000,000-record zone', 'delegation', kind='load', key='load_seconds',
             target=0.7, bytes_target=110.0),
    Workload('load-many-zones', 'loading 10,000 small zones', 'many', kind='load', key='load_seconds', target=0.2,
             mib_target=40.0),
    Workload('memory-line', 'answers a second at a fixed memory line', '', kind='line', key='qps'),
)
BY_NAME = {workload.name: workload for workload in ALL}


def median_of(runs):
    """The median of every figure of the runs; counts of wrong and lost answers are summed, they must not hide."""
    result = {}
    for key, value in runs[0].items():
        if isinstance(value, (int, float)):
            values = [run[key] for run in runs]
            result[key] = sum(values) if key in ('lost', 'wrong', 'held', 'reopened') else statistics.median(values)
    result['foreign_share'] = max((run.get('foreign_share', 0.0) for run in runs), default=0.0)
    return result


def traffic_on(settings, running, dataset, spec):
    """The runs of one workload on a server that is up already."""
    questions = dataset.question_file(spec.questions)
    load.loadgen(settings, running.port, questions, WARM_UP_SECONDS, spec)
    runs = []
    for index in range(settings.runs):
        runs.append(load.measure(settings, running, questions, spec))
        settings.progress(f'{spec.name}: {running.server.name} run {index + 1} of {settings.runs}: '
                          f'{runs[-1]["qps"]:,.0f} q/s, {runs[-1]["cpu_us"]:.2f} us, p50 {runs[-1]["p50_us"]:.0f} us')
    result = {'runs': runs, **median_of(runs), **process.footprint(running.pid)}
    if settings.dnsperf and running.server.answers and not spec.tcp:
        text = dataset.question_file(spec.questions, 'dnsperf')
        result['dnsperf_qps'] = load.dnsperf(settings, running, text, min(settings.seconds, 3.0))
    return result


def run_traffic(settings, spec, server):
    dataset = datasets.ensure(settings, spec.dataset)
    with server.start(settings, dataset, tcp=spec.tcp) as running:
        return traffic_on(settings, running, dataset, spec)


def run_load(settings, spec, server):
    """Start to the last probe's first right answer, and what the loaded zones weigh."""
    if not server.answers:
        return None
    dataset = datasets.ensure(settings, spec.dataset)
    dataset.warm()
    runs = []
    for index in range(settings.runs):
        with server.start(settings, dataset) as running:
            cost = process.Sample(running.pid, settings.server_core)
            busy = cost.core_busy - running.process.core_before
            runs.append({'load_seconds': running.load_seconds, 'load_cpu_seconds': cost.run or cost.user + cost.system,
                         'foreign_share': max(0.0, busy - cost.user - cost.system) / running.load_seconds,
                         **process.footprint(running.pid)})
        runs[-1]['bytes_per_record'] = runs[-1]['pss_mib'] * 1048576 / dataset.records
        settings.progress(f'{spec.name}: {server.name} run {index + 1} of {settings.runs}: '
                          f'{runs[-1]["load_seconds"]:.2f} s, {runs[-1]["pss_mib"]:.0f} MiB')
    return {'runs': runs, **median_of(runs)}


def line_point(settings, server, dataset, spec, line_mib):
    """Plimsoll inside one line: its rate, or 0 and why."""
    try:
        with server.start(settings, dataset,
                          limits={'memory': f'{line_mib}MiB', **LINE_LIMITS}, patience=LINE_PATIENCE) as running:
            result = traffic_on(settings, running, dataset, spec)
    except servers.Refused as refusal:
        settings.progress(f'memory-line: {server.name} refuses {dataset.name} at {line_mib} MiB')
        return {'qps': 0.0, 'reason': 'does not fit', 'said': str(refusal)}
    if result['rss_peak_mib'] > line_mib:
        return {'qps': 0.0, 'reason': f'broke its line: {result["rss_peak_mib"]:.1f} MiB', **result}
    return result


def memory_needed(result):
    """MiB a peer needs: its peak, loading included; of one that forks and shares pages, what it holds at the end."""
    return result['rss_peak_mib'] if result['processes'] == 1 else result['pss_mib']


def run_line(settings, _spec, server):
    """Per data set and line: answers a second. Peers have no line: theirs is whether their memory stays under it."""
    if not server.answers:
        return None
    points = {}
    for set_name, questions in LINE_SETS:
        dataset = datasets.ensure(settings, set_name)
        spec = Workload(f'memory-line {set_name}', '', set_name, questions)
        if server.name == 'plimsoll':
            points[set_name] = {str(line): line_point(settings, server, dataset, spec, line) for line in LINES_MIB}
            continue
        with server.start(settings, dataset) as running:
            result = traffic_on(settings, running, dataset, spec)
        points[set_name] = {}
        for line in LINES_MIB:
            needs = memory_needed(result)
            points[set_name][str(line)] = {'qps': result['qps'] if needs <= line else 0.0, 'needs_mib': needs,
                                           'reason': '' if needs <= line else f'needs {needs:.0f} MiB'}
    return {'points': points}


RUNNERS = {'traffic': run_traffic, 'load': run_load, 'line': run_line}


def run(settings, spec, taking_part):
    """One workload over all servers; a server that fails is reported and left out, the others go on."""
    results = {}
    for server in taking_part:
        settings.progress(f'{spec.name}: {server.name}')
        try:
            result = RUNNERS[spec.kind](settings, spec, server)
        except BenchError as error:
            settings.progress(f'{spec.name}: {server.name} FAILED: {error}')
            result = {'failed': str(error)}
        if result is not None:
            results[server.name] = result
    return results
