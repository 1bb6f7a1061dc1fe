"""What sets two schemas apart, and whether that breaks reading.

    kind        a word of the language's own closed vocabulary
    reader      where in the reader's schema (JSON pointer; Protobuf: message path and field number)
    writer      where in the writer's
    sentence    both fragments, in words
    severity    BREAKING or HARMLESS under the dialect that was asked
    details     of a disjunction that fails: why each branch does

The walk of a language produces every difference; a dialect is a table that says which kinds break.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum


class Severity(Enum):
    """Whether data are lost for the reader."""

    BREAKING = "breaking"
    HARMLESS = "harmless"


@dataclass(frozen=True)
class Difference:
    """One place where reader and writer disagree."""

    kind: str
    sentence: str
    reader: str = ""
    writer: str = ""
    severity: Severity = Severity.BREAKING
    details: tuple[Difference, ...] = ()

    @property
    def breaks(self) -> bool:
        """The reader cannot read all that the writer may write."""
        return self.severity is Severity.BREAKING

    def below(self, reader: str, writer: str) -> Difference:
        """The same difference, its places taken relative to these pointers."""
        return replace(self, reader=reader + self.reader, writer=writer + self.writer)

    def __str__(self) -> str:
        at = self.reader or "/"
        other = self.writer or "/"
        return f"{at}{'' if at == other else f' (writer: {other})'}: {self.sentence} [{self.kind}]"


def token(name: str) -> str:
    """A name as one step of a JSON pointer (RFC 6901)."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
