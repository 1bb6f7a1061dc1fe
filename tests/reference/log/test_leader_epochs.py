from hypothesis import given
from hypothesis import strategies as st

from nilometer_reference.log.leader_epochs import EpochEnd, LeaderEpochs


def epochs_of(*pairs: tuple[int, int]) -> LeaderEpochs:
    epochs = LeaderEpochs()
    for epoch, start in pairs:
        epochs.assign(epoch, start)
    return epochs


def pairs_of(epochs: LeaderEpochs) -> list[tuple[int, int]]:
    return list(zip(epochs.epochs, epochs.starts, strict=True))


def test_the_ends_of_epochs_are_those_of_the_table() -> None:
    epochs = epochs_of((2, 10), (3, 20), (7, 30))
    assert epochs.end_offset_for(7, 45) == EpochEnd(7, 45)  # the newest
    assert epochs.end_offset_for(8, 45) == EpochEnd(-1, -1)  # above the newest
    assert epochs.end_offset_for(1, 45) == EpochEnd(1, 10)  # below the oldest
    assert epochs.end_offset_for(2, 45) == EpochEnd(2, 20)
    assert epochs.end_offset_for(5, 45) == EpochEnd(3, 30)  # between two: the largest known one below
    assert epochs.end_offset_for(-1, 45) == EpochEnd(-1, -1)


def test_a_log_without_epochs_knows_no_end() -> None:
    assert LeaderEpochs().end_offset_for(0, 5) == EpochEnd(-1, -1)
    assert LeaderEpochs().latest == -1


def test_epoch_0_is_an_epoch() -> None:
    """KAFKA-8069's kin: 0 is not "none"."""
    assert epochs_of((0, 0)).end_offset_for(0, 9) == EpochEnd(0, 9)


def test_the_present_epoch_and_no_epoch_change_nothing() -> None:
    epochs = epochs_of((2, 10))
    epochs.assign(2, 50)
    epochs.assign(-1, 60)
    assert pairs_of(epochs) == [(2, 10)]


def test_what_contradicts_a_new_epoch_is_removed() -> None:
    epochs = epochs_of((1, 0), (4, 10), (6, 20))
    epochs.assign(5, 15)
    assert pairs_of(epochs) == [(1, 0), (4, 10), (5, 15)]
    epochs.assign(6, 15)  # nothing was written in 5
    assert pairs_of(epochs) == [(1, 0), (4, 10), (6, 15)]


steps = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), max_size=12).map(
    lambda found: [
        (sum(e for e, _ in found[: i + 1]) + i, sum(o for _, o in found[: i + 1]) + i) for i in range(len(found))
    ]
)


@given(steps, st.integers(0, 300))
def test_every_offset_is_in_the_epoch_that_began_last_before_it(pairs: list[tuple[int, int]], offset: int) -> None:
    wanted = [epoch for epoch, start in pairs if start <= offset]
    assert epochs_of(*pairs).epoch_of(offset) == (wanted[-1] if wanted else -1)


@given(steps, st.integers(0, 300))
def test_truncation_from_the_end_forgets_what_begins_there_or_later(pairs: list[tuple[int, int]], end: int) -> None:
    epochs = epochs_of(*pairs)
    epochs.truncate_from_end(end)
    assert pairs_of(epochs) == [pair for pair in pairs if pair[1] < end]


@given(steps, st.integers(0, 300))
def test_truncation_from_the_start_keeps_the_epoch_of_every_offset_that_is_left(
    pairs: list[tuple[int, int]], start: int
) -> None:
    before, epochs = epochs_of(*pairs), epochs_of(*pairs)
    epochs.truncate_from_start(start)
    assert all(epochs.epoch_of(offset) == before.epoch_of(offset) for offset in range(start, 310))
    assert not epochs.starts or epochs.starts[0] >= min(start, before.starts[0])


@given(steps)
def test_it_is_read_back_as_it_was(pairs: list[tuple[int, int]]) -> None:
    read = LeaderEpochs.decode(epochs_of(*pairs).encode())
    assert read is not None
    assert pairs_of(read) == pairs


def test_a_damaged_file_is_nothing() -> None:
    data = bytearray(epochs_of((0, 0)).encode())
    data[-1] ^= 1
    assert LeaderEpochs.decode(bytes(data)) is None
    assert LeaderEpochs.decode(None) is None
