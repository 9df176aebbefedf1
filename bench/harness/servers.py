# SPDX-License-Identifier: Apache-2.0
"""
The servers beside each other: how each is configured in its fastest sane setting, started, and ended.

All get one worker on one core, minimal responses, no logging of queries, no rate limits, no journal or database on disk;
what differs is said where it is set.
"""
import os
import shutil
import tempfile
from pathlib import Path

from . import process, wire
from .settings import BenchError

START_TIMEOUT = 60.0
CONFIG_ERROR = 78


class Refused(BenchError):
    """The server did not start with what it was given (exit 78), or runs and does not serve it."""


class Server:
    """A kind of server; start() makes a Running one."""
    name = ''
    program = ''
    answers = True        # the echo only sends the question back

    def available(self, _settings):
        return shutil.which(self.program, path='/usr/sbin:/usr/bin:/sbin:/bin') is not None

    def version(self, _settings):
        return ''

    def configure(self, folder, port, dataset, options):
        """Writes the configuration below `folder`; returns the command."""
        raise NotImplementedError

    def start(self, settings, dataset, **options):
        """Starts it and waits for every probe's first right answer. Raises BenchError when that does not come."""
        return Running(self, settings, dataset, options)


class Running:
    """One server that answers; a context manager that ends it and removes its folder."""

    def __init__(self, server, settings, dataset, options):
        self.server = server
        self.folder = Path(tempfile.mkdtemp(prefix=f'plimsoll-bench-{server.name}-'))
        self.process = None
        self.port = wire.free_port()
        try:
            command = server.configure(self.folder, self.port, dataset, {'settings': settings, **options})
            self.process = process.Process(command, settings, self.folder / 'log', self.folder)
            self.load_seconds = self.wait(dataset, options)
        except BaseException:
            self.close()
            raise

    def wait(self, dataset, options):
        patience = options.get('patience', START_TIMEOUT)
        if not self.server.answers and options.get('tcp'):
            ready = wire.wait_for_stream(self.port, patience)
        elif not self.server.answers:
            ready = self.process.started
        else:
            ready = wire.wait_for_answers(self.port, dataset.probes, patience, self.process.alive)
        if ready is None:
            status = self.process.popen.poll()
            said = f'{self.server.name} gave no right answer (exit status {status}): {self.process.log_tail()}'
            raise Refused(said) if status in (CONFIG_ERROR, None) else BenchError(said)
        return ready - self.process.started

    @property
    def pid(self):
        return self.process.pid

    def close(self):
        if self.process:
            self.process.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Echo(Server):
    """The kernel's ceiling: sets a bit and sends the packet back."""
    name = 'echo'
    answers = False

    def available(self, settings):
        return os.access(settings.echo, os.X_OK)

    def configure(self, folder, port, dataset, options):
        command = [options['settings'].echo, '--listen', f'127.0.0.1@{port}']
        return command + ['--tcp'] if options.get('tcp') else command


class Nsd(Server):
    """NSD: one server process, SO_REUSEPORT, no database file, Debian's response rate limit off."""
    name = 'nsd'
    program = 'nsd'

    def configure(self, folder, port, dataset, options):
        lines = ['server:', f'  ip-address: 127.0.0.1@{port}', '  server-count: 1', '  reuseport: yes',
                 '  do-ip6: no', '  username: ""', '  database: ""', f'  zonesdir: "{dataset.zone_dir}"',
                 f'  pidfile: "{folder}/nsd.pid"', f'  xfrdfile: "{folder}/xfrd.state"',
                 f'  zonelistfile: "{folder}/zone.list"', f'  xfrdir: "{folder}"', '  tcp-count: 512',
                 '  tcp-query-count: 0', '  tcp-timeout: 60', '  minimal-responses: yes', '  refuse-any: yes',
                 '  rrl-ratelimit: 0', '  rrl-whitelist-ratelimit: 0', '  zonefiles-check: no',
                 '  zonefiles-write: 0', '  hide-version: yes', '  verbosity: 0',
                 'remote-control:', '  control-enable: no']
        for zone, file_name in dataset.zones:
            lines += ['zone:', f'  name: "{zone}"', f'  zonefile: "{file_name}"']
        config = folder / 'nsd.conf'
        config.write_text('\n'.join(lines) + '\n', encoding='ascii')
        return ['/usr/sbin/nsd', '-d', '-c', config]


class Knot(Server):
    """Knot DNS: one UDP and one TCP worker, no journal; zone files are loaded, not compared."""
    name = 'knot'
    program = 'knotd'

    def configure(self, folder, port, dataset, options):
        lines = ['server:', f'    rundir: "{folder}"', f'    listen: 127.0.0.1@{port}', '    udp-workers: 1',
                 '    tcp-workers: 1', '    background-workers: 1', '    tcp-reuseport: off',
                 '    tcp-max-clients: 512', '    answer-rotation: off', '    version: ""', '    identity: ""',
                 'log:', '  - target: stderr', '    any: error',
                 'database:', f'    storage: "{folder}"',
                 'template:', '  - id: default', f'    storage: "{dataset.zone_dir}"', '    zonefile-sync: -1',
                 '    zonefile-load: whole', '    journal-content: none', '    semantic-checks: off', 'zone:']
        for zone, file_name in dataset.zones:
            lines += [f'  - domain: "{zone}"', f'    file: "{file_name}"']
        config = folder / 'knot.conf'
        config.write_text('\n'.join(lines) + '\n', encoding='ascii')
        return ['/usr/sbin/knotd', '-c', config]


class Bind(Server):
    """BIND: one thread, authoritative only, no checks at load that the others do not make."""
    name = 'bind'
    program = 'named'

    def configure(self, folder, port, dataset, options):
        lines = ['options {', f'  directory "{folder}";', f'  listen-on port {port} {{ 127.0.0.1; }};',
                 '  listen-on-v6 { none; };', '  recursion no;', '  minimal-responses yes;', '  minimal-any yes;',
                 '  notify no;', '  dnssec-validation no;', '  empty-zones-enable no;', '  querylog no;',
                 '  zone-statistics none;', '  check-integrity no;', '  check-names primary ignore;',
                 '  check-mx ignore;', '  check-sibling no;', '  tcp-clients 512;', '  allow-transfer { none; };',
                 f'  pid-file "{folder}/named.pid";', f'  session-keyfile "{folder}/session.key";',
                 f'  lock-file "{folder}/named.lock";', '};', 'controls { };',
                 'logging { category default { default_stderr; }; channel quiet { stderr; severity error; };',
                 '  category zoneload { quiet; }; category general { quiet; }; category queries { null; }; };']
        for zone, file_name in dataset.zones:
            lines.append(f'zone "{zone}" {{ type primary; file "{dataset.zone_dir}/{file_name}"; }};')
        config = folder / 'named.conf'
        config.write_text('\n'.join(lines) + '\n', encoding='ascii')
        return ['/usr/sbin/named', '-f', '-4', '-n', '1', '-U', '1', '-c', config, '-g']


class Plimsoll(Server):
    """Plimsoll: one worker inside its declared line."""
    name = 'plimsoll'

    def available(self, settings):
        return os.access(settings.plimsolld, os.X_OK)

    def configure(self, folder, port, dataset, options):
        settings = options['settings']
        limits = options.get('limits') or {'memory': settings.memory, 'tcp-connections-per-client': 256}
        lines = ['server:', f'  listen: ["127.0.0.1@{port}"]', f'  control: {folder}/control.sock', '  rate-limit: 0',
                 'limits:', '  workers: 1', *(f'  {key}: {value}' for key, value in limits.items()),
                 'stats:', f'  listen: "127.0.0.1@{wire.free_port()}"',
                 'log:', '  level: warning', 'zones:']
        for zone, file_name in dataset.zones:
            lines.append(f'  - {{ name: {zone}, type: primary, file: "{dataset.zone_dir}/{file_name}" }}')
        config = folder / 'plimsoll.yaml'
        config.write_text('\n'.join(lines) + '\n', encoding='ascii')
        return [settings.plimsolld, '-c', config]


ALL = (Plimsoll(), Nsd(), Knot(), Bind(), Echo())
NAMES = tuple(server.name for server in ALL)


def chosen(settings, progress=True):
    """The servers that take part: those asked for, or all that are installed."""
    taking_part = []
    for server in ALL:
        if settings.servers and server.name not in settings.servers:
            continue
        if server.available(settings):
            taking_part.append(server)
        elif progress:
            settings.progress(f'{server.name} is not installed or not built: left out')
    return taking_part
