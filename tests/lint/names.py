# SPDX-License-Identifier: Apache-2.0
"""One name, one file: a module is found by its name anywhere in the tree."""

from house import Finding, Plant, folder_of, stem_of


def check(tree):
    findings = []
    owner = {}
    for path in tree.c_files():
        stem = stem_of(path)
        folder = folder_of(path)
        first = owner.setdefault(stem, path)
        if folder_of(first) != folder:
            findings.append(Finding(path, 1, "unique", f"{stem} is also the name of {first}"))
    return findings


PLANTED = [
    Plant({"alloc/name.h": "", "server/wire/name.c": ""}, "server/wire/name.c", 1, "unique"),
    Plant({"alloc/a.c": "", "tests/unit/a.c": ""}, "tests/unit/a.c", 1, "unique"),
]
CLEAN = {"alloc/arena.h": "", "alloc/arena.c": "", "tests/unit/alloc/test_arena.c": ""}
