"""S10: what the registry gives out fits the frames that serializers write, and leads back from them."""

from __future__ import annotations

import json
import uuid
from typing import Any

from nilometer.clients.raw import NoAnswer
from nilometer.clients.registry import HttpExchange
from nilometer.registries.routes import IDS_OF_GUID, NO_GUID, NO_ID
from nilometer.registries.subject import RegistrySubject
from nilometer.requirement import requirement
from nilometer.requirements.schemas._schemas import fresh, record, registered, schema_of, text
from nilometer.run import Run
from nilometer.schema.framing import Framed, FramingError, Guid, Id, frame, header, parse_header
from nilometer.schema.framing import parse as unframe
from nilometer.verdict import Reason
from nilometer_models.schema.avro import parse
from nilometer_models.schema.avro.encoding import encode

SCHEMA_NOT_FOUND = 40403
ID_MAX = 2**31 - 1
"""Registries and their clients in Java keep ids in 32 bits with a sign."""
VALUE = {"a": "ä", "n": 2**40}


@requirement(
    id="S10",
    name="schema.wire_format",
    level="MUST",
    sentence="An id fits the 4 bytes of a payload's frame and leads back to the schema that wrote it, a GUID the 16 "
    "bytes of a header; ids and GUIDs that nobody has are errors; Confluent's serializers work with both",
    profiles=("schema",),
    sources=("Confluent wire format", "confluent-kafka-python, schema_registry"),
    signatures={
        "id-unfit": "an id does not fit into a frame: it is below 1 or above 2147483647",
        "id-leads-elsewhere": "the id of a frame leads to another schema than the writer's",
        "guid-unfit": "a GUID is no UUID",
        "guid-leads-elsewhere": "a GUID leads to another schema, or differs for the same content",
        "unknown-found": "an id or GUID that nobody has is answered with a schema, or with another error than 40403",
        "serializer-fails": "Confluent's serializer does not work with this registry, or writes another frame",
        "deserializer-fails": "Confluent's deserializer does not read its own payload back",
        "garbage-read": "Confluent's deserializer reads a payload with a wrong magic byte, an unknown id, or cut off",
    },
)
def check(run: Run) -> None:
    """Frames made by hand and by confluent-kafka's serializer, where that is installed; ids and GUIDs of nobody."""
    subject = fresh(run)
    schema = text(record(f"k.W{run.random.randrange(10**9)}", "a", ("n", "long")))
    id = registered(run, subject, schema)
    made = run.journal.recent(1)
    fits = run.judge(1 <= id <= ID_MAX, "id-unfit", expected=f"1 to {ID_MAX}", seen=id, evidence=made)
    if fits:
        payload = frame(encode(parse(schema), VALUE), Id(id))
        found = run.registry.by_id(_id(unframe(payload, indexed=False)))
        run.judge(
            _alike(schema_of(found), schema), "id-leads-elsewhere", expected=schema, seen=found.text,
            evidence=[*made, found],
        )  # fmt: skip
    _nobody(run, run.registry.by_id(NO_ID), f"id {NO_ID}")
    if run.versions.serves(IDS_OF_GUID):
        _guid(run, subject, schema)
    _serializers(run)


def _id(framed: Framed) -> int:
    assert isinstance(framed.schema, Id)
    return framed.schema.id


def _alike(read: Any, schema: str) -> bool:
    sent = json.loads(schema)
    return isinstance(read, dict) and read.get("fields") == sent["fields"]


def _nobody(run: Run, found: HttpExchange, what: str) -> None:
    run.judge(
        found.code == SCHEMA_NOT_FOUND, "unknown-found", expected=f"404 {SCHEMA_NOT_FOUND} for {what}",
        seen=found.outcome, evidence=found,
    )  # fmt: skip


def _guid(run: Run, subject: str, schema: str) -> None:
    version = run.registry.version(subject)
    guid = version.needed().get("guid")
    if guid is None:
        run.skip(Reason.API_NOT_SERVED, "a version is answered without a GUID")
        return
    try:
        written = Guid(uuid.UUID(guid))
        same = parse_header(header(written), indexed=False) == written
    except (ValueError, FramingError):
        same = False
    if not run.judge(same, "guid-unfit", expected="a UUID", seen=guid, evidence=version):
        return
    found = run.registry.call("GET", f"/schemas/guids/{guid}")
    run.judge(
        _alike(schema_of(found), schema), "guid-leads-elsewhere", expected=schema, seen=found.text,
        evidence=[version, found],
    )  # fmt: skip
    _nobody(run, run.registry.call("GET", f"/schemas/guids/{NO_GUID}"), f"GUID {NO_GUID}")


# ------------------------------------------------------------------------------------- a client that we did not write


def _serializers(run: Run) -> None:
    try:
        from confluent_kafka.schema_registry import SchemaRegistryClient  # noqa: PLC0415 - a library of others
        from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer  # noqa: PLC0415
        from confluent_kafka.serialization import MessageField, SerializationContext  # noqa: PLC0415
    except ImportError:
        run.note("confluent-kafka[avro,schemaregistry] is not installed: no serializer was tried")
        return
    assert isinstance(run.subject, RegistrySubject)
    topic = run.schema_subject()
    run.subject.topics[-1] = f"{topic}-value"
    schema = text(record(f"k.C{run.random.randrange(10**9)}", "a", ("n", "long")))
    settings = {"url": run.subject.url, "timeout": run.settings.timeout_s, "max.retries": 0}
    context = SerializationContext(topic, MessageField.VALUE)
    try:
        payload = AvroSerializer(SchemaRegistryClient(settings), schema)(VALUE, context)
        framed: Framed | None = unframe(payload, indexed=False)
        problem = ""
    except Exception as error:  # whatever a library of others raises is what we look for
        _answered(error)
        payload, framed, problem = b"", None, f"{type(error).__name__}: {error}"
    expected = encode(parse(schema), VALUE)
    fits = framed is not None and 1 <= _id(framed) <= ID_MAX and framed.data == expected
    if not run.judge(
        fits, "serializer-fails", expected=f"00, the id, {expected.hex()}",
        seen=problem or payload.hex(), evidence=[run.registry.version(f"{topic}-value")],
    ):  # fmt: skip
        return
    assert framed is not None
    found = run.registry.by_id(_id(framed))
    run.judge(_alike(schema_of(found), schema), "id-leads-elsewhere", expected=schema, seen=found.text, evidence=found)
    deserialize = AvroDeserializer(SchemaRegistryClient(settings))
    read = _read(deserialize, payload, context)
    run.judge(read == repr(VALUE), "deserializer-fails", expected=VALUE, seen=read, evidence=found)
    for what, broken in (
        ("magic byte 5", b"\5" + payload[1:]),
        ("an unknown id", frame(framed.data, Id(NO_ID))),
        ("4 bytes", payload[:4]),
        ("data cut off", payload[:-2]),
    ):
        read = _read(deserialize, broken, context)
        run.judge(
            read.startswith("raised"), "garbage-read", expected=f"an error for {what}", seen=read,
            evidence=run.journal.recent(2),
        )  # fmt: skip


def _read(deserialize: Any, payload: bytes, context: Any) -> str:
    try:
        return repr(deserialize(payload, context))
    except Exception as error:  # as above
        _answered(error)
        return f"raised {type(error).__name__}"


def _answered(error: Exception) -> None:
    """An answer that did not come says nothing about what it would have been. Raises `NoAnswer`."""
    if any(kind.__name__ == "TransportError" for kind in type(error).__mro__):  # of the client's HTTP library
        raise NoAnswer(f"confluent-kafka had no answer: {type(error).__name__}: {error}") from error
