# SPDX-License-Identifier: Apache-2.0
"""The configuration keys of the code, of docs/configuration.md and of the schema for editors are the same.

The examples that are shipped use no others.
"""

import json
import re

import yaml

from house import Finding, Plant, line_of, strip, table_rows

DOCUMENT = "docs/configuration.md"
SCHEMA = "docs/plimsoll.schema.json"
EXAMPLE = "packaging/plimsoll.yaml"
_TABLE = re.compile(r"\bstruct\s+key_spec\s+(\w+)\s*\[[^\]]*\]\s*=\s*\{(.*?)\n\s*\};", re.DOTALL)
# A section and its table of keys, or a key that has a name of its own in the code.
_SECTION = re.compile(r"\{\s*\"([a-z-]+)\",\s*\w+_keys\b|#define\s+\w+_KEY\s+\"([a-z-]+)\"")
_KEY = re.compile(r"\{\s*(?:\.name\s*=\s*)?\"([a-z0-9-]+)\"")


def _code_keys(tree):
    """key -> (path, line)"""
    keys = {}
    for path in tree.c_files("server"):
        if not path.startswith("server/config/"):
            continue
        code = strip(tree.text(path), keep_strings=True)
        for table in _TABLE.finditer(code):
            for match in _KEY.finditer(table.group(2)):
                keys.setdefault(match.group(1), (path, line_of(code, table.start(2) + match.start())))
        for match in _SECTION.finditer(code):
            keys.setdefault(match.group(1) or match.group(2), (path, line_of(code, match.start())))
    return keys


def _document_keys(tree):
    """key -> line: what the first cells of the tables name, as `section.key` or `key`."""
    keys = {}
    if tree.has(DOCUMENT):
        for line, cells in table_rows(tree.text(DOCUMENT)):
            for name in re.findall(r"`([a-z0-9.\[\]-]+)`", cells[0]):
                for part in name.split("."):
                    keys.setdefault(part.strip("[]"), line)
        for number, line in enumerate(tree.text(DOCUMENT).split("\n"), 1):
            for name in re.findall(r"`([a-z-]+)`", line) if line.startswith("#") else ():
                keys.setdefault(name, number)
    return keys


def _schema_keys(node, keys):
    if isinstance(node, dict):
        properties = node.get("properties")
        if isinstance(properties, dict):
            keys.update(properties)
        for value in node.values():
            _schema_keys(value, keys)
    elif isinstance(node, list):
        for value in node:
            _schema_keys(value, keys)
    return keys


def _example_keys(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from _example_keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from _example_keys(value)


def _examples(tree):
    """(path, line, YAML text): the shipped example, and what the documents show."""
    if tree.has(EXAMPLE):
        yield EXAMPLE, 1, tree.text(EXAMPLE)
    for path in ("README.md", DOCUMENT):
        if tree.has(path):
            text = tree.text(path)
            for match in re.finditer(r"^```yaml\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
                yield path, line_of(text, match.start()), match.group(1)


def check(tree):
    findings = []
    keys = _code_keys(tree)
    documented = _document_keys(tree)
    schema = None
    if tree.has(SCHEMA):
        schema = set(_schema_keys(json.loads(tree.text(SCHEMA)), {}))
    for key, (path, line) in keys.items():
        if key not in documented:
            findings.append(Finding(path, line, "key-undocumented", f"`{key}` has no row in {DOCUMENT}"))
        if schema is not None and key not in schema:
            findings.append(Finding(path, line, "key-schema", f"`{key}` is not in {SCHEMA}"))
    for key, line in documented.items():
        if key not in keys:
            findings.append(Finding(DOCUMENT, line, "key-unknown", f"`{key}` is no key of the code"))
    for key in sorted((schema or set()) - set(keys)):
        findings.append(Finding(SCHEMA, 1, "key-unknown", f"`{key}` is no key of the code"))
    for path, line, text in _examples(tree):
        for key in _example_keys(yaml.safe_load(text)):
            if key not in keys:
                findings.append(Finding(path, line, "key-example", f"`{key}` is no key of the code"))
    return findings


_CODE = (
    "static const struct key_spec limits_keys[] = {\n"
    '    {"memory", field_size, 0, 1, 2, "a size", NULL, false},\n'
    '    {.name = "log-size", .read = field_size},\n'
    "    {0},\n};\n"
    'static const struct section sections[] = {{"limits", limits_keys, 0}};\n#define INCLUDE_KEY "include"\n'
)
_HEAD = "| key | meaning |\n|---|---|\n"
_ROWS = _HEAD + "| `include` | x |\n| `limits` | x |\n| `limits.memory` | the line |\n| `limits.log-size` | disk |\n"
_SCHEMA = '{"properties": {"include": {}, "limits": {"properties": {"memory": {}, "log-size": {}}}}}'
PLANTED = [
    Plant(
        {"server/config/limits.c": _CODE, DOCUMENT: _HEAD + "| `limits.memory` | x |\n"},
        "server/config/limits.c",
        3,
        "key-undocumented",
    ),
    Plant({"server/config/limits.c": _CODE}, "server/config/limits.c", 2, "key-undocumented"),
    Plant({"server/config/limits.c": _CODE, DOCUMENT: _ROWS + "| `limits.jobs` | x |\n"}, DOCUMENT, 7, "key-unknown"),
    Plant(
        {"server/config/limits.c": _CODE, DOCUMENT: _ROWS, SCHEMA: '{"properties": {"memory": {}}}'},
        "server/config/limits.c",
        3,
        "key-schema",
    ),
    Plant(
        {"server/config/limits.c": _CODE, DOCUMENT: _ROWS, SCHEMA: _SCHEMA.replace('"log-size"', '"odd": {}, "log-size"')},
        SCHEMA,
        1,
        "key-unknown",
    ),
    Plant({"server/config/limits.c": _CODE, DOCUMENT: _ROWS, EXAMPLE: "limits: {cache: 1MiB}\n"}, EXAMPLE, 1, "key-example"),
    Plant(
        {"server/config/limits.c": _CODE, DOCUMENT: _ROWS, "README.md": "\n```yaml\nlimits:\n  cache: 1MiB\n```\n"},
        "README.md",
        2,
        "key-example",
    ),
]
CLEAN = {
    "server/config/limits.c": _CODE,
    DOCUMENT: "## `limits`\n\n" + _ROWS.replace("| `limits` | x |\n", ""),
    SCHEMA: _SCHEMA,
    EXAMPLE: "limits:\n  memory: 1MiB\n",
    "README.md": "```yaml\ninclude: [x]\n```\n",
}
