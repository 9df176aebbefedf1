# SPDX-License-Identifier: Apache-2.0
"""Zones and questions for the comparison of answers: made from a seed, the same for every server.

A zone is what is written by hand below, a piece for each thing that a standard speaks of, and a part made at random:
names of a few labels over and over, so that wildcards, empty non-terminals, cuts and aliases meet in ways that nobody
thought of. Data that a server may refuse to load (records below a DNAME, a second record at a CNAME) is not made.
"""

import subprocess

LABELS = ("a", "b", "c", "x", "Mixed", "_tcp", "a-b", "l" * 63, r"we\.ird", r"\007\200", "*")
LONG = ".".join(["n" * 63, "m" * 63, "k" * 50])

BODY = r"""
$TTL 300
@ 600 SOA ns hm 1 7200 900 86400 60
@ NS ns
@ NS ns.elsewhere.invalid.
@ MX 10 mail
@ TXT "apex" "two"
ns A 192.0.2.53
ns AAAA 2001:db8::53
mail A 192.0.2.25
multi A 192.0.2.1
multi A 192.0.2.2
multi A 192.0.2.3
multi AAAA 2001:db8::1
multi AAAA 2001:db8::2
host A 192.0.2.10
host TXT "text"
host HINFO "cpu" "os"
host TYPE65400 \# 3 010203
UPPER.Case A 192.0.2.11
; aliases
alias CNAME host
alias2 CNAME alias
alias3 CNAME alias2
outside CNAME www.elsewhere.invalid.
to-other CNAME www.other.test.
to-other-alias CNAME alias.other.test.
to-nothing CNAME nothing
to-cut CNAME www.cut
to-wild CNAME q.wild
to-ent CNAME ent
loop1 CNAME loop2
loop2 CNAME loop1
self CNAME self
; empty non-terminals
leaf.ent A 192.0.2.12
leaf.deep.er.ent2 TXT "deep"
; wildcards
*.wild A 192.0.2.13
*.wild MX 10 mail
*.wild TXT "wild"
real.wild TXT "real"
under.real.wild A 192.0.2.14
*.walias CNAME host
*.wnothing CNAME nothing
under.*.went A 192.0.2.15
*.wsub A 192.0.2.16
sub.wsub NS ns.sub.wsub
ns.sub.wsub A 192.0.2.61
cut.wsub.x A 192.0.2.17
; delegations
cut NS ns.cut
cut NS ns
cut NS ns.elsewhere.invalid.
ns.cut A 192.0.2.60
ns.cut AAAA 2001:db8::60
www.cut A 192.0.2.62
below.cut NS ns.below.cut
ns.below.cut A 192.0.2.63
*.cut TXT "occluded"
sibling NS ns.cut
bare NS ns.elsewhere.invalid.
secure NS ns.secure
secure DS 12345 13 2 49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD46E6C4B45C55D4AC49FD
ns.secure A 192.0.2.64
cut.ent3 NS ns
; DNAME
dname DNAME target
target TXT "target"
www.target A 192.0.2.18
alias.target CNAME host
dname-out DNAME elsewhere.invalid.
dname-other DNAME other.test.
dname-far DNAME %(long)s.target
d-cut DNAME cut
; services
_ldap._tcp.dc SRV 0 100 389 host
_ldap._tcp.dc SRV 0 100 389 multi
_ldap._tcp.far SRV 0 100 389 www.other.test.
_none._tcp SRV 0 0 0 .
svc HTTPS 1 . alpn=h2
svc A 192.0.2.19
svc2 HTTPS 0 host
svc2 MX 0 .
naptr NAPTR 1 1 "u" "s" "!a!b!" .
caa CAA 0 issue "example"
ptr PTR host
%(long)s A 192.0.2.20
*.%(long)s A 192.0.2.21
big TXT "%(big)s" "%(big)s" "%(big)s" "%(big)s" "%(big)s"
"""

OTHER = """
$TTL 300
@ 600 SOA ns hm 1 7200 900 86400 60
@ NS ns
ns A 192.0.2.153
www A 192.0.2.180
www AAAA 2001:db8::180
alias CNAME host.plain.test.
back CNAME alias.plain.test.
lost CNAME nothing.plain.test.
"""

KID = """
$TTL 300
@ 600 SOA ns hm 1 7200 900 86400 60
@ NS ns
ns A 192.0.2.253
www A 192.0.2.254
"""

TYPES = ("A", "A", "A", "AAAA", "NS", "CNAME", "DNAME", "MX", "SRV", "TXT", "DS", "SOA", "HTTPS", "NSEC", "NSEC3PARAM",
         "DNSKEY", "PTR", "TYPE65400", "ANY", "RRSIG")


def kinds_at_random(random, count):
    """Names as {labels in lower case: (labels as spelled, kind)}. A node has one kind: data, an alias, a cut or a DNAME, and
    nothing stands below a DNAME."""
    names = {}
    for _ in range(count):
        labels = tuple(random.choice(LABELS) for _ in range(random.randint(1, 4))) + ("r",)
        names.setdefault(tuple(label.lower() for label in labels), labels)
    kinds = {}
    for key in sorted(names, key=len):
        if not any(kinds.get(key[i:], ("", ""))[1] == "dname" for i in range(1, len(key))):
            weights = (70, 15, 0, 0) if "*" in key else (70, 15, 12, 3)
            kinds[key] = (names[key], random.choices(("data", "alias", "cut", "dname"), weights)[0])
    return kinds


def random_part(random, count):
    """Records at names of few labels."""
    kinds = kinds_at_random(random, count)
    places = [".".join(labels) for labels, _ in kinds.values()]
    records = []
    for labels, kind in kinds.values():
        target = random.choice(places)
        if kind == "alias":
            records.append((labels, f"CNAME {target}"))
        elif kind == "dname":
            records.append((labels, f"DNAME {target}"))
        elif kind == "cut":
            records += [(labels, "NS ns"), (labels, "NS ns." + ".".join(labels)),
                        (("ns",) + labels, f"A 192.0.2.{random.randint(1, 254)}")]
        else:
            for _ in range(random.randint(1, 3)):
                records.append((labels, random.choice((
                    f"A 192.0.2.{random.randint(1, 254)}", f"AAAA 2001:db8::{random.randint(1, 65535):x}",
                    f'TXT "{random.randint(1, 99)}"', f"MX 1 {target}", f"SRV 0 0 1 {target}"))))
    return "".join(".".join(labels) + f" {data}\n" for labels, data in records)


def body(random):
    return BODY % {"long": LONG, "big": "b" * 250} + random_part(random, 250)


def sign(folder, apex, text, options):
    """Signs with a fresh key; returns (file, anchor): the DNSKEY's rdata."""
    key = subprocess.run(["dnssec-keygen", "-q", "-K", folder, "-a", "ECDSAP256SHA256", "-f", "KSK", apex],
                         check=True, capture_output=True, text=True).stdout.strip()
    record = [line for line in (folder / f"{key}.key").read_text().splitlines() if not line.startswith(";")][0]
    plain = folder / f"{apex}.plain"
    plain.write_text(text + record + "\n")
    file = folder / f"{apex}.zone"
    subprocess.run(["dnssec-signzone", "-q", "-z", "-P", "-x", "-K", folder, "-d", folder, *options, "-O", "full", "-o",
                    apex, "-f", file, plain, folder / key], check=True, capture_output=True, text=True)
    return file, record.split("DNSKEY", 1)[1].strip()


def make(folder, random):
    """Writes all zones below the folder: ({apex: file}, {signed apex: anchor})."""
    zones = {}
    anchors = {}
    texts = {"plain.test": body(random) + "kid NS ns.kid\nns.kid A 192.0.2.253\n", "other.test": OTHER,
             "kid.plain.test": KID, "%s.test" % LONG: KID}
    for apex, text in texts.items():
        zones[apex] = folder / f"{len(zones)}.zone"
        zones[apex].write_text(text)
    signed = body(random)
    for apex, options in (("nsec.test", []), ("nsec3.test", ["-3", "-", "-H", "0"]),
                          ("salted.test", ["-3", "aabbccdd", "-H", "5"]), ("optout.test", ["-3", "-", "-H", "0", "-A"])):
        zones[apex], anchors[apex] = sign(folder, apex, signed, options)
    return zones, anchors


def split(name):
    """Labels of a text name, escapes kept."""
    labels = [""]
    at = 0
    while at < len(name):
        if name[at] == "\\":
            step = 4 if name[at + 1].isdigit() else 2
            labels[-1] += name[at:at + step]
            at += step
        elif name[at] == ".":
            labels.append("")
            at += 1
        else:
            labels[-1] += name[at]
            at += 1
    return labels


def owners(text):
    """The owner names of a zone's text, relative."""
    found = []
    for line in text.splitlines():
        if line and line[0] not in "$; @":
            found.append(line.split(" ", 1)[0])
    return sorted(set(found))


def vary(random, name):
    """A name near a name that exists."""
    labels = split(name)
    kind = random.randint(0, 9)
    if kind == 0:
        labels.insert(0, random.choice(("q", "zz", "*", "0", r"\000")))
    elif kind == 1:
        labels[0] = random.choice(("q", "zz", "0", r"\255"))
    elif kind == 2 and len(labels) > 1:
        labels = labels[1:]
    elif kind == 3:
        labels = ["q", "p"] + labels
    elif kind == 4:
        labels[0] = labels[0].swapcase()
    elif kind == 5:
        labels = [random.choice(LABELS)] + labels
    return ".".join(label for label in labels if label)


def questions(random, zones, folder, count):
    """(name, type, options): EDNS or none, DO or not, some sizes."""
    names = []
    for apex, file in zones.items():
        plain = folder / f"{apex}.plain"
        relative = owners((plain if plain.exists() else file).read_text())
        names += [(name, apex) for name in relative for _ in range(1 if len(relative) > 20 else 5)] + [("", apex)] * 20
    for _ in range(count):
        name, apex = random.choice(names)
        if name:
            name = vary(random, name)
        full = (name + "." if name else "") + apex + "."
        if sum(len(label) + 1 for label in split(full)) > 240:
            continue
        edns = random.choice((None, 1232, 1232, 512, 4096))
        yield full, random.choice(TYPES), {"edns": edns, "do": edns is not None and random.random() < 0.7}
