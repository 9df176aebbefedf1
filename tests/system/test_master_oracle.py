# SPDX-License-Identifier: Apache-2.0
"""Master files read by Plimsoll and by BIND's named-compilezone mean the same.

The program to test is named by ZONE_PRINT (meson sets it). Each case is a file that both are given;
what both print is parsed by dnspython and compared as sets of (owner, TTL, type, wire data).
"""

import os
import shutil
import subprocess

import dns.rdataclass
import dns.zone
import pytest

ZONE_PRINT = os.environ.get("ZONE_PRINT", "zone_print")
COMPILEZONE = shutil.which("named-compilezone") or "/usr/bin/named-compilezone"

pytestmark = pytest.mark.skipif(not os.path.exists(COMPILEZONE), reason="no named-compilezone")

HEAD = "$TTL 300\n@ IN SOA ns hostmaster 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n"

# What both accept.
ACCEPTED = {
    "plain": HEAD,
    "crlf": HEAD.replace("\n", "\r\n"),
    "no final newline": HEAD + "a A 192.0.2.2",
    "ttl and class in either order": HEAD + "a 5 IN A 192.0.2.2\nb IN 6 A 192.0.2.3\nc 7 A 192.0.2.4\n"
    "d IN A 192.0.2.5\ne CLASS1 8 TYPE1 192.0.2.6\n",
    "owner inherited": HEAD + "a A 192.0.2.2\n\tTXT x\n\n ; comment\n 9 MX 1 ns\n",
    "origin": HEAD + "$ORIGIN sub\na A 192.0.2.2\n$ORIGIN deep\n@ A 192.0.2.3\n$ORIGIN example.\nb A 192.0.2.4\n",
    "out of zone is ignored": HEAD + "a.other. A 192.0.2.2\n",
    "parentheses": HEAD + "a ( 5 IN\n TXT ; comment )\n \"x\"\n y )\nb TXT (x)(y)\n",
    "parenthesis first": HEAD + "( a\n TXT x )\n",
    "comments at words": HEAD + "a TXT x;y\nb TXT \"x;y\";z\n",
    "escapes in names": HEAD + "a\\.b A 192.0.2.2\n\\097\\032c A 192.0.2.3\n\\000\\255 A 192.0.2.4\n\\@ A 192.0.2.5\n",
    "escapes in strings": HEAD + 'a TXT "a\\"b" "\\\\" \\;x "\\000\\255"\nb TXT "" x\\032y\n',
    "strings that touch": HEAD + 'a TXT "x""y"z\n',
    "escaped line end in a string": HEAD + 'a TXT "x\\\ny"\n',
    "units": "$TTL 1w2d3h4m5s\n@ SOA ns h 1 2h 3m 4w 1d\n@ NS ns\nns 1H A 192.0.2.1\n",
    "ttl of the soa's minimum": "@ SOA ns h 1 2 3 4 77\n@ NS ns\nns A 192.0.2.1\n",
    "ttl of the last record": "@ 9 SOA ns h 1 2 3 4 77\n@ NS ns\nns 8 A 192.0.2.1\na A 192.0.2.2\n",
    "ttl changed between": HEAD + "$TTL 5\na A 192.0.2.2\n$TTL 6\nb A 192.0.2.3\nc 7 A 192.0.2.4\nd A 192.0.2.5\n",
    "ttl too large": HEAD + "a 2147483648 A 192.0.2.2\nb 2147483647 A 192.0.2.3\n",
    "ttl differs in a set": HEAD + "a 5 A 192.0.2.2\na 6 A 192.0.2.3\n",
    "duplicates": HEAD + "a A 192.0.2.2\nA A 192.0.2.2\na MX 1 NS\na MX 1 ns\n",
    "unknown types": HEAD + "a TYPE65400 \\# 3 01 02 03\nb TYPE65400 \\# 0\nc A \\# 4 C0000202\nd TYPE15 1 ns\n",
    "wildcards": HEAD + "* A 192.0.2.2\n*.a.* TXT x\n",
    "names like keywords": HEAD + "A A 192.0.2.2\nIN A 192.0.2.3\n1h A 192.0.2.4\nTXT 5 IN A 192.0.2.5\n",
    "delegations": HEAD + "s NS ns.s\nns.s A 192.0.2.2\ns NS ns\nd DNAME other.\n",
    "generate": HEAD + "$GENERATE 1-5 h$ A 192.0.2.$\n$GENERATE 0-8/4 g${10,4,x} 7 IN CNAME h${1}.x\n",
    "generate bases": HEAD + "$GENERATE 8-17/3 a${0,3,d}-${0,3,o}-${0,3,x}-${0,3,X} TXT x$\n"
    "$GENERATE 250-258/4 ${0,3,n}.n TXT x$\n$GENERATE 250-258/4 ${0,5,N}.m TXT x$\n",
    "generate negative offset": HEAD + "$GENERATE 5-6 h${-3,2,d} A 192.0.2.${-4}\n",
    "generate dollars": HEAD + "$GENERATE 1-2 h$.$$ TXT \"a $ b\"\n",
    "generate several fields": HEAD + '$GENERATE 1-2 @ MX "$0 mail$.other."\n',
    "srv and others": HEAD + "_ldap._tcp SRV 0 100 389 ns\na HINFO x \"y z\"\nb NAPTR 1 2 u s !x!y! .\n"
    "c LOC 52 N 4 E 10m\nd CAA 0 issue \"x.y\"\ne SSHFP 1 1 0123456789012345678901234567890123456789\n",
    "long name": HEAD + ".".join(["a" * 63] * 3 + ["b" * 53]) + " A 192.0.2.2\n",
}

# What both refuse.
REFUSED = {
    "no soa": "$TTL 1\n@ NS ns.other.\n",
    "no ns": "$TTL 1\n@ SOA ns h 1 2 3 4 5\n",
    "two soas": HEAD + "@ SOA ns h 2 2 3 4 5\n",
    "soa below": HEAD + "a SOA ns h 2 2 3 4 5\n",
    "cname and other": HEAD + "a CNAME b\na A 192.0.2.2\n",
    "two cnames": HEAD + "a CNAME b\na CNAME c\n",
    "no ttl at all": "a A 192.0.2.2\n@ 5 SOA ns h 1 2 3 4 5\n@ NS ns\nns A 192.0.2.1\n",
    "name server without address": "$TTL 1\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n",
    "name server is a cname": "$TTL 1\n@ SOA ns h 1 2 3 4 5\n@ NS c\nc CNAME ns.other.\n",
    "bad address": HEAD + "a A 192.0.2.256\n",
    "too many fields": HEAD + "a A 192.0.2.2 x\n",
    "too few fields": HEAD + "a MX 1\n",
    "string over two lines": HEAD + 'a TXT "x\ny"\n',
    "string without end": HEAD + 'a TXT "x',
    "parenthesis without end": HEAD + "a TXT ( x\n",
    "closing parenthesis": HEAD + "a TXT x )\n",
    "empty label": HEAD + "a..b A 192.0.2.2\n",
    "bad escape": HEAD + "a\\256 A 192.0.2.2\n",
    "label too long": HEAD + "a" * 64 + " A 192.0.2.2\n",
    "name too long": HEAD + ".".join(["a" * 63] * 3 + ["b" * 54]) + " A 192.0.2.2\n",
    "unknown type word": HEAD + "a NOSUCH x\n",
    "unknown directive": HEAD + "$NOSUCH x\n",
    "other class": HEAD + "a CH TXT x\n",
    "meta type": HEAD + "a ANY x\n",
    "no owner": " A 192.0.2.1\n" + HEAD,
    "backwards range": HEAD + "$GENERATE 5-1 a$ A 192.0.2.$\n",
    "bad modifier": HEAD + "$GENERATE 1-2 a${0,1,y} A 192.0.2.$\n",
    "missing include": HEAD + "$INCLUDE none\n",
    "unknown data of a wrong length": HEAD + "a TYPE65400 \\# 3 0102\n",
}


def ours(path):
    return subprocess.run([ZONE_PRINT, "example.", path], capture_output=True, timeout=60)


def theirs(path, directory):
    out = directory / "compiled"
    run = subprocess.run(
        [COMPILEZONE, "-i", "local", "-k", "ignore", "-o", str(out), "example.", str(path)],
        capture_output=True, timeout=60, cwd=directory)
    return run, out.read_bytes() if run.returncode == 0 else b""


def records(text):
    zone = dns.zone.from_text(text.decode(), origin="example.", relativize=False, check_origin=False)
    return {
        (name.canonicalize().to_text(), rdataset.ttl, rdataset.rdtype, rdata.to_digestable())
        for name, rdataset in zone.iterate_rdatasets()
        for rdata in rdataset
    }


@pytest.mark.parametrize("case", ACCEPTED)
def test_both_read_the_same(case, tmp_path):
    path = tmp_path / "zone"
    path.write_bytes(ACCEPTED[case].encode("latin-1"))
    mine = ours(path)
    run, other = theirs(path, tmp_path)
    assert run.returncode == 0, run.stderr
    assert mine.returncode == 0, mine.stderr
    assert records(mine.stdout) == records(other)


@pytest.mark.parametrize("case", REFUSED)
def test_both_refuse(case, tmp_path):
    path = tmp_path / "zone"
    path.write_bytes(REFUSED[case].encode("latin-1"))
    mine = ours(path)
    run, _ = theirs(path, tmp_path)
    assert run.returncode != 0, run.stdout
    assert mine.returncode == 1, mine.stdout
    assert b": error: " in mine.stderr


def test_includes(tmp_path):
    (tmp_path / "zone").write_text(HEAD + "a A 192.0.2.2\n$INCLUDE inner sub\n TXT after\nb A 192.0.2.3\n")
    (tmp_path / "inner").write_text(" TXT first\nc A 192.0.2.4\n$ORIGIN deep\nd A 192.0.2.5\n")
    mine = ours(tmp_path / "zone")
    run, other = theirs(tmp_path / "zone", tmp_path)
    assert run.returncode == 0, run.stderr
    assert mine.returncode == 0, mine.stderr
    assert records(mine.stdout) == records(other)


def test_bind_reads_what_is_written(tmp_path):
    """What Plimsoll writes BIND reads as the same zone."""
    for case, text in ACCEPTED.items():
        path = tmp_path / "zone"
        path.write_bytes(text.encode("latin-1"))
        mine = ours(path)
        assert mine.returncode == 0, case
        path.write_bytes(mine.stdout)
        run, other = theirs(path, tmp_path)
        assert run.returncode == 0, (case, run.stderr)
        assert records(mine.stdout) == records(other), case
