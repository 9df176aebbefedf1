# SPDX-License-Identifier: Apache-2.0
"""Answers made comparable, and the table of the differences that are meant.

An answer becomes rcode, flags and three sections, each a set of record sets without regard to order or case. A rule of the
table names a difference that is allowed between Plimsoll and some peers, says why, and recognises it; whatever no rule
explains fails the test.
"""

import socket

import dns.edns
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

SECTIONS = ("answer", "authority", "additional")
SYNTHESISED = dns.rdatatype.CNAME


class Answer:
    """One normalised answer."""

    def __init__(self, wire):
        message = dns.message.from_wire(wire)
        self.wire = wire
        self.message = message
        self.rcode = dns.rcode.to_text(message.rcode())
        self.aa = bool(message.flags & dns.flags.AA)
        self.tc = bool(message.flags & dns.flags.TC)
        self.other_flags = message.flags & (dns.flags.RA | dns.flags.AD | dns.flags.RD)
        self.edns = message.edns if message.edns >= 0 else None
        self.do = bool(message.ednsflags & dns.flags.DO)
        self.answer = self.sets(message.answer)
        self.authority = self.sets(message.authority)
        self.additional = self.sets(message.additional)

    @staticmethod
    def sets(section):
        found = set()
        for rrset in section:
            name = rrset.name.canonicalize().to_text()
            for rdata in rrset:
                data = rdata.to_digestable() if rrset.rdtype != dns.rdatatype.RRSIG else rdata.to_wire()
                found.add((name, dns.rdatatype.to_text(rrset.rdtype), dns.rdatatype.to_text(rrset.covers), rrset.ttl, data))
        return frozenset(found)

    def types(self, section):
        return {row[1] for row in getattr(self, section)}

    def text(self):
        return f"({len(self.wire)} bytes)\n{self.message.to_text()}"


class Question:
    """A question and what was asked for with it."""

    def __init__(self, name, rdtype, options):
        self.name = name
        self.rdtype = rdtype
        self.edns = options["edns"]
        self.do = options["do"]
        query = dns.message.make_query(name, rdtype, use_edns=False)
        query.flags = 0
        if self.edns is not None:
            query.use_edns(0, dns.flags.DO if self.do else 0, self.edns)
        self.wire = query.to_wire()

    def text(self):
        return f"{self.name} {self.rdtype} edns={self.edns} do={self.do}"


class Asker:
    """Asks one server over UDP."""

    def __init__(self, port):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(2.0)
        self.socket.connect(("127.0.0.1", port))

    def ask(self, question):
        for _ in range(3):
            self.socket.send(question.wire)
            try:
                wire = self.socket.recv(65535)
                while wire[:2] != question.wire[:2]:
                    wire = self.socket.recv(65535)
                return Answer(wire)
            except TimeoutError:
                continue
        raise AssertionError(f"no answer to {question.text()}")

    def close(self):
        self.socket.close()


def differences(ours, theirs):
    """The fields in which two answers differ."""
    fields = ("rcode", "aa", "tc", "edns", "do", "other_flags", *SECTIONS)
    return {field for field in fields if getattr(ours, field) != getattr(theirs, field)}


# ---- what is meant to differ ------------------------------------------------------------------


class Rule:
    """`peers`: whose answers it is about. `explains(question, ours, theirs, fields)`: the fields it explains."""

    def __init__(self, name, why, peers, explains):
        self.name = name
        self.why = why
        self.peers = peers
        self.explains = explains
        self.used = 0


def truncated(_question, ours, theirs, fields):
    return fields & {"rcode", *SECTIONS} if ours.tc and theirs.tc else set()


def optional_additional(_question, ours, theirs, fields):
    if "additional" in fields and ours.authority == theirs.authority and not ours.tc and not theirs.tc:
        return {"additional"}
    return set()


def one_set_for_all(question, ours, theirs, fields):
    if question.rdtype not in ("ANY", "RRSIG") or "answer" not in fields:
        return set()
    if theirs.tc or ours.answer < theirs.answer:
        return fields & {"answer", "tc", "additional"}
    shown = {(row[0], row[1], row[2]) for row in ours.answer}
    return {"answer"} if 1 <= len(shown) <= 2 and theirs.answer else set()


def stops_at_the_zones_edge(_question, ours, theirs, fields):
    return fields & {"rcode", "answer", "authority", "additional", "tc"} if theirs.answer <= ours.answer and is_alias_end(theirs) else set()


def fits_only_ours(_question, ours, theirs, fields):
    return fields & {"tc", *SECTIONS} if theirs.tc and not ours.tc else set()


def beside_a_cname(question, _ours, theirs, fields):
    return fields & {"rcode", *SECTIONS} if question.rdtype in ("NSEC", "RRSIG") and "CNAME" in theirs.types("answer") else set()


def servfail_of_loops(_question, ours, theirs, fields):
    looped = ours.rcode == "NOERROR" and theirs.rcode == "SERVFAIL" and ours.answer == theirs.answer
    return fields & {"rcode"} if looped and ours.types("answer") <= {"CNAME", "DNAME", "RRSIG"} else set()


def nsec_at_a_cut(question, ours, theirs, fields):
    if question.rdtype == "NSEC" and not ours.aa and "NSEC" in theirs.types("answer"):
        return fields & {"aa", *SECTIONS}
    return set()


def wildcard_without_data(question, ours, theirs, fields):
    if question.do and ours.tc and not theirs.tc and ours.rcode == "NOERROR" and \
            sum(row[1] == "NSEC" for row in theirs.authority) == 1:
        return fields & {"authority", "tc"}
    more = ours.authority - theirs.authority
    if question.do and ours.authority > theirs.authority and len(more) == 2 and {row[1] for row in more} == {"NSEC", "RRSIG"}:
        return fields & {"authority", "tc"}
    return set()


def encloser_of_a_wildcard(question, ours, theirs, fields):
    more = theirs.authority - ours.authority
    asked = "*" in question.name or any(b"\x01*" in row[4] for row in ours.answer)
    if question.do and asked and ours.authority < theirs.authority and {row[1] for row in more} <= {"NSEC3", "RRSIG"}:
        return fields & {"authority", "tc"}
    return set()


def cname_below_a_dname(question, ours, theirs, fields):
    if question.rdtype == "CNAME" and ours.answer >= theirs.answer and "DNAME" in theirs.types("answer") and is_alias_end(theirs):
        return fields & {"rcode", "tc", *SECTIONS}
    return set()


def glue_must_be_there(_question, ours, theirs, fields):
    if ours.tc and not theirs.tc and not ours.aa and ours.authority == theirs.authority and theirs.additional <= ours.additional:
        return fields & {"tc", "additional"}
    return set()


def denial_left_out(_question, ours, theirs, fields):
    if ours.tc and not theirs.tc and not theirs.authority and ours.answer == theirs.answer:
        return fields & {"tc", "authority"}
    return set()


def star_is_not_the_first(question, ours, theirs, fields):
    more = theirs.authority - ours.authority
    below_star = any(label[:1] < "*" or label.startswith("\\0") for row in ours.authority if row[1] == "NSEC"
                     for label in row[0].split("."))
    if question.do and below_star and len(more) == 2 and {row[1] for row in more} == {"NSEC", "RRSIG"}:
        return fields & {"authority", "tc"}
    return set()


def unsigned_non_terminal(question, ours, theirs, fields):
    if "optout.test." in question.name and "NSEC3" in ours.types("authority") and len(ours.authority) > len(theirs.authority):
        return fields & {"authority", "tc"}
    return set()


def denial_behind_a_dname(question, ours, theirs, fields):
    more = ours.authority - theirs.authority
    if question.do and "DNAME" in ours.types("answer") and theirs.authority < ours.authority and \
            {row[1] for row in more} <= {"NSEC", "NSEC3", "RRSIG"}:
        return fields & {"authority", "tc"}
    return set()


def gives_up_the_proof(_question, ours, theirs, fields):
    if ours.aa and ours.rcode == theirs.rcode and not theirs.aa and not theirs.authority and "NSEC3" in ours.types("authority"):
        return fields & {"aa", "authority", "tc"}
    return set()


def name_too_long(_question, ours, theirs, fields):
    if ours.rcode == "YXDOMAIN" and theirs.rcode == "NXDOMAIN" and "CNAME" not in theirs.types("answer"):
        return fields & {"rcode", "authority"}
    return set()


def is_alias_end(answer):
    """Whether the answer ends in an alias and says nothing of where it leads."""
    return answer.rcode == "NOERROR" and answer.answer and not answer.authority and \
        answer.types("answer") <= {"CNAME", "DNAME", "RRSIG"}


ALL = ("nsd", "knot", "bind")

RULES = [
    Rule("truncated", "Of an answer with TC only the bit counts: each server leaves in what it likes.", ALL, truncated),
    Rule("optional-additional", "Addresses in the additional section are optional outside of referrals: BIND adds them for types that "
         "we leave alone, NSD and Knot follow no target into another zone, and each fills what is left of a packet in its own way.",
         ALL, optional_additional),
    Rule("one-set-for-all", "RFC 8482: over UDP we answer ANY and RRSIG with one set. NSD, told not to refuse ANY, shows all of them "
         "(and ours must be among these); BIND and Knot choose another one.", ALL, one_set_for_all),
    Rule("zone-edge", "An alias that leads into another zone of the same server: NSD and we go on there (RFC 1034 section 4.3.2 "
         "step 1), BIND and Knot end the answer.", ("bind", "knot"), stops_at_the_zones_edge),
    Rule("fits-only-ours", "Our names are compressed better (in the rdata of more types, against the question's own case), so what "
         "a peer has to truncate may fit.", ALL, fits_only_ours),
    Rule("beside-a-cname", "NSEC and RRSIG stand beside a CNAME: BIND, Knot and we do not follow the alias for them, NSD does.",
         ("nsd",), beside_a_cname),
    Rule("loop-servfail", "When an alias loops, or a chain is too long, BIND answers SERVFAIL with the part that it has; we, like "
         "NSD and Knot, say NOERROR with that part.", ("bind",), servfail_of_loops),
    Rule("nsec-at-a-cut", "The NSEC of a delegation: BIND shows it, NSD, Knot and we refer to the child (RFC 4035 section 3.1.4 "
         "makes an exception for DS only).", ("bind",), nsec_at_a_cut),
    Rule("wildcard-without-data", "The wildcard that matches is an empty non-terminal: the NSEC that says so is needed (RFC 4035 "
         "section 3.1.3.4), NSD and we send it, BIND and Knot do not.", ("bind", "knot"), wildcard_without_data),
    Rule("wildcard-itself", "Asked for a wildcard's own name, or led there by an alias, NSD adds the closest encloser's NSEC3 to the one that matches: not "
         "wrong, not needed (RFC 5155 section 7.2.3).", ("nsd",), encloser_of_a_wildcard),
    Rule("star-is-not-first", "When names sort between an encloser and its wildcard (a label that begins below \"*\"), NSD sends "
         "the encloser's own NSEC, which proves nothing, beside or instead of the one that covers the wildcard.", ("nsd",), star_is_not_the_first),
    Rule("unsigned-non-terminal", "An empty non-terminal that opt-out left without NSEC3: BIND, Knot and we prove the closest encloser "
         "that has one (RFC 5155 section 7.2.1), NSD leaves it out.", ("nsd",), unsigned_non_terminal),
    Rule("denial-behind-a-dname", "Of a name that a DNAME made and that does not exist, NSD proves only that no wildcard stands for it, "
         "not the name itself (RFC 4035 section 3.1.3.2 asks for both).", ("nsd",), denial_behind_a_dname),
    Rule("gives-up-the-proof", "Below such a name Knot 3.2 finds no closest encloser and answers without SOA, proof and AA.",
         ("knot",), gives_up_the_proof),
    Rule("glue-must-be-there", "RFC 9471: glue inside the delegated zone that does not fit sets TC. Knot and we do, BIND 9.18 and NSD 4.6 "
         "leave it out.", ("bind", "nsd"), glue_must_be_there),
    Rule("denial-left-out", "The SOA and the proofs of a denial do not fit behind a chain: TC; Knot leaves them out without a word.",
         ("knot",), denial_left_out),
    Rule("cname-below-a-dname", "Type CNAME below a DNAME: the algorithm of RFC 6672 section 3.2 goes on with the new name, and so do "
         "BIND, Knot and we; NSD stops.", ("nsd",), cname_below_a_dname),
    Rule("name-too-long", "A DNAME makes a name too long: YXDOMAIN (RFC 6672 section 2.2). Knot says NXDOMAIN.", ("knot",),
         name_too_long),
]


def unexplained(peer, question, ours, theirs):
    """The fields that differ and that no rule explains."""
    fields = differences(ours, theirs)
    for rule in RULES:
        if fields and peer in rule.peers:
            explained = rule.explains(question, ours, theirs, fields)
            if explained & fields:
                rule.used += 1
                fields -= explained
    return fields


def outvoted(peer, fields, answers, ours):
    """Whether the difference is one peer's alone: it is in what accompanies the answer, and every other peer (two at least)
    says there what we say. Each such case was looked at once: NSD proves some denials with too few or other NSEC and
    NSEC3 records than RFC 4035 and RFC 5155 ask for, Knot leaves the SOA out for type RRSIG of a name that does not
    exist. The validator's test (test_answers_signed.py) is the judge of ours."""
    others = [theirs for name, theirs in answers.items() if name != peer]
    return fields <= {"aa", "tc", "authority"} and len(others) >= 2 and \
        all(not fields & differences(ours, theirs) for theirs in others)
