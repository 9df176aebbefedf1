# SPDX-License-Identifier: Apache-2.0
"""No suite is lost: each test folder is built, each test belongs to a suite that `./dev test` runs, none is empty."""

import re

from house import Finding, Plant

# What must be there; the others of ./dev's lists may be.
REQUIRED = ("unit", "fault", "race", "fuzz", "lint", "system", "caps")
_SUITE = re.compile(r"(?<!foreach )\bsuite\s*:\s*(\[[^\]]*\]|'[^']*')")


def _known(tree):
    lists = re.findall(r"^readonly SUITES_\w+=\(([^)]*)\)", tree.text("dev"), re.MULTILINE)
    return {suite for words in lists for suite in words.split()} | {"race", "planted"}


def check(tree):
    if not tree.has("dev"):
        return []
    findings = []
    known = _known(tree)
    used = set()
    aggregated = tree.text("tests/meson.build") if tree.has("tests/meson.build") else ""
    for path in tree.files:
        if not path.endswith("meson.build"):
            continue
        for number, line in enumerate(tree.text(path).split("\n"), 1):
            for match in _SUITE.finditer(line.split("#")[0]):
                for suite in re.findall(r"'([^']*)'", match.group(1)):
                    used.add(suite)
                    if suite not in known:
                        findings.append(Finding(path, number, "suite-unknown", f"./dev test does not run `{suite}`"))
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == "tests" and f"'{parts[1]}'" not in aggregated:
            findings.append(Finding(path, 1, "suite-unbuilt", "tests/meson.build does not name this folder"))
    for suite in REQUIRED:
        if suite not in used:
            findings.append(Finding("dev", 1, "suite-empty", f"no test belongs to `{suite}`"))
    return findings


_DEV = "#!/bin/sh\nreadonly SUITES_DEBUG=(lint unit fault fuzz)\nreadonly SUITES_RELEASE=(system caps bench)\n"
_TESTS = {f"tests/{name}/meson.build": f"test('x', y, suite: '{name}')\n" for name in REQUIRED}
_ALL = {"dev": _DEV, "tests/meson.build": f"foreach suite : {list(REQUIRED)}\n", **_TESTS}
PLANTED = [
    Plant({**_ALL, "tests/unit/meson.build": "\ntest('x', y, suite: 'units')\n"}, "tests/unit/meson.build", 2, "suite-unknown"),
    Plant({**_ALL, "tests/race/meson.build": "\n"}, "dev", 1, "suite-empty"),
    Plant({**_ALL, "tests/odd/meson.build": "\n"}, "tests/odd/meson.build", 1, "suite-unbuilt"),
]
CLEAN = _ALL
