"""Whether a candidate may follow the history of its subject.

    BACKWARD  the candidate reads the last version     FORWARD  the last version reads it     FULL  both
    …_TRANSITIVE  every version, the newest first      NONE  nothing is asked

Avro is compared by `avro_rules`, Protobuf by `protobuf_rules`. A JSON schema may follow another one only if it is equal
to it, or under NONE: what else is compatible in it is not known here yet, and "yes" would be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from nilometer_reference.registry import avro_rules, protobuf_rules
from nilometer_reference.registry.avro_schema import parse_avro
from nilometer_reference.registry.content import PROTOBUF
from nilometer_reference.registry.protobuf_schema import parse_protobuf
from nilometer_reference.registry.records import AVRO, StoredSchema

T = TypeVar("T")
Resolve = Callable[[StoredSchema], dict[str, str]]
"""The texts of a schema's references, by name."""


def check(level: str, candidate: StoredSchema, history: Sequence[StoredSchema], resolve: Resolve) -> list[str]:
    """What is wrong; empty if the candidate may follow. `history` in rising order, live versions only."""
    if level == "NONE" or not history:
        return []
    compared = list(reversed(history)) if level.endswith("_TRANSITIVE") else [history[-1]]
    found = []
    for former in compared:
        found += [f"{why} (version {former.version})" for why in _between(level, candidate, former, resolve)]
    return found


def _between(level: str, candidate: StoredSchema, former: StoredSchema, resolve: Resolve) -> list[str]:
    if candidate.type != former.type:
        return [f"the type changes from {former.type} to {candidate.type}"]
    if candidate.text == former.text and candidate.references == former.references:
        return []
    if candidate.type == AVRO:
        avro = parse_avro(candidate.text, resolve(candidate)), parse_avro(former.text, resolve(former))
        return _in_its_direction(level, avro_rules.differences, *avro)
    if candidate.type == PROTOBUF:
        files = parse_protobuf(candidate.text, resolve(candidate)), parse_protobuf(former.text, resolve(former))
        return _in_its_direction(level, protobuf_rules.differences, *files)
    return [f"what is compatible in {candidate.type} is not known here: only level NONE takes a changed schema"]


def _in_its_direction(level: str, differences: Callable[[T, T], list[str]], new: T, old: T) -> list[str]:
    found = []
    if not level.startswith("FORWARD"):
        found += [f"the new schema cannot read the old one: {why}" for why in differences(new, old)]
    if not level.startswith("BACKWARD"):
        found += [f"the old schema cannot read the new one: {why}" for why in differences(old, new)]
    return found
