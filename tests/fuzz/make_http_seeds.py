#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the seeds of the target http into seeds/http/: the size of a piece, then what a client sends."""

import pathlib

FOLDER = pathlib.Path(__file__).parent / "seeds" / "http"
HOST = b" HTTP/1.1\r\nHost: localhost\r\n"

SEEDS = {
    "metrics": b"\xffGET /metrics" + HOST + b"\r\n",
    "stats_bytewise": b"\x00GET /stats" + HOST + b"\r\n",
    "index": b"\xffGET /" + HOST + b"Accept: */*\r\nUser-Agent: x\r\n\r\n",
    "health_old": b"\x03GET /health HTTP/1.0\r\n\r\n",
    "ready_head": b"\xffHEAD /ready?x=%41&y=%zz#f" + HOST + b"\r\n",
    "keep": b"\x05GET /ready" + HOST + b"Connection: keep-alive\r\n\r\nGET /health" + HOST + b"\r\n",
    "body": b"\xffGET /" + HOST + b"Content-Length: 5\r\n\r\nhello",
    "chunks": b"\x02GET /" + HOST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "both": b"\xffGET /" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "post": b"\xffPOST /stats" + HOST + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
    "put_chunks": b"\xffPUT /" + HOST + b"Transfer-Encoding: chunked\r\n\r\nfffffff\r\nabc",
    "lengths": b"\xffGET /" + HOST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "large_header": b"\xffGET /" + HOST + b"X: " + b"y" * 5000 + b"\r\n\r\n",
    "larger_header": b"\xffGET /" + HOST + b"X: " + b"y" * 40000 + b"\r\n\r\n",
    "many_headers": b"\xffGET /" + HOST + b"A: b\r\n" * 500 + b"\r\n",
    "long_path": b"\xffGET /" + b"p" * 600 + HOST + b"\r\n",
    "folded": b"\xffGET /health" + HOST + b"X: a\r\n b\r\n\tc\r\nCookie: a=b; c=\"d\r\n\r\n",
    "nonsense": b"\x07\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "two_versions": b"\xffGET / HTTP/9.9\r\nHost: x\r\n\r\n",
    "no_end": b"\x01GET /metrics" + HOST,
}

FOLDER.mkdir(parents=True, exist_ok=True)
for seed, data in SEEDS.items():
    (FOLDER / seed).write_bytes(data)
