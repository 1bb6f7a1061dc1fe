"""Whether a candidate may follow the history of its subject.

    BACKWARD  the candidate reads the last version     FORWARD  the last version reads it     FULL  both
    …_TRANSITIVE  every version, the newest first      NONE  nothing is asked

Avro is compared by `avro_rules`, JSON by `json_rules`, Protobuf by `protobuf_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from nilometer_reference.registry import avro_rules, json_rules, protobuf_rules
from nilometer_reference.registry.avro_schema import parse_avro
from nilometer_reference.registry.content import JSON, PROTOBUF
from nilometer_reference.registry.json_schema import parse_json
from nilometer_reference.registry.protobuf_schema import parse_protobuf
from nilometer_reference.registry.records import AVRO, StoredSchema

Resolve = Callable[[StoredSchema], dict[str, str]]
"""The texts of a schema's references, by name."""
_RULES: Final[dict[str, tuple[Callable[[str, dict[str, str]], Any], Callable[[Any, Any], list[str]]]]] = {
    AVRO: (parse_avro, avro_rules.differences),
    JSON: (parse_json, json_rules.differences),
    PROTOBUF: (parse_protobuf, protobuf_rules.differences),
}
"""Type -> parser, and why a reader's schema does not read a writer's."""


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
    parse, differences = _RULES[candidate.type]
    new, old = (parse(one.text, resolve(one)) for one in (candidate, former))
    found = []
    if not level.startswith("FORWARD"):
        found += [f"the new schema cannot read the old one: {why}" for why in differences(new, old)]
    if not level.startswith("BACKWARD"):
        found += [f"the old schema cannot read the new one: {why}" for why in differences(old, new)]
    return found
