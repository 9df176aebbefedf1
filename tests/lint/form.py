# SPDX-License-Identifier: Apache-2.0
"""The licence line, no markers of unfinished work, no typedef of structs, headers included once."""

import re

from house import PRODUCT, Finding, Plant

_COMMENT = {
    ".c": "// ",
    ".h": "// ",
    ".py": "# ",
    ".sh": "# ",
    "meson.build": "# ",
    "meson_options.txt": "# ",
}
_LICENCE = "SPDX-License-Identifier: Apache-2.0"
# Written in two halves, so that this file holds none itself.
_MARKERS = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK")) + r")\b")
_TYPEDEF = re.compile(r"^[ \t]*typedef\s+(?:struct|union|enum)\b\s*(?:\w+\s*)?(?:\{|\**\s*\w+\s*;)", re.MULTILINE)
_TYPEDEF_T = re.compile(r"^\s*typedef\b[^;{]*\b\w+_t\s*;", re.MULTILINE)


def _comment_of(path, text):
    for suffix, comment in _COMMENT.items():
        if path.endswith(suffix):
            return comment
    return "# " if text.startswith("#!") else None


def check(tree):
    findings = []
    for path in tree.files:
        text = tree.text(path)
        lines = text.split("\n")
        comment = _comment_of(path, text)
        if comment is not None:
            first = lines[1] if lines[0].startswith("#!") and len(lines) > 1 else lines[0]
            if first != comment + _LICENCE:
                findings.append(Finding(path, 1, "licence", f"the first line is not `{comment}{_LICENCE}`"))
            for number, line in enumerate(lines, 1):
                if _MARKERS.search(line):
                    findings.append(Finding(path, number, "unfinished", f"a marker was left behind: {line.strip()}"))
        if path.endswith((".c", ".h")) and path.split("/")[0] in PRODUCT:
            code = tree.code(path)
            for pattern in (_TYPEDEF, _TYPEDEF_T):
                for match in pattern.finditer(code):
                    number = code.count("\n", 0, code.index("typedef", match.start())) + 1
                    findings.append(Finding(path, number, "typedef", "structs go by their tag, and no name ends in _t"))
            if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
                findings.append(Finding(path, 1, "once", "a header says `#pragma once`"))
    return findings


_TOP = "// SPDX-License-Identifier: Apache-2.0\n"
PLANTED = [
    Plant({"alloc/a.c": "int x;\n"}, "alloc/a.c", 1, "licence"),
    Plant({"tests/lint/a.py": "import os\n"}, "tests/lint/a.py", 1, "licence"),
    Plant({"tool": "#!/bin/sh\ntrue\n"}, "tool", 1, "licence"),
    Plant({"alloc/a.c": _TOP + "// TO" + "DO later\n"}, "alloc/a.c", 2, "unfinished"),
    Plant({"alloc/a.h": _TOP + "#pragma once\n\ntypedef struct {\n    int x;\n} thing;\n"}, "alloc/a.h", 4, "typedef"),
    Plant({"alloc/a.h": _TOP + "#pragma once\ntypedef int thing_t;\n"}, "alloc/a.h", 3, "typedef"),
    Plant({"alloc/a.h": _TOP + "#pragma once\ntypedef struct thing thing;\n"}, "alloc/a.h", 3, "typedef"),
    Plant({"alloc/a.h": _TOP + "int x;\n"}, "alloc/a.h", 1, "once"),
]
CLEAN = {
    "alloc/a.h": _TOP + "#pragma once\ntypedef void (*thing_fn)(size_t size);\ntypedef enum result (*other_fn)(int x);\n",
    "alloc/a.c": _TOP + "int x;\n",
    "tool": "#!/usr/bin/env bash\n# SPDX-License-Identifier: Apache-2.0\ntrue\n",
    "README.md": "# A text\n",
}
