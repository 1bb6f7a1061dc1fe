"""JSON Schema: which schema reads what another wrote. Read `rules.py` first, then `containers.py`.

nodes.py, parse.py                     text to a graph of frozen nodes
  documents.py, families.py, keywords.py   references; the node of a type; values of keywords
walk.py, rules.py, containers.py       the walk over pairs
dialects.py                            what breaks for whom
semantic.py, instances.py              what data do: a value that the writer may write and the reader refuses
probe.py, keywords.txt                 every keyword, tightened, relaxed and changed, as a table
"""

from nilometer_models.schema.json_schema.dialects import CONFLUENT, CONFLUENT_LENIENT, DIALECTS, Dialect, Kind, dialect
from nilometer_models.schema.json_schema.documents import NotJsonSchema
from nilometer_models.schema.json_schema.nodes import Schema
from nilometer_models.schema.json_schema.parse import parse
from nilometer_models.schema.json_schema.rules import all_differences, can_read

__all__ = [
    "CONFLUENT", "CONFLUENT_LENIENT", "DIALECTS", "Dialect", "Kind", "NotJsonSchema", "Schema", "all_differences",
    "can_read", "dialect", "parse",
]  # fmt: skip
