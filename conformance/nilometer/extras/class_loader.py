"""Jars in the JVM of this process, apart from all other jars in it: Java's class loaders keep them from one another.

    jars = Jars(find_jars("confluent-java")[1])
    schema = jars("io.confluent.kafka.schemaregistry.protobuf.ProtobufSchema")(text)

A process has one JVM and JPype can start it once; where one runs already, it is used whatever its class path is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OPTIONS = ("-Xmx300m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Jars:
    """The classes of the jars below a directory, and those of the Java platform."""

    def __init__(self, directory: Path) -> None:
        import jpype  # noqa: PLC0415 - in the extra `prove`, and only a caller that needs a JVM pays for it

        if not jpype.isJVMStarted():
            jpype.startJVM(*OPTIONS, convertStrings=False)
        self._jpype = jpype
        addresses = [jpype.JClass("java.io.File")(str(jar)).toURI().toURL() for jar in sorted(directory.rglob("*.jar"))]
        platform = jpype.JClass("java.lang.ClassLoader").getPlatformClassLoader()
        self.loader: Any = jpype.JClass("java.net.URLClassLoader")(addresses, platform)

    def __call__(self, name: str) -> Any:
        """The class of this name, from these jars."""
        return self._jpype.JClass(name, loader=self.loader)

    @contextmanager
    def current(self) -> Iterator[None]:
        """Code that looks up classes by name, as Kafka's clients do for serializers, finds those of these jars."""
        thread = self._jpype.JClass("java.lang.Thread").currentThread()
        before = thread.getContextClassLoader()
        thread.setContextClassLoader(self.loader)
        try:
            yield
        finally:
            thread.setContextClassLoader(before)
