# SPDX-License-Identifier: Apache-2.0
"""Every event id of the code is in docs/events.md with a cause and a remedy, and the other way round."""

import re

from house import Finding, Plant, line_of, table_rows

DOCUMENT = "docs/events.md"
# `EVENT_X = 111` in an enum, or a row `X(111, X, …)` of a table.
_ID = re.compile(r"\bEVENT_(?P<name>\w+)\s*=\s*(?P<number>\d+)|\bX\(\s*(?P<row>\d+)\s*,\s*(?P<symbol>[A-Z]\w*)\s*,")


def _code_events(tree):
    """id -> (path, line, name)"""
    events = {}
    for path in tree.c_files("server"):
        if not path.startswith("server/base/event"):
            continue
        code = tree.code(path)
        for match in _ID.finditer(code):
            number = int(match["number"] or match["row"])
            events.setdefault(number, (path, line_of(code, match.start()), match["name"] or match["symbol"]))
    return events


def check(tree):
    events = _code_events(tree)
    findings = []
    rows = {}
    if tree.has(DOCUMENT):
        for line, cells in table_rows(tree.text(DOCUMENT)):
            number = cells[0].strip("`")
            if not number.isdigit():
                continue
            if int(number) in rows:
                findings.append(Finding(DOCUMENT, line, "event-twice", f"{number} has a row already"))
            rows[int(number)] = line
            if len(cells) < 4 or not all(cells[1:4]):
                findings.append(Finding(DOCUMENT, line, "event-row", f"{number} needs a meaning, a cause and a remedy"))
    for number, (path, line, name) in events.items():
        if number not in rows:
            findings.append(Finding(path, line, "event-undocumented", f"{number} ({name}) has no row in {DOCUMENT}"))
    for number, line in rows.items():
        if number not in events:
            findings.append(Finding(DOCUMENT, line, "event-unknown", f"{number} is no event of the code"))
    return findings


_ENUM = "enum event_id {\n    EVENT_STARTED = 2,\n    EVENT_THREAD_REFUSED = 111,\n};\n"
_HEAD = "| id | meaning | cause | remedy |\n|---|---|---|---|\n"
PLANTED = [
    Plant(
        {"server/base/event.h": _ENUM, DOCUMENT: _HEAD + "| 2 | started | a start | none |\n"},
        "server/base/event.h",
        3,
        "event-undocumented",
    ),
    Plant({"server/base/event.h": _ENUM}, "server/base/event.h", 2, "event-undocumented"),
    Plant(
        {"server/base/event_table.h": "#define EVENT_IDS(X) \\\n    X(2, STARTED, INFO, \"x\")\n", DOCUMENT: _HEAD},
        "server/base/event_table.h",
        2,
        "event-undocumented",
    ),
    Plant(
        {"server/base/event.h": "enum { EVENT_STARTED = 2 };\n", DOCUMENT: _HEAD + "| 2 | a | b | c |\n| 3 | a | b | c |\n"},
        DOCUMENT,
        4,
        "event-unknown",
    ),
    Plant(
        {"server/base/event.h": "enum { EVENT_STARTED = 2 };\n", DOCUMENT: _HEAD + "| 2 | started | it started | |\n"},
        DOCUMENT,
        3,
        "event-row",
    ),
    Plant(
        {"server/base/event.h": "enum { EVENT_STARTED = 2 };\n", DOCUMENT: _HEAD + "| 2 | a | b | c |\n| 2 | a | b | c |\n"},
        DOCUMENT,
        4,
        "event-twice",
    ),
]
CLEAN = {
    "server/base/event.h": _ENUM,
    DOCUMENT: _HEAD + "| 2 | started | a start | none |\n| 111 | no thread | the system refused | more threads |\n",
}
