#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the targets rdata_wire and rdata_text: every example of the unit tests, its type's number in
front. Byte for byte the same whenever it runs; needs the numbers from server/wire/rrtype.h."""

import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def numbers():
    header = (ROOT / "server/wire/rrtype.h").read_text()
    found = {name.replace("_", "-"): int(number) for name, number in re.findall(r"TYPE_(\w+) = (\d+)", header)}
    found["WINS-R"] = found["WINSR"]
    return found


def main():
    types = numbers()
    counts = {}
    for target in ("rdata_wire", "rdata_text"):
        (HERE / "seeds" / target).mkdir(parents=True, exist_ok=True)
    for line in (ROOT / "tests/unit/server/wire/rdata_examples.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        mnemonic, text, wire, _ = line.split("\t")
        number = types[mnemonic] if mnemonic in types else int(mnemonic[len("TYPE"):])
        counts[mnemonic] = counts.get(mnemonic, 0) + 1
        name = f"{mnemonic.lower()}_{counts[mnemonic]}"
        prefix = number.to_bytes(2, "big")
        (HERE / "seeds/rdata_wire" / name).write_bytes(prefix + bytes.fromhex(wire))
        (HERE / "seeds/rdata_text" / name).write_bytes(prefix + text.encode())


if __name__ == "__main__":
    main()
