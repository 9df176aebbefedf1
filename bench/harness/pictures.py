# SPDX-License-Identifier: Apache-2.0
"""The results as SVG pictures, drawn by hand so that no library is needed: grouped bars, and the memory lines."""
from html import escape

COLOURS = {'plimsoll': '#0b6e99', 'nsd': '#c9782f', 'knot': '#6a9a3b', 'bind': '#8a5fa8', 'echo': '#b8b8b8'}
FONT = 'font-family="DejaVu Sans, Helvetica, sans-serif"'
WIDTH = 980
LABEL_WIDTH = 365
BAR_HEIGHT = 15
GAP = 22


def text(x, y, content, size=12, anchor='start', colour='#222', weight='normal'):
    return (f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="{colour}" '
            f'font-weight="{weight}" {FONT}>{escape(content)}</text>')


def rect(x, y, width, height, colour):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{height:.1f}" fill="{colour}"/>'


def document(height, parts):
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}">\n<rect width="100%" height="100%" fill="white"/>\n'
            + '\n'.join(parts) + '\n</svg>\n')


def legend(names, y):
    parts, x = [], 20
    for name in names:
        parts += [rect(x, y - 10, 12, 12, COLOURS.get(name, '#555')), text(x + 17, y, name)]
        x += 40 + 8 * len(name)
    return parts


def group(title, bars, target, unit, y):
    """One workload: a bar per server, each group on its own scale, the target as a dashed line."""
    parts = [text(20, y + BAR_HEIGHT, title, weight='bold')]
    top = max([value for _, value in bars] + [target])
    scale = (WIDTH - LABEL_WIDTH - 110) / top if top > 0 else 0
    start = y
    for name, value in bars:
        width = value * scale
        parts += [rect(LABEL_WIDTH, y, width, BAR_HEIGHT - 2, COLOURS.get(name, '#555')),
                  text(LABEL_WIDTH + width + 6, y + BAR_HEIGHT - 4, f'{value:,.4g} {unit}', size=11)]
        y += BAR_HEIGHT
    if target:
        x = LABEL_WIDTH + target * scale
        parts.append(f'<line x1="{x:.1f}" y1="{start - 3:.1f}" x2="{x:.1f}" y2="{y + 1:.1f}" stroke="#c00" '
                     'stroke-dasharray="4 3"/>')
    return parts, y


UNITS = {'cpu_us': 'us', 'p50_us': 'us', 'load_seconds': 's'}
MEANINGS = {'cpu_us': 'server CPU microseconds per answer', 'p50_us': 'median latency',
            'load_seconds': 'start to first answer'}


def comparison(specs, results, facts):
    """All workloads but the memory line, smaller is better."""
    names = [name for name in COLOURS if any(name in result for result in results.values())]
    parts = [text(20, 28, 'Plimsoll beside its peers (shorter is better)', size=17, weight='bold'),
             text(20, 47, f'{facts["cpu"]}, Linux {facts["kernel"]}, one worker; medians of {facts["runs"]} runs of '
                          f'{facts["seconds"]:g} s; dashed: the target', size=11, colour='#666')]
    parts += legend(names, 68)
    y = 88.0
    for spec in specs:
        measured = results.get(spec.name, {})
        bars = [(name, measured[name][spec.key]) for name in names
                if isinstance(measured.get(name, {}).get(spec.key), (int, float))]
        if spec.kind == 'line' or not bars:
            continue
        drawn, end = group(spec.title, bars, spec.target, UNITS[spec.key], y)
        parts += drawn + [text(20, y + 2 * BAR_HEIGHT, MEANINGS[spec.key], size=10, colour='#666')]
        y = max(end, y + 2 * BAR_HEIGHT) + GAP
    return document(y, parts)


def line_panel(set_name, measured, names, x, width, height):
    """One data set: groups of bars per memory line; no bar means that it does not fit."""
    lines = next(list(measured[n]['points'][set_name]) for n in names)
    top = max([point['qps'] for n in names for point in measured[n]['points'][set_name].values()] + [1.0])
    slot = width / len(lines)
    bar = slot * 0.8 / len(names)
    base = 100 + height
    parts = [text(x, 92, set_name, weight='bold'),
             f'<line x1="{x:.1f}" y1="{base}" x2="{x + width:.1f}" y2="{base}" stroke="#444"/>',
             text(x + width, 92, f'top: {top:,.0f} q/s', size=10, anchor='end', colour='#666')]
    for index, line in enumerate(lines):
        parts.append(text(x + slot * (index + 0.45), base + 16, f'{line} MiB', size=11, anchor='middle'))
        for place, name in enumerate(names):
            left = x + slot * index + bar * place
            value = measured[name]['points'][set_name].get(line, {}).get('qps', 0.0)
            if value > 0:
                bar_height = value / top * (height - 12)
                parts.append(rect(left, base - bar_height, bar - 1, bar_height, COLOURS.get(name, '#555')))
            else:
                parts.append(text(left + bar / 2, base - 3, '×', size=11, anchor='middle',
                                  colour=COLOURS.get(name, '#555')))
    return parts


def memory_lines(measured, facts):
    """The headline: answers a second inside a fixed memory line."""
    names = [name for name in COLOURS if 'points' in measured.get(name, {})]
    if not names:
        return None
    sets = list(measured[names[0]]['points'])
    height = 260
    parts = [text(20, 28, 'Answers a second at a fixed memory line (× : does not fit)', size=17, weight='bold'),
             text(20, 47, f'{facts["cpu"]}, one worker; Plimsoll holds limits.memory to the line, peers have none: '
                          'a bar where their memory stays under it', size=11, colour='#666')]
    parts += legend(names, 68)
    width = (WIDTH - 40 - 30 * (len(sets) - 1)) / len(sets)
    for index, set_name in enumerate(sets):
        parts += line_panel(set_name, measured, names, 20 + index * (width + 30), width, height)
    return document(100 + height + 40, parts)


def write(settings, specs, results, facts):
    """Draws what there is; returns the paths."""
    paths = []
    if any(spec.kind != 'line' and results.get(spec.name) for spec in specs):
        paths.append((settings.results / 'comparison.svg', comparison(specs, results, facts)))
    for spec in specs:
        if spec.kind == 'line':
            picture = memory_lines(results.get(spec.name, {}), facts)
            if picture:
                paths.append((settings.results / 'memory-line.svg', picture))
    for path, content in paths:
        path.write_text(content, encoding='utf-8')
    return [path for path, _ in paths]
