"""S9: how a schema is written does not matter, what it says does."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh, record, registered, text
from nilometer.run import Run
from nilometer.schema.avro.generators import writer
from nilometer.verdict import NotObservable, Reason
from nilometer_models.schema.avro import NotAvro, all_differences, parse


@requirement(
    id="S9",
    name="schema.canonical_form",
    level="MUST",
    sentence="With normalize, schemas that differ only in white space and in the order of members are the same schema, "
    "and normalising twice changes nothing; a default, a symbol or an alias more is another schema; what is read back "
    "describes the same data as what was registered",
    profiles=("schema",),
    sources=("Confluent Schema Registry documentation, schema normalization",),
    signatures={
        "spelling-matters": "two spellings of one schema have different ids with normalize",
        "content-lost": "two different schemas have one id",
        "not-idempotent": "the text that normalising gave is another schema when it is registered again",
        "data-changed": "what is read back describes other data than what was registered",
    },
)
def check(run: Run) -> None:
    """A record in several spellings, records that differ in one thing each, generated schemas read back."""
    _spellings(run)
    _different(run)
    schemas = st.randoms(use_true_random=False).map(lambda random: json.dumps(writer(random, 2)))
    run.explore(schemas, lambda schema: _read_back(run, schema), examples=run.cases(6))


def _base(run: Run) -> dict[str, Any]:
    made = record(f"N{run.random.randrange(10**9)}", ("a", "int", 7), ("b", ["null", "string"]), namespace="k")
    made["fields"].append({"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["X", "Y"]}})
    return made


def _spellings(run: Run) -> None:
    base, subject = _base(run), fresh(run)
    id = registered(run, subject, text(base), normalize=True)
    first = run.journal.recent(1)
    for schema in (json.dumps(base, indent=3), json.dumps(base, separators=(",", ":")), text(_reversed(base))):
        again = registered(run, subject, schema, normalize=True)
        run.judge(
            again == id, "spelling-matters", expected=f"id {id}", seen=f"id {again} for {schema}",
            evidence=[*first, *run.journal.recent(1)],
        )  # fmt: skip


def _reversed(schema: Any) -> Any:
    """The same object, its members in another order."""
    if isinstance(schema, dict):
        return {key: _reversed(schema[key]) for key in reversed(schema)}
    return [_reversed(one) for one in schema] if isinstance(schema, list) else schema


def _different(run: Run) -> None:
    base, subject = _base(run), fresh(run)
    fields = base["fields"]
    enum = fields[2]["type"]
    others = {
        "a default more": {**base, "fields": [fields[0], {**fields[1], "default": None}, fields[2]]},
        "another default": {**base, "fields": [{**fields[0], "default": 8}, *fields[1:]]},
        "a symbol more": {**base, "fields": [*fields[:2], {"name": "e", "type": {**enum, "symbols": ["X", "Y", "Z"]}}]},
        "an alias more": {**base, "aliases": ["Old"]},
        "another order of fields": {**base, "fields": [fields[1], fields[0], fields[2]]},
    }
    id = registered(run, subject, text(base), normalize=True)
    first = run.journal.recent(1)
    for what, schema in others.items():
        other = registered(run, subject, text(schema), normalize=True)
        run.judge(
            other != id, "content-lost", expected=f"another id than {id}: {what}", seen=f"id {other}",
            evidence=[*first, *run.journal.recent(1)],
        )  # fmt: skip


def _read_back(run: Run, schema: str) -> None:
    """A generated schema: stored, read, compared, stored again."""
    for normalize in (None, True):
        subject = fresh(run)
        id = registered(run, subject, schema, normalize=normalize)
        first, found = run.journal.recent(1), run.registry.by_id(id)
        stored = found.needed()["schema"]
        try:
            differences = [
                *all_differences(parse(stored), parse(schema)),
                *all_differences(parse(schema), parse(stored)),
            ]
        except NotAvro as error:
            raise NotObservable(Reason.REFUSED, f"not Avro as the model reads it: {error}") from error
        run.judge(
            not differences, "data-changed", expected=schema, seen=f"{stored}: {'; '.join(map(str, differences))}",
            evidence=[*first, found],
        )  # fmt: skip
        again = registered(run, subject, stored, normalize=normalize)
        run.judge(
            again == id, "not-idempotent", expected=f"id {id} for {stored}", seen=f"id {again}",
            evidence=[*first, found, *run.journal.recent(1)],
        )  # fmt: skip
