"""Names, and how messages speak of nodes."""

from nilometer_models.schema.avro import parse
from nilometer_models.schema.avro.nodes import Name


def test_a_full_name_has_a_namespace_and_a_simple_name() -> None:
    assert (Name("a.b.C").simple, Name("a.b.C").namespace) == ("C", "a.b")
    assert (Name("C").simple, Name("C").namespace) == ("C", "")


def test_nodes_are_called_by_kind_and_name() -> None:
    schema = parse('["null", {"type": "record", "name": "R", "fields": []}, {"type": "array", "items": "int"}]')
    assert schema.name_of(schema.root) == "[null, R, array]"
    assert [schema.name_of(branch) for branch in (0, 1)] == ["null", "record R"]
