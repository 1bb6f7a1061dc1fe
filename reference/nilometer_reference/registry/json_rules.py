"""Can a reader with one JSON Schema read what was written under another? As Confluent's registry answers it.

    reader (new)          writer (old)       when
    combined              not combined       it has one branch: that reads; anyOf, oneOf: some branch reads
    not combined          combined           the writer has one branch: that is read; allOf: some branch is read
    combined              combined           the criterion stays or is wider; no branch more under allOf, none fewer
                                             under the others; a matching of branches covers the smaller side
    empty                 anything           always, and what `false` wrote, and bytes of Connect on both sides
    string, number        the same           no bound is tightened, no pattern or multiple gets stricter
    enum, const           the same           no value is gone
    not                   not                the writer's inner schema reads the reader's
    array, object         the same           json_containers
    boolean, null, conditional, empty, false the same: always

The answer is a greatest fixpoint over pairs, see `fixpoint`. Not looked at: annotations, format, `contains`, the
schemas of patterns and of property names, `if`, `then`, `else`. Source: the documentation of Confluent's Schema
Registry on JSON Schema compatibility; JSON Schema itself knows no compatibility.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, DecimalException
from typing import Final

from nilometer_reference.registry import fixpoint
from nilometer_reference.registry.json_containers import array, object_
from nilometer_reference.registry.json_limits import Asks, limit
from nilometer_reference.registry.json_node import Node
from nilometer_reference.registry.matching import largest_matching

_LEAVES: Final = frozenset({"string", "number", "boolean", "null", "enum", "const", "conditional", "empty", "false"})
_FEW: Final = 100
"""Pairs of branches of which each may tell its own reason."""


def differences(reader: Node, writer: Node) -> list[str]:
    """Why `reader` does not read everything that `writer` may write; empty if it does."""
    return fixpoint.reasons(reader, writer, _why_not)


def _why_not(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    if new.is_combined and old.is_combined:
        yield from _combined(new, old, reads)
    elif new.kind == old.kind:
        yield from _same_kind(new, old, reads)
    elif old.kind == "false" or new.kind == "empty" or (new.is_bytes and old.is_bytes):
        return
    elif new.is_combined and (new.kind != "allOf" or new.branches == 1):
        yield from _some(new, old, [reads(branch, old) for branch in new.listed])
    elif old.is_combined and not new.is_combined and (old.kind == "allOf" or old.branches == 1):
        yield from _some(new, old, [reads(new, branch) for branch in old.listed])
    else:
        yield f"{new.at or '/'}: {new} where {old} was"


def _some(new: Node, old: Node, verdicts: list[bool]) -> Iterator[str]:
    if not any(verdicts):
        yield f"{new.at or '/'}: {new} where {old} was, and no branch of {len(verdicts)} is compatible"


def _same_kind(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    if new.kind == "string":
        yield from limit(new, old, lower=("minLength",), upper=("maxLength",))
        pattern = new.words.get("pattern")
        if pattern is not None and pattern != old.words.get("pattern"):
            yield f"{new.at}/pattern: {old.words.get('pattern', 'none')} became {pattern}"
    elif new.kind == "number":
        yield from _number(new, old)
    elif new.kind == "enum":
        if gone := old.words["enum"] - new.words["enum"]:
            yield f"{new.at}/enum: {len(gone)} of {len(old.words['enum'])} values are gone"
    elif new.kind == "const":
        if new.words["const"] != old.words["const"]:
            yield f"{new.at}/const: another value"
    elif new.kind == "not":
        if not reads(old.inner["not"], new.inner["not"]):
            yield f"{new.at}/not: what is forbidden was not forbidden before"
    elif new.kind == "array":
        yield from array(new, old, reads)
    elif new.kind == "object":
        yield from object_(new, old, reads)


def _number(new: Node, old: Node) -> Iterator[str]:
    yield from limit(new, old, lower=("minimum", "exclusiveMinimum"), upper=("maximum", "exclusiveMaximum"))
    if "integer" in new.words and "integer" not in old.words:
        yield f"{new.at}/type: integer where number was"
    step, former = new.words.get("multipleOf"), old.words.get("multipleOf")
    if step is not None and (former is None or not _is_multiple(former, step)):
        yield f"{new.at}/multipleOf: {'none' if former is None else former} became {step}"


def _is_multiple(value: int | Decimal, of: int | Decimal) -> bool:
    """Exact; where the quotient has more digits than decimals have here, equal values alone are multiples."""
    if value == of:
        return True
    if isinstance(value, int) and isinstance(of, int):
        return value % of == 0
    try:
        return Decimal(value) % Decimal(of) == 0
    except DecimalException:
        return False


def _combined(new: Node, old: Node, reads: Asks) -> Iterator[str]:
    if not _is_wider(new, old):
        yield f"{new.at or '/'}: {old.kind} of {old.branches} became {new.kind} of {new.branches}"
        return
    now, before = len(new.listed), len(old.listed)
    if now > before and new.kind == "allOf":
        yield f"{new.at or '/'}: allOf got {now - before} branches more"
    if now < before and old.kind != "allOf":
        yield f"{new.at or '/'}: {old.kind} lost {before - now} branches"
    if now * before <= _FEW:
        grid = [[reads(branch, former) for branch in new.listed] for former in old.listed]
    else:
        grid = [[_fits(branch, former, reads) for branch in new.listed] for former in old.listed]
    if largest_matching(grid) < min(now, before):
        yield f"{new.at or '/'}: fewer than {min(now, before)} branches have a compatible counterpart of their own"


def _fits(new: Node, old: Node, reads: Asks) -> bool:
    """Where nothing is below, the verdict is found on the spot: a pair costs more, and there may be a million."""
    if new.kind not in _LEAVES or old.kind not in _LEAVES:
        return reads(new, old)
    if new.kind == old.kind == "const":
        return bool(new.words["const"] == old.words["const"])
    return not any(True for _ in _why_not(new, old, reads))


def _is_wider(new: Node, old: Node) -> bool:
    """The criterion stays, or takes more."""
    if new.kind in (old.kind, "anyOf"):
        return True
    if old.branches == 1 and new.branches == 1:
        return True
    return (old.branches == 1 and new.kind == "oneOf") or (old.kind == "allOf" and new.branches == 1)
