"""S13: what clients branch on: the status and `error_code` of each refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nilometer.clients.registry import HttpExchange, named
from nilometer.registries.routes import (
    COMPATIBLE,
    DELETE_SUBJECT,
    DELETE_VERSION,
    GET_LEVEL,
    LOOK_UP,
    NO_ID,
    SET_LEVEL,
    SET_MODE,
)
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import content, fresh, record, registered, text
from nilometer.run import Run

Case = tuple[str, set[int], Callable[[], HttpExchange], str | None]
"""What is wrong, the codes that say so, the request, the route that it needs."""


@requirement(
    id="S13",
    name="schema.errors",
    level="SHOULD",
    sentence="A refusal has the documented status and error_code, in an object {error_code, message}: 40401 subject, "
    "40402 version, 40403 schema, 40404 to 40408, 409 or 40901 incompatible, 42201 schema, 42202 version, 42203 level, "
    "42204 mode, 42206 referenced",
    profiles=("smoke", "schema"),
    sources=("Confluent Schema Registry API reference, errors",),
    signatures={
        "other-code": "a refusal has another error_code than the documented one",
        "other-status": "the status of a refusal is not that of its error_code",
        "no-error-object": "a refusal is no object with error_code and message",
        "not-refused": "a request that cannot be done is answered with success",
    },
)  # fmt: skip
def check(run: Run) -> None:
    """Each refusal that can be had without disturbing others, once."""
    for what, codes, ask, route in _cases(run):
        if route is not None and not run.versions.serves(route):
            continue
        found = ask()
        if not run.judge(
            not found.ok, "not-refused", expected=f"{_words(codes)}: {what}", seen=found.outcome, evidence=found
        ):
            continue
        value = found.value
        shaped = isinstance(value, dict) and isinstance(value.get("message"), str) and found.code is not None
        if not run.judge(
            shaped, "no-error-object", expected=f"error object: {what}", seen=f"{found.status} {found.text:.99}",
            evidence=found,
        ):  # fmt: skip
            continue
        run.judge(
            found.code in codes, "other-code", expected=f"{_words(codes)}: {what}", seen=found.outcome, evidence=found
        )
        assert found.code is not None
        run.judge(
            str(found.code).startswith(str(found.status)), "other-status", expected=f"that of {found.code}: {what}",
            seen=found.status, evidence=found,
        )  # fmt: skip
        if codes == {409, 40901}:
            run.note(f"incompatible is {found.code}")


def _words(codes: set[int]) -> str:
    return " or ".join(map(str, sorted(codes)))


def _cases(run: Run) -> list[Case]:
    """Three subjects: one with a version, one softly deleted, one that nobody has."""
    registry, first = run.registry, run.random.randrange(10**9)
    subject, gone, nobody = fresh(run), fresh(run), run.name("nobody")
    schema: dict[str, Any] = record(f"k.E{first}", "a")
    registered(run, subject, text(schema))
    cases: list[Case] = [
        ("no such subject", {40401}, lambda: registry.versions(nobody), None),
        ("no such subject", {40401}, lambda: registry.version(nobody), None),
        ("no such subject", {40401}, lambda: registry.look_up(nobody, text(schema)), LOOK_UP),
        ("no such subject", {40401}, lambda: registry.delete_subject(nobody), DELETE_SUBJECT),
        ("no such version", {40402}, lambda: registry.version(subject, 99), None),
        ("no such version", {40402}, lambda: registry.delete_version(subject, 99), DELETE_VERSION),
        ("no such version", {40402}, lambda: registry.compatible(subject, text(schema), 99), COMPATIBLE),
        ("no such schema", {40403}, lambda: registry.by_id(NO_ID), None),
        ("no such schema", {40403}, lambda: registry.look_up(subject, content(run, first)), LOOK_UP),
        ("no level", {40401, 40408}, lambda: registry.call("GET", f"/config/{named(nobody)}"), GET_LEVEL),
        ("no JSON", {42201}, lambda: registry.register(subject, "{"), None),
        ("no Avro", {42201}, lambda: registry.register(subject, '{"type":"no-such-type"}'), None),
        ("no such type", {42201, 422}, lambda: registry.register(subject, text(schema), type="CSV"), None),
        ("no version", {42202}, lambda: registry.version(subject, "first"), None),
        ("no version", {42202}, lambda: registry.version(subject, 0), None),
        ("no level", {42203}, lambda: registry.set_level(subject, "SIDEWAYS"), SET_LEVEL),
        ("no mode", {42204}, lambda: registry.set_mode(subject, "SIDEWAYS"), SET_MODE),
        ("not deleted softly", {40407}, lambda: registry.delete_version(subject, 1, permanent=True), DELETE_VERSION),
        ("not deleted softly", {40405}, lambda: registry.delete_subject(subject, permanent=True), DELETE_SUBJECT),
    ]
    if run.versions.serves(DELETE_SUBJECT):
        registered(run, gone, content(run, first + 1))
        registry.delete_subject(gone).needed()
        cases.append(("deleted softly", {40404}, lambda: registry.delete_subject(gone), DELETE_SUBJECT))
    strict, other = fresh(run, "BACKWARD"), record(f"k.F{first}", "b")
    registered(run, strict, text(other))
    refused = record(f"k.F{first}", ("b", "int"))
    cases.append(("incompatible", {409, 40901}, lambda: registry.register(strict, text(refused)), None))
    return [*cases, *_of_references(run, first)]


def _of_references(run: Run, first: int) -> list[Case]:
    registry, target, referrer = run.registry, fresh(run), fresh(run)
    name = f"k.G{first}"
    registered(run, target, text(record(name, "a")))
    user = text(record(f"{name}u", ("t", name)))
    registered(run, referrer, user, references=[{"name": name, "subject": target, "version": 1}])
    wrong = [{"name": name, "subject": target, "version": 9}]
    return [
        ("referenced", {42206}, lambda: registry.delete_version(target, 1), DELETE_VERSION),
        ("no such reference", {42201}, lambda: registry.register(referrer, user, references=wrong), None),
    ]
