"""One broker for several test processes: the first that asks starts it, the others find it.

    worker 1   takes the lock of DIRECTORY, starts `hold TARGET --while PID`, writes where it listens
    worker 2   waits for the lock, reads
    the end    process PID (which outlives all workers) ends, and `hold` closes the broker

A broker that cannot be started is tried once: the others read why.
"""

import fcntl
import json
import os
import re
import subprocess
import time
from pathlib import Path

from nilometer.targets.errors import StartFailed
from nilometer.targets.spawned import ANNOUNCED, module_command
from nilometer.targets.target import Endpoint

HOLD_MODULE = "nilometer.targets.hold"
START_TIMEOUT_S = 180.0
POLL_S = 0.02

_holders: list[subprocess.Popen[bytes]] = []
"""Kept, so that nobody takes them for forgotten children: they end with the process that they watch."""


def shared_endpoint(spec: str, directory: Path, while_pid: int) -> Endpoint:
    """Where the broker `spec` of this directory listens; it lives as long as the process `while_pid`."""
    stem = re.sub(r"[^A-Za-z0-9.]+", "-", spec).strip("-")
    state = directory / f"{stem}.json"
    with (directory / f"{stem}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not state.exists():
            state.write_text(json.dumps(_start(spec, directory / f"{stem}.log", while_pid)))
        found = json.loads(state.read_text())
    if "error" in found:
        raise StartFailed(found["error"])
    return Endpoint(tuple(found["bootstrap"]))


def _start(spec: str, log: Path, while_pid: int) -> dict[str, str | list[str]]:
    with log.open("wb") as output:
        holder = subprocess.Popen(
            module_command(HOLD_MODULE, spec, "--while", str(while_pid)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C at the terminal reaches the test processes; the holder ends with the one that it watches.
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    _holders.append(holder)
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if announced := ANNOUNCED.search(log.read_text(errors="replace")):
            return {"bootstrap": announced[1].strip(",").split(",")}
        if holder.poll() is not None:
            return {"error": log.read_text(errors="replace").strip()}
        time.sleep(POLL_S)
    holder.kill()
    return {"error": f"{spec} was not up after {START_TIMEOUT_S:g} s.\n{log.read_text(errors='replace')}"}
