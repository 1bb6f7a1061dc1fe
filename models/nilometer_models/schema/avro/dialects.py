"""Kinds of differences between Avro schemas, and the dialects: which kinds break, and a few named variants.

dialect             differs from `avro-java` by
avro-java           nothing; also the answer of Confluent's and Apicurio's registries, which call the same class
avro-python         a writer field of the reader's own name wins over aliases; Karapace's too
avro-resolution     record names are not compared, a missing enum symbol is left to the datum; own name before aliases
avro-spec           decimals match by precision and scale; a default may be of any branch of a union (1.12)
redpanda            no aliases, names with their namespace, null as default of null not seen
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What can differ. The first group breaks in some dialect, the second is only told."""

    TYPE = "type mismatch"
    NAME = "name mismatch"
    RECORD_NAME = "record name mismatch"
    FIXED_SIZE = "fixed size mismatch"
    ENUM_SYMBOLS = "missing enum symbols"
    UNION_BRANCH = "missing union branch"
    DEFAULT = "missing default"
    AMBIGUOUS_FIELD = "more than one writer field"

    LOSSY_NUMBER = "number is rounded"
    ENUM_DEFAULT = "unknown symbols become the default"
    NOT_UTF8 = "bytes that are no UTF-8 have no text"
    LOGICAL = "logical type changed"
    DECIMAL = "decimal in other bytes"
    FIELD_SKIPPED = "writer field is skipped"
    FIELD_DEFAULTED = "field takes its default"


BREAKING = frozenset({
    Kind.TYPE, Kind.NAME, Kind.RECORD_NAME, Kind.FIXED_SIZE, Kind.ENUM_SYMBOLS, Kind.UNION_BRANCH, Kind.DEFAULT,
    Kind.AMBIGUOUS_FIELD,
})  # fmt: skip


@dataclass(frozen=True)
class Dialect:
    """What one implementation, or the specification, answers."""

    name: str
    source: str
    breaking: frozenset[Kind] = BREAKING
    aliases: bool = True
    namespaces: bool = False
    """Names are compared with their namespaces."""
    direct_name_wins: bool = False
    decimals: bool = False
    """Two decimals of the same precision and scale read each other, whatever holds their bytes."""
    null_default_seen: bool = True
    any_branch_default: bool = False


AVRO_JAVA = Dialect("avro-java", "org.apache.avro.SchemaCompatibility 1.11")
AVRO_PYTHON = Dialect("avro-python", "avro.compatibility 1.12", direct_name_wins=True)
AVRO_RESOLUTION = Dialect(
    "avro-resolution", "org.apache.avro.SchemaValidator 1.11",
    breaking=BREAKING - {Kind.RECORD_NAME, Kind.ENUM_SYMBOLS}, direct_name_wins=True,
)  # fmt: skip
AVRO_SPEC = Dialect(
    "avro-spec", "Avro 1.12 specification, Schema Resolution", decimals=True, any_branch_default=True,
    direct_name_wins=True,
)  # fmt: skip
REDPANDA = Dialect(
    "redpanda", "Redpanda 2024-12, read: schema_registry/avro.cc over avro-cpp", aliases=False, namespaces=True,
    null_default_seen=False,
)  # fmt: skip

DIALECTS = {one.name: one for one in (AVRO_JAVA, AVRO_PYTHON, AVRO_RESOLUTION, AVRO_SPEC, REDPANDA)}
SAME_AS = {"confluent": AVRO_JAVA, "apicurio": AVRO_JAVA, "karapace": AVRO_PYTHON}


def dialect(name: str) -> Dialect:
    """By its name, or by that of a registry that answers the same; KeyError for any other."""
    return SAME_AS[name] if name in SAME_AS else DIALECTS[name]
