"""Deletes what a run has made: topics and groups with its own names, nothing else.

What cannot be deleted is kept in the subject's lists, and the report names it: a target without DeleteTopics keeps
its topics, a group with members waits for their session time-outs, transactional ids expire on the broker's clock.
"""

from __future__ import annotations

from nilometer.clients.session import GROUP, Session
from nilometer.registries.subject import RegistrySubject
from nilometer.run import Subject
from nilometer.settings import Settings
from nilometer.verdict import NotObservable
from nilometer_reference.wire.errors import ErrorCode
from nilometer_reference.wire.messages import DeleteGroupsRequest, DeleteGroupsResponse

TIMEOUT_S = 3.0
GONE = frozenset({0, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_ID, ErrorCode.GROUP_ID_NOT_FOUND})


def clean_up(subject: Subject, settings: Settings, *, groups: bool = False) -> None:
    """Topics now; groups too if asked, which is worth it only at the end, when their members have left.

    Of a registry: subjects.
    """
    if isinstance(subject, RegistrySubject):
        subject.clean_up(settings)
        return
    topics = subject.topics if subject.versions.serves("DeleteTopics") else []
    ids = subject.groups if groups and subject.versions.serves("DeleteGroups") else []
    if not topics and not ids:
        return
    with subject.session(settings) as session:
        session.timeout_s = session.patience_s = TIMEOUT_S
        try:
            for topic in list(topics):
                if session.delete_topic(topic) in GONE:
                    topics.remove(topic)
            for group in list(ids):
                if delete_group(session, group) in GONE:
                    ids.remove(group)
        except NotObservable:
            return  # the target does not answer: what is left stays in the lists


def leftovers(subject: Subject, settings: Settings) -> list[str]:
    """What of the lists is really there: topics that Metadata shows, and all groups that could not be deleted."""
    if isinstance(subject, RegistrySubject):
        return subject.leftovers(settings)
    topics = list(subject.topics)
    if topics:
        with subject.session(settings) as session:
            session.timeout_s = TIMEOUT_S
            try:
                there = {one.name for one in session.metadata(None).topics}
            except NotObservable:
                return [*topics, *subject.groups]
        topics = [name for name in topics if name in there]
    return [*topics, *(subject.groups if subject.versions.serves("DeleteGroups") else [])]


def delete_group(session: Session, group: str) -> int:
    """Error code of DeleteGroups."""
    response = session.call(DeleteGroupsRequest([group]), node=session.coordinator(GROUP, group)).response
    assert isinstance(response, DeleteGroupsResponse)
    return response.results[0].error_code if response.results else 0
