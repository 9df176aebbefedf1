# SPDX-License-Identifier: Apache-2.0
"""The harness's own tests: what it computes and writes, without any server or network."""
import math
import os
import struct
import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness import cli, datasets, pictures, process, report, servers, wire, workloads    # noqa: E402
from bench.harness.settings import Settings    # noqa: E402

SEED = 4711


def texts(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob('*')) if path.is_file()}


class DataSets(unittest.TestCase):
    def generate(self, name, seed=SEED, scale=0.002):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder)
            facts = datasets.generate(name, path, seed, scale)
            return facts, texts(path)

    def test_the_same_seed_gives_the_same_bytes(self):
        for name in datasets.MAKERS:
            self.assertEqual(self.generate(name), self.generate(name))
            self.assertNotEqual(self.generate(name)[1], self.generate(name, seed=SEED + 1)[1])

    def test_records_are_counted(self):
        for name in datasets.MAKERS:
            facts, files = self.generate(name)
            lines = sum(1 for path, text in files.items() if path.suffix == '.zone'
                        for line in text.splitlines() if not line.startswith(b'$'))
            self.assertEqual(facts['records'], lines)

    def test_the_delegation_zone_is_exact_sorted_and_answers_its_questions(self):
        facts, files = self.generate('delegation')
        self.assertEqual(facts['records'], 2000)
        zone = next(text for path, text in files.items() if path.suffix == '.zone').decode()
        cuts = [line.split('\t')[0] for line in zone.splitlines() if '\tNS\t' in line][2:]
        self.assertEqual(cuts, sorted(cuts))
        asked = {line.split()[0] for line in files[Path('questions-referral.txt')].decode().splitlines()}
        self.assertLessEqual({name.split('.', 1)[1] for name in asked}, set(cuts))
        self.assertIn(facts['probes'][0][0].split('.', 1)[1] + '.', cuts)

    def test_half_of_the_negative_questions_exist(self):
        _, files = self.generate('ad')
        kinds = [line.split()[2] for line in files[Path('questions-nxdomain.txt')].splitlines()]
        self.assertEqual(kinds.count(b'answer'), kinds.count(b'nxdomain'))

    def test_locator_questions_have_records(self):
        _, files = self.generate('ad')
        owners = {line.split(b'\t')[0] for path, text in files.items() if path.suffix == '.zone'
                  for line in text.splitlines() if b'\tSRV\t' in line}
        asked = {line.split()[0] for line in files[Path('questions-srv.txt')].splitlines()}
        self.assertLessEqual(asked, owners)


class Wire(unittest.TestCase):
    def test_a_query_is_laid_out(self):
        self.assertEqual(wire.query('a.bc', 'SRV', 7), bytes([0, 7, 0, 0, 0, 1] + [0] * 6) + b'\1a\2bc\0\0\x21\0\1')

    def test_only_a_right_answer_counts(self):
        def answer(flags, answers, authorities):
            return struct.pack('>6H', 1, flags, 1, answers, authorities, 0)
        self.assertTrue(wire.is_answer(answer(0x8400, 1, 0)))
        self.assertTrue(wire.is_answer(answer(0x8000, 0, 2)))
        self.assertFalse(wire.is_answer(answer(0x8400, 0, 0)))
        self.assertFalse(wire.is_answer(answer(0x8402, 1, 0)))
        self.assertFalse(wire.is_answer(answer(0x0000, 1, 0)))
        self.assertFalse(wire.is_answer(b''))


class Processes(unittest.TestCase):
    def test_this_process_is_in_its_tree_and_has_a_footprint(self):
        self.assertIn(os.getpid(), process.tree(os.getpid()))
        self.assertEqual(process.tree(2 ** 22 + 1), [])
        weight = process.footprint(os.getpid())
        self.assertGreater(weight['rss_mib'], 1)
        self.assertGreaterEqual(weight['threads'], 1)
        self.assertGreaterEqual(weight['fds'], 1)

    def test_cpu_time_grows(self):
        core = min(os.sched_getaffinity(0))
        before = process.Sample(os.getpid(), core)
        deadline = before.time + 0.05
        while process.time.monotonic() < deadline:
            math.sqrt(2)
        cost = process.Sample(os.getpid(), core).since(before)
        self.assertGreaterEqual(cost['cpu_seconds'], 0)
        self.assertGreater(cost['elapsed'], 0.04)


class Reports(unittest.TestCase):
    def setUp(self):
        run = {'qps': 400_000.0, 'cpu_us': 2.5, 'user_us': 0.5, 'system_us': 2.0, 'p50_us': 400.0, 'p99_us': 700.0,
               'answer_bytes': 55.0, 'lost': 1, 'wrong': 0, 'foreign_share': 0.0, 'rss_mib': 20.0, 'rss_peak_mib': 21.0,
               'pss_mib': 19.0, 'threads': 4, 'fds': 12, 'load_seconds': 0.5, 'load_cpu_seconds': 0.4,
               'bytes_per_record': 100.0}
        self.results = {'plimsoll': dict(run, cpu_us=2.2), 'nsd': run, 'knot': {'failed': 'no <answer>'},
                        'echo': dict(run, cpu_us=1.9)}
        self.facts = report.facts(Settings())

    def test_medians_of_odd_and_even_counts_and_sums_of_losses(self):
        runs = [{'qps': value, 'lost': 2, 'rcodes': {}, 'foreign_share': value / 10} for value in (1.0, 3.0, 2.0)]
        middle = workloads.median_of(runs)
        self.assertEqual((middle['qps'], middle['lost'], middle['foreign_share']), (2.0, 6, 0.3))
        self.assertEqual(workloads.median_of(runs[:2])['qps'], 2.0)
        self.assertEqual(workloads.median_of(runs[:1])['qps'], 1.0)

    def test_the_traffic_table_has_ratios_targets_and_failures(self):
        text = report.show(workloads.BY_NAME['ad'], self.results)
        self.assertIn('0.88x', text)
        self.assertIn('1.16x', text)
        self.assertIn('target cpu_us <= 2.3: reached (2.20)', text)
        self.assertIn('knot: no <answer>', text)

    def test_a_missed_target_and_a_noisy_machine_are_said(self):
        self.results['plimsoll'].update(cpu_us=9.0, foreign_share=0.5)
        text = report.show(workloads.BY_NAME['ad'], self.results)
        self.assertIn('MISSED (9.00)', text)
        self.assertIn('~ plimsoll: other programs had 50%', text)

    def test_the_load_table_has_bytes_per_record(self):
        text = report.show(workloads.BY_NAME['load-delegation'], self.results)
        self.assertIn('bytes_per_record <= 110: reached (100.0)', text)

    def test_pictures_are_well_formed(self):
        lines = {str(line): {'qps': 0.0 if line == 64 else 1000.0, 'reason': ''} for line in workloads.LINES_MIB}
        results = {spec.name: self.results for spec in workloads.ALL if spec.kind != 'line'}
        results['memory-line'] = {'plimsoll': {'points': {'ad': lines}}, 'nsd': {'failed': 'x'}}
        with tempfile.TemporaryDirectory() as folder:
            drawn = pictures.write(Settings(results=Path(folder)), workloads.ALL, results, self.facts)
            self.assertEqual({path.name for path in drawn}, {'comparison.svg', 'memory-line.svg'})
            for path in drawn:
                xml.dom.minidom.parse(str(path))
        self.assertIn('memory-line', report.show(workloads.BY_NAME['memory-line'], results['memory-line']))


class CommandLine(unittest.TestCase):
    def test_every_server_and_workload_has_a_name_of_its_own(self):
        self.assertEqual(len(set(servers.NAMES)), len(servers.ALL))
        self.assertEqual(len(workloads.BY_NAME), len(workloads.ALL))

    def test_unknown_names_and_silly_numbers_are_refused(self):
        class Complaint(Exception):
            pass

        def complain(text):
            raise Complaint(text)

        for words in (['nowhere'], ['--servers', 'nsd,djb'], ['--runs', '0'], ['--seconds', '0']):
            with self.assertRaises(Complaint):
                cli.settings_from(cli.parser().parse_args(words), complain)
        settings = cli.settings_from(cli.parser().parse_args(['ad', '--runs', '1', '--servers', 'nsd']), complain)
        self.assertEqual((settings.runs, settings.servers), (1, ('nsd',)))


if __name__ == '__main__':
    unittest.main()
