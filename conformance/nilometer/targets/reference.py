"""Our reference broker as a process on loopback: `reference`, `reference:tcp`, `reference+BUG`.

The program is `python -m nilometer_reference.server`; it announces itself with `listening on
127.0.0.1:PORT`. The first start asks for any port; later ones ask for the same again, so a restart keeps
address and data.
"""

import re
from collections.abc import Sequence
from pathlib import Path

from nilometer.targets.spawned import Node, SpawnedTarget, module_command
from nilometer.targets.target import Endpoint

_FIRST = re.compile(r"^\S+ makes a difference$", re.MULTILINE)
"""Printed the first time; the next line at an orderly end."""
_FIRED = re.compile(r"made a difference (\d+) times")
SERVER_MODULE = "nilometer_reference.server"


class ReferenceTarget(SpawnedTarget):
    """The reference broker, with one documented bug switched on if `bug` names it."""

    announces_ports = True

    def __init__(
        self,
        name: str = "reference",
        *,
        bug: str | None = None,
        data_directory: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        """`arguments` are passed on to the server."""
        super().__init__(name, data_directory=data_directory)
        self.bug = bug
        self.fired = 0
        """How often the bug made a difference, at least; known once the target is closed."""
        self.arguments = tuple(arguments)

    def command(self, node: Node) -> Sequence[str | Path]:
        """The server, at the port that it had before, if any."""
        port = node.ports[0] if node.ports else 0
        bug = ("--bug", self.bug) if self.bug is not None else ()
        data = str(self.data_directory / "data")
        return module_command(SERVER_MODULE, "--port", str(port), "--data-dir", data, *bug, *self.arguments)

    def start(self) -> Endpoint:
        """Starts it, and remembers its port for the next start."""
        endpoint = super().start()
        self.nodes[0].ports = [endpoint.addresses[0][1]]
        return endpoint

    def close(self) -> None:
        """A broker with a bug is shut down, so that it says how often the bug made a difference."""
        try:
            if self.bug is not None and self.nodes[0].process is not None:
                self.stop()
                printed = self.log_file(self.nodes[0]).read_text("utf-8")
                self.fired = max(sum(map(int, _FIRED.findall(printed))), len(_FIRST.findall(printed)))
        finally:
            super().close()

    def describe(self) -> str:
        """With the bug, if any."""
        return "the reference broker" + (f" with the bug {self.bug}" if self.bug is not None else "")
