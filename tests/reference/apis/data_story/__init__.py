"""One story of producers and consumers, to tell to any broker: what it answers, made comparable.

    for label, answer in tell(ask, now_ms): …       ask(request, version) -> response; a closed connection is "closed"

Everything that was measured on Apache Kafka is asked here again, in every version: appends, retries, fences, broken
batches and which fault is told first, limits, isolation, epochs, sessions, times. Taken out of the answers are ids,
texts meant for people, and instants; producer ids are the story's own, or counted from the first that was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nilometer_reference.wire.messages.delete_topics import DeleteTopicsRequest
from tests.reference.apis.data_story import appends, reads, sessions, transactions
from tests.reference.apis.data_story.story import CLOSED, PREFIX, Ask, Story, Told

__all__ = ["CLOSED", "PREFIX", "Told", "tell"]


def tell(ask: Ask, now_ms: int, wait: Callable[[], None]) -> Iterator[Told]:
    """(what was asked, what was answered), in order."""
    story = Story(ask, now_ms, wait)
    for chapter in (
        appends.appending, appends.refusing, appends.two_faults, appends.idempotence, appends.topic_settings,
        reads.reading, reads.limits, reads.offsets, reads.epochs, sessions.metadata, sessions.sessions,
        transactions.transactions, sessions.versions,
    ):  # fmt: skip
        for label, answer in chapter(story):
            yield f"{chapter.__name__}: {label}", answer
    names = [story.name(topic) for topic in story.ids]
    ask(DeleteTopicsRequest(topic_names=names, timeout_ms=30_000), 5)
