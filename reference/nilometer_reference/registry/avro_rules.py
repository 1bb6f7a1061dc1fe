"""Can a reader with one Avro schema read what was written with another?

    reader        writer               when
    any           union                it reads every branch
    union         not a union          some branch reads it
    primitive     the same             always; long reads int; float reads int, long; double reads all three;
                                       bytes and string read each other
    array, map    array, map           items, values
    fixed         fixed                names match and sizes are equal
    enum          enum                 names match; it knows every symbol, or has a default
    record        record               names match; each field is found once and read, or has a default

Names match if the short names are equal, or the writer's full name is among the reader's aliases. Schemas may be
recursive: `fixpoint`. Source: Apache Avro specification, schema resolution; `SchemaCompatibility`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nilometer_reference.registry import fixpoint
from nilometer_reference.registry.avro_schema import Node
from nilometer_reference.registry.fixpoint import Reads

PROMOTIONS: Final = {
    "long": ("int",),
    "float": ("int", "long"),
    "double": ("int", "long", "float"),
    "bytes": ("string",),
    "string": ("bytes",),
}


def differences(reader: Node, writer: Node) -> list[str]:
    """Why `reader` cannot read everything that `writer` writes; empty if it can."""
    return fixpoint.differences(reader, writer, _why_not)


def _why_not(reader: Node, writer: Node, reads: Reads[Node]) -> Iterator[str]:
    """Why this pair falls, given which others do. Asks about every pair that it rests on."""
    if writer.kind == "union":
        missing = [branch for branch, ok in [(b, reads(reader, b)) for b in writer.branches] if not ok]
        if missing:
            yield f"{reader} does not read the branch {missing[0]} of the writer's union"
    elif reader.kind == "union":
        verdicts = [reads(branch, writer) for branch in reader.branches]
        if not any(verdicts):
            yield f"no branch of the reader's union reads {writer}"
    elif reader.kind != writer.kind:
        if writer.kind not in PROMOTIONS.get(reader.kind, ()):
            yield f"a reader's {reader} where the writer has {writer}"
    elif reader.kind in ("array", "map"):
        if not reads(reader.branches[0], writer.branches[0]):
            yield f"the {reader.kind}s hold different things"
    elif reader.name:
        yield from _named(reader, writer, reads)


def _named(reader: Node, writer: Node, reads: Reads[Node]) -> Iterator[str]:
    if not _names_match(reader, writer):
        yield f"the reader's {reader.kind} is called {reader.name}, the writer's {writer.name}"
    elif reader.kind == "fixed" and reader.size != writer.size:
        yield f"fixed {reader.name} has {reader.size} bytes, not {writer.size}"
    elif reader.kind == "enum":
        unknown = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
        if unknown and reader.default_symbol is None:
            yield f"enum {reader.name} does not know {', '.join(unknown)}, and has no default"
    elif reader.kind == "record":
        yield from _record(reader, writer, reads)


def _names_match(reader: Node, writer: Node) -> bool:
    return reader.short_name == writer.short_name or writer.name in reader.aliases


def _record(reader: Node, writer: Node, reads: Reads[Node]) -> Iterator[str]:
    written = {field.name: field for field in writer.fields}
    for field in reader.fields:
        # Apache Avro's Java refuses more than one hit, also where an alias is the name itself.
        sources = [written[name] for name in (field.name, *dict.fromkeys(field.aliases)) if name in written]
        if len(sources) > 1:
            yield f"field {field.name} of {reader.name} may be {' or '.join(one.name for one in sources)}"
        elif not sources:
            if not field.has_default:
                yield f"field {field.name} of {reader.name} is not written, and has no default"
        elif not reads(field.type, sources[0].type):
            yield f"field {field.name} of {reader.name} cannot be read"
