# SPDX-License-Identifier: Apache-2.0
"""Signed answers judged by an independent validator: BIND's delv, with the zone's own key as its only anchor.

Every kind of answer and denial, in zones with NSEC, with NSEC3, with salted NSEC3 and with opt-out. delv says of each answer
whether it validated; a broken proof shows as "resolution failed".
"""

import random
import re
import shutil
import subprocess

import differential_zones as zones
import pytest
from support.server import Server, config

DELV = shutil.which("delv")
VALID = ("answer", "fully validated")
DENIED = ("denial", "fully validated")
UNSIGNED = ("answer", "unsigned answer")
DENIED_UNSIGNED = ("denial", "unsigned answer")

# name, type, what delv says. With opt-out, a name that does not exist may be below a delegation without signatures: the
# denial is as good as unsigned.
KINDS = [
    ("", "SOA", VALID, None),
    ("", "DNSKEY", VALID, None),
    ("", "NS", VALID, None),
    ("", "MX", VALID, None),
    ("host", "A", VALID, None),
    ("HOST", "A", VALID, None),
    ("host", "TYPE65400", VALID, None),
    ("upper.case", "A", VALID, None),
    ("multi", "AAAA", VALID, None),
    ("_ldap._tcp.dc", "SRV", VALID, None),
    ("svc", "HTTPS", VALID, None),
    ("big", "TXT", VALID, None),
    (zones.LONG, "A", VALID, None),
    # no data
    ("host", "AAAA", DENIED, None),
    ("", "PTR", DENIED, None),
    ("ent", "A", DENIED, None),
    ("er.ent2", "A", DENIED, None),
    # no such name
    ("nothing", "A", DENIED, DENIED_UNSIGNED),
    ("x.host", "A", DENIED, DENIED_UNSIGNED),
    ("q.p.host", "A", DENIED, DENIED_UNSIGNED),
    ("q.ent", "A", DENIED, DENIED_UNSIGNED),
    ("q.under.real.wild", "A", DENIED, DENIED_UNSIGNED),
    # wildcards
    ("q.wild", "A", VALID, UNSIGNED),
    ("q.p.wild", "TXT", VALID, UNSIGNED),
    ("*.wild", "MX", VALID, None),
    ("q.wild", "SRV", DENIED, DENIED_UNSIGNED),
    ("*.wild", "SRV", DENIED, None),
    ("q.went", "A", DENIED, DENIED_UNSIGNED),
    ("q.real.wild", "A", DENIED, DENIED_UNSIGNED),
    ("q." + zones.LONG, "A", VALID, UNSIGNED),
    # aliases
    ("alias", "CNAME", VALID, None),
    ("alias3", "A", VALID, None),
    ("alias3", "AAAA", DENIED, None),
    ("to-wild", "A", VALID, UNSIGNED),
    ("to-wild", "SRV", DENIED, DENIED_UNSIGNED),
    ("to-nothing", "A", DENIED, DENIED_UNSIGNED),
    ("to-ent", "A", DENIED, None),
    ("q.walias", "A", VALID, UNSIGNED),
    ("q.wnothing", "A", DENIED, DENIED_UNSIGNED),
    ("dname", "DNAME", VALID, None),
    ("www.dname", "A", VALID, None),
    ("www.dname", "AAAA", DENIED, None),
    ("q.dname", "A", DENIED, DENIED_UNSIGNED),
    ("alias.dname", "TXT", VALID, None),
    # delegations, from the parent's side
    ("secure", "DS", VALID, None),
    ("cut", "DS", DENIED, DENIED_UNSIGNED),
    ("cut.ent3", "DS", DENIED, DENIED_UNSIGNED),
    ("ent3", "A", DENIED, DENIED_UNSIGNED),
]
APEXES = ("nsec.test", "nsec3.test", "salted.test", "optout.test")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("signed")
    files, anchors = zones.make(folder, random.Random(1))
    text = config(zones={apex: str(file) for apex, file in files.items()}, limits={"workers": 1})
    with Server(folder / "plimsoll", text, files={}) as server:
        yield server, folder, anchors


def delv(served, apex, name, rdtype):
    """What kind of answer delv sees and how far it trusts each step of it (an alias is one, what it leads to the next), and
    all that it printed. It names a degree of trust when it differs from the step's before."""
    server, folder, anchors = served
    flags, protocol, algorithm, key = anchors[apex].split(None, 3)
    anchor = folder / f"{apex}.anchor"
    anchor.write_text('trust-anchors { "%s." static-key %s %s %s "%s"; };\n' % (apex, flags, protocol, algorithm, key))
    full = f"{name}.{apex}." if name else f"{apex}."
    done = subprocess.run([DELV, "@127.0.0.1", "-p", str(server.port), "-a", anchor, f"+root={apex}", "+nocrypto", full, rdtype],
                          capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    text = done.stdout + done.stderr
    failed = re.search(r"resolution failed: (.*)", text)
    kind = "answer" if failed is None else "denial" if failed.group(1).startswith("ncache") else failed.group(1)
    return kind, re.findall(r"^; (?:negative response, )?(fully validated|unsigned answer)$", done.stdout, re.M), text


@pytest.mark.skipif(DELV is None, reason="no delv")
@pytest.mark.parametrize("apex", APEXES)
def test_every_kind_of_answer_validates(served, apex):
    wrong = []
    for name, rdtype, wanted, optout in KINDS:
        allowed = {wanted, optout} if apex == "optout.test" and optout else {wanted}
        before = {trust for _, trust in allowed} | {"fully validated"}
        kind, trusts, text = delv(served, apex, name, rdtype)
        if not trusts or (kind, trusts[-1]) not in allowed or not before.issuperset(trusts):
            wrong.append(f"{name}.{apex} {rdtype}: wanted {wanted}\n{text}")
    assert not wrong, "\n".join(wrong)
