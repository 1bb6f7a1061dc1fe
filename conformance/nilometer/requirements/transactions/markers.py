"""T8: every partition of an ended transaction holds its marker, and all markers say what was decided."""

from __future__ import annotations

from itertools import pairwise

from nilometer.checkers.committed_view import Marker, markers_in
from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Scan, named
from nilometer.requirement import requirement
from nilometer.requirements._directed import directed
from nilometer.requirements.transactions._programs import SHORTEST, Program, perform, programs
from nilometer.requirements.transactions._world import TRANSACTIONS, Outcome, Transaction, World
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.write_txn_markers import WritableTxnMarker, WritableTxnMarkerTopic


@requirement(
    id="T8",
    name="transactions.markers",
    level="MUST",
    sentence="After a transaction has ended each partition it wrote to holds a marker of its producer after its last "
    "record, of the type that was decided; a marker sent again is accepted and changes nothing",
    profiles=("eos",),
    sources=("KIP-98", "KIP-1228", "KAFKA-19999"),
    apis=TRANSACTIONS,
    signatures={
        "marker-missing": "a partition of an ended transaction holds no marker after its last record",
        "marker-contradicts": "a marker says commit for an aborted transaction, or abort for a committed one",
        "coordinator-epoch-decreases": "markers of one producer carry a lower coordinator epoch than an earlier one",
        "repeated-marker-refused": "a marker that the coordinator sent already was refused when it came again",
    },
)
def check(run: Run) -> None:
    """Programs; then the control batches of every partition."""

    def example(program: Program) -> None:
        world = World(run)
        perform(world, program)
        world.end_all()
        world.unsettled()
        scans = []
        for partition in range(world.partitions):
            scan = world.reader.scan(world.topic, partition=partition)
            if scan.complete:
                judge(run, world, partition, scan)
                scans.append(scan)

    directed(run, example, [SHORTEST])
    repeated(run)
    run.explore(programs(), example, examples=run.cases(2))


def judge(run: Run, world: World, partition: int, scan: Scan) -> None:
    """Each ended transaction with records in the partition is one instance, and each pair of markers of a producer."""
    markers = markers_in(scan.batches)
    for transaction in world.history:
        if not transaction.writes.get(partition) or transaction.outcome not in (Outcome.COMMITTED, Outcome.ABORTED):
            continue
        last = max(transaction.writes[partition])
        ours = between(world, transaction, partition, markers)
        evidence = [*transaction.exchanges, *scan.exchanges]
        kind = "commit" if transaction.outcome is Outcome.COMMITTED else "abort"
        expected = f"a marker for {kind} after offset {last} of partition {partition}, by {transaction}"
        seen = ", ".join(str(one) for one in ours) or f"none among {len(markers)} markers"
        if run.judge(bool(ours), "marker-missing", expected=expected, seen=seen, evidence=evidence):
            right = ours[0].commit == (kind == "commit")
            run.judge(right, "marker-contradicts", expected=expected, seen=seen, evidence=evidence)
            if len(ours) > 1:
                run.note("some markers follow another one of their producer without data between (legal: N15)")
    for before, after in pairwise(markers):
        if before.producer_id == after.producer_id:
            run.judge(
                after.coordinator_epoch >= before.coordinator_epoch, "coordinator-epoch-decreases",
                expected=f"a coordinator epoch of {before.coordinator_epoch} or more after {before}", seen=after,
                evidence=scan.exchanges,
            )  # fmt: skip


def between(world: World, transaction: Transaction, partition: int, markers: list[Marker]) -> list[Marker]:
    """Markers of the producer after the transaction's last record and before its next transaction's first.

    The first one ends the transaction. Others may be repetitions, or belong to a later transaction that the partition
    joined without a record.
    """
    last = max(transaction.writes[partition])
    later = [
        min(one.writes[partition])
        for one in world.history
        if one.identity.producer_id == transaction.identity.producer_id and one.writes.get(partition)
        and min(one.writes[partition]) > last
    ]  # fmt: skip
    until = min(later, default=1 << 62)
    return [one for one in markers if one.producer_id == transaction.identity.producer_id and last < one.offset < until]


def repeated(run: Run) -> None:
    """What a coordinator does whose successor, or whose lost answer, makes it send its markers again."""
    if not run.versions.serves("WriteTxnMarkers", 1):
        run.skip(Reason.API_NOT_SERVED, "WriteTxnMarkers is not advertised: a repeated marker cannot be shown")
        return
    for commit in (True, False):
        world = World(run, producers=2, partitions=1)
        for producer in (0, 1):
            world.write(producer)
            world.end(producer, commit)
        world.settle()
        for marker in markers_in(world.reader.scan(world.topic).batches):
            exchange, code = send_again(world, marker)
            run.judge(
                code == 0, "repeated-marker-refused", expected=f"no error for the {marker}, which the log has",
                seen=named(code), evidence=world.evidence([exchange]),
            )  # fmt: skip
        if stuck := world.unsettled():
            run.violated(
                "repeated-marker-refused", expected="a last stable offset equal to the high watermark after them",
                seen=f"{stuck.last_stable_offset} and {stuck.high_watermark}",
                evidence=world.evidence([stuck.exchange]),
            )  # fmt: skip


def send_again(world: World, marker: Marker) -> tuple[Exchange, int]:
    """The same marker, as the coordinator sent it; its error code."""
    session = world.reader
    version = session.version("WriteTxnMarkers", at_least=1)
    protocol = next(one.protocol for one in world.history if one.identity.producer_id == marker.producer_id)
    request = m.WriteTxnMarkersRequest(
        [
            WritableTxnMarker(
                marker.producer_id, marker.producer_epoch, marker.commit,
                [WritableTxnMarkerTopic(world.topic.name, [0])], marker.coordinator_epoch,
                2 if version >= 2 and protocol.endswith("2") else 0,
            )
        ]
    )  # fmt: skip
    exchange = session.call(request, node=session.leader(world.topic), version=version)
    response = exchange.response
    assert isinstance(response, m.WriteTxnMarkersResponse)
    codes = [part.error_code for one in response.markers for topic in one.topics for part in topic.partitions]
    if not codes:
        raise NotObservable(Reason.NO_ANSWER, "WriteTxnMarkers for one partition was answered for none")
    return exchange, codes[0]
