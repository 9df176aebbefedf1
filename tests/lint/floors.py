# SPDX-License-Identifier: Apache-2.0
"""A file includes only from lower floors or its own folder, written from the root, and only its folder's libraries.

The floors are those of the table in docs/architecture.md. A folder's meson.build names only lower libraries, too.
"""

import re

from house import PRODUCT, Finding, Plant, folder_of, line_of, strip, table_rows

DOCUMENT = "docs/architecture.md"

FLOORS = {
    "alloc": 0,
    "threadpool": 1,
    "server/base": 2,
    "server/wire": 3,
    "server/zone": 4,
    "server/cache": 4,
    "server/security": 4,
    "server/store": 5,
    "server/registry": 6,
    "server/answer": 7,
    "server/resolve": 7,
    "server/transfer": 7,
    "server/update": 7,
    "server/query": 8,
    "server/net": 9,
    "server/config": 10,
    "server/stats": 10,
    "server/control": 11,
    "server/plimsolld": 12,
    "server/plimsollctl": 12,
}

# Header (by its beginning) and the folders that may include it. `uv.h` beside threadpool/ and net/ is for those that
# hang their own descriptors into the control thread's loop.
LIBRARIES = {
    "jemalloc/": {"alloc"},
    "uv.h": {"threadpool", "server/net", "server/stats", "server/control", "server/plimsolld"},
    "openssl/": {"server/base", "server/security", "server/net"},
    "krb5": {"server/security"},
    "gssapi": {"server/security"},
    "sqlite3": {"server/store"},
    "yaml.h": {"server/config"},
    "microhttpd.h": {"server/stats"},
    "jansson.h": {"server/stats", "server/control", "server/plimsollctl"},
    "systemd/": {"server/plimsolld", "server/stats"},
    "criterion": set(),
    "lmdb.h": set(),
    "urcu": set(),
}

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">\n]+)[">]', re.MULTILINE)


def _library_folder(name):
    for folder in FLOORS:
        if folder.replace("/", "_") == name:
            return folder
    return None


def _check_include(path, line, quote, target):
    folder = folder_of(path)
    if quote == "<":
        for header, folders in LIBRARIES.items():
            if target.startswith(header) and folder not in folders:
                allowed = ", ".join(sorted(folders)) or "the tests"
                return Finding(path, line, "library", f"<{target}> belongs to {allowed}")
        return None
    from_folder = folder_of(target)
    if from_folder not in FLOORS:
        return Finding(path, line, "include-from-root", f'"{target}" names no folder of the house')
    if from_folder != folder and FLOORS[from_folder] >= FLOORS[folder]:
        return Finding(
            path, line, "floor", f"floor {FLOORS[folder]} includes {target} of floor {FLOORS[from_folder]}"
        )
    return None


def _check_document(tree):
    """The document's table against this one: the same floors, and every folder that is there."""
    findings = []
    described = set()
    for line, cells in table_rows(tree.text(DOCUMENT)):
        if not cells[0].isdigit() or len(cells) < 2:
            continue
        for folder in re.findall(r"`([a-z/]+)/`", cells[1]):
            described.add(folder)
            if FLOORS.get(folder) != int(cells[0]):
                findings.append(Finding(DOCUMENT, line, "table", f"{folder}/ stands on floor {FLOORS.get(folder)}"))
    for folder in FLOORS:
        if folder not in described and tree.has(f"{folder}/meson.build"):
            findings.append(Finding(DOCUMENT, 1, "table", f"{folder}/ has no row"))
    return findings


def check(tree):
    findings = _check_document(tree) if tree.has(DOCUMENT) else []
    for path in tree.c_files(*PRODUCT):
        folder = folder_of(path)
        if folder not in FLOORS:
            findings.append(Finding(path, 1, "folder", f"{folder}/ stands on no floor"))
            continue
        code = strip(tree.text(path), keep_strings=True)
        for match in _INCLUDE.finditer(code):
            finding = _check_include(path, line_of(code, match.start(1)), match.group(1), match.group(2))
            if finding is not None:
                findings.append(finding)
    for folder, floor in FLOORS.items():
        path = f"{folder}/meson.build"
        if not tree.has(path):
            continue
        for number, line in enumerate(tree.text(path).splitlines(), 1):
            for name in re.findall(r"\b([a-z]\w*?)_(?:dep|lib)\b", line.split("#")[0]):
                other = _library_folder(name)
                if other is not None and other != folder and FLOORS[other] >= floor:
                    findings.append(Finding(path, number, "floor", f"floor {floor} links {other} of floor {FLOORS[other]}"))
    return findings


PLANTED = [
    Plant({"alloc/a.c": '\n#include "server/wire/name.h"\n'}, "alloc/a.c", 2, "floor"),
    Plant({"server/zone/z.h": '#include "server/security/acl.h"\n'}, "server/zone/z.h", 1, "floor"),
    Plant({"server/zone/z.c": '#include "z.h"\n'}, "server/zone/z.c", 1, "include-from-root"),
    Plant({"server/zone/z.c": '#include "tests/z.h"\n'}, "server/zone/z.c", 1, "include-from-root"),
    Plant({"server/query/q.c": "#include <uv.h>\n"}, "server/query/q.c", 1, "library"),
    Plant({"server/config/c.c": "#include <jansson.h>\n"}, "server/config/c.c", 1, "library"),
    Plant({"server/wire/w.c": "#include <criterion/criterion.h>\n"}, "server/wire/w.c", 1, "library"),
    Plant({"server/odd/o.c": "\n"}, "server/odd/o.c", 1, "folder"),
    Plant(
        {"server/wire/meson.build": "x = 1\nlib = static_library('w', dependencies: [server_zone_dep])\n"},
        "server/wire/meson.build",
        2,
        "floor",
    ),
    Plant({DOCUMENT: "| f | folder |\n|---|---|\n| 1 | `alloc/` |\n"}, DOCUMENT, 3, "table"),
    Plant({DOCUMENT: "| f | folder |\n|---|---|\n", "alloc/meson.build": ""}, DOCUMENT, 1, "table"),
]
CLEAN = {
    DOCUMENT: "| f | folder |\n|---|---|\n| 3 | `server/wire/` |\n| 12 | `server/plimsolld/`, `server/plimsollctl/` |\n",
    "alloc/a.h": "#include <stddef.h>\n",
    "alloc/a.c": '#include "alloc/a.h"\n// #include "server/wire/name.h"\n#include <jemalloc/jemalloc.h>\n',
    "server/net/n.c": '#include <uv.h>\n#include "server/wire/name.h"\n',
    "server/wire/meson.build": "server_wire_lib = static_library('w', dependencies: [alloc_dep, server_base_dep])\n",
    "tests/unit/t.c": "#include <criterion/criterion.h>\n",
}
