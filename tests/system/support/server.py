# SPDX-License-Identifier: Apache-2.0
"""The real program in a directory of its own: configured, started, waited for, stopped and looked at.

Nothing is fixed: the server binds port 0 on loopback and says which ports it got. What it prints goes to files in the
directory, so that no full pipe ever holds it. The log is JSON unless a test says otherwise: events are then compared by
their number and fields, never by their words.

    with Server(tmp_path, config(zones={"corp.example": TEXT})) as server:
        server.ask("corp.example", "SOA")

The end of the block stops the server by SIGTERM and asserts that it ended with 0, within STOP_SECONDS, after event 3.
"""

import json
import os
import re
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import dns.message
import dns.query
import dns.rcode

BUILD = Path(os.environ.get("PLIMSOLL_BUILD", Path(__file__).resolve().parents[3] / "build"))
PROGRAM = BUILD / "plimsolld"
CONTROL = BUILD / "plimsollctl"
LOADGEN = BUILD / "bench" / "loadgen"

START_SECONDS = 20.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.02
# Started with so few descriptors, the server raises its limit to exactly what it declares.
DESCRIPTORS_AT_START = 64
LOG_BYTES_MAX = 16 << 20

# Events that no test expects unless it says so.
NEVER = {10101: "resident memory over the line", 10201: "a worker stalled"}

MINIMAL_ZONE = """$TTL 3600
@ IN SOA ns hostmaster 1 15m 10m 1d 15m
  NS ns
ns A 192.0.2.1
  AAAA 2001:db8::1
www A 192.0.2.80
"""


def few_descriptors():
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS_AT_START, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))


def wait_for(condition, seconds, what):
    """Polls until `condition()` is true and returns its value; fails the test after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")
        time.sleep(POLL_SECONDS)


def scalar(value):
    """A value as YAML flow text: switches and numbers bare, everything else quoted."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(scalar(item) for item in value) + "]"
    return json.dumps(str(value))


def mapping(values):
    return "{ " + ", ".join(f"{key.replace('_', '-')}: {scalar(value)}" for key, value in values.items()) + " }"


def config(zones=None, server=None, limits=None, stats=None, log=None, extra=""):
    """The text of a configuration for loopback and free ports.

    zones   name -> file name, or name -> dict of the zone's keys; None: example.test from example.test.zone
    others  dicts laid over the defaults of that section; the value None leaves a key out
    """
    sections = {
        "server": {"listen": ["127.0.0.1@0", "::1@0"], "control": "control.sock", **(server or {})},
        "limits": {"memory": "128MiB", "workers": 2, "jobs": 2, **(limits or {})},
        "stats": {"listen": "127.0.0.1@0", **(stats or {})},
        "log": {"format": "json", "level": "info", **(log or {})},
    }
    lines = []
    for name, values in sections.items():
        present = {key: value for key, value in values.items() if value is not None}
        if present:
            lines.append(f"{name}: {mapping(present)}")
    lines.append("zones:")
    zones = {"example.test": "example.test.zone"} if zones is None else zones
    for name, keys in zones.items():
        keys = keys if isinstance(keys, dict) else {"file": keys}
        lines.append("  - " + mapping({"name": name, "type": "primary", **keys}))
    if not zones:
        lines[-1] = "zones: []"
    return "\n".join(lines) + "\n" + extra


class Server:
    """One run of plimsolld. `text` None: the embedded default, with HOME in the directory."""

    def __init__(self, directory, text=None, *, files=None, prefix=(), environment=None, ready=True, expect=(), **popen):
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.text = text
        self.prefix = list(prefix)
        self.wants_ready = ready
        self.expected = set(expect)
        self.popen = popen
        self.process = None
        self.ports = {}
        self.stats_url = None
        self.environment = {key: value for key, value in os.environ.items()
                            if not key.startswith("XDG_") and key not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "WATCHDOG_USEC")}
        self.environment["HOME"] = str(self.directory)
        self.environment.update(environment or {})
        self.config_path = self.directory / "plimsoll.yaml"
        if text is not None:
            files = {"example.test.zone": MINIMAL_ZONE} if files is None else files
            for name, content in files.items():
                self.write(name, content)
            self.config_path.write_text(text)

    # ---- life ----

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.kill()
            raise

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.stop()
        else:
            self.kill()
            print(self.describe())

    def command(self):
        arguments = [] if self.text is None else ["-c", str(self.config_path)]
        return [*self.prefix, str(PROGRAM), *arguments]

    def start(self):
        out = open(self.directory / "stdout", "wb")
        err = open(self.directory / "stderr", "wb")
        with out, err:
            options = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err,
                       "preexec_fn": few_descriptors, **self.popen}
            self.process = subprocess.Popen(self.command(), cwd=self.directory, env=self.environment, **options)
        if self.wants_ready:
            self.wait_ready()
        return self

    def wait_ready(self):
        def there():
            assert self.process.poll() is None, f"ended with {self.process.returncode}\n{self.describe()}"
            return self.has_event(10000)

        wait_for(there, START_SECONDS, lambda: "event 10000\n" + self.describe())
        self.read_addresses()

    def read_addresses(self):
        for line in self.stdout().splitlines():
            match = re.match(r"listening on (\S+)@(\d+)", line)
            if match:
                self.ports[match.group(1)] = int(match.group(2))
            match = re.match(r"statistics on (http://\S+)", line)
            if match:
                self.stats_url = match.group(1).rstrip("/")

    def send_signal(self, number):
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        """Asks it to end and asserts how it does."""
        if self.process.poll() is None:
            self.send_signal(number)
        self.ended()

    def ended(self):
        """It was asked to end: asserts the exit code, the last event and that nothing unexpected was said."""
        try:
            code = self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"did not end within {STOP_SECONDS} s\n{self.describe()}") from None
        assert code == 0, f"ended with {code}\n{self.describe()}"
        self.assert_clean()

    def assert_clean(self):
        if self.json_log() and "stderr" not in self.popen and '"error"' not in self.text:
            events = self.events()
            assert events[-1]["id"] == 3, self.describe()
            for event in events:
                if event["id"] not in self.expected:
                    assert event["id"] not in NEVER, f"{NEVER[event['id']]}\n{self.describe()}"

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    # ---- what it says ----

    def stdout(self):
        return self._read("stdout")

    def stderr(self):
        return self._read("stderr")

    def _read(self, name):
        path = self.directory / name
        if not path.exists():
            return ""
        assert path.stat().st_size <= LOG_BYTES_MAX, f"{name} has grown to {path.stat().st_size} bytes"
        return path.read_text(errors="replace")

    def json_log(self):
        return self.text is not None and '"json"' in self.text

    def events(self, number=None):
        """The log's events, parsed; only complete lines. The text form gives only numbers and words."""
        found = []
        for line in self.stderr().split("\n")[:-1]:
            if line.startswith("{"):
                found.append(json.loads(line))
                continue
            match = re.match(r"(?:<\d>)?\S+Z (\w+) (\d+) (.*)", line)
            if match:
                found.append({"severity": match.group(1), "id": int(match.group(2)), "text": match.group(3), "fields": {}})
        return [event for event in found if number is None or event["id"] == number]

    def has_event(self, number, after=0, **fields):
        """The first event of that number, past the first `after` of it, that has those fields."""
        for event in self.events(number)[after:]:
            if all(fields[name] == event["fields"].get(name) for name in fields):
                return event
        return None

    def wait_event(self, number, seconds=15.0, after=0, **fields):
        return wait_for(lambda: self.has_event(number, after, **fields), seconds,
                        lambda: f"event {number} {fields}\n{self.describe()}")

    def describe(self):
        return f"--- stdout\n{self.stdout()[-400:]}\n--- stderr\n{self.stderr()[-2500:]}"

    # ---- asking it ----

    @property
    def pid(self):
        return self.process.pid

    @property
    def port(self):
        return self.ports["127.0.0.1"]

    def declared_descriptors(self):
        """What the server raised its limit to: the number that it declares."""
        for line in Path(f"/proc/{self.pid}/limits").read_text().splitlines():
            if line.startswith("Max open files"):
                return int(line.split()[3])
        raise AssertionError("no limit on descriptors")

    def alive(self):
        return self.process.poll() is None

    def query(self, message, address="127.0.0.1", tcp=False, timeout=5.0, port=None):
        """Sends a dnspython message and returns the answer."""
        port = port or self.ports.get(address) or next(iter(self.ports.values()))
        ask = dns.query.tcp if tcp else dns.query.udp
        return ask(message, address, timeout=timeout, port=port)

    def ask(self, name, rdtype, tcp=False, tries=3, address="127.0.0.1", port=None, **options):
        """The answer to a question; over UDP tried up to `tries` times, as a client does."""
        message = dns.message.make_query(name, rdtype, **options)
        message.flags &= ~dns.flags.RD
        for attempt in range(tries):
            try:
                return self.query(message, address, tcp, port=port, timeout=5.0 if tcp else 2.0)
            except dns.exception.Timeout:
                if attempt + 1 == tries:
                    raise
        raise AssertionError("not reached")

    def assert_answers(self, name="www.example.test", rdtype="A"):
        """It is alive and answers over both transports."""
        assert self.alive(), self.describe()
        for tcp in (False, True):
            answer = self.ask(name, rdtype, tcp=tcp)
            assert answer.rcode() == dns.rcode.NOERROR and answer.answer, answer.to_text()

    # ---- statistics ----

    def http(self, path, timeout=10.0):
        """(status, body) of a GET."""
        try:
            with urllib.request.urlopen(self.stats_url + path, timeout=timeout) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def metrics(self):
        """{'name{labels}': value} of /metrics."""
        status, body = self.http("/metrics")
        assert status == 200
        return parse_metrics(body)

    def metric(self, name, **labels):
        values = self.metrics()
        assert any(key.split("{")[0] == name for key in values), f"no metric {name}"
        return metric_sum(values, name, **labels)

    # ---- control ----

    def control(self, *arguments, check=0, timeout=30.0):
        """Runs plimsollctl on this server's socket; asserts its exit code (None: any); returns the process."""
        socket = self.directory / "control.sock"
        run = subprocess.run([str(CONTROL), "--socket", str(socket), *arguments], capture_output=True, text=True,
                             timeout=timeout, stdin=subprocess.DEVNULL)
        if check is not None:
            assert run.returncode == check, f"{arguments}: {run.returncode}\n{run.stdout}{run.stderr}"
        return run

    # ---- files ----

    def write(self, name, content):
        """Replaces a file whole, as an editor does, so that a load never sees half of it."""
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".new")
        if isinstance(content, bytes):
            temporary.write_bytes(content)
        else:
            temporary.write_text(content)
        temporary.rename(path)

    def configure(self, text):
        self.text = text
        self.write(self.config_path.name, text)

    def reload(self, seconds=15.0):
        """SIGHUP, and whether the new configuration is in force. By the counters: of one event id only five lines a
        minute reach the log."""
        done, refused = self._reloads()
        self.send_signal(signal.SIGHUP)

        def decided():
            now = self._reloads()
            return now != (done, refused) and now

        return wait_for(decided, seconds, lambda: "the reload's event\n" + self.describe())[1] == refused

    def _reloads(self):
        values = self.metrics()
        return metric_sum(values, "plimsoll_events_total", id=10602), metric_sum(values, "plimsoll_events_total", id=10603)


def run_program(*arguments, timeout=60.0, **options):
    """Runs plimsolld to its end."""
    return subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, timeout=timeout,
                          stdin=subprocess.DEVNULL, **options)


def parse_metrics(text):
    values = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            values[name] = float(value)
    return values


def metric_sum(values, name, **labels):
    """The sum over all samples of `name` that carry the labels."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(value for key, value in values.items()
               if key.split("{")[0] == name and all(text in key for text in wanted))
