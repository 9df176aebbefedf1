# SPDX-License-Identifier: Apache-2.0
"""Runs the checks, all or the named ones: first against their planted violations, then against the tree."""

import importlib
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True

from house import Tree

CHECKS = (
    "floors",
    "sizes",
    "banned",
    "form",
    "names",
    "untested",
    "events",
    "keys",
    "metrics",
    "limits",
    "private",
    "suites",
    "units",
)


def planted_tree(folder, files):
    for path, text in files.items():
        file = pathlib.Path(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Tree(pathlib.Path(folder))


def prove(name, module):
    """Complaints about the check itself: a plant that it misses, or a clean tree that it blames."""
    complaints = []
    if not module.PLANTED:
        complaints.append(f"{name}: has no planted violation")
    for number, plant in enumerate(module.PLANTED, 1):
        with tempfile.TemporaryDirectory(prefix="plimsoll-lint-") as folder:
            found = module.check(planted_tree(folder, plant.files))
        if not any((f.path, f.line, f.rule) == (plant.path, plant.line, plant.rule) for f in found):
            complaints.append(
                f"{name}: plant {number} ({plant.path}:{plant.line}: {plant.rule}) was not found; "
                f"found: {[str(finding) for finding in found]}"
            )
    with tempfile.TemporaryDirectory(prefix="plimsoll-lint-") as folder:
        for finding in module.check(planted_tree(folder, module.CLEAN)):
            complaints.append(f"{name}: blames a clean tree: {finding}")
    return complaints


def main(arguments):
    names = arguments or CHECKS
    tree = Tree(pathlib.Path(__file__).resolve().parents[2])
    bad = 0
    for name in names:
        module = importlib.import_module(name)
        complaints = prove(name, module)
        findings = sorted(module.check(tree), key=lambda finding: (finding.path, finding.line, finding.rule))
        for line in [*complaints, *findings]:
            print(line)
        bad += len(complaints) + len(findings)
        print(f"{name}: {len(module.PLANTED)} planted violations seen, {len(findings)} findings in the tree")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
