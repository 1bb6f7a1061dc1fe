"""W8: a mutating request that answers a definite error has changed nothing that anybody can see.

Every row of `_mutations.py` is sent between two pictures of everything that this check made (`_state.py`). Rows that
are answered with no error, or with one that proves nothing, are no instances.
"""

from __future__ import annotations

from nilometer.checkers.definite import is_definite
from nilometer.checkers.definite_writes import is_definite_write
from nilometer.clients.raw import NoAnswer
from nilometer.requirement import requirement
from nilometer.requirements.wire._mutations import Stage, mutations, prepare
from nilometer.requirements.wire._state import Picture, look
from nilometer.run import Run
from nilometer.verdict import NotObservable, Reason
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import error_name


@requirement(
    id="W8",
    name="wire.error_means_no_effect",
    level="MUST",
    sentence="Every mutating request that answers a definite error leaves all observable state unchanged",
    profiles=("core", "admin", "groups"),
    sources=("Kafka protocol guide, error codes",),
    apis={"Produce": 3, "Metadata": 1, "ListOffsets": 1},
    signatures={"effect-after-error": "a request answered a definite error and changed something"},
    time_limit_s=90,
)
def check(run: Run) -> None:
    """Each row between two pictures."""
    stage = prepare(run)
    before = picture(run, stage)
    for mutation in mutations(run, stage):
        try:
            exchange, codes = mutation.send()
        except NoAnswer as missing:
            run.skip(Reason.NO_ANSWER, f"{mutation.what}: {missing.detail}")
            continue
        except NotObservable as missing:
            run.skip(missing.reason, missing.detail)
            continue
        definite = is_definite if isinstance(exchange.request, m.ProduceRequest) else is_definite_write
        after = picture(run, stage)
        refused = bool(codes) and all(definite(code) for code in codes)
        changes = before.difference(after)
        if refused:
            run.judge(
                not changes,
                "effect-after-error",
                expected=f"nothing changed by {mutation.what}, answered {[error_name(code) for code in codes]}",
                seen="; ".join(changes),
                evidence=[exchange, *after.evidence],
            )
        before = after


def picture(run: Run, stage: Stage) -> Picture:
    """All of the stage."""
    return look(run, stage.topics, stage.groups, stage.transactional_ids)
