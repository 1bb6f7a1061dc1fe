from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Fetched
from nilometer.clients.session import READ_COMMITTED, READ_UNCOMMITTED
from nilometer.workloads.visible import delivered
from nilometer_reference.wire.messages import FetchRequest
from nilometer_reference.wire.messages.fetch import AbortedTransaction
from nilometer_reference.wire.record_encoding import Record, encode_batch, encode_end_transaction_marker


def data(offset, count, producer=-1):
    transactional = producer >= 0
    return encode_batch(
        [Record(-1, 0, None, b"v")] * count, base_offset=offset, producer_id=producer,
        producer_epoch=0 if transactional else -1,
        base_sequence=0 if transactional else -1, transactional=transactional,
    )  # fmt: skip


def marker(offset, producer, *, commit):
    return encode_end_transaction_marker(producer, 0, 0, commit, 0, base_offset=offset)


def response(position, aborted, *batches):
    entries = [AbortedTransaction(producer_id=producer, first_offset=first) for producer, first in aborted]
    return Fetched(Exchange(1, "h:1", 4, 1, FetchRequest(), 0), position, 0, 99, 99, 0, entries, b"".join(batches))


def offsets(fetched, level):
    return [one.offset for one in delivered(fetched, level)]


LOG = (
    data(0, 2),
    data(2, 2, producer=7),
    marker(4, 7, commit=False),
    data(5, 1),
    data(6, 1, 7),
    marker(7, 7, commit=True),
)


def test_the_example_of_the_module():
    fetched = response(0, [(7, 2)], *LOG)
    assert offsets(fetched, READ_COMMITTED) == [0, 1, 5, 6]
    assert offsets(fetched, READ_UNCOMMITTED) == [0, 1, 2, 3, 5, 6]


def test_positions_inside_a_batch_leave_its_beginning_out():
    assert offsets(response(1, [(7, 2)], *LOG), READ_COMMITTED) == [1, 5, 6]


def test_an_entry_without_its_marker_hides_what_follows():
    """What a consumer makes of an entry that does not belong to the response."""
    assert offsets(response(5, [(7, 2)], *LOG[3:]), READ_COMMITTED) == [5]


def test_entries_beyond_the_response_are_harmless():
    assert offsets(response(0, [(7, 2), (8, 50)], *LOG), READ_COMMITTED) == [0, 1, 5, 6]


def test_other_producers_are_not_hidden():
    fetched = response(0, [(7, 0)], data(0, 1, 7), data(1, 1, 8), marker(2, 7, commit=False), marker(3, 8, commit=True))
    assert offsets(fetched, READ_COMMITTED) == [1]


def test_without_a_list_nothing_is_aborted():
    fetched = response(0, [], *LOG)
    assert offsets(fetched, READ_COMMITTED) == [0, 1, 2, 3, 5, 6]
