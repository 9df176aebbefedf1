# SPDX-License-Identifier: Apache-2.0
"""Just enough DNS to find out when a server gives its first right answer, and on which port it may listen."""
import select
import socket
import struct
import time

TYPES = {'A': 1, 'NS': 2, 'SOA': 6, 'MX': 15, 'TXT': 16, 'AAAA': 28, 'SRV': 33}
PROBE_INTERVAL = 0.005
ALIVE_INTERVAL = 0.1


def query(name, rtype, ident):
    """A query message for an absolute name without escapes."""
    labels = [label.encode() for label in name.rstrip('.').split('.')]
    owner = b''.join(bytes([len(label)]) + label for label in labels) + b'\0'
    return struct.pack('>6H', ident, 0, 1, 0, 0, 0) + owner + struct.pack('>HH', TYPES[rtype], 1)


def is_answer(message):
    """QR set, NOERROR, and a record in the answer or (a referral) the authority section."""
    if len(message) < 12:
        return False
    _, flags, _, answers, authorities, _ = struct.unpack('>6H', message[:12])
    return bool(flags & 0x8000) and flags & 15 == 0 and answers + authorities > 0


def free_port():
    """A port of 127.0.0.1 that is free for UDP and TCP at this moment."""
    for _ in range(100):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            tcp.bind(('127.0.0.1', 0))
            port = tcp.getsockname()[1]
            try:
                udp.bind(('127.0.0.1', port))
            except OSError:
                continue
            return port
    raise OSError('no port is free for both UDP and TCP')


def wait_for_answers(port, probes, timeout, alive=lambda: True):
    """
    Asks every probe, (name, type), again and again until each had a right answer once.

    Returns the time.monotonic() of the last missing one, or None when the time is up or the server died.
    """
    deadline = time.monotonic() + timeout
    missing = dict(enumerate(probes, start=1))
    next_alive = 0.0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.connect(('127.0.0.1', port))
        sock.setblocking(False)
        while time.monotonic() < deadline:
            for ident, (name, rtype) in missing.items():
                try:
                    sock.send(query(name, rtype, ident))
                except OSError:
                    pass                     # nobody listens yet
            until = time.monotonic() + PROBE_INTERVAL
            while (left := until - time.monotonic()) > 0:
                if not select.select([sock], [], [], left)[0]:
                    break
                try:
                    message = sock.recv(65535)
                except OSError:
                    time.sleep(min(left, 0.001))
                    continue
                if is_answer(message):
                    missing.pop(struct.unpack('>H', message[:2])[0], None)
                if not missing:
                    return time.monotonic()
            if time.monotonic() > next_alive:
                next_alive = time.monotonic() + ALIVE_INTERVAL
                if not alive():
                    return None
    return None


def wait_for_stream(port, timeout):
    """Waits until a TCP connection is accepted (the echo server knows no questions)."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        try:
            socket.create_connection(('127.0.0.1', port), timeout=1).close()
            return time.monotonic()
        except OSError:
            time.sleep(0.01)
    return None
