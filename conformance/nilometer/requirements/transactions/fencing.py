"""T10: once a new instance has the transactional id, the old one can do nothing any more.

request of the old instance                       refused with
Produce                                           INVALID_PRODUCER_EPOCH (47)
AddPartitionsToTxn, AddOffsetsToTxn, EndTxn       PRODUCER_FENCED (90), INVALID_PRODUCER_EPOCH (47) in old versions, or
                                                  INVALID_PRODUCER_ID_MAPPING (49) where the producer id is new
TxnOffsetCommit                                   any of these; the group's coordinator answers it
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.held import HeldRequest
from nilometer.clients.observations import named
from nilometer.clients.raw import NoAnswer
from nilometer.clients.session import GROUP
from nilometer.clients.transactional import PASSES, Protocol, TransactionalProducer
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._offsets import group_offset
from nilometer.requirements.transactions._world import TRANSACTIONS, World, served_protocols, shown
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode

FENCED = frozenset({ErrorCode.PRODUCER_FENCED, ErrorCode.INVALID_PRODUCER_EPOCH, ErrorCode.INVALID_PRODUCER_ID_MAPPING})
PRODUCE, PRODUCE_NEW, HELD = "Produce", "Produce to a new partition", "Produce that was on its way"
ADD, OFFSETS_ADD, OFFSETS = "AddPartitionsToTxn", "AddOffsetsToTxn", "TxnOffsetCommit"
COMMIT, ABORT = "EndTxn commit", "EndTxn abort"
ATTEMPTS = (PRODUCE, PRODUCE_NEW, HELD, ADD, OFFSETS_ADD, OFFSETS, COMMIT, ABORT)
OLD_OFFSET = 77


@requirement(
    id="T10",
    name="transactions.fencing",
    level="MUST",
    sentence="Once InitProducerId of a new instance has succeeded, each later request of the old instance is refused "
    "with a fencing error and has no effect; its open transaction is aborted",
    profiles=("eos",),
    sources=("KIP-98", "KIP-360", "KIP-588", "KAFKA-19690"),
    apis=TRANSACTIONS,
    signatures={
        "zombie-accepted": "a request of the old instance was answered with success",
        "wrong-error": "a request of the old instance was refused with an error that does not say that it is fenced",
        "zombie-visible": "a record or an offset of the old instance is visible",
        "new-refused": "the new instance was refused after requests of the old one",
        "never-aborted": "the open transaction of the old instance still holds the last stable offset back",
    },
)
def check(run: Run) -> None:
    """The old instance tries everything, in both protocols, with the new one idle or in a transaction."""
    served = served_protocols(run)

    def example(case: tuple[Protocol, bool, bool, list[str]]) -> None:
        tell(run, *case)

    for protocol in served:
        was_open = (protocol, True, False, [PRODUCE, PRODUCE_NEW, HELD, ADD, OFFSETS, COMMIT])
        directed(run, example, [was_open, (protocol, False, True, [PRODUCE, COMMIT, OFFSETS_ADD])])
    attempts = st.lists(st.sampled_from(ATTEMPTS), min_size=1, max_size=5)
    run.explore(
        st.tuples(st.sampled_from(served), st.booleans(), st.booleans(), attempts), example, examples=run.cases(2)
    )


def tell(run: Run, protocol: Protocol, was_open: bool, new_works: bool, attempts: list[str]) -> None:
    """One succession of instances."""
    world = World(run, producers=1, partitions=2, protocol=protocol)
    world.write(0, records=2)
    if not was_open:
        world.end(0, commit=True)
    old = world.actors[0]
    held_values = world.values(1, "zombie.held.")
    request, version = old.session.produce_request(
        world.topic, old.batch(world.topic, held_values), transactional_id=old.transactional_id,
        version=old.produce_version(world.topic),
    )  # fmt: skip
    with HeldRequest(old.session, request, version, old.session.leader(world.topic)) as held:
        world.fence(0)
        if new_works:
            world.write(0, records=1)
        arrived = False
        for attempt in attempts:
            if attempt != HELD:
                _attempt(run, world, old, attempt)
            elif not arrived:
                arrived = True
                with suppress(NoAnswer):
                    _judge_produce(run, world, held.release(), HELD)
    _new_goes_on(run, world, old)
    stuck = world.unsettled()
    run.judge(
        stuck is None, "never-aborted", evidence=world.evidence(old.exchanges, [stuck.exchange] if stuck else []),
        expected=f"a last stable offset equal to the high watermark within {run.liveness_s:g} s",
        seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}" if stuck else "",
    )  # fmt: skip
    _nothing_visible(run, world, old)


def _attempt(run: Run, world: World, old: TransactionalProducer, attempt: str) -> None:
    """One request of the old instance is one instance of the premise."""
    topic, group = world.topic, world.groups[0]
    if attempt in (PRODUCE, PRODUCE_NEW):
        partition = 0 if attempt == PRODUCE else 1
        produced = old.produce_once(topic, old.batch(topic, world.values(1, "zombie."), partition), partition)
        _judge_produce(run, world, produced.exchange, attempt)
        return
    calls: dict[str, Callable[[], object]] = {
        ADD: lambda: old.add_partitions_request([(topic.name, 1)]),
        OFFSETS_ADD: lambda: old.add_offsets_request(group),
        OFFSETS: lambda: old.offset_commit_request(group, {(topic.name, 0): OLD_OFFSET}),
        COMMIT: lambda: old.end_request(True),
        ABORT: lambda: old.end_request(False),
    }
    if attempt == OFFSETS and not run.versions.serves("TxnOffsetCommit"):
        return
    if attempt == OFFSETS_ADD and not run.versions.serves("AddOffsetsToTxn"):
        return
    if old.protocol is Protocol.TV2 and attempt in (ADD, OFFSETS_ADD):
        return  # not part of that protocol
    request = calls[attempt]()
    key = {"key_type": GROUP, "key": group} if attempt == OFFSETS else {}
    answered = old.session.until(
        lambda: one if (one := old.call_coordinator(request, **key)).error_code not in PASSES else None,  # type: ignore[arg-type,operator]
        f"{attempt} of the old instance is answered",
    )
    _judge_code(run, world, answered.exchange, answered.error_code, attempt, FENCED)


def _judge_produce(run: Run, world: World, exchange: Exchange, attempt: str) -> None:
    code = world.reader.produced(exchange).error_code
    if code in (ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.CONCURRENT_TRANSACTIONS):
        return  # the leader could not ask the coordinator: refused, and nothing more is said
    _judge_code(run, world, exchange, code, attempt, frozenset({ErrorCode.INVALID_PRODUCER_EPOCH}))


def _judge_code(
    run: Run, world: World, exchange: Exchange, code: int, attempt: str, right: frozenset[ErrorCode]
) -> None:
    new = world.actors[0].identity
    wanted = " or ".join(named(one) for one in sorted(right))
    expected = f"{wanted} for {attempt} of the old instance: {new} has the transactional id now"
    evidence = [*world.evidence(), *world.actors[0].exchanges, exchange]
    if run.judge(code != 0, "zombie-accepted", expected=expected, seen="no error", evidence=evidence):
        run.judge(code in right, "wrong-error", expected=expected, seen=named(code), evidence=evidence)


def _new_goes_on(run: Run, world: World, old: TransactionalProducer) -> None:
    """The new instance commits a transaction."""
    new = world.actors[0]
    written = new.write(world.topic, world.values(1, "new."))
    ended = new.end(True) if written.ok else written
    run.judge(
        ended.ok, "new-refused", expected=f"a transaction of {new.identity} succeeds after those of the old instance",
        seen=f"{ended.exchange.api}: {named(ended.error_code)}", evidence=[*old.exchanges, *new.exchanges],
    )  # fmt: skip
    world.open.clear()


def _nothing_visible(run: Run, world: World, old: TransactionalProducer) -> None:
    """No zombie's record, no zombie's offset."""
    for partition in range(world.partitions):
        read = world.read(partition)
        wrong = {at: value for at, value in read.values.items() if value.startswith(b"zombie.")}
        run.judge(
            not wrong, "zombie-visible", expected="no record that the old instance sent after it was fenced",
            seen=f"partition {partition}: {shown(wrong)}", evidence=[*old.exchanges, *read.exchanges],
        )  # fmt: skip
    if any(one.api == "TxnOffsetCommit" for one in old.exchanges):
        found = group_offset(world.reader, world.groups[0], world.topic)
        run.judge(
            found.offset != OLD_OFFSET, "zombie-visible", expected="not the offset that the old instance sent",
            seen=found, evidence=[*old.exchanges, found.exchange],
        )  # fmt: skip
