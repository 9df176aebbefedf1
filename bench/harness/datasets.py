# SPDX-License-Identifier: Apache-2.0
"""
Data sets: master files and question lists, made once from a seed and kept in the cache.

A data set is a folder: zones/ with one master file per zone, questions-NAME.txt (with the kind of answer each
question must get), the same compiled for the load generator (.bin) and in two words a line for dnsperf (.dnsperf),
and dataset.json, which is written last: a folder without it is made anew.
"""
import json
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from . import zone_ad, zone_delegation, zone_many

FORMAT = 4      # raised whenever a generator writes something else
MAKERS = {'ad': zone_ad.make, 'delegation': zone_delegation.make, 'many': zone_many.make}


@dataclass
class Dataset:
    name: str
    path: Path
    zones: list = field(default_factory=list)     # [zone name, file name inside zones/]
    records: int = 0
    probes: list = field(default_factory=list)    # (name, type): all answered means loaded
    questions: list = field(default_factory=list)

    @property
    def zone_dir(self):
        return self.path / 'zones'

    def question_file(self, key, suffix='bin'):
        return self.path / f'questions-{key}.{suffix}'

    def warm(self):
        """Reads every master file, so that no server pays for the disk."""
        for _, file_name in self.zones:
            with open(self.zone_dir / file_name, 'rb') as stream:
                while stream.read(1 << 20):
                    pass


class Writer:
    """What a generator writes through: zone files and question lists, records counted."""

    def __init__(self, path):
        self.path = path
        self.zones = []
        self.records = 0
        self.probes = []
        self.questions = []
        (path / 'zones').mkdir(parents=True)

    def zone(self, name, lines):
        """Lines of master file text, one record each, except for those that start with `$`."""
        file_name = f'{name}.zone'
        count = 0
        with open(self.path / 'zones' / file_name, 'w', encoding='ascii', newline='\n') as stream:
            for line in lines:
                stream.write(line + '\n')
                count += not line.startswith('$')
        self.zones.append([name, file_name])
        self.records += count

    def question_list(self, key, lines):
        """(name, type, kind of answer) each; see bench/load/load_questions.h."""
        with open(self.path / f'questions-{key}.txt', 'w', encoding='ascii') as ours, \
                open(self.path / f'questions-{key}.dnsperf', 'w', encoding='ascii') as dnsperf:
            for name, rtype, expect in lines:
                ours.write(f'{name} {rtype} {expect}\n')
                dnsperf.write(f'{name} {rtype}\n')
        self.questions.append(key)


def compile_questions(settings, path, keys):
    for key in keys:
        subprocess.run([settings.loadgen, '--questions', path / f'questions-{key}.txt',
                        '--compile', path / f'questions-{key}.bin'], check=True, timeout=120)


def load(path):
    with open(path / 'dataset.json', encoding='ascii') as stream:
        facts = json.load(stream)
    if facts.pop('format') != FORMAT:
        raise ValueError('made by another generator')
    return Dataset(path=path, **facts)


def generate(name, path, seed, scale=1.0):
    """Writes master files and question lists; returns the facts for dataset.json."""
    writer = Writer(path)
    MAKERS[name](writer, seed, scale)
    return {'format': FORMAT, 'name': name, 'zones': writer.zones, 'records': writer.records,
            'probes': writer.probes, 'questions': writer.questions}


def ensure(settings, name):
    """The data set of that name, from the cache where it is there and whole."""
    path = settings.cache / f'{name}-{settings.seed}'
    try:
        return load(path)
    except (OSError, ValueError, KeyError, TypeError):
        pass
    settings.progress(f'data set {name}: generating (kept in {path})')
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    facts = generate(name, path, settings.seed)
    compile_questions(settings, path, facts['questions'])
    with open(path / 'dataset.json', 'w', encoding='ascii') as stream:
        json.dump(facts, stream)
    settings.progress(f'data set {name}: {len(facts["zones"])} zones, {facts["records"]} records')
    return load(path)
