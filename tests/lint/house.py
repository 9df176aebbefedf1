# SPDX-License-Identifier: Apache-2.0
"""What the checks share: the tree's files, C text without comments and strings, functions, findings.

A check is a module with
    check(tree)  -> findings of one tree
    PLANTED      -> a list of Plant: small trees that break one rule each, with the finding that must come
    CLEAN        -> a tree that breaks none
run.py plants each violation in a temporary folder before it looks at the real tree, so that a check which
has stopped seeing anything fails instead of passing.
"""

import functools
import pathlib
import re
from dataclasses import dataclass, field

PRODUCT = ("alloc", "threadpool", "server")
SKIPPED = {".git", "build", "__pycache__", "results"}


@dataclass(frozen=True)
class Finding:
    path: str
    line: int
    rule: str
    message: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


@dataclass
class Plant:
    """Files of a small tree and what must be found there: the path, the line and the rule."""

    files: dict
    path: str
    line: int
    rule: str


@dataclass
class Function:
    name: str
    line: int
    lines: int
    parameters: int
    body: str
    defined: bool
    body_line: int = 0


@dataclass
class Tree:
    root: pathlib.Path
    _text: dict = field(default_factory=dict)

    @functools.cached_property
    def files(self):
        """Paths from the root of every file that is text, sorted."""
        found = []
        for path in sorted(self.root.rglob("*")):
            parts = path.relative_to(self.root).parts
            if any(part in SKIPPED or part.startswith("build-") for part in parts) or not path.is_file():
                continue
            found.append("/".join(parts))
        return found

    def text(self, path):
        if path not in self._text:
            try:
                self._text[path] = (self.root / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                self._text[path] = ""  # seeds and other bytes: nothing to read here
        return self._text[path]

    def has(self, path):
        return (self.root / path).is_file()

    def c_files(self, *folders, suffixes=(".c", ".h")):
        """C files, of the named top folders or of all."""
        return [
            path
            for path in self.files
            if path.endswith(suffixes) and (not folders or path.split("/")[0] in folders)
        ]

    def code(self, path):
        return strip(self.text(path))


def folder_of(path):
    return path.rsplit("/", 1)[0] if "/" in path else ""


def stem_of(path):
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


_TOKEN = re.compile(
    r"""//(?:\\\n|[^\n])*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""",
    re.DOTALL,
)


def _blank(match, keep_strings):
    token = match.group(0)
    if keep_strings and token[0] in "\"'":
        return token
    hollow = re.sub(r"[^\n]", " ", token)
    if token[0] in "\"'":
        return token[0] + hollow[1:-1] + token[0]
    return hollow


def strip(text, keep_strings=False):
    """C text with comments blanked, and the insides of strings too; lines and columns stay where they were."""
    return _TOKEN.sub(lambda match: _blank(match, keep_strings), text)


def _without_directives(code):
    """Preprocessor lines blanked, with their continuations."""
    return re.sub(
        r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: re.sub(r"[^\n]", " ", match.group(0)), code, flags=re.MULTILINE
    )


def _parameters(inside):
    depth = 0
    count = 1
    for character in inside:
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        elif character == "," and depth == 0:
            count += 1
    return 0 if inside.strip() in ("", "void") else count


def _declarator(head):
    """(name, parameter text) of a function's head, or None: the last pair of parentheses at depth 0."""
    head = re.sub(r"__attribute__\s*\(\(.*?\)\)", lambda match: " " * len(match.group(0)), head, flags=re.DOTALL)
    end = head.rfind(")")
    if end < 0:
        return None
    depth = 0
    for start in range(end, -1, -1):
        if head[start] == ")":
            depth += 1
        elif head[start] == "(":
            depth -= 1
            if depth == 0:
                break
    name = re.search(r"([A-Za-z_]\w*)\s*$", head[:start])
    if name is None or "=" in head[:start]:
        return None
    return name.group(1), head[start + 1 : end]


def functions(code):
    """Every function that stripped C text defines or declares at its top level."""
    code = _without_directives(code)
    found = []
    depth = 0
    begin = 0
    open_at = None
    for position, character in enumerate(code):
        if character == "{":
            if depth == 0:
                open_at = position
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                head = code[begin:open_at]
                declarator = None
                if not re.search(r"\b(struct|union|enum)\s*\w*\s*$", head):
                    declarator = _declarator(head)
                if declarator is not None:
                    first = line_of(code, begin + len(head) - len(head.lstrip()))
                    found.append(
                        Function(
                            declarator[0],
                            first,
                            line_of(code, position) - first + 1,
                            _parameters(declarator[1]),
                            code[open_at + 1 : position],
                            True,
                            line_of(code, open_at),
                        )
                    )
                    begin = position + 1
                # A struct, an enum or an initialiser: what follows up to the semicolon belongs to it.
                elif not re.match(r"\s*[^;{}]*;", code[position + 1 :]):
                    begin = position + 1
        elif character == ";" and depth == 0:
            head = code[begin:position]
            if not re.search(r"\b(typedef|struct\s*\w*\s*\{|enum\s*\w*\s*\{)", head) and "{" not in head:
                declarator = _declarator(head)
                if declarator is not None and not re.search(r"\(\s*\*", head.split(declarator[0])[0]):
                    first = line_of(code, begin + len(head) - len(head.lstrip()))
                    found.append(Function(declarator[0], first, 1, _parameters(declarator[1]), "", False))
            begin = position + 1
    return found


def table_rows(text):
    """(line, cells) of every row of the Markdown tables in a document, without headings and rules."""
    rows = []
    previous = None
    in_table = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.lstrip().startswith("|"):
            in_table = False
            previous = None
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if all(re.fullmatch(r":?-{1,}:?", cell) for cell in cells):
            in_table = True
            previous = None
            continue
        if in_table:
            rows.append((number, cells))
        previous = cells
    return rows
