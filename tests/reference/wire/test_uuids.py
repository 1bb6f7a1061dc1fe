"""Ids print as Kafka's tools print them."""

import base64

from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.wire.uuids import ZERO_UUID, uuid_text


def test_the_zero_id_prints_as_kafka_prints_it() -> None:
    assert uuid_text(ZERO_UUID) == "AAAAAAAAAAAAAAAAAAAAAA"


@given(st.binary(min_size=16, max_size=16))
def test_an_id_is_22_url_safe_characters_that_lead_back(uuid: bytes) -> None:
    text = uuid_text(uuid)
    assert len(text) == 22
    assert base64.urlsafe_b64decode(text + "==") == uuid
