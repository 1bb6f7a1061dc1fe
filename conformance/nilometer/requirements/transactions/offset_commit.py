"""T15: offsets in a transaction count when it commits, all of them, and not before.

moment                          OffsetFetch                OffsetFetch with require_stable (7 and later)
before TxnOffsetCommit          the former value           the former value
pending                         the former value           UNSTABLE_OFFSET_COMMIT (88)
after a commit                  the new values             the new values, as soon as the marker is applied
after an abort                  the former value           the former value
"""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.transactional import Protocol
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._offsets import (
    STABLE,
    GroupOffset,
    await_group_offset,
    commit_group_offset,
    group_offset,
)
from nilometer.requirements.transactions._world import World, served_protocols
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire.errors import ErrorCode

FORMER, NONE = 5, -1
PARTITIONS = 2

Case = tuple[Protocol, bool, list[tuple[bool, set[int]]]]
"""Protocol, whether there are former offsets, then transactions: commit or abort, and the partitions they carry."""


@requirement(
    id="T15",
    name="transactions.offset_commit",
    level="MUST",
    sentence="Offsets of TxnOffsetCommit become the group's committed offsets only if the transaction commits, and "
    "then all of them; while they are pending OffsetFetch with require_stable answers UNSTABLE_OFFSET_COMMIT (88)",
    profiles=("eos", "groups"),
    sources=("KIP-98", "KIP-447"),
    apis={"InitProducerId": 0, "FindCoordinator": 1, "TxnOffsetCommit": 0, "EndTxn": 0, "OffsetFetch": 1},
    signatures={
        "visible-before-commit": "a pending offset was answered as committed",
        "former-value-lost": "while an offset is pending OffsetFetch does not answer the former value",
        "pending-called-stable": "OffsetFetch with require_stable answered although an offset is pending",
        "commit-lost": "after the commit the group does not have the offsets of the transaction",
        "abort-applied": "after the abort the group does not have its former offsets",
        "never-stable": "long after the end OffsetFetch with require_stable still answers UNSTABLE_OFFSET_COMMIT",
    },
)
def check(run: Run) -> None:
    """Transactions of offsets alone, one after the other, with looks at each moment."""
    served = served_protocols(run)

    waited_in_vain = False

    def example(case: Case) -> None:
        nonlocal waited_in_vain
        if not waited_in_vain:  # it takes T to see it: once is enough
            waited_in_vain = not tell(run, *case)

    for protocol in served:
        with_former = (protocol, True, [(True, {0, 1}), (False, {0}), (False, {0, 1}), (True, {1})])
        directed(run, example, [with_former, (protocol, False, [(False, {0, 1}), (True, {0})])])
    plain_commit(run, served[0])
    carried = st.tuples(st.booleans(), st.sets(st.integers(0, PARTITIONS - 1), min_size=1))
    cases = st.tuples(st.sampled_from(served), st.booleans(), st.lists(carried, min_size=1, max_size=4))
    run.explore(cases, example, examples=run.cases(2))


def tell(run: Run, protocol: Protocol, former: bool, transactions: list[tuple[bool, set[int]]]) -> bool:
    """One group; each look at a partition is one instance. False when an end was waited for in vain."""
    world = World(run, producers=1, partitions=PARTITIONS, protocol=protocol)
    committed = dict.fromkeys(range(PARTITIONS), NONE)
    if former:
        for partition in range(PARTITIONS):
            commit_group_offset(world.reader, world.groups[0], world.topic, FORMER, partition)
            committed[partition] = FORMER
    offset = FORMER
    for commit, partitions in transactions:
        offset += 10
        for partition in sorted(partitions):
            world.send_offsets(0, partition, offset + partition)
        for partition in range(PARTITIONS):
            while_pending(run, world, partition, committed[partition], pending=partition in partitions)
        world.end(0, commit)
        if world.history[-1].why:
            raise NotObservable(Reason.REFUSED, world.history[-1].why)
        if commit:
            committed.update({partition: offset + partition for partition in partitions})
        if not all(settled(run, world, partition, committed[partition], commit) for partition in range(PARTITIONS)):
            return False
    return True


def while_pending(run: Run, world: World, partition: int, former: int, *, pending: bool) -> None:
    """Two looks: with and without require_stable."""
    found = group_offset(world.reader, world.groups[0], world.topic, partition)
    expected = f"offset {former} of partition {partition}, " + ("another being pending" if pending else "none pending")
    evidence = world.evidence([found.exchange])
    sent = world.open[0].offsets.get(partition)
    signature = "visible-before-commit" if found.offset == sent else "former-value-lost"
    run.judge(
        found.error_code == 0 and found.offset == former, signature, expected=expected, seen=found, evidence=evidence
    )
    if not pending or not run.versions.serves("OffsetFetch", STABLE):
        return
    found = group_offset(world.reader, world.groups[0], world.topic, partition, require_stable=True)
    run.judge(
        found.error_code == ErrorCode.UNSTABLE_OFFSET_COMMIT, "pending-called-stable",
        expected=f"UNSTABLE_OFFSET_COMMIT (88) for partition {partition}, where offset {sent} is pending", seen=found,
        evidence=world.evidence([found.exchange]),
    )  # fmt: skip


def settled(run: Run, world: World, partition: int, wanted: int, commit: bool) -> bool:
    """After the end, within T."""
    found: GroupOffset = await_group_offset(
        world.reader, world.groups[0], world.topic, partition, wanted=wanted, within_s=run.liveness_s
    )
    unstable = found.error_code == ErrorCode.UNSTABLE_OFFSET_COMMIT
    signature = "never-stable" if unstable else "commit-lost" if commit else "abort-applied"
    how = "committed" if commit else "aborted"
    return run.judge(
        found.error_code == 0 and found.offset == wanted, signature,
        expected=f"offset {wanted} of partition {partition} after the transaction was {how}", seen=found,
        evidence=world.evidence([found.exchange]),
    )  # fmt: skip


def plain_commit(run: Run, protocol: Protocol) -> None:
    """A plain commit between TxnOffsetCommit and the marker: Kafka keeps the record that is later in its log."""
    world = World(run, producers=1, partitions=1, protocol=protocol)
    try:
        world.send_offsets(0, 0, 10)
        commit_group_offset(world.reader, world.groups[0], world.topic, 20)
    except NotObservable:
        return
    world.end(0, True)
    found = await_group_offset(world.reader, world.groups[0], world.topic, wanted=20, within_s=0.5)
    run.note(
        f"TxnOffsetCommit 10, plain commit 20, then the marker: the group has {found} (Kafka: 20, the later record)"
    )
