"""Where the batches of a log lie."""

import pytest

from nilometer_reference.faults.batches import batch_of, end_of_batch
from tests.reference.harness import Harness
from tests.reference.requests import batch, make_topic, produce


def test_every_offset_of_a_batch_leads_to_it() -> None:
    harness = Harness()
    make_topic(harness)
    client = harness.client()
    for count in (3, 1):
        produce(client, batch(count))
    log = harness.broker.partition("t", 0).log
    assert [batch_of(log, offset)[0] for offset in range(4)] == [0, 0, 0, 3]
    assert [end_of_batch(log, offset) for offset in range(4)] == [3, 3, 3, 4]
    with pytest.raises(LookupError):
        batch_of(log, 4)
