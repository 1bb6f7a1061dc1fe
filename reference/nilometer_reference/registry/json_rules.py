"""Can values of an old JSON Schema be read with a new one? As Confluent's checker answers under its strict policy.

    new          old          compatible when
    combined     other        new has one branch: as that; anyOf, oneOf: one branch reads old
    other        combined     old has one branch: as that; allOf: new reads one branch
    empty        any          always; also where old is false, or both are bytes to Connect
    of another class          never
    string, number            no bound is tightened or added, the pattern is the same or gone; integer may become number
    enum, const               no value is gone
    not                       the inner schemas, with roles swapped
    boolean, null, condition  always
    object, array             `json_containers`
    combined     combined     criterion the same or wider; allOf gains no branch, anyOf and oneOf lose none; as many
                              branches as the smaller side has find a partner that reads them

Annotations never count. Schemas may be recursive: `fixpoint`. JSON Schema itself has no rules of compatibility; the
source is what Confluent Schema Registry answers. A value that the rules let by may still not validate.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import Final

from nilometer_reference.registry import fixpoint
from nilometer_reference.registry.fixpoint import Reads
from nilometer_reference.registry.json_containers import array, object_
from nilometer_reference.registry.json_limits import lowered, raised
from nilometer_reference.registry.json_nodes import Node

_BYTES: Final = "bytes"


def differences(new: Node, old: Node) -> list[str]:
    """Why `new` does not read everything that was valid under `old`; empty if it does."""
    return fixpoint.differences(new, old, _why_not)


def _why_not(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    if new.kind == "combined" and old.kind == "combined":
        yield from _combined(new, old, reads)
    elif new.kind != old.kind and (
        old.kind == "false" or new.kind == "empty" or new.connect_type == old.connect_type == _BYTES
    ):
        return
    elif new.kind == "combined":
        if new.criterion == "allOf" and len(new.branches) > 1:
            yield _other_class(new, old)
        else:
            verdicts = [reads(branch, old) for branch in new.branches]
            if not any(verdicts):
                yield f"none of {len(verdicts)} branches of {new.criterion} reads {_name(old)}"
    elif old.kind == "combined":
        if old.criterion != "allOf" and len(old.branches) > 1:
            yield _other_class(new, old)
        else:
            verdicts = [reads(new, branch) for branch in old.branches]
            if not any(verdicts):
                yield f"{_name(new)} reads none of {len(verdicts)} branches of {old.criterion}"
    elif new.kind != old.kind:
        yield _other_class(new, old)
    else:
        yield from _same_class(new, old, reads)


def _same_class(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    match new.kind:
        case "string":
            yield from raised(new, old, "minLength")
            yield from lowered(new, old, "maxLength")
            if new.pattern is not None and new.pattern != old.pattern:
                yield f"pattern {new.pattern!r} where it was {old.pattern!r}"
        case "number":
            yield from raised(new, old, "minimum", "exclusiveMinimum")
            yield from lowered(new, old, "maximum", "exclusiveMaximum")
            yield from _multiple(new, old)
            if new.is_integer and not old.is_integer:
                yield "a number became an integer"
        case "enum" | "const":
            gone = old.values - new.values
            if gone:
                yield f"{new.kind}: {', '.join(sorted(gone))} is no value any more"
        case "not":
            assert new.inner is not None
            assert old.inner is not None
            if not reads(old.inner, new.inner):
                yield "not: what is forbidden now was not forbidden before"
        case "object":
            yield from object_(new, old, reads)
        case "array":
            yield from array(new, old, reads)


def _multiple(new: Node, old: Node) -> Iterator[str]:
    now, before = new.limits.get("multipleOf"), old.limits.get("multipleOf")
    if now is None or now == before:
        return
    try:
        if before is not None and Decimal(before) % Decimal(now) == 0:
            return
    except DecimalException:
        pass  # more digits than decimals have: nobody can say that it is a multiple
    yield f"multipleOf {now} where it was {before}"


def _combined(new: Node, old: Node, reads: Reads[Node]) -> Iterator[str]:
    if not _is_wider(new, old):
        yield f"{old.criterion} of {len(old.branches)} became {new.criterion} of {len(new.branches)}"
        return
    more = len(new.distinct) - len(old.distinct)
    if more > 0 and new.criterion == "allOf":
        yield f"allOf has {more} more branches"
    if more < 0 and old.criterion != "allOf":
        yield f"{old.criterion} has {-more} fewer branches"
    partners = [[n for n, branch in enumerate(new.distinct) if reads(branch, one)] for one in old.distinct]
    wanted = min(len(new.distinct), len(old.distinct))
    found = _matching(partners)
    if found < wanted:
        yield f"{found} branches of {new.criterion} find a partner, {wanted} have to"


def _is_wider(new: Node, old: Node) -> bool:
    was_one, is_one = len(old.branches) == 1, len(new.branches) == 1
    return (
        new.criterion in (old.criterion, "anyOf")
        or (was_one and (is_one or new.criterion == "oneOf"))
        or (is_one and old.criterion == "allOf")
    )


def _matching(partners: list[list[int]]) -> int:
    """Size of a largest matching, each row with one of its partners (augmenting paths)."""
    taken: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column in partners[row]:
            if column not in seen:
                seen.add(column)
                if column not in taken or place(taken[column], seen):
                    taken[column] = row
                    return True
        return False

    return sum(place(row, set()) for row in range(len(partners)))


def _other_class(new: Node, old: Node) -> str:
    return f"{_name(old)} became {_name(new)}"


def _name(node: Node) -> str:
    return "integer" if node.is_integer else node.criterion or node.kind
