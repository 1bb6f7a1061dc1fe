"""TLC inside this process, a state at a time: the text of the specification as menu, oracle and judge.

    stepper = Stepper(instance, module)
    stepper.initial()                 -> states
    stepper.steps(state)              -> (label, next state)
    stepper.is_true("Name", state)    -> truth of an invariant in any state, reachable or not

TLC keeps static state, so each specification has a class loader of its own.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from nilometer_models.java import Java, find_java
from nilometer_models.machine import Instance, Label
from nilometer_models.tlc.check import TlcFailed, copy_specification
from nilometer_models.tlc.config import configuration
from nilometer_models.tlc.jar import find_jar
from nilometer_models.tlc.values import Record, parse_state, parse_value

_BINDING = re.compile(r"(\w+)->")


def start_jvm(java: Java | None = None) -> Any:
    """The `jpype` module with its JVM running: one for the whole process, whoever started it."""
    import jpype  # noqa: PLC0415  # loads native code: only who steps through TLC pays for it

    if not jpype.isJVMStarted():
        library = (java or find_java()).library
        assert library is not None, "this Java has no libjvm"
        # -Xrs, and no interrupts: Ctrl-C and SIGTERM stay what they are in Python.
        options = ("-Xrs", "-XX:+UseSerialGC", "-Xmx1g")
        jpype.startJVM(str(library), *options, convertStrings=False, interrupt=False)
    jpype.JClass("java.lang.System").setProperty("java.io.tmpdir", _scratch())
    return jpype


@cache
def _scratch() -> str:
    """A folder of this process: TLC unpacks its standard modules there, and another process may be reading them."""
    made = tempfile.mkdtemp(prefix="nilometer-jvm-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


class TlcState:
    """A state of TLC, with its values in the common form."""

    __slots__ = ("native", "values")

    def __init__(self, native: Any) -> None:
        self.native = native
        self.values: Record = parse_state(str(native))


class Stepper:
    """See the module. The configuration file is written from the instance."""

    def __init__(self, instance: Instance[Any, Any, Any], module: Path, java: Java | None = None) -> None:
        self._jpype = jpype = start_jvm(java)
        urls = jpype.JArray(jpype.JClass("java.net.URL"))(
            [jpype.JClass("java.io.File")(str(find_jar())).toURI().toURL()]
        )
        platform = jpype.JClass("java.lang.ClassLoader").getPlatformClassLoader()
        self._loader = jpype.JClass("java.net.URLClassLoader")(urls, platform)
        self._scratch = tempfile.TemporaryDirectory(prefix="nilometer-tlc-")
        scratch = Path(self._scratch.name)
        copy_specification(module, scratch, configuration(instance))
        self._class("tlc2.util.FP64").Init()
        resolver = self._class("util.SimpleFilenameToStream")(f"{scratch}/")
        self._quietly(lambda: self._open(module.stem, resolver))
        self._domains = {action.name: tuple(action.domains) for action in instance.machine.actions}

    def _open(self, name: str, resolver: Any) -> None:
        self._tool = self._class("tlc2.tool.impl.FastTool")(name, name, resolver)
        self._actions = list(self._tool.getActions())
        self._invariants = dict(zip(map(str, self._tool.getInvNames()), self._tool.getInvariants(), strict=True))

    def _class(self, name: str) -> Any:
        return self._jpype.JClass(self._loader.loadClass(name))

    def _quietly(self, work: Callable[[], None]) -> None:
        """The parser writes to System.out: progress, or what is wrong. Raises TlcFailed."""
        system = self._jpype.JClass("java.lang.System")
        out = system.out
        written = self._jpype.JClass("java.io.ByteArrayOutputStream")()
        system.setOut(self._jpype.JClass("java.io.PrintStream")(written))
        try:
            work()
        except self._jpype.JException as failed:
            raise TlcFailed(f"{failed}\n{written}") from None
        finally:
            system.setOut(out)

    def initial(self) -> list[TlcState]:
        """Every initial state."""
        found = self._tool.getInitStates()
        return [TlcState(found.elementAt(index)) for index in range(found.size())]

    def steps(self, state: TlcState) -> Iterator[tuple[Label, TlcState]]:
        """Every step that `Next` allows from a state, by action and arguments."""
        for action in self._actions:
            successors = self._tool.getNextStates(action, state.native)
            for index in range(successors.size()):
                yield self._label(action), TlcState(successors.elementAt(index))

    def _label(self, action: Any) -> Label:
        name = str(action.getName())
        bound = _bindings(str(action.con))
        domains = self._domains.get(name, tuple(bound))
        return Label(name, tuple((domain, bound.get(domain)) for domain in domains))

    def is_true(self, tla_name: str, state: TlcState) -> bool:
        """Whether an invariant of the configuration holds in a state."""
        return bool(self._tool.isValid(self._invariants[tla_name], state.native))


def _bindings(context: str) -> dict[str, Any]:
    """`[a->1, b->"x"]` as TLC prints the parameters of an action; the innermost binding of a name counts."""
    inside = context.strip()[1:-1]
    found: dict[str, Any] = {}
    marks = list(_BINDING.finditer(inside))
    for mark, following in zip(marks, [*marks[1:], None], strict=False):  # no mark: an action without parameters
        text = inside[mark.end() : following.start() if following else len(inside)].rstrip().rstrip(",")
        found.setdefault(_snake_case(mark[1]), parse_value(text))
    return found


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", lambda found: "_" + found[1].lower(), name)
