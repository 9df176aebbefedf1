# SPDX-License-Identifier: Apache-2.0
"""The command line: which workloads, how often, against whom."""
import argparse
import os
import sys
from pathlib import Path

from . import micro, pictures, report, servers, workloads
from .settings import ROOT, BenchError, Settings

EPILOG = """workloads:
{workloads}
  {micro:<16} instructions per operation, counted by callgrind

Without names all workloads run but `micro`. Results: a table each on stdout, JSON and SVG in bench/results/.
bench/README.md says what each figure means."""


def parser():
    lines = '\n'.join(f'  {spec.name:<16} {spec.title}' for spec in workloads.ALL)
    result = argparse.ArgumentParser(
        prog='./dev bench', formatter_class=argparse.RawDescriptionHelpFormatter,
        description='Measures Plimsoll beside NSD, Knot, BIND and a bare echo: one worker on one core, the load on '
                    'another.',
        epilog=EPILOG.format(workloads=lines, micro='micro'))
    add = result.add_argument
    add('workloads', nargs='*', metavar='WORKLOAD', help='names from the list below')
    add('--list', action='store_true', help='name the workloads and end')
    add('--runs', type=int, default=3, help='runs of each measurement; the median counts (3)')
    add('--seconds', type=float, default=3.0, help='length of a run (3)')
    add('--servers', default='', help=f'only these, comma separated: {", ".join(servers.NAMES)}')
    add('--build', type=Path, default=ROOT / 'build', help='the build folder with plimsolld and bench/loadgen (build/)')
    add('--results', type=Path, default=ROOT / 'bench' / 'results', help='where JSON and pictures go (bench/results/)')
    add('--server-core', type=int, default=0, help='the core of the server (0)')
    add('--load-core', type=int, default=1, help='the core of the load (1)')
    add('--nice', type=int, default=0,
        help='niceness of servers and load; -20 on a machine with other work, as root (0)')
    add('--memory', default='1GiB', help="Plimsoll's limits.memory outside memory-line (1GiB)")
    add('--no-dnsperf', action='store_true', help='leave the cross check with dnsperf out')
    return result


def settings_from(arguments, complain):
    names = tuple(name for name in arguments.servers.split(',') if name)
    unknown = [name for name in names if name not in servers.NAMES]
    unknown += [name for name in arguments.workloads if name not in workloads.BY_NAME and name != 'micro']
    if unknown:
        complain(f'unknown: {", ".join(unknown)}')
    if not 1 <= arguments.runs <= 100 or not 0.1 <= arguments.seconds <= 600:
        complain('--runs takes 1 to 100, --seconds 0.1 to 600')
    return Settings(build=arguments.build.resolve(), results=arguments.results.resolve(), runs=arguments.runs,
                    seconds=arguments.seconds, servers=names, server_core=arguments.server_core,
                    load_core=arguments.load_core, memory=arguments.memory, nice=arguments.nice,
                    dnsperf=not arguments.no_dnsperf)


def run_workloads(settings, specs):
    """Everything that was asked for; what is finished is written even when a later part fails."""
    taking_part = servers.chosen(settings)
    document = {'facts': report.facts(settings), 'results': {}}
    failed = False
    try:
        for spec in specs:
            results = workloads.run(settings, spec, taking_part)
            document['results'][spec.name] = results
            failed |= any('failed' in result for result in results.values())
            print(report.show(spec, results), flush=True)
    finally:
        path = report.write_json(settings, document)
        drawn = pictures.write(settings, specs, document['results'], document['facts'])
        print('written: ' + ', '.join(str(name) for name in [path, *drawn]))
    return 1 if failed else 0


def main(argv=None):
    command = parser()
    arguments = command.parse_args(argv)
    settings = settings_from(arguments, command.error)
    if arguments.list:
        for spec in workloads.ALL:
            print(f'{spec.name:<16} {spec.title}')
        print(f'{"micro":<16} instructions per operation')
        return 0
    names = arguments.workloads or [spec.name for spec in workloads.ALL]
    try:
        status = micro.run(settings) if 'micro' in names else 0
        specs = [workloads.BY_NAME[name] for name in names if name != 'micro']
        if specs:
            settings.check()
            os.sched_setaffinity(0, {settings.load_core})
            status = run_workloads(settings, specs) or status
        return status
    except BenchError as error:
        print(f'bench: {error}', file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
