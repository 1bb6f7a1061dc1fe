"""L5: offsets rise, inside a response and from one fetch to the next."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.checkers.fetch_positions import FetchedOffsets, increasing
from nilometer.clients.batches import wall_clock_ms
from nilometer.clients.observations import Fetched
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import BatchPlan, codecs, plans
from nilometer.workloads.known_log import KnownLog
from nilometer.workloads.traffic import Traffic

STEPS_MAX = 200


@requirement(
    id="L5",
    name="log.increasing_offsets",
    level="MUST",
    sentence="Offsets strictly increase within the records of a partition in one Fetch response, and over the "
    "successive fetches of one position",
    profiles=("smoke", "core"),
    sources=("Fetch API contract",),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "offset-goes-back": "inside one response an offset is not above the one before it",
        "offset-delivered-again": "a fetch delivers an offset at or above its position that was delivered before",
    },
)
def check(run: Run) -> None:
    """Readers that begin anywhere and take portions of any size; then readers of a log that grows."""
    now = wall_clock_ms()
    batches = st.lists(plans(codecs(run.versions), st.just(now), records_max=4), min_size=1, max_size=5)
    readers = st.lists(st.tuples(st.floats(0, 1), st.sampled_from((1, 150, 400, 1 << 20))), min_size=1, max_size=3)
    run.explore(st.tuples(batches, readers), lambda case: read_portions(run, *case), examples=run.cases(1))
    traffic = Traffic(run, run.topic()).go(writers=2, readers=2, appends=5)
    for fetches in traffic.fetched.values():
        increasing(offsets(one) for one in fetches).tell(run)


def read_portions(run: Run, batches: list[BatchPlan], readers: list[tuple[float, int]]) -> None:
    """Each reader begins at a part of the log and takes so many bytes at a time."""
    topic = run.topic()
    log = KnownLog(run, topic)
    for plan in batches:
        log.append(plan)
    for part, max_bytes in readers:
        position = int(part * log.next_offset)
        fetches: list[FetchedOffsets] = []
        while position < log.next_offset and len(fetches) < STEPS_MAX:
            fetched = run.session.fetch(topic, position, max_bytes=max_bytes, partition_max_bytes=max_bytes)
            fetches.append(offsets(fetched))
            if fetched.next_offset == position:
                break
            position = fetched.next_offset
        increasing(fetches).tell(run)


def offsets(fetched: Fetched) -> FetchedOffsets:
    """What the checker wants of a response."""
    return FetchedOffsets(fetched.fetch_offset, [one.offset for one in fetched.stored], fetched.exchange)
