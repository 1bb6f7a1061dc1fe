"""Kafka's own message definitions (`common/message/*.json` in its jars), read into our table's classes."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

from nilometer_reference.wire.table import NEVER, Field, Message, Struct, parse_versions

# Acronyms that Kafka spells in capitals inside a name; the rest is plain CamelCase.
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+")


def snake_case(name: str) -> str:
    return "_".join(word.lower() for word in _WORD.findall(name))


def _default(value: Any) -> str | None:
    """The text `"null"` is a null; a JSON null is no default at all (Kafka's `FieldSpec` reads it as absent)."""
    if value is None:
        return None
    text = str(value)
    if text in ("True", "False"):
        return text.lower()
    return str(int(text, 16)) if text.startswith("0x") else text


def _field(definition: dict[str, Any]) -> Field:
    tag = definition.get("tag")
    return Field(
        name=snake_case(definition["name"]),
        type=definition["type"],
        # A field without versions is in those in which it is tagged (`FieldSpec`).
        versions=parse_versions(definition.get("versions") or definition["taggedVersions"]),
        nullable=parse_versions(definition.get("nullableVersions", "none")),
        tag=None if tag is None else int(tag),
        tagged=parse_versions(definition.get("taggedVersions", "none")),
        default=_default(definition.get("default")),
        ignorable=bool(definition.get("ignorable", False)),
        flexible=parse_versions(definition["flexibleVersions"]) if "flexibleVersions" in definition else None,
    )


def _fields(definitions: list[dict[str, Any]], structs: dict[str, Struct]) -> tuple[Field, ...]:
    fields = []
    for definition in definitions:
        field = _field(definition)
        if definition.get("fields"):
            structs[field.element_type] = Struct(field.element_type, _fields(definition["fields"], structs))
        fields.append(field)
    return tuple(fields)


def read_definition(text: str) -> Message | None:
    """One JSON-with-comments definition; None for an API key that is reserved but has no versions."""
    text = re.sub(r"^\s*//.*$", "", text, flags=re.M)
    text = re.sub(r'(?<=[,\]\}\["0-9])[ \t]+//.*$', "", text, flags=re.M)
    definition = json.loads(text)
    if definition["validVersions"] == "none":
        return None
    structs: dict[str, Struct] = {}
    for common in definition.get("commonStructs", []):
        structs[common["name"]] = Struct(common["name"], _fields(common["fields"], structs))
    kind = definition["type"] if definition["type"] in ("request", "response") else "data"
    flexible = parse_versions(definition["flexibleVersions"])
    return Message(
        name=definition["name"],
        kind=kind,
        api_key=definition.get("apiKey") if kind != "data" else None,
        versions=parse_versions(definition["validVersions"]),
        flexible=flexible if flexible.lowest <= flexible.highest else NEVER,
        fields=_fields(definition["fields"], structs),
        structs=structs,
        unstable=bool(definition.get("latestVersionUnstable", False)),
    )


def read_jar(jar: Path) -> dict[str, Message]:
    """All messages of a jar by name."""
    with zipfile.ZipFile(jar) as archive:
        names = [n for n in archive.namelist() if n.startswith("common/message/") and n.endswith(".json")]
        messages = [read_definition(archive.read(name).decode()) for name in names]
    return {message.name: message for message in messages if message is not None}
