# SPDX-License-Identifier: Apache-2.0
"""Answers of Plimsoll beside those of NSD, Knot and BIND: the same zones, the same thousands of questions.

The seed is fixed, so that a rare quirk of a peer fails nobody's unrelated change; PLIMSOLL_DIFFERENTIAL_SEED sets another,
"random" a fresh one. _QUESTIONS sets how many are asked, _SHOWN how many differences are printed in full.
"""

import os
import random

import differential_compare as compare
import differential_peers as peers
import differential_zones as zones
import pytest
from support.server import Server, config

SEED = os.environ.get("PLIMSOLL_DIFFERENTIAL_SEED", "1")
SEED = random.SystemRandom().randrange(1 << 32) if SEED == "random" else int(SEED)
QUESTIONS = int(os.environ.get("PLIMSOLL_DIFFERENTIAL_QUESTIONS", 8000))
OUTVOTED_SHARE_MAX = 0.02
SHOWN_MAX = int(os.environ.get("PLIMSOLL_DIFFERENTIAL_SHOWN", 5))


@pytest.mark.skipif(not peers.available(), reason="no peer is installed")
def test_answers_are_those_of_the_peers(tmp_path):
    print(f"PLIMSOLL_DIFFERENTIAL_SEED={SEED}")
    rng = random.Random(SEED)
    folder = tmp_path / "zones"
    folder.mkdir()
    files, _ = zones.make(folder, rng)
    text = config(zones={apex: str(file) for apex, file in files.items()},
                  server={"address-order": "fixed"}, limits={"workers": 1})
    running = {}
    failures = []
    outvoted = 0
    try:
        with Server(tmp_path / "plimsoll", text, files={}) as server:
            for name in peers.available():
                running[name] = peers.Peer(name, tmp_path / name, files)
            askers = {name: compare.Asker(peer.port) for name, peer in running.items()}
            ours = compare.Asker(server.port)
            for name, rdtype, options in zones.questions(rng, files, folder, QUESTIONS):
                question = compare.Question(name, rdtype, options)
                mine = ours.ask(question)
                answers = {peer: asker.ask(question) for peer, asker in askers.items()}
                for peer, theirs in answers.items():
                    fields = compare.unexplained(peer, question, mine, theirs)
                    if fields and compare.outvoted(peer, fields, answers, mine):
                        outvoted += 1
                    elif fields:
                        failures.append((peer, question, fields, mine, theirs))
            ours.close()
            for asker in askers.values():
                asker.close()
    finally:
        for peer in running.values():
            peer.close()
    for peer, question, fields, mine, theirs in failures[:SHOWN_MAX]:
        print(f"==== {question.text()}: {sorted(fields)}\n-- plimsoll {mine.text()}\n-- {peer} {theirs.text()}")
    for rule in compare.RULES:
        print(f"{rule.name}: {rule.used}")
    print(f"outvoted: {outvoted}")
    summary = sorted({(peer, question.text(), tuple(sorted(fields))) for peer, question, fields, _, _ in failures})
    for line in summary[:200]:
        print(*line)
    assert not failures, f"{len(failures)} differences that nothing explains"
    assert outvoted <= QUESTIONS * OUTVOTED_SHARE_MAX
