"""What a leader that knows a producer answers, asked before and after something has happened.

    RETRY      the last batch again                 no error, its base offset
    OLDER      a batch of the window again          the same, or an error; never a new offset
    GAP        a batch some sequences further on    an error
    OLD_EPOCH  a batch of an older epoch            an error
    NEXT       the next batch                       no error

OLDER is this weak because Kafka's snapshots of producer state keep the last batch of each producer only: a clean
restart forgets the rest of the window (`ProducerStateManager`), and the retry is refused, which appends nothing.

A leader that answers one of them wrongly before anything has happened is judged by I2, I4 and I5, not by what follows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nilometer.checkers.producer_window import Kind
from nilometer.clients.observations import Produced
from nilometer.requirements.idempotence._writer import Sent, Writer
from nilometer_reference.wire.records import advance_sequence


class Question(StrEnum):
    """The text is for sentences."""

    RETRY = "a retry of the last batch"
    OLDER = "a retry of an older batch of the window"
    GAP = "a batch out of order"
    OLD_EPOCH = "a batch of an older epoch"
    NEXT = "the next batch"


@dataclass(frozen=True)
class Reply:
    """One question with its answer."""

    question: Question
    batch: Sent
    answer: Produced
    original: int | None
    """Base offset of the first attempt, for a retry."""

    @property
    def right(self) -> bool:
        """Whether a leader that knows the producer answers so."""
        if self.question is Question.RETRY:
            return self.answer.ok and self.answer.base_offset == self.original
        if self.question is Question.OLDER:
            return not self.answer.ok or self.answer.base_offset == self.original
        return self.answer.ok == (self.question is Question.NEXT)

    @property
    def expected(self) -> str:
        """In words."""
        return {
            Question.RETRY: f"no error, base offset {self.original}",
            Question.OLDER: f"base offset {self.original} or an error",
            Question.GAP: "OUT_OF_ORDER_SEQUENCE_NUMBER (45)",
            Question.OLD_EPOCH: "INVALID_PRODUCER_EPOCH (47)",
            Question.NEXT: "no error",
        }[self.question] + f" for {self.question}: {self.batch}"

    @property
    def seen(self) -> str:
        """In words."""
        return f"no error, base offset {self.answer.base_offset}" if self.answer.ok else self.answer.error


def ask(writer: Writer, retries: int = 5) -> list[Reply]:
    """All questions that can be asked, the next batch last; it is counted if it was acknowledged."""
    replies = []
    ours = [one for one in writer.log.batches if one.producer_id == writer.producer_id]
    for batch in reversed(ours[-min(retries, len(writer.window.window)) :]):
        question = Question.RETRY if batch is ours[-1] else Question.OLDER
        replies.append(Reply(question, batch, writer.send(batch), writer.expect(batch).base_offset))
    ahead = writer.batch(advance_sequence(writer.window.next_sequence, 9))
    replies.append(Reply(Question.GAP, ahead, writer.send(ahead), None))
    if writer.epoch > 0:
        old = writer.batch(0, epoch=writer.epoch - 1)
        assert writer.expect(old).kind is Kind.FENCED
        replies.append(Reply(Question.OLD_EPOCH, old, writer.send(old), None))
    following = writer.next(2)
    answer = writer.send(following)
    replies.append(Reply(Question.NEXT, following, answer, None))
    if answer.ok:
        writer.took(following, answer)
    return replies
