"""I10: InitProducerId raises the epoch, once for each loss of an answer, and refuses stale identities.

asked with                          answered (KIP-360)
no identity                         same id, epoch + 1; the former identity is stale from now on
the present identity                same id, epoch + 1
the identity before that, as a      the same answer again
repetition of a lost answer
any older one                       PRODUCER_FENCED (90); INVALID_PRODUCER_EPOCH (47) below version 4
"""

from __future__ import annotations

from enum import StrEnum

from hypothesis import strategies as st

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import named
from nilometer.clients.session import COORDINATOR_ERRORS, TRANSACTION, Session
from nilometer.clients.transactional import Identity
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import ErrorCode

EPOCHS_USED_UP = 32_766
"""From here on Kafka answers a new producer id instead (T20)."""


class Ask(StrEnum):
    """Which identity the request names."""

    NONE = "no identity"
    PRESENT = "the present identity"
    REPEATED = "the identity of the last request again"
    STALE = "an older identity"


SHORTEST = [Ask.NONE, Ask.PRESENT, Ask.REPEATED, Ask.PRESENT, Ask.REPEATED, Ask.STALE, Ask.NONE, Ask.STALE]
STEPS = st.lists(st.sampled_from(Ask), min_size=3, max_size=10)


@requirement(
    id="I10",
    name="idempotence.epoch_bump",
    level="MUST",
    sentence="InitProducerId of a transactional id answers the same producer id with the next epoch, the same answer "
    "when it is repeated, and refuses a stale identity; without a transactional id it answers epoch 0",
    profiles=("idempotence", "eos"),
    sources=("KIP-360", "KIP-588"),
    apis={"InitProducerId": 3, "FindCoordinator": 1},
    signatures={
        "epoch-not-bumped": "InitProducerId without an open transaction did not answer the same id with epoch + 1",
        "repetition-differs": "the repetition of an InitProducerId whose answer was lost got another answer",
        "own-identity-refused": "InitProducerId with the present identity was refused",
        "stale-accepted": "InitProducerId with a stale identity succeeded",
        "wrong-error": "a stale identity was refused with another error than PRODUCER_FENCED (47 below version 4)",
        "not-epoch-0": "InitProducerId without a transactional id answered an epoch other than 0",
    },
)
def check(run: Run) -> None:
    """All orders of requests, in the oldest and the newest version."""
    newest = run.session.version("InitProducerId", at_most=5)
    for version in sorted({3, newest}):
        walk(run, version, SHORTEST)
    run.explore(
        st.tuples(st.integers(3, newest), STEPS), lambda case: walk(run, case[0], case[1]), examples=run.cases(5)
    )
    for _ in range(3):
        _, epoch = run.session.init_producer_id()
        run.judge(epoch == 0, "not-epoch-0", expected="epoch 0 of a fresh producer id", seen=f"epoch {epoch}")


def walk(run: Run, version: int, steps: list[Ask]) -> None:
    """One transactional id, whose identities are followed."""
    session, transactional_id = run.actor(), run.name("transactional-id")
    present = Identity(*session.init_producer_id(transactional_id, version=version))
    before: Identity | None = None
    """What the last request named, if it named the identity that was present then."""
    stale: list[Identity] = []
    for step in steps:
        if present.producer_epoch >= EPOCHS_USED_UP:
            return
        match step:
            case Ask.NONE | Ask.PRESENT:
                asked = present if step is Ask.PRESENT else None
                code, answer, exchange = ask(session, transactional_id, asked, version)
                evidence = _last(run, exchange)
                wanted = Identity(present.producer_id, present.producer_epoch + 1)
                expected = f"no error and {wanted} for InitProducerId with {step}, {present}"
                signature = "epoch-not-bumped" if code == 0 else "own-identity-refused"
                seen = str(answer) if code == 0 else named(code)
                if not run.judge(answer == wanted, signature, expected=expected, seen=seen, evidence=evidence):
                    return
                stale += [one for one in (before, None if asked else present) if one is not None]
                before, present = asked, wanted
            case Ask.REPEATED if before is not None:
                code, answer, exchange = ask(session, transactional_id, before, version)
                expected = f"{present} again, as the request with {before} was answered before"
                seen = str(answer) if code == 0 else named(code)
                run.judge(
                    answer == present, "repetition-differs", expected=expected, seen=seen,
                    evidence=_last(run, exchange),
                )  # fmt: skip
                if answer != present:
                    return
            case Ask.STALE if stale:
                answered = ask(session, transactional_id, stale[-1], version)
                refused(run, answered, stale[-1], present, version)


def refused(
    run: Run, answered: tuple[int, Identity, Exchange], stale: Identity, present: Identity, version: int
) -> None:
    """A zombie asked for a higher epoch."""
    code, answer, exchange = answered
    right = ErrorCode.PRODUCER_FENCED if version >= 4 else ErrorCode.INVALID_PRODUCER_EPOCH
    expected = f"{named(right)} for {stale}: the present one is {present}"
    evidence = _last(run, exchange)
    if run.judge(code != 0, "stale-accepted", expected=expected, seen=str(answer), evidence=evidence):
        run.judge(code == right, "wrong-error", expected=expected, seen=named(code), evidence=evidence)


def ask(
    session: Session, transactional_id: str, identity: Identity | None, version: int
) -> tuple[int, Identity, Exchange]:
    """Error code, identity, exchange; repeated while the coordinator cannot answer yet."""
    request = m.InitProducerIdRequest(transactional_id, 60_000)
    if identity is not None:
        request.producer_id, request.producer_epoch = identity.producer_id, identity.producer_epoch
    node = session.coordinator(TRANSACTION, transactional_id)

    def once() -> Exchange | None:
        exchange = session.call(request, node=node, version=version)
        code = getattr(exchange.response, "error_code", 0)
        return None if code in COORDINATOR_ERRORS or code == ErrorCode.CONCURRENT_TRANSACTIONS else exchange

    exchange = session.until(once, "InitProducerId is answered")
    response = exchange.response
    assert isinstance(response, m.InitProducerIdResponse)
    return response.error_code, Identity(response.producer_id, response.producer_epoch), exchange


def _last(run: Run, exchange: Exchange) -> list[Exchange]:
    """The requests of this history up to the exchange."""
    return [one for one in run.journal.exchanges if one.api == "InitProducerId"][-6:] or [exchange]
