# SPDX-License-Identifier: Apache-2.0
"""
10,000 small zones, as a hoster or a large forest has them: twelve records each.

Questions, mixed: 50 % an address that is there, 15 % MX, 10 % the apex's NS, 10 % AAAA that is not there (NODATA), 15 % a
name that is not there (NXDOMAIN); the zone is drawn evenly.
"""
import random

ZONES = 10_000
QUESTIONS = 200_000


def zone_name(index):
    return f'branch-{index:05d}.example'


def zone_lines(index):
    zone = zone_name(index)
    network = f'10.{index // 256}.{index % 256}'
    yield f'$ORIGIN {zone}.'
    yield '$TTL 3600'
    yield '@\tIN\tSOA\tns1 hostmaster 1 3600 900 604800 600'
    yield '@\tIN\tNS\tns1'
    yield '@\tIN\tNS\tns2'
    yield '@\tIN\tMX\t10 mail'
    yield '@\tIN\tA\t' + network + '.80'
    yield '@\tIN\tTXT\t"v=spf1 mx -all"'
    yield 'ns1\tIN\tA\t' + network + '.1'
    yield 'ns2\tIN\tA\t' + network + '.2'
    yield 'mail\tIN\tA\t' + network + '.25'
    yield 'www\tIN\tA\t' + network + '.80'
    yield f'www\tIN\tAAAA\tfd00:3::{index:x}'
    yield 'intranet\tIN\tCNAME\twww'


def question(rng, zones):
    zone = zone_name(rng.randrange(zones)) + '.'
    draw = rng.random()
    if draw < 0.50:
        return f'{rng.choice(("www", "mail", "ns1"))}.{zone}', 'A', 'answer'
    if draw < 0.65:
        return zone, 'MX', 'answer'
    if draw < 0.75:
        return zone, 'NS', 'answer'
    if draw < 0.85:
        return f'mail.{zone}', 'AAAA', 'nodata'
    return f'x{rng.randrange(1000)}.{zone}', 'A', 'nxdomain'


def make(writer, seed, scale):
    rng = random.Random(f'{seed} many')
    zones = max(3, int(ZONES * scale))
    for index in range(zones):
        writer.zone(zone_name(index), zone_lines(index))
    count = max(10, int(QUESTIONS * scale))
    writer.question_list('mixed', [question(rng, zones) for _ in range(count)])
    writer.probes = [[f'www.{zone_name(index)}', 'A'] for index in (0, zones // 2, zones - 1)]
