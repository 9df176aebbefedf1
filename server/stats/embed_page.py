# SPDX-License-Identifier: Apache-2.0
"""Turns the statistics page into a C text: embed_page.py OUTPUT PAGE"""
import pathlib
import sys


def literal(line: str) -> str:
    return '    "' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main() -> None:
    output, page = sys.argv[1:]
    lines = pathlib.Path(page).read_text(encoding="ascii").splitlines(keepends=True)
    text = "\n".join(
        [
            "// SPDX-License-Identifier: Apache-2.0",
            '#include "server/stats/stats_page.h"',
            "",
            "const char stats_page[] =",
            "\n".join(literal(line) for line in lines) + ";",
            "const size_t stats_page_size = sizeof stats_page - 1;",
            "",
        ]
    )
    pathlib.Path(output).write_text(text, encoding="ascii")


main()
