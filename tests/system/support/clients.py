# SPDX-License-Identifier: Apache-2.0
"""Clients below the level of a library: bytes on a TCP connection, dig, and programs inside a network of their own."""

import os
import socket
import struct
import subprocess

import dns.flags
import dns.message


def question(name, rdtype="A", number=None, **options):
    """A question as bytes, without RD."""
    message = dns.message.make_query(name, rdtype, **options)
    message.flags &= ~dns.flags.RD
    if number is not None:
        message.id = number
    return message.to_wire()


def framed(*messages):
    """Messages as they stand on TCP (RFC 1035 section 4.2.2)."""
    return b"".join(struct.pack("!H", len(message)) + message for message in messages)


class Stream:
    """A TCP connection to the server."""

    def __init__(self, server, address="127.0.0.1", timeout=10.0, receive_bytes=None, port=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_STREAM)
        if receive_bytes is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.connect((address, port or server.ports.get(address) or server.port))
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def _take(self, size):
        while len(self.pending) < size:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(f"closed with {len(self.pending)} bytes pending")
            self.pending += data
        taken, self.pending = self.pending[:size], self.pending[size:]
        return taken

    def receive(self):
        """The next message."""
        size = struct.unpack("!H", self._take(2))[0]
        return dns.message.from_wire(self._take(size))

    def is_closed(self, seconds):
        """Whether the server ends the connection within that time; what it still sends is read and dropped."""
        self.socket.settimeout(seconds)
        try:
            while self.socket.recv(65536):
                pass
            return True
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False


def dig(*arguments, prefix=(), check=0, timeout=20.0):
    """dig's output."""
    run = subprocess.run([*prefix, "dig", "+tries=3", "+time=3", *map(str, arguments)], capture_output=True, text=True,
                         timeout=timeout, stdin=subprocess.DEVNULL)
    assert run.returncode == check, run.stdout + run.stderr
    return run.stdout


def unshared(*setup):
    """A command prefix that runs a program in a network of its own, after the shell commands `setup`. The program keeps
    the process id, so that signals reach it."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = " && ".join(["ip link set lo up", *setup, 'exec "$@"'])
    return ["unshare", "--net", *user, "sh", "-c", script, "sh"]


def inside(pid):
    """A command prefix that runs a program in the network of a process."""
    user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
    return ["nsenter", "--target", str(pid), "--net", *user, "--"]
