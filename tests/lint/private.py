# SPDX-License-Identifier: Apache-2.0
"""Nothing in the tree speaks of the place where it was written: no paths of a workplace, no private names.

The names are kept as digests: a list of them would itself be what it forbids.
"""

import hashlib
import re

from house import Finding, Plant

_PATHS = re.compile(r"(?<![\w.\-$}])/(?:work|root|home|Users|mnt)/[\w.]|(?<![\w.])/tmp/b/")
_WORD = re.compile(r"[A-Za-z]{3,}")
_NAMES = {
    "96e712b28e3633d6",
    "c857d09db23e6822",
    "c70eca6b0f88f44d",
    "7d3194f79e645c42",
    "60965168ce762e94",
    "3ea125d0bff386e6",
    "487b91042c7cf27a",
    "de2187af3fb01170",
}
_known = {}


def _private(word):
    word = word.lower()
    if word not in _known:
        _known[word] = hashlib.sha256(word.encode()).hexdigest()[:16] in _NAMES
    return _known[word]


def check(tree):
    findings = []
    for path in tree.files:
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            if path != "tests/lint/private.py" and _PATHS.search(line):
                findings.append(Finding(path, number, "private-path", f"a path of somebody's machine: {line.strip()[:80]}"))
            for word in _WORD.findall(line):
                if _private(word) and not (path == "tests/lint/private.py" and "Plant(" in line):
                    findings.append(Finding(path, number, "private-name", "a name that does not belong here"))
    return findings


PLANTED = [
    Plant({"docs/a.md": "x\nsee /home/someone/plimsoll\n"}, "docs/a.md", 2, "private-path"),
    Plant({"alloc/a.c": "// /tmp/b/one\n"}, "alloc/a.c", 1, "private-path"),
    Plant({"README.md": "\n\nby PlantedPrivateWord\n"}, "README.md", 3, "private-name"),
]
CLEAN = {"docs/a.md": "run it in $HOME/work or /var/lib/plimsoll\n", "alloc/a.c": "int x;\n"}
