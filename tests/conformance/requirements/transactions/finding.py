"""Faults of transactions, as hooks for `faulty.FaultyBroker`, and `found`: the requirement notices in these ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nilometer.settings import Profile
from nilometer.verdict import Result
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.fetch import AbortedTransaction
from tests.conformance.requirements.faulty import FaultyBroker, Hook, Passing
from tests.conformance.requirements.judging import assert_violated, judge
from tests.conformance.requirements.producing import sent
from tests.conformance.requirements.tampering import Fetched, fetched

T_S = 0.6
"""What is waited for in vain is waited for this long."""


def found(
    honest: str, id: str, *signatures: str, also: tuple[str, ...] = (), profile: Profile = Profile.SMOKE,
    liveness_s: float = 15.0, on_request: Hook = lambda _: None, on_response: Hook = lambda _: None,
) -> Result:  # fmt: skip
    """Violated in all of these ways, and in no others but what generated cases may see as well (`also`)."""
    with FaultyBroker(honest, on_request=on_request, on_response=on_response) as broker:
        result = judge(id, broker.bootstrap, profile=profile, liveness_s=liveness_s)
    assert broker.fired, "the fault never showed"
    seen = {one.signature for one in result.counterexamples}
    assert_violated(result, *signatures, *(seen & set(also)))
    return result


def committed_reads(passing: Passing, partition: int | None = None) -> list[Fetched]:
    """Answers to fetches with isolation level 1, of one partition or of all."""
    return [
        one
        for one in fetched(passing)
        if one.isolation_level == 1 and partition in (None, int(one.answer.partition_index))
    ]


def no_entries(passing: Passing) -> None:
    """The list of aborted transactions is empty."""
    for one in committed_reads(passing):
        one.answer.aborted_transactions = []


def everything_aborted(partition: int | None = None, first_only: bool = True) -> Callable[[Passing], None]:
    """Every producer is also listed from offset 0 on; in the first topic only, whose history is not generated."""
    topics: list[bytes] = []

    def hook(passing: Passing) -> None:
        for one in committed_reads(passing, partition):
            topic = passing.request.topics[0].topic_id
            if topic not in topics:
                topics.append(topic)
            if first_only and topic != topics[0]:
                continue
            ids = {batch.header.producer_id for batch in one.batches if batch.header.has_producer_id}
            untrue = [AbortedTransaction(producer_id, 0) for producer_id in sorted(ids)]
            one.answer.aborted_transactions = [*untrue, *(one.answer.aborted_transactions or [])]

    return hook


def as_uncommitted(passing: Passing) -> None:
    """Isolation level 1 is served like 0."""
    if isinstance(passing.request, m.FetchRequest) and passing.response is None:
        passing.request.isolation_level = 0


def stuck_stable_offset(when: Callable[[], bool] = lambda: True) -> Callable[[Passing], None]:
    """The last stable offset of every partition with records stays one below the high watermark."""

    def hook(passing: Passing) -> None:
        if when():
            for one in committed_reads(passing):
                if one.answer.high_watermark > 0:
                    one.answer.last_stable_offset = one.answer.high_watermark - 1

    return hook


def both(*hooks: Callable[[Passing], Any]) -> Callable[[Passing], Any]:
    """One after the other; the first answer that one of them gives counts."""

    def hook(passing: Passing) -> Any:
        for one in hooks:
            answer = one(passing)
            if answer is not None:
                return answer
        return None

    return hook


def as_requests(kind: type) -> Callable[[Passing], Any]:
    """The request if it is of that kind and on its way to the broker."""
    return lambda passing: passing.request if isinstance(passing.request, kind) and passing.response is None else None


class Identities:
    """Present identity of each transactional id, as the answers show it; knows what is stale."""

    def __init__(self) -> None:
        self.present: dict[str, tuple[int, int]] = {}
        self.stale_seen = 0

    def note(self, passing: Passing) -> None:
        """A hook for responses."""
        response = passing.response
        if isinstance(response, m.InitProducerIdResponse | m.EndTxnResponse) and response.error_code == 0:
            transactional_id = passing.request.transactional_id
            if transactional_id and response.producer_id >= 0:
                self.present[transactional_id] = response.producer_id, response.producer_epoch

    def stale(self, passing: Passing) -> tuple[int, int] | None:
        """The present identity, if the request names an older one."""
        request = passing.request
        transactional_id = getattr(request, "transactional_id", None) or getattr(
            request, "v3_and_below_transactional_id", None
        )
        present = self.present.get(transactional_id or "")
        if present is None or isinstance(request, m.InitProducerIdRequest):
            return None
        if isinstance(request, m.ProduceRequest):
            batch = sent(passing)
            named = (batch.header.producer_id, batch.header.producer_epoch) if batch is not None else present
        elif isinstance(request, m.AddPartitionsToTxnRequest):
            named = request.v3_and_below_producer_id, request.v3_and_below_producer_epoch
        else:
            named = request.producer_id, request.producer_epoch
        return present if named != present else None
