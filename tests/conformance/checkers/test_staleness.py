from hypothesis import given
from hypothesis import strategies as st

from nilometer.checkers.staleness import Lag, Read, Write, describe, lags


def test_a_read_lags_by_what_was_acknowledged_before_it_was_asked_for():
    writes = [Write(1_000_000, 4), Write(2_000_000, 9)]
    assert lags(writes, [Read(1_000_000, 0)]) == [Lag(0, 0.0)]
    assert lags(writes, [Read(3_000_000, 5)]) == [Lag(5, 1.0)]
    assert lags(writes, [Read(3_000_000, 0)]) == [Lag(10, 2.0)]
    assert lags(writes, [Read(3_000_000, 10)]) == [Lag(0, 0.0)]


def test_the_description_counts_the_reads_that_lag():
    assert describe([Lag(0, 0), Lag(0, 0)]) == "2 reads, none behind an acknowledged write"
    assert describe([Lag(0, 0), Lag(3, 1.25)]) == (
        "1 of 2 reads behind an acknowledged write, by up to 3 records and 1.2 ms"
    )


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100))),
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 101))),
)
def test_the_lag_is_that_of_a_plain_search(acked, read):
    measured = lags([Write(*one) for one in acked], [Read(*one) for one in read])
    for (asked, reached), lag in zip(read, measured, strict=True):
        missed = [last for at, last in acked if at < asked and last >= reached]
        assert lag.records == (max(missed) + 1 - reached if missed else 0)
        assert (lag.ms > 0) == bool(missed)
