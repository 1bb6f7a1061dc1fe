"""Records: one byte form for each key, and values that are read again as they were written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.registry import records
from nilometer_reference.registry.records import Reference, StoredSchema, load, stored_schema
from nilometer_reference.registry.subjects import Subject

SUBJECT = Subject(".", "t-value")
STORED = st.builds(
    StoredSchema, st.just(SUBJECT), st.integers(1, 9), st.integers(1, 99), st.text(max_size=9),
    st.sampled_from(["AVRO", "JSON", "PROTOBUF"]),
    st.lists(st.builds(Reference, st.text(max_size=3), st.text(max_size=3), st.integers(1, 9)), max_size=2).map(tuple),
    st.none() | st.just({"properties": {"a": "b"}}), st.booleans(),
)  # fmt: skip


@given(STORED)
def test_a_version_is_read_as_it_was_written(stored: StoredSchema) -> None:
    value = load(records.schema_value(stored))
    assert value is not None
    assert stored_schema(SUBJECT, value) == stored


def test_keys_have_the_bytes_that_others_write() -> None:
    assert records.schema_key(SUBJECT, 3) == b'{"keytype":"SCHEMA","subject":"t-value","version":3,"magic":1}'
    assert records.setting_key("CONFIG", None) == b'{"keytype":"CONFIG","magic":0}'
    assert records.setting_key("MODE", SUBJECT) == b'{"keytype":"MODE","subject":"t-value","magic":0}'
    assert records.delete_subject_record(SUBJECT, 2)[0] == (
        b'{"keytype":"DELETE_SUBJECT","subject":"t-value","magic":0}'
    )
    assert records.largest_id_record(".", 7) == (b'{"keytype":"NOOP","magic":0}', b'{"largestId":7}')


def test_avro_is_the_type_that_is_left_out() -> None:
    assert b"schemaType" not in records.schema_value(StoredSchema(SUBJECT, 1, 1, "x"))
    assert b'"schemaType":"JSON"' in records.schema_value(StoredSchema(SUBJECT, 1, 1, "x", "JSON"))


@pytest.mark.parametrize("data", [b"[]", b"1", b"{", b"\xff"])
def test_what_is_no_object_is_no_record(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        load(data)
    assert load(None) is None
