"""Whether a candidate may follow the history of its subject.

    BACKWARD  the candidate reads the last version     FORWARD  the last version reads it     FULL  both
    …_TRANSITIVE  every version, the newest first      NONE  nothing is asked

Avro is compared by `avro_rules`, JSON Schema by `json_rules`. A Protobuf schema may follow another one only if it is
equal to it, or under NONE: what else is compatible in it is not known here yet, and "yes" would be a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from nilometer_reference.registry import avro_rules, json_rules
from nilometer_reference.registry.avro_schema import parse_avro
from nilometer_reference.registry.json_parsing import parse_json
from nilometer_reference.registry.records import AVRO, JSON, StoredSchema

Node = TypeVar("Node")

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
    differences = _comparison(candidate, former, resolve)
    if differences is None:
        return [f"what is compatible in {candidate.type} is not known here: only level NONE takes a changed schema"]
    found = []
    if not level.startswith("FORWARD"):
        found += [f"the new schema cannot read the old one: {why}" for why in differences(False)]
    if not level.startswith("BACKWARD"):
        found += [f"the old schema cannot read the new one: {why}" for why in differences(True)]
    return found


def _comparison(candidate: StoredSchema, former: StoredSchema, resolve: Resolve) -> Callable[[bool], list[str]] | None:
    """Whether the candidate reads the former one, or (True) the other way round; None where there are no rules."""
    if candidate.type == AVRO:
        return _both(avro_rules.differences, parse_avro, candidate, former, resolve)
    if candidate.type == JSON:
        return _both(json_rules.differences, parse_json, candidate, former, resolve)
    return None


def _both(
    differences: Callable[[Node, Node], list[str]],
    parse: Callable[[str, Mapping[str, str]], Node],
    candidate: StoredSchema,
    former: StoredSchema,
    resolve: Resolve,
) -> Callable[[bool], list[str]]:
    new = parse(candidate.text, resolve(candidate))
    old = parse(former.text, resolve(former))
    return lambda forward: differences(old, new) if forward else differences(new, old)
