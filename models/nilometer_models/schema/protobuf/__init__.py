"""Protobuf: which file's messages read what another's wrote. Read `rules.py` first, then `meaning.py`.

parse.py, nodes.py                 text or descriptor to a tree
rules.py, oneofs.py, dialects.py   the walk, and what breaks for whom
meaning.py                         what bytes do: a value written as one type and read as another; grades
runtime.py                         the same, by Google's runtime; the whole table
proof.py                           which numbers keep their value, by z3
"""

from nilometer_models.schema.protobuf.dialects import CONFLUENT, DIALECTS, Dialect, Kind, dialect
from nilometer_models.schema.protobuf.nodes import Schema
from nilometer_models.schema.protobuf.parse import NotProtobuf, parse
from nilometer_models.schema.protobuf.rules import all_differences, can_read

__all__ = [
    "CONFLUENT", "DIALECTS", "Dialect", "Kind", "NotProtobuf", "Schema", "all_differences", "can_read", "dialect",
    "parse",
]  # fmt: skip
