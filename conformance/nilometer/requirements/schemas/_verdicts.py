"""A verdict of the model for each dialect of Avro, and the dialects that explain all that a registry has said.

dialects differ in few things: aliases, namespaces, decimals, one default. Where all of those that are still possible
agree, a registry that says something else is wrong; where they differ, its answer says which of them it speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nilometer.clients.registry import HttpExchange
from nilometer.requirements.schemas._schemas import INCOMPATIBLE
from nilometer_models.schema.avro import DIALECTS, Dialect, Schema, can_read, parse
from nilometer_models.schema.difference import Difference
from nilometer_models.schema.modes import Mode, Version, check

OF_REGISTRIES = ("avro-java", "avro-python", "avro-spec", "redpanda")
"""Dialects that a registry may speak: `avro-resolution` is that of decoders."""
SPOKEN_BY = {"avro-java": "Confluent, Apicurio", "avro-python": "Karapace", "redpanda": "Redpanda"}


def may_follow(dialect: Dialect, level: str, new: str, history: Sequence[tuple[int, str]]) -> bool:
    """Whether the model lets `new` follow these live versions."""
    versions = [Version(number, parse(text)) for number, text in history]

    def reads(reader: Schema, writer: Schema) -> list[Difference]:
        return list(can_read(dialect, reader, writer))

    return not check(Mode.named(level), reads, Version(0, parse(new)), versions)


@dataclass
class Dialects:
    """Those that explain every answer so far."""

    possible: list[Dialect] = field(default_factory=lambda: [DIALECTS[name] for name in OF_REGISTRIES])

    def expected(self, level: str, new: str, history: Sequence[tuple[int, str]]) -> dict[bool, list[Dialect]]:
        """Each verdict that one of them gives, and who gives it."""
        found: dict[bool, list[Dialect]] = {}
        for one in self.possible:
            found.setdefault(may_follow(one, level, new, history), []).append(one)
        return found

    def learn(self, verdict: bool, expected: dict[bool, list[Dialect]]) -> bool:
        """Keep those that say so; False, and all stay, if none does."""
        if verdict in expected:
            self.possible = expected[verdict]
            return True
        return False

    def __str__(self) -> str:
        return " or ".join(
            one.name + (f" ({SPOKEN_BY[one.name]})" if one.name in SPOKEN_BY else "") for one in self.possible
        )


def accepted(registration: HttpExchange) -> bool | None:
    """The verdict of a registration; None where it was refused for another reason."""
    if registration.ok:
        return True
    return False if registration.status == 409 and (registration.code in INCOMPATIBLE) else None


def says_compatible(asked: HttpExchange) -> bool | None:
    """The verdict of the compatibility endpoint; None where it gave none."""
    value = asked.value if asked.ok else None
    found = value.get("is_compatible") if isinstance(value, dict) else None
    return found if isinstance(found, bool) else None
