"""Large and deep schemas of each type, whose leaves are of the type that is asked for."""

from __future__ import annotations

import json
from typing import Any


def wide(type: str, leaf: str, fields: int = 1_000) -> str:
    """One record of so many fields."""
    names = [f"field{n}" for n in range(fields)]
    if type == "AVRO":
        return json.dumps({"type": "record", "name": "R", "fields": [{"name": name, "type": leaf} for name in names]})
    if type == "PROTOBUF":
        lines = (f"{leaf} {name} = {number};" for number, name in enumerate(names, 1))
        return 'syntax = "proto3"; message R {' + " ".join(lines) + "}"
    properties = {name: {"type": leaf} for name in names}
    return json.dumps({"type": "object", "properties": properties, "additionalProperties": False})


def deep(type: str, leaf: str, levels: int = 50) -> str:
    """A chain of records of which each also leads back to the first one: nested, but in Protobuf by reference."""
    if type == "PROTOBUF":
        links = (
            f"message R{n} {{ R{(n + 1) % levels} next = 1; R0 first = 2; {leaf} end = 3; }}" for n in range(levels)
        )
        return 'syntax = "proto3"; ' + " ".join(links)
    inner: Any = leaf if type == "AVRO" else {"type": leaf}
    for n in reversed(range(levels)):
        if type == "AVRO":
            fields = [("next", ["null", inner]), ("first", ["null", "R0"])]
            said = [{"name": name, "type": branches, "default": None} for name, branches in fields]
            inner = {"type": "record", "name": f"R{n}", "fields": said}
        else:
            below = {"anyOf": [{"type": "null"}, inner]}
            inner = {"type": "object", "properties": {"next": below, "first": {"$ref": "#"}}}
    return json.dumps(inner)
