# SPDX-License-Identifier: Apache-2.0
"""NSD, Knot and BIND as authoritative servers of the same zones, on free ports of 127.0.0.1."""

import shutil
import socket
import subprocess
import time

import dns.message
import dns.query

START_SECONDS = 20.0


def free_port():
    """A port that is free for both transports now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
                try:
                    datagram.bind(("127.0.0.1", port))
                except OSError:
                    continue
        return port


def nsd(folder, port, zones):
    lines = ["server:", f"  ip-address: 127.0.0.1@{port}", "  server-count: 1", "  do-ip6: no", '  username: ""',
             '  database: ""', f'  zonesdir: "{folder}"', f'  pidfile: "{folder}/nsd.pid"',
             f'  xfrdfile: "{folder}/xfrd.state"', f'  zonelistfile: "{folder}/zone.list"', f'  xfrdir: "{folder}"',
             "  minimal-responses: yes", "  refuse-any: no", "  rrl-ratelimit: 0", "  rrl-whitelist-ratelimit: 0",
             "  ipv4-edns-size: 1232", "  round-robin: no", "remote-control:", "  control-enable: no"]
    for apex, file in zones.items():
        lines += ["zone:", f'  name: "{apex}"', f'  zonefile: "{file}"']
    (folder / "nsd.conf").write_text("\n".join(lines) + "\n")
    return ["nsd", "-d", "-c", folder / "nsd.conf"]


def knot(folder, port, zones):
    lines = ["server:", f'    rundir: "{folder}"', f"    listen: 127.0.0.1@{port}", "    udp-workers: 1", "    tcp-workers: 1",
             "    background-workers: 1", "    udp-max-payload: 1232", "log:", "  - target: stderr", "    any: error",
             "database:", f'    storage: "{folder}"', "template:", "  - id: default", "    zonefile-sync: -1",
             "    zonefile-load: whole", "    journal-content: none", "    semantic-checks: off", "zone:"]
    for apex, file in zones.items():
        lines += [f'  - domain: "{apex}"', f'    file: "{file}"']
    (folder / "knot.conf").write_text("\n".join(lines) + "\n")
    return ["knotd", "-c", folder / "knot.conf"]


def bind(folder, port, zones):
    lines = ["options {", f'  directory "{folder}";', f"  listen-on port {port} {{ 127.0.0.1; }};", "  listen-on-v6 { none; };",
             "  recursion no;", "  minimal-responses no-auth;", "  minimal-any yes;", "  notify no;", "  dnssec-validation no;",
             "  empty-zones-enable no;", "  check-integrity no;", "  check-names primary ignore;", "  check-mx ignore;",
             "  check-sibling no;", "  check-srv-cname ignore;", "  check-mx-cname ignore;", "  allow-transfer { none; };",
             "  max-udp-size 1232;", "  edns-udp-size 1232;", "  nocookie-udp-size 1232;", "  rrset-order { order none; };",
             "  zero-no-soa-ttl no;",
             f'  pid-file "{folder}/named.pid";', f'  session-keyfile "{folder}/session.key";',
             f'  lock-file "{folder}/named.lock";', "};", "controls { };", "logging { category default { default_stderr; }; };"]
    for apex, file in zones.items():
        lines.append(f'zone "{apex}" {{ type primary; file "{file}"; }};')
    (folder / "named.conf").write_text("\n".join(lines) + "\n")
    return ["named", "-f", "-4", "-n", "1", "-U", "1", "-c", folder / "named.conf", "-g"]


PEERS = {"nsd": ("nsd", nsd), "knot": ("knotd", knot), "bind": ("named", bind)}


class Peer:
    """A running peer; a context manager that ends it."""

    def __init__(self, name, folder, zones):
        self.name = name
        self.port = free_port()
        folder.mkdir()
        command = [str(part) for part in PEERS[name][1](folder, self.port, zones)]
        command[0] = shutil.which(command[0], path="/usr/sbin:/usr/bin:/sbin:/bin")
        self.log = folder / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            for apex in zones:
                self.wait(apex)
        except BaseException:
            self.close()
            raise

    def wait(self, apex):
        end = time.monotonic() + START_SECONDS
        query = dns.message.make_query(apex, "SOA")
        while time.monotonic() < end and self.process.poll() is None:
            try:
                answer = dns.query.udp(query, "127.0.0.1", port=self.port, timeout=0.2)
                if answer.answer:
                    return
            except (dns.exception.Timeout, OSError):
                pass
            time.sleep(0.05)
        raise AssertionError(f"{self.name} does not serve {apex}: {self.log.read_text(errors='replace')[-2000:]}")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def available():
    """The peers that are installed."""
    return [name for name, (program, _) in PEERS.items() if shutil.which(program, path="/usr/sbin:/usr/bin:/sbin:/bin")]
