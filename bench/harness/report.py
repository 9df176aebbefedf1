# SPDX-License-Identifier: Apache-2.0
"""The results as tables on stdout and as JSON."""
import json
import os
import platform
import time

PEERS = ('nsd', 'knot', 'bind')
NOISE_SHARE = 0.03      # another program had more than this of the server's core: the figures are marked


def cpu_model():
    try:
        with open('/proc/cpuinfo', encoding='utf-8') as stream:
            for line in stream:
                if line.startswith('model name'):
                    return line.partition(':')[2].strip()
    except OSError:
        pass
    return platform.machine()


def facts(settings):
    return {'time': time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime()), 'kernel': platform.release(), 'cpu': cpu_model(),
            'cores': os.cpu_count(), 'runs': settings.runs, 'seconds': settings.seconds, 'seed': settings.seed}


def good(results, name, key):
    """A server's figure, or None where it failed or did not take part."""
    value = results.get(name, {}).get(key)
    return value if isinstance(value, (int, float)) and value > 0 else None


def best_peer(results, key):
    values = [value for value in (good(results, name, key) for name in PEERS) if value]
    return min(values) if values else None


def ratio(value, base):
    return f'{value / base:.2f}x' if value and base else '-'


def noise_mark(result):
    return '~' if result.get('foreign_share', 0.0) > NOISE_SHARE else ''


def number(value, form):
    return format(value, form) if isinstance(value, (int, float)) else '-'


def table(header, rows):
    """Rows of text under a header, the first column left, the others right."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = []
    for row in [header, ['-' * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append('  ' + '  '.join(cells).rstrip())
    return '\n'.join(lines)


def verdict(spec, results):
    """Does Plimsoll reach its target?"""
    value = good(results, 'plimsoll', spec.key)
    if not spec.target or value is None:
        return ''
    reached = 'reached' if value <= spec.target else 'MISSED'
    text = f'  target {spec.key} <= {spec.target:g}: {reached} ({value:.2f})'
    for key, limit in (('bytes_per_record', spec.bytes_target), ('pss_mib', spec.mib_target)):
        have = good(results, 'plimsoll', key)
        if limit and have:
            text += f'; {key} <= {limit:g}: {"reached" if have <= limit else "MISSED"} ({have:.1f})'
    return text + '\n'


def traffic_table(spec, results):
    header = ['server', 'q/s', 'us/answer', 'user', 'sys', 'to peer', 'to echo', 'p50 us', 'p99 us', 'bytes', 'RSS MiB',
              'PSS MiB', 'thr', 'fds', 'lost', 'wrong', 'dnsperf']
    peer, echo = best_peer(results, spec.key), good(results, 'echo', spec.key)
    rows = []
    for name, result in results.items():
        if 'failed' in result:
            rows.append([name, 'FAILED'] + [''] * (len(header) - 2))
            continue
        rows.append([name + noise_mark(result), number(result['qps'], ',.0f'), number(result['cpu_us'], '.2f'),
                     number(result['user_us'], '.2f'), number(result['system_us'], '.2f'), ratio(result[spec.key], peer),
                     ratio(result[spec.key], echo), number(result['p50_us'], '.0f'), number(result['p99_us'], '.0f'),
                     number(result['answer_bytes'], '.0f'), number(result['rss_mib'], '.1f'),
                     number(result['pss_mib'], '.1f'), number(result['threads'], '.0f'), number(result['fds'], '.0f'),
                     number(result['lost'], '.0f'), number(result['wrong'], '.0f'),
                     number(result.get('dnsperf_qps'), ',.0f')])
    return table(header, rows)


def load_table(spec, results):
    header = ['server', 'seconds', 'CPU s', 'to peer', 'RSS MiB', 'peak MiB', 'PSS MiB', 'B/record', 'thr', 'fds']
    peer = best_peer(results, spec.key)
    rows = []
    for name, result in results.items():
        if 'failed' in result:
            rows.append([name, 'FAILED'] + [''] * (len(header) - 2))
            continue
        rows.append([name + noise_mark(result), number(result['load_seconds'], '.2f'),
                     number(result['load_cpu_seconds'], '.2f'), ratio(result[spec.key], peer),
                     number(result['rss_mib'], '.1f'),
                     number(result['rss_peak_mib'], '.1f'), number(result['pss_mib'], '.1f'),
                     number(result['bytes_per_record'], '.0f'), number(result['threads'], '.0f'),
                     number(result['fds'], '.0f')])
    return table(header, rows)


def line_table(_spec, results):
    sets = sorted({name for result in results.values() for name in result.get('points', {})})
    blocks = []
    for set_name in sets:
        lines = next(result['points'][set_name] for result in results.values() if set_name in result.get('points', {}))
        rows = []
        for name, result in results.items():
            points = result.get('points', {}).get(set_name, {})
            cells = [number(points.get(line, {}).get('qps'), ',.0f') for line in lines]
            reasons = {points[line].get('reason', '') for line in lines if line in points} - {''}
            rows.append([name, *cells, '; '.join(sorted(reasons))[:60]])
        blocks.append(f'  {set_name}\n' + table(['server', *(f'{line} MiB' for line in lines), 'where 0'], rows))
    return '\n'.join(blocks)


TABLES = {'traffic': traffic_table, 'load': load_table, 'line': line_table}


def show(spec, results):
    """The text of one workload."""
    text = f'\n{spec.name}: {spec.title}\n{TABLES[spec.kind](spec, results)}\n{verdict(spec, results)}'
    for name, result in results.items():
        if 'failed' in result:
            text += f'  {name}: {result["failed"]}\n'
        elif result.get('foreign_share', 0) > NOISE_SHARE:
            text += f'  ~ {name}: other programs had {result["foreign_share"]:.0%} of its core\n'
    return text


def write_json(settings, document):
    settings.results.mkdir(parents=True, exist_ok=True)
    stamp = document['facts']['time'].replace(':', '').replace('-', '')
    path = settings.results / f'{stamp}.json'
    for target in (path, settings.results / 'latest.json'):
        with open(target, 'w', encoding='utf-8') as stream:
            json.dump(document, stream, indent=1)
    return path
