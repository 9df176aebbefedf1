# SPDX-License-Identifier: Apache-2.0
"""Every source has a unit test, is built, and its test is registered.

`server/wire/name.c` is tested by `tests/unit/server/wire/test_name.c`. A source without a header of its own is one
of several behind a header whose name it continues (an alternative file, or a part): the header's test covers it.
"""

from house import PRODUCT, Finding, Plant, folder_of, stem_of

# Sources without a unit test, each with its reason.
EXCEPTIONS = {}
# The programs' main files: the system suite runs them.
MAIN = {"main", "main_ctl", "plimsolld", "plimsollctl", "plimsolld_main", "plimsollctl_main"}


def _subject(tree, path):
    """The module whose test covers this source."""
    folder = folder_of(path)
    words = stem_of(path).split("_")
    for count in range(len(words), 0, -1):
        name = "_".join(words[:count])
        if tree.has(f"{folder}/{name}.h"):
            return name
    return stem_of(path)


def check(tree):
    findings = []
    for path in tree.c_files(*PRODUCT, suffixes=(".c",)):
        folder = folder_of(path)
        stem = stem_of(path)
        build = tree.text(f"{folder}/meson.build") if tree.has(f"{folder}/meson.build") else ""
        if f"{stem}.c" not in build and f"'{stem}'" not in build and f"{stem}.c" not in root_build(tree):
            findings.append(Finding(path, 1, "unbuilt", f"{folder}/meson.build does not name it"))
        if path in EXCEPTIONS or (stem in MAIN and folder in ("server/plimsolld", "server/plimsollctl")):
            continue
        tests = {f"tests/unit/{folder}/test_{name}.c" for name in (stem, _subject(tree, path))}
        if not any(tree.has(test) for test in tests):
            findings.append(Finding(path, 1, "untested", f"no {' or '.join(sorted(tests))}"))
    for path in EXCEPTIONS:
        if tree.has("meson.build") and not tree.has(path):
            findings.append(Finding("tests/lint/untested.py", 1, "exception", f"{path} is not in the tree"))
    for path in tree.c_files("tests", suffixes=(".c",)):
        name = stem_of(path)
        if path.startswith("tests/unit/") and name.startswith("test_"):
            folder = folder_of(path)
            build = tree.text(f"{folder}/meson.build") if tree.has(f"{folder}/meson.build") else ""
            if f"'{name[5:]}'" not in build and name not in build:
                findings.append(Finding(path, 1, "unregistered", f"{folder}/meson.build does not name it"))
    return findings


def root_build(tree):
    return tree.text("meson.build") if tree.has("meson.build") else ""


_BUILD = "files('a.c')\n"
PLANTED = [
    Plant({"alloc/a.c": "", "alloc/a.h": "", "alloc/meson.build": _BUILD}, "alloc/a.c", 1, "untested"),
    Plant(
        {"alloc/a.h": "", "alloc/a.c": "", "tests/unit/alloc/test_a.c": "", "tests/unit/alloc/meson.build": "'a'"},
        "alloc/a.c",
        1,
        "unbuilt",
    ),
    Plant(
        {"alloc/a_b.h": "", "alloc/a_b.c": "", "alloc/a.h": "", "tests/unit/alloc/test_a.c": ""},
        "alloc/a_b.c",
        1,
        "untested",
    ),
    Plant(
        {"tests/unit/alloc/test_a.c": "", "tests/unit/alloc/meson.build": "foreach name : ['ab']\n"},
        "tests/unit/alloc/test_a.c",
        1,
        "unregistered",
    ),
]
CLEAN = {
    "alloc/a.h": "",
    "alloc/a.c": "",
    "alloc/a_none.c": "",
    "alloc/meson.build": "files('a.c', 'a_none.c')\n",
    "tests/unit/alloc/test_a.c": "",
    "tests/unit/alloc/meson.build": "foreach name : ['a']\n",
    "server/plimsolld/plimsolld.c": "",
    "meson.build": "executable('plimsolld', 'server/plimsolld/plimsolld.c')\n",
}
