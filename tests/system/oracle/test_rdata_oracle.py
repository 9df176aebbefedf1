# SPDX-License-Identifier: Apache-2.0
"""Record data of every type as other servers' tools read and print it.

Each example of tests/unit/server/wire/rdata_examples.txt goes through rdata_tool (PLIMSOLL_RDATA_TOOL) and through
BIND's named-rrchecker, Knot's knotd (a zone of all examples, loaded and flushed) and ldns-read-zone. BIND reads the
text; Knot and ldns read RFC 3597's form, so that types and spellings that only BIND reads are compared too. The wire
form must be the same everywhere; the printed form too, after the differences of layout that `layout` takes away. What
else differs is listed below with its reason, and a difference that is listed but no longer there fails as well.
A peer that prints a type as unknown data is compared in that form. A peer that is not installed skips its test.
"""

import os
import pathlib
import re
import shutil
import subprocess
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "tests/unit/server/wire/rdata_examples.txt"
TOOL = os.environ.get("PLIMSOLL_RDATA_TOOL")
# Ours alone: neither BIND 9.18, Knot 3.2 nor ldns 1.8 takes them.
NOBODY = {"TKEY", "TSIG", "WINS", "WINSR", "WINS-R", "CLA", "IPN"}

# (type, text): why. Where BIND refuses what is good.
BIND_REFUSES = {
    ("NAPTR", r'100 50 "s" "http+N2L" "a\092b" www.example.'): "BIND wants a regular expression with delimiters",
    ("NSEC", "host.example.com."): "RFC 4034 forbids empty windows, not an empty list",
    ("IPSECKEY", "10 2 2 2001:db8::1"): "RFC 4025 section 2.6 allows that no key follows",
    ("IPSECKEY", "10 0 0 ."): "the same",
}
# Where BIND prints another text for the same bytes.
BIND_PRINTS = {
    ("NXT", ". TYPE127"): "BIND writes 127: neither a mnemonic nor TYPE127 (RFC 3597 section 5)",
    ("SVCB", "1 . dohpath=/dns-query{?dns}"): "BIND 9.18 does not know the key's name (RFC 9461): key7",
}


def examples():
    found = []
    for line in EXAMPLES.read_text().splitlines():
        if not line.startswith("#"):
            mnemonic, text, wire, printed = line.split("\t")
            found.append((mnemonic, text, wire, text if printed == "=" else printed))
    return found


def run(*command, stdin=None):
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, errors="surrogateescape", timeout=60, check=False
    )


def layout(text):
    """Without blanks (peers cut base64 and hexadecimal in words, fields stay in order) and without quotes (some peers
    quote less)."""
    return re.sub(r'[ \t"()]', "", text)


def unknown(wire):
    return f"\\# {len(wire) // 2} {wire}".rstrip()


@pytest.fixture(scope="module")
def ours():
    assert TOOL, "PLIMSOLL_RDATA_TOOL is not set"
    lines = "".join(f"{mnemonic} {text}\n" for mnemonic, text, _, _ in examples())
    answers = run(TOOL, stdin=lines).stdout.splitlines()
    assert len(answers) == len(examples())
    return [answer.split("\t") for answer in answers]


def test_examples_are_read_and_printed(ours):
    for (mnemonic, text, wire, printed), answer in zip(examples(), ours):
        assert answer == [printed, unknown(wire), "same"], (mnemonic, text)


@pytest.mark.skipif(shutil.which("named-rrchecker") is None, reason="BIND's tools are not installed")
def test_bind(ours):
    refused, different, compared = set(), set(), set()
    for (mnemonic, text, _, _), answer in zip(examples(), ours):
        if mnemonic in NOBODY:
            continue
        line = f"IN {mnemonic} {text}\n"
        wire = run("named-rrchecker", "-u", stdin=line)
        if wire.returncode != 0:
            refused.add((mnemonic, text))
            continue
        compared.add(mnemonic)
        assert wire.stdout.rstrip("\n").split("\t", 2)[2].rstrip() == answer[1], (mnemonic, text)
        printed = run("named-rrchecker", "-p", stdin=line).stdout.rstrip("\n").split("\t", 2)[2]
        if layout(printed) != layout(answer[0]):
            different.add((mnemonic, text))
    assert refused == set(BIND_REFUSES)
    assert different == set(BIND_PRINTS)
    assert len(compared) >= 88, len(compared)
    print(f"BIND: {len(compared)} types compared")


def zone(path):
    lines = ["$ORIGIN example.", "@ 3600 SOA . . 1 2 3 4 5", "@ 3600 NS ."]
    for index, (mnemonic, _, wire, _) in enumerate(examples()):
        if mnemonic not in NOBODY:
            lines.append(f"x{index} 60 {mnemonic if is_numbered(mnemonic) else number(mnemonic)} {unknown(wire)}")
    path.write_text("\n".join(lines) + "\n")


def is_numbered(mnemonic):
    return mnemonic.startswith("TYPE")


def number(mnemonic):
    header = (ROOT / "server/wire/rrtype.h").read_text()
    found = re.search(rf"TYPE_{mnemonic.replace('-', '_')} = (\d+)", header)
    return f"TYPE{found.group(1)}"


def compare_zone(lines, answers, explained):
    """Every line "xN… type data" against example N: the peer's text, parsed by us, must give the same bytes, and must be
    the same text up to case and layout. Returns the types that the peer printed in a form of its own, those it printed
    as unknown data, the differences that are not explained, and the explanations that nothing needed."""
    own, opaque, different, seen = set(), set(), {}, []
    for line in lines:
        match = re.match(r"x(\d+)(?:\.example\.)?\s+60\s+(?:IN\s+)?(\S+)\s*(.*)$", line)
        if match is None:
            continue
        mnemonic, text, wire, _ = examples()[int(match.group(1))]
        (opaque if match.group(3).startswith("\\#") else own).add(mnemonic)
        seen.append((mnemonic, text, wire, match.group(3), answers[int(match.group(1))][0]))
    parsed = run(TOOL, stdin="".join(f"{mnemonic} {data}\n" for mnemonic, _, _, data, _ in seen)).stdout.splitlines()
    assert len(parsed) == len(seen)
    for (mnemonic, text, wire, data, printed), answer in zip(seen, parsed):
        same_bytes = answer.split("\t")[1] == unknown(wire)
        same_text = data.startswith("\\#") or layout(data).upper() == layout(printed).upper()
        if not same_bytes or not same_text:
            different[(mnemonic, text)] = (data, answer)
    surprises = {key: data for key, data in different.items() if key[0] not in explained}
    unused = {mnemonic for mnemonic in explained if all(key[0] != mnemonic for key in different)}
    return own, opaque, surprises, unused


KNOT_CONFIGURATION = """
server:
  rundir: "{path}"
  background-workers: 1
  udp-workers: 1
  tcp-workers: 1
control:
  listen: "{path}/control"
database:
  storage: "{path}"
log:
  - target: stderr
    any: warning
zone:
  - domain: example.
    file: "{path}/zone"
    journal-content: none
    semantic-checks: soft
    zonefile-sync: -1
"""

KNOT_PRINTS = {
    "MB": "Knot lowers the case of embedded names as it stores them, here in unknown form",
    "AAAA": "Knot writes ::c000:201 for ::192.0.2.1; BIND and ldns the mixed form (RFC 4291 section 2.5.5.1)",
    "LOC": "Knot leaves out decimals that are zero",
    "CERT": "Knot prints numbers, BIND mnemonics; both are read",
    "SVCB": "Knot 3.2 does not know the key dohpath (RFC 9461): key7",
    "NID": "Knot pads the groups",
    "L64": "Knot pads the groups",
}
# What Knot does not give back at all.
KNOT_FAILS = {
    ("SOA", r"ns.example. host\.master.example. 2024010101 1h30m 1w 2w 300"): "Knot drops a SOA below the apex",
    ("SOA", ". . 4294967295 0 4294967295 1d2h3m4s 49710d"): "the same",
    ("KEY", "49152 3 0"): "Knot cannot print a key record without a key",
    ("KEY", "NOKEY 3 0"): "the same",
    ("IPSECKEY", "10 2 2 2001:db8::1"): "the same",
}


@pytest.mark.skipif(shutil.which("knotd", path=os.environ["PATH"] + ":/usr/sbin") is None, reason="no knotd")
def test_knot(ours, tmp_path):
    path = pathlib.Path(tmp_path)
    zone(path / "zone")
    (path / "knot.conf").write_text(KNOT_CONFIGURATION.format(path=path))
    environment = dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin")
    read = ["knotc", "-b", "-c", str(path / "knot.conf"), "zone-read", "example."]
    lines, failed = [], set()
    with open(path / "log", "w") as log:
        server = subprocess.Popen(["knotd", "-c", str(path / "knot.conf")], stderr=log, env=environment)
    try:
        for _ in range(100):
            if subprocess.run([*read, "@"], capture_output=True, env=environment, check=False).returncode == 0:
                break
            time.sleep(0.1)
        for index, (mnemonic, text, _, _) in enumerate(examples()):
            if mnemonic in NOBODY:
                continue
            answer = subprocess.run(
                [*read, f"x{index}"], capture_output=True, text=True, env=environment, timeout=60, check=False
            )
            if answer.returncode != 0:
                failed.add((mnemonic, text))
            lines += [line.removeprefix("[example.] ") for line in answer.stdout.splitlines()]
    finally:
        server.terminate()
        server.wait(30)
    own, opaque, surprises, unused = compare_zone(lines, ours, KNOT_PRINTS)
    print(f"Knot: {len(own)} types compared in text, {len(opaque)} in unknown form")
    assert failed == set(KNOT_FAILS)
    assert not surprises, "\n".join(map(str, surprises.items()))
    assert not unused
    assert len(own) + len(opaque) >= 85


LDNS_PRINTS = {
    "NS": "ldns escapes neither @ nor $, which only mean something at the beginning of a word",
    "WKS": "ldns prints names of protocols and services; numbers mean the same on every machine",
    "NSAP-PTR": "ldns prints a string; RFC 1348 has a domain name",
    "LOC": "ldns pads degrees and minutes and leaves out the decimals of the altitude",
    "NXT": "ldns prints the bitmap as unknown data; RFC 2535 section 5.3 has mnemonics",
    "ATMA": "ldns prints the format byte as part of the address; BIND reads and writes dotted or + form",
    "CAA": "ldns prints nothing for an empty value; RFC 8659 section 4.1 makes it a string",
    "CERT": "ldns prints the algorithm's number, BIND its mnemonic; both are read",
    "SINK": "ldns prints the first byte only",
    "APL": "ldns does not shorten IPv6 addresses (RFC 5952)",
    "DNSKEY": "ldns adds a comment",
    "SVCB": "ldns prints one level of escapes of a list; RFC 9460 appendix A.1 needs two",
    "NID": "ldns pads the groups",
    "L64": "ldns pads the groups",
}


@pytest.mark.skipif(shutil.which("ldns-read-zone") is None, reason="ldns is not installed")
def test_ldns(ours, tmp_path):
    path = pathlib.Path(tmp_path) / "zone"
    zone(path)
    output = run("ldns-read-zone", str(path))
    assert output.returncode == 0, output.stderr
    own, opaque, surprises, unused = compare_zone(output.stdout.splitlines(), ours, LDNS_PRINTS)
    print(f"ldns: {len(own)} types compared in text, {len(opaque)} in unknown form")
    assert not surprises, "\n".join(map(str, surprises.items()))
    assert not unused
