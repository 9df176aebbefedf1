# SPDX-License-Identifier: Apache-2.0
"""Turns files into a C table of texts: embed.py OUTPUT FILE..."""
import pathlib
import sys


def literal(line: str) -> str:
    return '    "' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def main() -> None:
    output, *sources = sys.argv[1:]
    parts = ["// SPDX-License-Identifier: Apache-2.0", '#include "server/plimsolld/embedded.h"', ""]
    rows = []
    for number, source in enumerate(sources):
        text = pathlib.Path(source).read_text(encoding="utf-8")
        parts.append(f"static const char text_{number}[] =")
        parts.append("\n".join(literal(line) for line in text.splitlines(keepends=True)) + ";")
        rows.append(f'    {{"{pathlib.Path(source).name}", text_{number}, sizeof text_{number} - 1}},')
    parts += ["", "const struct embedded_file embedded_files[] = {", *rows, "    {NULL, NULL, 0},", "};", ""]
    pathlib.Path(output).write_text("\n".join(parts), encoding="utf-8")


main()
