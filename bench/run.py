#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The entry of the bench harness; `./dev bench` builds and then calls it. See bench/README.md."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.harness import cli    # noqa: E402 (the path must be set first)

sys.exit(cli.main())
