# SPDX-License-Identifier: Apache-2.0
"""Every maximum that a header names has a row in docs/limits.md with its number, and every row's constant exists."""

import re

from house import PRODUCT, Finding, Plant, line_of, table_rows

DOCUMENT = "docs/limits.md"
# Constants whose number is spelled out where they are defined, and not computed there.
_PLAIN = re.compile(r"[ \t]*=?[ \t]*\(?(0x[0-9a-f]+|\d+)[uUlL]*\)?[ \t]*(?:[,;}]|$)", re.MULTILINE)
_DEFINED = re.compile(r"^[ \t]*#[ \t]*define[ \t]+([A-Z][A-Z0-9_]*_MAX)\b(?!\()|\b([A-Z][A-Z0-9_]*_MAX)\s*=(?!=)", re.MULTILINE)


def _says(cell, number):
    spoken = cell.replace(",", "")
    return number in {int(word) for word in re.findall(r"\d+", spoken)} or any(
        number == int(count) * unit
        for name, unit in (("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30))
        for count in re.findall(r"(\d+) " + name, spoken)
    )


def check(tree):
    constants = {}
    numbers = {}
    private = set()
    for path in tree.c_files(*PRODUCT):
        code = tree.code(path)
        for match in _DEFINED.finditer(code):
            name = match.group(1) or match.group(2)
            if path.endswith(".h"):
                constants.setdefault(name, (path, line_of(code, match.start(1 if match.group(1) else 2))))
                plain = _PLAIN.match(code, match.end() - (1 if match.group(2) else 0))
                if plain:
                    numbers[name] = int(plain.group(1), 0)
            private.add(name)
    rows = {}
    findings = []
    if tree.has(DOCUMENT):
        for line, cells in table_rows(tree.text(DOCUMENT)):
            for name in re.findall(r"`([A-Z][A-Z0-9_]*_MAX)`", " ".join(cells)):
                rows.setdefault(name, line)
                number = numbers.get(name)
                if number is not None and not _says(cells[0], number):
                    findings.append(Finding(DOCUMENT, line, "limit-number", f"{name} is {number} in the code"))
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
    Plant(
        {"server/wire/n.h": "#define HOPS_MAX 127u /* x */\n", DOCUMENT: _HEAD + "| 126 hops | `HOPS_MAX` | x |\n"},
        DOCUMENT,
        3,
        "limit-number",
    ),
]
CLEAN = {
    "server/wire/m.h": "#define BYTES_MAX 1024u\n#define MORE_MAX (2 * BYTES_MAX)\n#define K_MAX 65536\n",
    "server/wire/n.h": "#define HOPS_MAX 126\nenum { LABELS_MAX = 127 };\nif (X_MAX == 1)\n",
    "server/wire/n.c": "#define INNER_MAX 3\n",
    DOCUMENT: _HEAD + "| 126 | `HOPS_MAX` | x |\n| 127, 3 | `LABELS_MAX`, `INNER_MAX` | x |\n"
    "| 1 KiB | `BYTES_MAX` | x |\n| 2 KiB | `MORE_MAX` | x |\n| 65,536 | `K_MAX` | x |\n",
}
