"""Metadata of a schema as a request gives it: checked for its form, because contents and GUIDs are made of it."""

from __future__ import annotations

from typing import Any

from nilometer_reference.registry.errors import invalid_schema
from nilometer_reference.registry.records import Json


def is_text(value: Any) -> bool:
    """A string that can be written as UTF-8: half of a surrogate pair cannot."""
    return isinstance(value, str) and (value.isascii() or not any(0xD800 <= ord(one) < 0xE000 for one in value))


def read_metadata(given: Any) -> Json | None:
    """`tags`: lists of texts by name; `properties`: values by name; `sensitive`: texts. Raises 42201."""
    if given is None:
        return None
    if not isinstance(given, dict):
        raise invalid_schema(f"metadata is no object: {given!r:.80}")
    tags, properties = _object(given, "tags"), _object(given, "properties")
    sensitive = given.get("sensitive")
    lists = [("sensitive", [] if sensitive is None else sensitive), *tags.items()]
    for name, values in lists:
        if not isinstance(values, list) or not all(map(is_text, values)):
            raise invalid_schema(f"metadata: {name!r:.80} is no list of texts: {values!r:.80}")
    for name, value in properties.items():
        if not isinstance(value, str | int | float) or not is_text(str(value)):
            raise invalid_schema(f"metadata: the property {name!r:.80} is no text: {value!r:.80}")
    return given


def _object(given: Json, member: str) -> Json:
    found = given.get(member)
    if found is None:
        return {}
    if not isinstance(found, dict) or not all(map(is_text, found)):
        raise invalid_schema(f"metadata: {member} is no object: {found!r:.80}")
    return found
