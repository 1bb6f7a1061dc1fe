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
recursive, so the answer is a greatest fixpoint: a pair is compatible unless it is shown not to be, and a pair that has
fallen takes with it what rested on it. Source: Apache Avro specification, schema resolution; `SchemaCompatibility`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from nilometer_reference.registry import fixpoint
from nilometer_reference.registry.avro_schema import Node

PROMOTIONS: Final = {
    "long": ("int",),
    "float": ("int", "long"),
    "double": ("int", "long", "float"),
    "bytes": ("string",),
    "string": ("bytes",),
}
Reads = Callable[[Node, Node], bool]


def differences(reader: Node, writer: Node) -> list[str]:
    """Why `reader` cannot read everything that `writer` writes; empty if it can."""
    return fixpoint.reasons(reader, writer, _why_not)


def _why_not(reader: Node, writer: Node, reads: Reads) -> Iterable[str]:
    why = _reason(reader, writer, reads)
    return (why,) if why else ()


def _reason(reader: Node, writer: Node, reads: Reads) -> str:
    """Why this pair falls, given which others do; empty if it does not. Asks about every pair that it rests on."""
    if writer.kind == "union":
        missing = [branch for branch, ok in [(b, reads(reader, b)) for b in writer.branches] if not ok]
        return f"{reader} does not read the branch {missing[0]} of the writer's union" if missing else ""
    if reader.kind == "union":
        verdicts = [reads(branch, writer) for branch in reader.branches]
        return "" if any(verdicts) else f"no branch of the reader's union reads {writer}"
    if reader.kind != writer.kind:
        promoted = writer.kind in PROMOTIONS.get(reader.kind, ())
        return "" if promoted else f"a reader's {reader} where the writer has {writer}"
    if reader.kind in ("array", "map"):
        return "" if reads(reader.branches[0], writer.branches[0]) else f"the {reader.kind}s hold different things"
    if reader.name and not _names_match(reader, writer):
        return f"the reader's {reader.kind} is called {reader.name}, the writer's {writer.name}"
    if reader.kind == "fixed":
        return "" if reader.size == writer.size else f"fixed {reader.name} has {reader.size} bytes, not {writer.size}"
    if reader.kind == "enum":
        unknown = [symbol for symbol in writer.symbols if symbol not in reader.symbols]
        bad = unknown and reader.default_symbol is None
        return f"enum {reader.name} does not know {', '.join(unknown)}, and has no default" if bad else ""
    return _record(reader, writer, reads) if reader.kind == "record" else ""


def _names_match(reader: Node, writer: Node) -> bool:
    return reader.short_name == writer.short_name or writer.name in reader.aliases


def _record(reader: Node, writer: Node, reads: Reads) -> str:
    reasons = []
    written = {one.name: one for one in writer.fields}
    for field in reader.fields:
        # Apache Avro's Java refuses more than one hit, also where an alias is the name itself.
        sources = [written[name] for name in (field.name, *dict.fromkeys(field.aliases)) if name in written]
        if len(sources) > 1:
            reasons.append(f"field {field.name} of {reader.name} may be {' or '.join(one.name for one in sources)}")
        elif not sources:
            if not field.has_default:
                reasons.append(f"field {field.name} of {reader.name} is not written, and has no default")
        elif not reads(field.type, sources[0].type):
            reasons.append(f"field {field.name} of {reader.name} cannot be read")
    return "; ".join(reasons)
