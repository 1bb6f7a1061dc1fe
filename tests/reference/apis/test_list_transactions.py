import pytest

from nilometer_reference.wire.messages.list_transactions import ListTransactionsRequest, ListTransactionsResponse
from tests.reference.harness import Harness
from tests.reference.producers import TV1, TV2, Producer

VERSIONS = range(3)


@pytest.fixture
def cluster() -> Harness:
    """Four ids: `idle` (0), `open` (1), `done` (2), `undone` (3); `open` is 1 s older than the last two."""
    harness = Harness()
    harness.broker.topics.create("a", 1, now_ms=harness.now_ms)
    producers = [Producer(harness, name, TV2 if name == "done" else TV1) for name in ("idle", "open", "done", "undone")]
    for producer in producers:
        producer.init()
    _, open_, done, undone = producers
    open_.send("a", 0, b"1")
    harness.advance(1_000)
    for producer in (done, undone):
        producer.send("a", 0, b"1")
        producer.end(commit=producer is done)
    harness.advance(500)
    return harness


def ask(cluster: Harness, version: int = 2, **filters: object) -> ListTransactionsResponse:
    response: ListTransactionsResponse = cluster.client().ask(ListTransactionsRequest(**filters), version)  # type: ignore[arg-type]
    assert response.throttle_time_ms == 0
    return response


def names(cluster: Harness, version: int = 2, **filters: object) -> list[str]:
    response = ask(cluster, version, **filters)
    assert (response.error_code, response.unknown_state_filters) == (0, [])
    return sorted(state.transactional_id for state in response.transaction_states)


@pytest.mark.parametrize("version", VERSIONS)
def test_without_filters_all_are_listed_with_their_states(cluster: Harness, version: int) -> None:
    states = ask(cluster, version).transaction_states
    assert [(state.transactional_id, state.producer_id, state.transaction_state) for state in states] == [
        ("idle", 0, "Empty"),
        ("open", 1, "Ongoing"),
        ("done", 2, "CompleteCommit"),
        ("undone", 3, "CompleteAbort"),
    ]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"state_filters": ["Ongoing"]}, ["open"]),
        ({"state_filters": ["Empty", "CompleteAbort"]}, ["idle", "undone"]),
        ({"state_filters": ["PrepareCommit"]}, []),
        ({"producer_id_filters": [2, 1, 99]}, ["done", "open"]),
        ({"producer_id_filters": [99]}, []),
        ({"producer_id_filters": [1, 2], "state_filters": ["Ongoing"]}, ["open"]),
    ],
)
def test_filters_by_state_and_by_producer(
    cluster: Harness, version: int, filters: dict[str, object], expected: list[str]
) -> None:
    assert names(cluster, version, **filters) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_a_state_that_does_not_exist_is_named_and_lets_nothing_pass(cluster: Harness, version: int) -> None:
    response = ask(cluster, version, state_filters=["Begun", "ongoing"])
    assert response.unknown_state_filters == ["Begun", "ongoing"]
    assert response.transaction_states == []
    mixed = ask(cluster, version, state_filters=["Begun", "Ongoing"])
    assert [state.transactional_id for state in mixed.transaction_states] == ["open"]


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("duration_ms", "expected"),
    [
        (-1, ["done", "idle", "open", "undone"]),
        (499, ["done", "idle", "open", "undone"]),
        (500, ["idle", "open"]),
        (1_499, ["idle", "open"]),
        (1_500, ["idle"]),
    ],
)
def test_a_filter_by_age(cluster: Harness, version: int, duration_ms: int, expected: list[str]) -> None:
    assert names(cluster, version, duration_filter=duration_ms) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, ["done", "idle", "open", "undone"]),
        ("", ["done", "idle", "open", "undone"]),
        (".*done", ["done", "undone"]),
        ("done", ["done"]),
        ("one", []),
        ("(i|o).*", ["idle", "open"]),
    ],
)
def test_a_filter_by_name_wants_the_whole_name(cluster: Harness, pattern: str | None, expected: list[str]) -> None:
    assert names(cluster, transactional_id_pattern=pattern) == expected


@pytest.mark.parametrize("pattern", ["(", "a**", "(?=a)", "\\1"])
def test_a_pattern_that_is_none(cluster: Harness, pattern: str) -> None:
    response = ask(cluster, transactional_id_pattern=pattern)
    assert (response.error_code, response.transaction_states) == (128, [])


def test_a_pattern_that_would_take_for_ever_does_not(cluster: Harness) -> None:
    Producer(cluster, "a" * 10_000, TV1).init()
    assert names(cluster, transactional_id_pattern="(a+)+b") == []


@pytest.mark.parametrize("version", [0, 1])
def test_an_older_version_has_no_pattern(cluster: Harness, version: int) -> None:
    assert len(names(cluster, version)) == 4
