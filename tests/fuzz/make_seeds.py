#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the binary seeds of the targets message, composer, name, edns, framing and query into seeds/.

Seeds that came from a crash are files of their own and stay untouched; these are made anew, byte
for byte the same, whenever this runs.
"""

import pathlib
import struct

SEEDS = pathlib.Path(__file__).parent / "seeds"


def name(text):
    labels = [label for label in text.split(".") if label]
    return b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"


def header(flags=0, counts=(1, 0, 0, 0)):
    return struct.pack("!6H", 0x1234, flags, *counts)


def question(text="www.corp.example", qtype=1, qclass=1):
    return name(text) + struct.pack("!2H", qtype, qclass)


def record(owner, rrtype, rdata, ttl=3600, rrclass=1):
    return owner + struct.pack("!HHIH", rrtype, rrclass, ttl, len(rdata)) + rdata


def option(code, data=b""):
    return struct.pack("!2H", code, len(data)) + data


def opt_body(options=b"", size=1232, version=0, flags=0x8000):
    return struct.pack("!HBBHH", size, 0, version, flags, len(options)) + options


def opt(*args, **kwargs):
    return b"\0" + struct.pack("!H", 41) + opt_body(*args, **kwargs)


POINTER = b"\xc0\x0c"  # the question's name
APEX = b"\xc0\x10"  # without its first label
SOA = name("dc1.corp.example") + name("hostmaster.corp.example") + struct.pack("!5I", 1, 2, 3, 4, 5)
COOKIE = option(10, b"ABCDEFGH")
EVERY = (
    option(3)
    + option(10, b"ABCDEFGH" + b"s" * 16)
    + option(11, b"\0\x64")
    + option(12, b"\0" * 8)
    + option(9)
    + option(15, b"\0\x14why")
    + option(8, b"\0\x01\x18\0\xc0\0\x02")
    + option(65001, b"x")
)

MESSAGES = {
    "plain": header(0x0100) + question(),
    "edns": header(0x0100, (1, 0, 0, 1)) + question() + opt(COOKIE),
    "every_option": header(0, (1, 0, 0, 1)) + question() + opt(EVERY),
    "cookie_only": header(0, (0, 0, 0, 1)) + opt(COOKIE),
    "badvers": header(0, (1, 0, 0, 1)) + question() + opt(version=1),
    "two_opts": header(0, (1, 0, 0, 2)) + question() + opt() + opt(),
    "two_questions": header(0, (2, 0, 0, 0)) + question() + question(),
    "tsig": header(0, (1, 0, 0, 2)) + question() + opt() + record(name("key"), 250, b"x" * 40, 0, 255),
    "notify": header(0x2400, (1, 1, 0, 0)) + question("corp.example", 6) + record(POINTER, 6, SOA),
    "update": header(0x2800, (1, 1, 1, 0)) + question("corp.example", 6) + record(POINTER, 255, b"", 0, 254)
    + record(POINTER, 1, b"\xc0\0\2\1"),
    "axfr": header(0, (1, 0, 0, 0)) + question("corp.example", 252),
    "root": header(0, (1, 0, 0, 0)) + question("", 2),
    "long_name": header(0, (1, 0, 0, 0)) + question(".".join(["x" * 63] * 3 + ["y" * 61])),
    "many_labels": header(0, (1, 0, 0, 0)) + question(".".join("z" * 127)),
    "answer": header(0x8580, (1, 2, 1, 1)) + question() + record(POINTER, 5, b"\3ftp" + APEX)
    + record(POINTER, 1, b"\xc0\0\2\1") + record(APEX, 2, b"\3dc1" + APEX) + opt(),
    "answer_srv": header(0x8580, (1, 2, 0, 2)) + question("_ldap._tcp.corp.example", 33)
    + record(POINTER, 33, struct.pack("!3H", 0, 100, 389) + name("dc1.corp.example"), 601)
    + record(POINTER, 33, struct.pack("!3H", 0, 100, 389) + name("dc2.corp.example"), 600)
    + record(name("dc2.corp.example"), 1, b"\xc0\0\2\2", 601) + record(name("dc1.corp.example"), 28, b"\x20" * 16),
    "answer_expanded": header(0x8580, (1, 4, 1, 0)) + question("corp.example", 255)
    + record(name("corp.example"), 2, name("dc1.corp.example")) + record(name("corp.example"), 15, b"\0\x0a" + name("mx.corp.example"))
    + record(name("corp.example"), 14, name("a.corp.example") + name("b.corp.example"), 6)
    + record(name("x.corp.example"), 39, name("y.corp.example")) + record(name("corp.example"), 6, SOA),
    "pointer_loop": header(0x8000, (0, 1, 0, 0)) + record(b"\xc0\x0c", 1, b"\xc0\0\2\1"),
    "counts_lie": header(0, (1, 65535, 65535, 65535)) + question() + record(POINTER, 1, b"\xc0\0\2\1"),
}

NAMES = {
    "root": b"\0",
    "names": name("www.corp.example") + b"\3ftp\xc0\x04" + b"\xc0\x12",
    "escapes": b"\4a.b\\\3\0\xff \0",
    "text": b"_ldap._tcp.Default-First-Site-Name._sites.dc._msdcs.corp.example.",
    "text_escapes": b"a\\.b\\\\\\000\\255.x",
    "text_relative": b"*.dc1",
    "longest": name(".".join(["x" * 63] * 3 + ["y" * 61])),
    "hops": b"\0" + b"".join(struct.pack("!H", 0xC000 | (0 if i == 0 else 2 * i - 1)) for i in range(130)),
    "reserved": b"\x40a\0\x80b\0",
}

EDNS = {
    "plain": opt_body(),
    "every_option": opt_body(EVERY),
    "small": opt_body(size=0, flags=0),
    "version": opt_body(COOKIE, version=1),
    "cookie_short": opt_body(option(10, b"short")),
    "cookie_40": opt_body(option(10, b"c" * 40)),
    "many": opt_body(option(65001) * 65),
    "cut": opt_body(EVERY)[:-3],
}


def framed(*messages):
    return b"".join(struct.pack("!H", len(message)) + message for message in messages)


FRAMING = {
    "one": b"\xff" + framed(MESSAGES["plain"]),
    "bytewise": b"\0" + framed(MESSAGES["plain"], MESSAGES["edns"]),
    "threes": b"\2" + framed(MESSAGES["plain"], MESSAGES["answer"], MESSAGES["plain"])[:-4],
    "short": b"\5" + framed(MESSAGES["plain"], b"tooshort", MESSAGES["plain"]),
    "empty": b"\1" + framed(b""),
}



def asked(text, qtype=1, mode=0, client=1, flags=0, edns=None, qclass=1):
    packet = header(flags, (1, 0, 0, edns is not None)) + question(text, qtype, qclass) + (edns or b"")
    return bytes([mode, client]) + packet


SECURE = opt(b"")
PLAIN = opt(b"", flags=0)
QUERIES = {
    "a": asked("a.example"),
    "srv_tcp": asked("_ldap._tcp.example", 33, mode=1, flags=0x100, edns=PLAIN),
    "dname": asked("x.d.example", flags=0x100, edns=PLAIN),
    "chain": asked("c0.example"),
    "large_udp": asked("t.large", 16, edns=PLAIN),
    "large_any_tcp": asked("m.large", 255, mode=1, edns=PLAIN),
    "referral": asked("x.sub.large", mode=12, edns=opt(b"", size=512, flags=0)),
    "nsec": asked("no.signed", mode=0x0C, edns=SECURE),
    "nsec3": asked("no.signed", mode=0x1C, edns=SECURE),
    "optout": asked("x.ins.signed", mode=0x2C, edns=SECURE),
    "wild": asked("q.w.signed", mode=0x1C, edns=SECURE),
    "wild_chain": asked("w1.signed", mode=0x2C, edns=SECURE),
    "denied": asked("a.example", client=255, edns=PLAIN),
    "version": asked("version.bind", 16, qclass=3),
    "not_loaded": asked("www.unloaded", edns=opt(COOKIE, flags=0)),
    # type, flags, OPT, and labels of the target's own list
    "made": b"\x02\x01" + b"\0\1\0\0\0" + b"\x15\x16\x14\x2d",
    "made_signed": b"\x1f\x01" + b"\0\x10\0\0\x1d" + b"\x0c\x30",
}

for target, seeds in {
    "message": MESSAGES,
    "composer": MESSAGES,
    "name": NAMES,
    "edns": EDNS,
    "framing": FRAMING,
    "query": QUERIES,
}.items():
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    for seed, data in seeds.items():
        (folder / seed).write_bytes(data)
