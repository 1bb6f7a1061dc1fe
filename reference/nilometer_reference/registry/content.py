"""Canonical text, and what makes two schemas the same content.

    Avro      parsed and printed compactly, members in the order of Apache Avro's printer
    JSON      parsed and printed compactly, members in their own order
    Protobuf  printed from its descriptor, whichever of the two forms it came in

`normalize` sorts what has no meaning of its own. The GUID is the MD5 of the content, the same in every context.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import uuid
from collections.abc import Mapping
from typing import Any, Final

from nilometer_reference.registry.avro_schema import canonical_avro
from nilometer_reference.registry.errors import invalid_schema
from nilometer_reference.registry.json_schema import parse_json
from nilometer_reference.registry.protobuf_schema import canonical_protobuf
from nilometer_reference.registry.records import AVRO, Reference, StoredSchema

JSON, PROTOBUF = "JSON", "PROTOBUF"
TYPES: Final = (JSON, PROTOBUF, AVRO)
DEPTH_MAX: Final = 256
"""Nesting of a schema's text; deeper is refused, before a parser runs out of stack."""
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)', re.DOTALL)


def canonical_text(type: str, text: str, *, normalize: bool, resolved: Mapping[str, str]) -> str:
    """The text that is stored. `resolved` are the texts of the references by name. Raises 42201."""
    if type == PROTOBUF:
        return canonical_protobuf(text, resolved, normalize=normalize)
    try:
        _check_depth(text)
        parsed = json.loads(text)
    except (ValueError, RecursionError) as error:
        if type == AVRO and text.strip().isidentifier():
            parsed = text.strip()
        else:
            raise invalid_schema(f"{type}: {error}") from error
    if type == AVRO:
        return canonical_avro(parsed, normalize=normalize, known=resolved)
    parse_json(text, resolved)
    return json.dumps(parsed, separators=(",", ":"), ensure_ascii=False, sort_keys=normalize)


def _check_depth(text: str) -> None:
    depth = deepest = 0
    for character in _STRING.sub("", text):
        if character in "{[":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "}]":
            depth -= 1
    if deepest > DEPTH_MAX:
        raise ValueError(f"nested {deepest} deep, the most is {DEPTH_MAX}")


def identity(stored: StoredSchema) -> str:
    """Equal for equal content; neither type nor subject is a part of it."""
    return guid(stored.text, stored.references, stored.metadata)


def guid(text: str, references: tuple[Reference, ...], metadata: Mapping[str, Any] | None) -> str:
    """MD5 over the text, the references, and the metadata if there are any."""
    digest = hashlib.md5(text.encode(), usedforsecurity=False)
    for one in references:
        digest.update(one.name.encode() + one.subject.encode() + struct.pack(">i", one.version))
    if metadata is not None:
        digest.update(b"\x01")
        for key, values in sorted((metadata.get("tags") or {}).items()):
            digest.update(key.encode() + b"".join(value.encode() for value in sorted(values)))
        for key, value in sorted((metadata.get("properties") or {}).items()):
            digest.update(key.encode() + str(value).encode())
        for name in sorted(metadata.get("sensitive") or ()):
            digest.update(name.encode())
    return str(uuid.UUID(bytes=digest.digest()))
