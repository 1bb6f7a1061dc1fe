"""Avro: which schema reads what another wrote. Read `rules.py` first, then `meaning.py`.

parse.py, nodes.py       text to a graph of frozen nodes
rules.py, dialects.py    the walk, and what breaks for whom
meaning.py               what a decoder does with a value; the grades; a value that fails
encoding.py              a value as bytes
proof.py                 the rules equal the meaning, by z3
"""

from nilometer_models.schema.avro.dialects import AVRO_JAVA, DIALECTS, Dialect, Kind, dialect
from nilometer_models.schema.avro.nodes import Schema
from nilometer_models.schema.avro.parse import NotAvro, parse
from nilometer_models.schema.avro.rules import all_differences, can_read

__all__ = [
    "AVRO_JAVA", "DIALECTS", "Dialect", "Kind", "NotAvro", "Schema", "all_differences", "can_read", "dialect", "parse",
]  # fmt: skip
