# SPDX-License-Identifier: Apache-2.0
"""Every maximum that a header names has a row in docs/limits.md, and every row's constant exists."""

import re

from house import PRODUCT, Finding, Plant, line_of, table_rows

DOCUMENT = "docs/limits.md"
_DEFINED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z0-9_]*_MAX)\b(?!\()|\b([A-Z][A-Z0-9_]*_MAX)\s*=(?!=)", re.MULTILINE)


def check(tree):
    constants = {}
    private = set()
    for path in tree.c_files(*PRODUCT):
        code = tree.code(path)
        for match in _DEFINED.finditer(code):
            name = match.group(1) or match.group(2)
            if path.endswith(".h"):
                constants.setdefault(name, (path, line_of(code, match.start(1 if match.group(1) else 2))))
            private.add(name)
    rows = {}
    findings = []
    if tree.has(DOCUMENT):
        for line, cells in table_rows(tree.text(DOCUMENT)):
            for name in re.findall(r"`([A-Z][A-Z0-9_]*_MAX)`", " ".join(cells)):
                rows.setdefault(name, line)
    for name, (path, line) in constants.items():
        if name not in rows:
            findings.append(Finding(path, line, "limit-undocumented", f"{name} has no row in {DOCUMENT}"))
    for name, line in rows.items():
        if name not in private:
            findings.append(Finding(DOCUMENT, line, "limit-unknown", f"{name} is no constant of the code"))
    return findings


_HEAD = "| limit | constant | reason |\n|---|---|---|\n"
PLANTED = [
    Plant({"server/wire/n.h": "\n#define HOPS_MAX 126\n", DOCUMENT: _HEAD}, "server/wire/n.h", 2, "limit-undocumented"),
    Plant({"server/wire/n.h": "enum { A, HOPS_MAX = 126 };\n"}, "server/wire/n.h", 1, "limit-undocumented"),
    Plant({"server/wire/n.h": "", DOCUMENT: _HEAD + "| 126 | `HOPS_MAX` | x |\n"}, DOCUMENT, 3, "limit-unknown"),
]
CLEAN = {
    "server/wire/n.h": "#define HOPS_MAX 126\nenum { LABELS_MAX = 127 };\nif (X_MAX == 1)\n",
    "server/wire/n.c": "#define INNER_MAX 3\n",
    DOCUMENT: _HEAD + "| 126 | `HOPS_MAX` | x |\n| 127, 3 | `LABELS_MAX`, `INNER_MAX` | x |\n",
}
