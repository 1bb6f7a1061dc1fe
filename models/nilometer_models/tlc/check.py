"""A full run of TLC in a child process: no port stays open, and what it printed becomes numbers and a trace."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nilometer_models.java import Java, find_java
from nilometer_models.machine import C, Instance, S, V
from nilometer_models.tlc.config import configuration, temporal
from nilometer_models.tlc.jar import find_jar
from nilometer_models.tlc.values import Record, canonical_state, parse_state
from nilometer_models.traces import Trace

_MESSAGE = re.compile(r"@!@!@STARTMSG (\d+):(\d+) @!@!@\n(.*?)@!@!@ENDMSG \1 @!@!@", re.DOTALL)
_SUMMARY = re.compile(r"([\d,]+) states generated, ([\d,]+) distinct states found, ([\d,]+) states left")
_DEPTH = re.compile(r"depth of the complete state graph search is (\d+)")
_BROKEN = re.compile(r"Invariant (\w+) is violated|Action property (\w+) is violated")
_ERRORS = frozenset({"1", "2"})
"""Severities of an error, and of a mistake of TLC's own."""
_THE_TRACE_FOLLOWS = "2121"
_STATE = re.compile(r"(\d+): <(.*?)>\n(.*)", re.DOTALL)


SOMETHING = "something that must come"
"""What is broken where TLC only says that it is temporal."""
_TEMPORAL = "2116"


class TlcFailed(Exception):
    """TLC ended without a verdict; the message is what it said."""


@dataclass(frozen=True)
class TlcRun:
    """What TLC found. A trace is (action, state) pairs; the first action is `Initial predicate`."""

    distinct: int
    generated: int
    depth: int
    seconds: float
    broken: str | None = None
    """The property as TLA+ names it; None if all hold. Of several that must come, TLC does not say which."""
    trace: tuple[tuple[str, Record], ...] = field(default=(), repr=False)

    @property
    def holds(self) -> bool:
        return self.broken is None


def check(
    instance: Instance[Any, Any, Any], module: Path, *, java: Java | None = None, only: Collection[str] | None = None,
    workers: int = 1, timeout_s: float = 900.0, memory: str = "1g", is_short: bool = False,
) -> TlcRun:  # fmt: skip
    """Run TLC on `module` with the constants of the instance; `only` these properties, or all.

    One worker: traces and counts repeat themselves. A short run ends before the JVM's better compiler has paid for
    itself: without it a search of some thousand states takes two thirds of the processor time.
    """
    launcher = (java or find_java()).path
    with tempfile.TemporaryDirectory(prefix="nilometer-tlc-") as scratch:
        fair = [name for name in temporal(instance.machine, module.read_text("utf-8")) if only is None or name in only]
        copy_specification(module, Path(scratch), configuration(instance, only=only, fair=fair))
        compiler = ["-XX:TieredStopAtLevel=1"] if is_short else []
        command: list[str | Path] = [
            launcher, "-XX:+UseSerialGC", *compiler, f"-Xmx{memory}", f"-Djava.io.tmpdir={scratch}",
            "-cp", find_jar(), "tlc2.TLC", "-tool", "-deadlock", "-workers", str(workers),
            "-metadir", Path(scratch) / "states", "-config", f"{module.stem}.cfg", module.name,
        ]  # fmt: skip
        done = subprocess.run(command, cwd=scratch, capture_output=True, text=True, timeout=timeout_s, check=False)
    run = read_output(done.stdout)
    if run.broken == SOMETHING and len(fair) == 1:
        return replace(run, broken=instance.machine.leading_to[fair[0]].tla_name)
    return run


def python_trace(instance: Instance[C, S, V], run: TlcRun, broken: str | None = None) -> Trace[C, S, V]:
    """TLC's counterexample as a trace of the Python model. ValueError where that has no such step."""
    (_, first), *rest = run.trace
    states = [state for state in instance.initial() if canonical_state(state) == first]
    labels = []
    for name, record in rest:
        for action, arguments, after in instance.steps(states[-1]) if states else ():
            if action.name == name and canonical_state(after) == record:
                states.append(after)
                labels.append(action.label(arguments))
                break
        else:
            raise ValueError(f"the Python model has no step {name} after step {len(states)}: compare the twins")
    return Trace(instance, tuple(states), tuple(labels), broken)


def copy_specification(module: Path, folder: Path, config: str) -> None:
    """The module with its neighbours, and its configuration file: TLC wants them in one folder."""
    for source in module.parent.glob("*.tla"):
        (folder / source.name).write_bytes(source.read_bytes())
    (folder / f"{module.stem}.cfg").write_text(config, "utf-8")


def read_output(text: str) -> TlcRun:
    """The verdict in what `tlc2.TLC -tool` printed. Raises TlcFailed."""
    summary = depth = None
    broken: str | None = None
    seconds = 0.0
    trace: list[tuple[str, Record]] = []
    errors: list[str] = []
    for code, severity, body in _MESSAGE.findall(text):
        if found := _SUMMARY.search(body):
            summary = [int(number.replace(",", "")) for number in found.groups()]
        elif found := _DEPTH.search(body):
            depth = int(found[1])
        elif found := _BROKEN.search(body):
            broken = found[1] or found[2]
        elif code == _TEMPORAL:
            broken = SOMETHING
        elif code == "2217" and (found := _STATE.match(body)):
            trace.append((found[2].split(" line ")[0], parse_state(found[3])))
        elif code == "2186" and (found := re.search(r"Finished in (\d+)ms", body)):
            seconds = int(found[1]) / 1000
        elif severity in _ERRORS and code != _THE_TRACE_FOLLOWS:
            errors.append(body.strip())
    if summary is None or (depth is None and broken is None) or (errors and broken is None):
        raise TlcFailed("\n".join(errors) or text[-2000:])
    return TlcRun(summary[1], summary[0], depth or len(trace), seconds, broken, tuple(trace))
