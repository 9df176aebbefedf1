# SPDX-License-Identifier: Apache-2.0
"""Reads the reports that sanitizers and valgrind wrote into a folder: prints them, and last how many there are.

Two things are no report: a leak that the test framework allocated by itself, in the parent that no test runs in, and the
remark that the allocator returned NULL, as a test wanted. A suppression file cannot tell the first from a leak of the
code under test, because every test is called from the framework.
"""

import pathlib
import re
import sys

SHOWN_MAX = 5
LINES_MAX = 60

_REMARK = re.compile(
    r"^\s*$|^=+$|WARNING: AddressSanitizer failed to allocate|ERROR: LeakSanitizer: detected memory leaks"
    r"|^SUMMARY: \w+Sanitizer: \d+ byte\(s\) leaked"
)
_LEAK = re.compile(r"^(Direct|Indirect) leak of ")
_FRAMEWORK = re.compile(r"\blib(criterion|boxfort|nanomsg)\.so")


def _is_the_frameworks(block):
    """Whether a leak was allocated by the framework itself: the frame above the allocator's is the framework's."""
    frames = [line for line in block if re.match(r"\s*#\d+ ", line)]
    return len(frames) > 1 and _FRAMEWORK.search(frames[1]) is not None


def faults(text):
    """The lines of a report that speak of a fault."""
    kept = []
    for paragraph in re.split(r"\n[ \t]*\n", text):
        lines = paragraph.split("\n")
        start = next((number for number, line in enumerate(lines) if _LEAK.match(line)), None)
        if start is not None and _is_the_frameworks(lines[start:]):
            lines = lines[:start]
        kept += [line for line in lines if not _REMARK.search(line)]
    return kept


def main(folder):
    count = 0
    for file in sorted(pathlib.Path(folder).iterdir()):
        text = file.read_text(encoding="utf-8", errors="replace")
        if faults(text):
            count += 1
            if count <= SHOWN_MAX:
                print(f"       report {file}")
                print("\n".join(text.split("\n")[:LINES_MAX]))
    print(count)


_LEAK_OF = """
=================================================================
==7==ERROR: LeakSanitizer: detected memory leaks

Direct leak of 48 byte(s) in 1 object(s) allocated from:
    #0 0x55 in __interceptor_calloc (test_name+0xab3f8) (BuildId: 02)
    #1 0x7e {}
    #2 0x7f in criterion_internal_test_main (/lib/libcriterion.so.3+0x1b)

SUMMARY: AddressSanitizer: 48 byte(s) leaked in 1 allocation(s).
"""
_FRAMEWORKS = _LEAK_OF.format("(/lib/x86_64-linux-gnu/libcriterion.so.3+0x1a332) (BuildId: b8)")
_OURS = _LEAK_OF.format("in name_copy ../server/wire/name.c:9:28")
_CASES = [
    ("", False),
    (_FRAMEWORKS, False),
    (_OURS, True),
    (_FRAMEWORKS + _OURS, True),
    (_FRAMEWORKS.replace("\nSUMMARY", "\n" + _OURS.split("\n\n")[1] + "\n\nSUMMARY"), True),
    ("==7==WARNING: AddressSanitizer failed to allocate 0x1000000000000000 bytes\n", False),
    ("==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60\n    #0 0x1 in f\n", True),
    ("../alloc/arena.c:9:2: runtime error: signed integer overflow\n", True),
    ("==================\nWARNING: ThreadSanitizer: data race (pid=7)\n  Write of size 8\n", True),
    ("==7== Invalid read of size 8\n==7==    at 0x10: f (a.c:1)\n", True),
]


def self_test():
    for number, (text, wanted) in enumerate(_CASES):
        if bool(faults(text)) != wanted:
            sys.exit(f"case {number}: {faults(text)}")
    print(f"{len(_CASES)} reports told apart")


if __name__ == "__main__":
    if sys.argv[1:] == ["--self-test"]:
        self_test()
    else:
        main(sys.argv[1])
