# SPDX-License-Identifier: Apache-2.0
"""
One large delegation zone, as registries have it: 1,000,000 records in name order, fully qualified, one a line.

The mix: apex SOA, 2 NS and their 2 A records; delegations of 2 NS each, of which every fourth names servers inside the
delegation and brings 2 A records of glue, while the others name two out of 4,000 servers outside the zone. That makes
about 80 % NS and 20 % A. Questions: `www.` below a random delegation; every answer is a referral.
"""
import random

ZONE = 'registry.example'
RECORDS = 1_000_000
QUESTIONS = 400_000
OUTSIDE_SERVERS = 2_000
SYLLABLES = [c + v for c in 'bcdfghjklmnprstvwz' for v in 'aeiou']


def label(rng):
    """Two to five syllables, some with a number: short names first, as real ones are."""
    text = ''.join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3, 4, 4, 5))))
    return text + str(rng.randrange(100)) if rng.random() < 0.3 else text


def delegations(rng, records):
    """Distinct labels in order, as many as surely fit into `records` with the mix above."""
    wanted = int((records - 5) / 2.5) - 2
    labels = set()
    while len(labels) < wanted:
        labels.add(label(rng))
    return sorted(labels)


def zone_lines(rng, labels, records):
    yield f'{ZONE}.\t86400\tIN\tSOA\tns1.{ZONE}. hostmaster.{ZONE}. 1 3600 900 604800 3600'
    for index in (1, 2):
        yield f'{ZONE}.\t86400\tIN\tNS\tns{index}.{ZONE}.'
        yield f'ns{index}.{ZONE}.\t86400\tIN\tA\t192.0.2.{index}'
    left = records - 5
    for index, name in enumerate(labels):
        if index % 4 == 0:
            for server in (1, 2):
                yield f'{name}.{ZONE}.\t86400\tIN\tNS\tns{server}.{name}.{ZONE}.'
                yield f'ns{server}.{name}.{ZONE}.\t86400\tIN\tA\t198.51.{rng.randrange(256)}.{rng.randrange(256)}'
            left -= 4
        else:
            operator = rng.randrange(OUTSIDE_SERVERS)
            for server in (1, 2):
                yield f'{name}.{ZONE}.\t86400\tIN\tNS\tns{server}.hoster{operator}.example.'
            left -= 2
    for index in range(left):
        yield f'ns1.{ZONE}.\t86400\tIN\tA\t192.0.2.{100 + index}'


def make(writer, seed, scale):
    rng = random.Random(f'{seed} delegation')
    records = max(50, int(RECORDS * scale))
    labels = delegations(rng, records)
    writer.zone(ZONE, zone_lines(rng, labels, records))
    count = max(10, int(QUESTIONS * scale))
    writer.question_list('referral', [(f'www.{rng.choice(labels)}.{ZONE}.', 'A', 'referral') for _ in range(count)])
    writer.probes = [[f'www.{labels[-1]}.{ZONE}', 'A']]
