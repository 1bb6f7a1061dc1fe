"""What data do: may the writer write a value that the reader refuses? Three answers, and "unknown" is one of them.

refuted     a value is valid under the writer's schema and not under the reader's; it is the witness
proved      the reader accepts everything, the writer writes nothing, both say the same, or the writer's values are
            few and each was tried
unknown     neither: it is *not* a yes

Values come from `instances.py`, at every edge and then mixed by a seed, and from hypothesis-jsonschema (`drawn`). The
judge is the validator of `jsonschema`; what it cannot judge (a pattern that Python cannot read) refutes nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum as Enumeration
from itertools import chain
from typing import Any

from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import Draft7Validator, extend, validator_for
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT7

from nilometer_models.schema.json_schema.dialects import CONFLUENT
from nilometer_models.schema.json_schema.instances import Instances, Value, thawed
from nilometer_models.schema.json_schema.nodes import Boolean, Const, Empty, Enum, Never, Null, Schema


class Verdict(Enumeration):
    """Is every value of the writer one of the reader?"""

    REFUTED = "refuted"
    PROVED = "proved"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """With a reason: for `refuted` what the reader's validator says of the witness."""

    verdict: Verdict
    reason: str = ""
    witness: Value = None
    """Only of `refuted`; null is a witness, too."""


def exact(text: str) -> Value:
    """Fractions as decimals: by binary fractions 0.3 is no multiple of 0.1."""
    return json.loads(text, parse_float=Decimal)


def is_integer(_checker: object, value: object) -> bool:
    """1.0 is one, true is not."""
    return not isinstance(value, bool) and (
        isinstance(value, int) or (isinstance(value, Decimal) and value == value.to_integral_value())
    )


class Judge:
    """Validity under one schema."""

    def __init__(self, schema: Schema) -> None:
        document = exact(schema.text)
        named = [(name, Resource.from_contents(exact(text), default_specification=DRAFT7))
                 for name, text in schema.references]  # fmt: skip
        kind = validator_for(document, default=Draft7Validator)
        checked = extend(kind, type_checker=kind.TYPE_CHECKER.redefine("integer", is_integer))  # type: ignore[no-untyped-call]
        registry: Registry[Value] = Registry().with_resources(named)
        self.validator: Validator = checked(document, registry=registry)

    def valid(self, value: Value) -> bool | None:
        """None: it cannot be judged."""
        try:
            return self.validator.is_valid(exact(json.dumps(value)))
        # TypeError: jsonschema 4.26 fails on `additionalItems` beside `items: false`.
        except (Unresolvable, re.error, RecursionError, ArithmeticError, TypeError):
            return None
        except BaseException as error:
            # What rpds raises, in Rust, when a schema refers to itself without end and the stack is full there.
            if type(error).__name__ != "PanicException":
                raise
            return None

    def complaint(self, value: Value) -> str:
        """Why a value is not valid."""
        try:
            self.validator.validate(exact(json.dumps(value)))
        except ValidationError as error:
            return re.sub(r"Decimal\('([^']*)'\)", r"\1", error.message)
        return ""


def contained(reader: Schema, writer: Schema, more: Iterable[Value] = (), *, mixed: int = 100) -> Answer:
    """Is every value of the writer's schema one of the reader's?

    After the values at the edges, `mixed` are tried that are at several edges at once, then `more`, of the caller's.
    """
    proof = proved(reader, writer)
    if proof:
        return Answer(Verdict.PROVED, proof)
    writes, reads = Judge(writer), Judge(reader)
    finite = few(writer)
    judged = True
    ours = Instances(CONFLUENT, reader, writer)
    for value in finite if finite is not None else chain(ours.all(), ours.mixed(mixed), more):
        written = writes.valid(value)
        read = reads.valid(value) if written is not False else True
        if written and read is False:
            return Answer(Verdict.REFUTED, reads.complaint(value), value)
        # A value that its own schema refuses was not written as it stands there: it cannot stand for it.
        judged = judged and written is True and read is True
    if finite is not None and judged:
        return Answer(Verdict.PROVED, f"each of {len(finite)} values was tried")
    return Answer(Verdict.UNKNOWN, "no value was found that the reader refuses, and there is no proof")


def proved(reader: Schema, writer: Schema) -> str:
    """Why no value can be refused; empty for no proof."""
    if isinstance(reader[reader.root], Empty):
        return "the reader accepts everything"
    if isinstance(writer[writer.root], Never):
        return "the writer can write nothing"
    if said(reader) == said(writer):
        return "both say the same"
    return ""


def said(schema: Schema) -> str:
    """The documents, without regard to layout and the order of keys. A text: there 1 is not true."""
    texts = [schema.text, *(text for _, text in schema.references)]
    return json.dumps([*(json.loads(text) for text in texts), [name for name, _ in schema.references]], sort_keys=True)


def few(writer: Schema) -> list[Value] | None:
    """All values that a writer can write, where they can be counted off; perhaps some that it cannot."""
    match writer[writer.root]:
        case Enum(values=values):
            return [thawed(value) for value in values]
        case Const(value=value):
            return [thawed(value)]
        case Boolean():
            return [True, False]
        case Null():
            return [None]
    return None


def drawn(schema: Schema, count: int) -> list[Value]:
    """Values drawn by hypothesis-jsonschema, which knows drafts up to 7; few or none where it gives up.

    Release 0.23.1 gives up on objects under Hypothesis 6.170: it calls an internal that is no longer there.
    """
    from hypothesis import HealthCheck, Phase, given, settings  # noqa: PLC0415 - with the extra `schema`
    from hypothesis_jsonschema import from_schema  # noqa: PLC0415

    document = json.loads(schema.text)
    if isinstance(document, dict):
        document.pop("$schema", None)
    found: list[Any] = []

    def collect(value: Any) -> None:
        found.append(value)

    wanted = settings(
        max_examples=count, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    # It fails in many ways, of many libraries. What cannot be drawn is no verdict: the values found so far are tried.
    with suppress(Exception):
        wanted(given(from_schema(document))(collect))()
    return found
