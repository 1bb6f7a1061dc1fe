"""A value that shows what a reader makes of it, worst first.

    fails             the reader cannot parse it
    not initialised   a required field is missing
    changed           a field that both declare has another value

Parsing hardly ever fails in Protobuf, so that a value which changes is the witness that most pairs have.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from nilometer.schema.protobuf.values import Outcome, classes, compare, draw
from nilometer_models.schema.protobuf import NotProtobuf, Schema

TRIES = 200
WORST_FIRST = ("fails", "not initialised", "changed")


@dataclass(frozen=True)
class Witness:
    """A value of the writer's message, as text, and what becomes of it."""

    message: str
    what: str
    value: str

    def __str__(self) -> str:
        return f"{self.message} {{ {self.value} }} {self.what}"


def what_became(outcome: Outcome) -> str | None:
    """None: the reader has what was written."""
    if not outcome.parsed:
        return "fails"
    if not outcome.initialised:
        return "not initialised"
    return None if outcome.equal else "changed"


def witness(reader: Schema, writer: Schema, random: Random, tries: int = TRIES) -> Witness | None:
    """The worst that was found, of the shortest value that does it; None if nothing was, or a file needs references."""
    try:
        readers, writers = classes(reader.text), classes(writer.text)
    except NotProtobuf:
        return None
    common = sorted(writers.keys() & readers.keys())
    found: dict[str, Witness] = {}
    for n in range(tries if common else 0):
        name = common[n % len(common)]
        sent: Any = draw(random, writers[name]())
        what = what_became(compare(readers[name], sent))
        if what is not None:
            one = Witness(name, what, " ".join(str(sent).split()))
            found[what] = min(one, found.get(what, one), key=lambda shown: len(shown.value))
    return next((found[what] for what in WORST_FIRST if what in found), None)
