# SPDX-License-Identifier: Apache-2.0
"""Every metric that the code names is in docs/metrics.md, and the other way round; counters end in _total."""

import re

from house import PRODUCT, Finding, Plant, line_of, strip, table_rows

DOCUMENT = "docs/metrics.md"
_NAME = re.compile(r"\bplimsoll_[a-z0-9_]+\b")
_PARTS = ("_bucket", "_sum", "_count")


def _code_metrics(tree):
    """name -> (path, line): the literals in the product that begin a metric's name."""
    names = {}
    for path in tree.c_files(*PRODUCT):
        code = strip(tree.text(path), keep_strings=True)
        for literal in re.finditer(r'"(?:\\.|[^"\\\n])*"', code):
            for match in _NAME.finditer(literal.group(0)):
                names.setdefault(match.group(0), (path, line_of(code, literal.start())))
    return {
        name: place
        for name, place in names.items()
        if not any(name.endswith(part) and name[: -len(part)] in names for part in _PARTS)
    }


def check(tree):
    findings = []
    names = _code_metrics(tree)
    rows = {}
    if tree.has(DOCUMENT):
        for line, cells in table_rows(tree.text(DOCUMENT)):
            for name in _NAME.findall(cells[0]):
                rows.setdefault(name, line)
                kind = cells[1] if len(cells) > 1 else ""
                if ("counter" in kind) != name.endswith("_total"):
                    findings.append(Finding(DOCUMENT, line, "metric-kind", f"{name}: counters end in _total, others do not"))
    for name, (path, line) in names.items():
        if name not in rows:
            findings.append(Finding(path, line, "metric-undocumented", f"{name} has no row in {DOCUMENT}"))
    for name, line in rows.items():
        if name not in names:
            findings.append(Finding(DOCUMENT, line, "metric-unknown", f"{name} is no metric of the code"))
    return findings


_CODE = 'counter_register("plimsoll_queries_total", labels);\ngauge("plimsoll_memory_limit_bytes");\n'
_HEAD = "| name | kind | meaning |\n|---|---|---|\n"
_ROWS = _HEAD + "| `plimsoll_queries_total{type}` | counter | x |\n| `plimsoll_memory_limit_bytes` | gauge | x |\n"
PLANTED = [
    Plant({"server/base/c.c": _CODE, DOCUMENT: _HEAD}, "server/base/c.c", 2, "metric-undocumented"),
    Plant({"server/base/c.c": _CODE}, "server/base/c.c", 1, "metric-undocumented"),
    Plant(
        {"server/base/c.c": _CODE, DOCUMENT: _ROWS + "| `plimsoll_odd` | gauge | x |\n"}, DOCUMENT, 5, "metric-unknown"
    ),
    Plant({"server/base/c.c": _CODE, DOCUMENT: _ROWS.replace("| gauge |", "| counter |")}, DOCUMENT, 4, "metric-kind"),
]
CLEAN = {
    "server/base/c.c": '// "plimsoll_not_this"\nheader("plimsoll_seconds");\nline("plimsoll_seconds_bucket{");\n' + _CODE,
    DOCUMENT: _ROWS + "| `plimsoll_seconds` | histogram | x |\n",
}
