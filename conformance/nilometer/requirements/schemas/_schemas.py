"""What the requirements of registries share: small Avro schemas, subjects that take anything, and refusals by code."""

from __future__ import annotations

import json
from typing import Any

from nilometer.clients.registry import HttpExchange
from nilometer.registries.routes import SET_LEVEL
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason

INCOMPATIBLE = frozenset({409, 40901})
"""`error_code` of an incompatible schema: 409 up to Confluent 8.1 and elsewhere, 40901 from 8.2."""


def record(name: str, *fields: Any, **more: Any) -> dict[str, Any]:
    """An Avro record; a field is a name (of a string), (name, type), or (name, type, default)."""
    made = []
    for field in fields:
        parts = (field, "string") if isinstance(field, str) else field
        made.append(dict(zip(("name", "type", "default"), parts, strict=False)))
    return {"type": "record", "name": name, "fields": made, **more}


def text(schema: Any) -> str:
    """A schema as it is sent."""
    return json.dumps(schema)


def content(run: Run, number: int) -> str:
    """The schema of that number: different from all other ones, also from those of other requirements and runs."""
    unique = run.settings.run_id.replace("-", "_")
    return text(record(f"R_{unique}_{run.requirement.id}", f"f{number}"))


def fresh(run: Run, level: str | None = "NONE", prefix: str = "") -> str:
    """A subject that has nothing yet, at this level of compatibility; None: the one in scope."""
    subject = run.schema_subject(prefix)
    if level is not None:
        if not run.versions.serves(SET_LEVEL):
            raise NotObservable(Reason.API_NOT_SERVED, f"{SET_LEVEL} is not served")
        run.registry.set_level(subject, level).needed()
    return subject


def registered(run: Run, subject: str, schema: str, **more: Any) -> int:
    """The id. NotObservable if it is refused."""
    found = run.registry.register(subject, schema, **more)
    value = found.needed()
    if not isinstance(value, dict) or not isinstance(value.get("id"), int):
        raise NotObservable(Reason.REFUSED, f"the answer to a registration has no id: {found.text:.200}")
    return int(value["id"])


def listed(exchange: HttpExchange) -> Any:
    """The list of an answer; an empty one where there is no such subject."""
    return [] if exchange.status == 404 else exchange.needed()


def schema_of(exchange: HttpExchange) -> Any:
    """The schema text of an answer, as JSON; None where there is none."""
    value = exchange.value
    try:
        return json.loads(value["schema"])
    except (TypeError, KeyError, ValueError):
        return None
