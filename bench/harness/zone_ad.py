# SPDX-License-Identifier: Apache-2.0
"""
A domain's zones: corp.example with 10,000 member hosts and _msdcs.corp.example, with the full set of locator records that
four domain controllers in ten sites register.

Hosts: 10,000 A records, every fifth host with an AAAA record too. Questions: `positive` asks for the hosts' addresses,
`nxdomain` asks for a host that is there and one that is not in turn, `srv` asks the locator names.
"""
import random

DOMAIN = 'corp.example'
FOREST = '_msdcs.corp.example'
HOSTS = 10_000
QUESTIONS = 100_000
DCS = [('dc1', 'Default-First-Site-Name'), ('dc2', 'Default-First-Site-Name'), ('dc3', 'Berlin'), ('dc4', 'Lisbon')]
SITES = ['Default-First-Site-Name', 'Berlin', 'Lisbon', 'Oslo', 'Turin', 'Graz', 'Porto', 'Delft', 'Ghent', 'Malmo']
DOMAIN_GUID = '6b1f5c2e-0f0d-4c3b-9a1e-2d7c54a1f001'
TTL = 900


def soa(zone):
    return f'{zone}.\t3600\tIN\tSOA\tdc1.{DOMAIN}. hostmaster.{DOMAIN}. 1 900 600 86400 3600'


def sited(service, tail):
    """The site-less owner and one per site (sites without a controller are covered by all of them)."""
    yield f'{service}.{tail}', None
    for site in SITES:
        yield f'{service}.{site}._sites.{tail}', site


def service_owners():
    """(owner, site or None, port, controller limit) of every locator SRV set."""
    for tail in (DOMAIN, f'dc.{FOREST}', f'DomainDnsZones.{DOMAIN}', f'ForestDnsZones.{DOMAIN}', f'gc.{FOREST}'):
        port = 3268 if tail.startswith('gc.') else 389
        for owner, site in sited('_ldap._tcp', tail):
            yield owner, site, port
    for tail in (DOMAIN, f'dc.{FOREST}'):
        for owner, site in sited('_kerberos._tcp', tail):
            yield owner, site, 88
    for owner, site in sited('_gc._tcp', DOMAIN):
        yield owner, site, 3268
    yield f'_kerberos._udp.{DOMAIN}', None, 88
    yield f'_kpasswd._tcp.{DOMAIN}', None, 464
    yield f'_kpasswd._udp.{DOMAIN}', None, 464
    yield f'_ldap._tcp.{DOMAIN_GUID}.domains.{FOREST}', None, 389
    yield f'_ldap._tcp.pdc.{FOREST}', 'pdc', 389


def targets(site):
    """The controllers that register under a site."""
    if site == 'pdc':
        return ['dc1']
    own = [name for name, place in DCS if place == site]
    return own if own else [name for name, _ in DCS]


def locator_records(zone):
    for owner, site, port in service_owners():
        if owner.endswith(FOREST) == (zone == FOREST):
            for target in targets(site):
                yield f'{owner}.\t{TTL}\tIN\tSRV\t0 100 {port} {target}.{DOMAIN}.'


def dc_addresses(owner):
    for index in range(1, len(DCS) + 1):
        yield f'{owner}.\t{TTL}\tIN\tA\t10.1.0.{index}'
        yield f'{owner}.\t{TTL}\tIN\tAAAA\tfd00:1::{index}'


def domain_records(hosts):
    yield soa(DOMAIN)
    for index, (name, _) in enumerate(DCS, start=1):
        yield f'{DOMAIN}.\t3600\tIN\tNS\t{name}.{DOMAIN}.'
        yield f'{name}.{DOMAIN}.\t3600\tIN\tA\t10.1.0.{index}'
        yield f'{name}.{DOMAIN}.\t3600\tIN\tAAAA\tfd00:1::{index}'
    yield f'{DOMAIN}.\t3600\tIN\tMX\t10 mail.{DOMAIN}.'
    yield f'mail.{DOMAIN}.\t3600\tIN\tA\t10.1.1.1'
    for owner in (DOMAIN, f'DomainDnsZones.{DOMAIN}', f'ForestDnsZones.{DOMAIN}'):
        yield from dc_addresses(owner)
    yield from locator_records(DOMAIN)
    for index in range(hosts):
        yield f'{host(index)}\t1200\tIN\tA\t10.{2 + index // 62500}.{index // 250 % 250}.{1 + index % 250}'
        if index % 5 == 0:
            yield f'{host(index)}\t1200\tIN\tAAAA\tfd00:2::{index:x}'


def forest_records(rng):
    yield soa(FOREST)
    for name, _ in DCS:
        yield f'{FOREST}.\t3600\tIN\tNS\t{name}.{DOMAIN}.'
        guid = f'{rng.getrandbits(32):08x}-{rng.getrandbits(16):04x}-4{rng.getrandbits(12):03x}-' \
               f'8{rng.getrandbits(12):03x}-{rng.getrandbits(48):012x}'
        yield f'{guid}.{FOREST}.\t{TTL}\tIN\tCNAME\t{name}.{DOMAIN}.'
    yield from dc_addresses(f'gc.{FOREST}')
    yield from locator_records(FOREST)


def host(index):
    return f'ws-{index:05d}.{DOMAIN}.'


def make(writer, seed, scale):
    rng = random.Random(f'{seed} ad')
    hosts = max(10, int(HOSTS * scale))
    count = max(10, int(QUESTIONS * scale))
    writer.zone(DOMAIN, domain_records(hosts))
    writer.zone(FOREST, forest_records(rng))
    present = [(host(rng.randrange(hosts)), 'A', 'answer') for _ in range(count)]
    absent = [(f'pc-{rng.randrange(10 ** 6):06d}.{DOMAIN}.', 'A', 'nxdomain') for _ in range(count // 2)]
    half = [question for pair in zip(present, absent) for question in pair]
    owners = [owner for owner, _, _ in service_owners()]
    writer.question_list('positive', present)
    writer.question_list('nxdomain', half)
    writer.question_list('srv', [(rng.choice(owners) + '.', 'SRV', 'answer') for _ in range(count)])
    writer.probes = [[host(0).rstrip('.'), 'A'], [f'_ldap._tcp.pdc.{FOREST}', 'SRV']]
