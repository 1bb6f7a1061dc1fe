"""Batches that are wrong in one place."""

from nilometer.requirements.wire._batches import bad_batches
from nilometer_reference.wire.record_errors import RecordError
from nilometer_reference.wire.records import Batch, split_batches


def rows():
    return {bad.what: bad for bad in bad_batches("t")}


def crc_is_right(data: bytes) -> bool:
    return all(batch.crc_is_valid for batch in split_batches(data))


def test_every_row_is_another_one():
    found = list(bad_batches("t"))
    assert len(found) == len({bad.what for bad in found}) == len({bad.data for bad in found})
    assert len(found) > 20


def test_only_the_rows_about_the_crc_have_a_wrong_one():
    for what, bad in rows().items():
        if "CRC" in what:
            assert not Batch.parse(bad.data).crc_is_valid
        elif "length" not in what and "magic" not in what:
            assert crc_is_right(bad.data), what


def test_lengths_lie():
    for what, bad in rows().items():
        if "batch length" in what:
            try:
                sizes = [batch.header.size for batch in split_batches(bad.data)]
            except RecordError:
                continue
            assert sum(sizes) != len(bad.data), what


def test_codes_are_named_where_the_catalogue_names_them():
    named = {what: bad.code.name for what, bad in rows().items() if bad.code is not None}
    assert named == {
        "a wrong CRC": "CORRUPT_MESSAGE",
        "a flipped bit under a CRC that does not know it": "CORRUPT_MESSAGE",
        "the control bit": "INVALID_RECORD",
        "two batches for one partition": "INVALID_RECORD",
        "zstd below Produce v7": "UNSUPPORTED_COMPRESSION_TYPE",
    }
    assert rows()["zstd below Produce v7"].version_max == 6
