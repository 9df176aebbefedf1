# SPDX-License-Identifier: Apache-2.0
"""The systemd unit: understood by systemd, and as closed as it was when it was written."""

import pathlib
import re
import shutil
import subprocess
import tempfile

from house import Finding, Plant

UNIT = "packaging/plimsoll.service"
EXPOSURE_MAX = 1.6  # systemd-analyze's own measure, 0 to 10

# What the unit must say, whatever systemd's measure thinks of it.
REQUIRED = (
    "Type=notify",
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "StateDirectory=plimsoll",
    "RuntimeDirectory=plimsoll",
    "LimitNOFILE=",
    "RestrictAddressFamilies=",
    "SystemCallFilter=",
)


def _analyze(tree, findings):
    """Asks systemd itself; the server need not be installed for that, so its place is taken by a program that is."""
    text = re.sub(r"^(Exec\w+=[-+!]*)\S+", r"\g<1>/bin/true", tree.text(UNIT), flags=re.MULTILINE)
    with tempfile.TemporaryDirectory(prefix="plimsoll-unit-") as folder:
        unit = pathlib.Path(folder, "plimsoll.service")
        unit.write_text(text, encoding="utf-8")
        verify = subprocess.run(
            ["systemd-analyze", "--man=no", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
        )
        # Only words about this unit: others on the machine may have faults of their own.
        said = [line for line in (verify.stderr + verify.stdout).splitlines() if "plimsoll" in line]
        for line in said:
            number = re.search(r"plimsoll\.service:(\d+)", line)
            findings.append(Finding(UNIT, int(number.group(1)) if number else 1, "unit-verify", line))
        security = subprocess.run(
            ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        level = re.search(r"exposure level for \S+: ([\d.]+)", security.stdout)
        if level is None:
            findings.append(Finding(UNIT, 1, "unit-exposure", f"no measure: {security.stderr.strip()}"))
        elif float(level.group(1)) > EXPOSURE_MAX:
            findings.append(Finding(UNIT, 1, "unit-exposure", f"{level.group(1)}, at most {EXPOSURE_MAX}"))


def check(tree):
    if not tree.has(UNIT):
        return [Finding(UNIT, 1, "unit-missing", "there is no unit")] if tree.has("dev") else []
    findings = []
    lines = tree.text(UNIT).split("\n")
    for wanted in REQUIRED:
        if not any(line.startswith(wanted) for line in lines):
            findings.append(Finding(UNIT, 1, "unit-setting", f"{wanted} is missing"))
    if shutil.which("systemd-analyze") is None:
        findings.append(Finding(UNIT, 1, "unit-verify", "systemd-analyze is not installed: ./dev setup"))
    else:
        _analyze(tree, findings)
    return findings


_BODY = (
    "[Service]\nType=notify\nExecStart=/usr/sbin/plimsolld\nDynamicUser=yes\nNoNewPrivileges=yes\nProtectSystem=strict\n"
    "StateDirectory=plimsoll\nRuntimeDirectory=plimsoll\nLimitNOFILE=4096\nRestrictAddressFamilies=AF_INET\n"
    "SystemCallFilter=@system-service\nSystemCallFilter=~@privileged @resources\nSystemCallArchitectures=native\n"
    "CapabilityBoundingSet=\nPrivateDevices=yes\nPrivateUsers=yes\nPrivateTmp=yes\nProtectHome=yes\nProtectClock=yes\n"
    "ProtectKernelLogs=yes\nProtectKernelModules=yes\nProtectKernelTunables=yes\nProtectControlGroups=yes\n"
    "ProtectHostname=yes\nProtectProc=invisible\nProcSubset=pid\nRestrictNamespaces=yes\nRestrictRealtime=yes\n"
    "RestrictSUIDSGID=yes\nLockPersonality=yes\nMemoryDenyWriteExecute=yes\nUMask=0077\nRemoveIPC=yes\n"
)
PLANTED = [
    Plant({UNIT: _BODY.replace("NoNewPrivileges=yes\n", "")}, UNIT, 1, "unit-setting"),
    Plant({UNIT: _BODY + "Colour=green\n"}, UNIT, _BODY.count("\n") + 1, "unit-verify"),
    Plant({UNIT: "\n".join(_BODY.split("\n")[:10]) + "\n"}, UNIT, 1, "unit-exposure"),
    Plant({"dev": ""}, UNIT, 1, "unit-missing"),
]
CLEAN = {UNIT: _BODY}
