"""What holds of a committed offset, and what must be reachable."""

from __future__ import annotations

from nilometer_models.protocols.committed_offsets.model import MACHINE
from nilometer_models.protocols.committed_offsets.state import COMPLETING, EMPTY, STABLE, State, View


@MACHINE.invariant("O4")
def metadata_comes_back(view: View) -> bool:
    """What a fetch answers has the metadata with which it was committed."""
    answer = view.state.answer
    return answer is None or answer.found is None or answer.found.metadata == answer.found.commit


@MACHINE.invariant("O11", "A2")
def answers_are_of_this_topic(view: View) -> bool:
    """A fetch answers what was committed for the topic that was asked, and not for one before it of the same name."""
    answer = view.state.answer
    return answer is None or answer.found is None or answer.found.topic_id == answer.asked


@MACHINE.step_property("O1", "O2")
def fetch_answers_the_latest(before: View, after: View) -> bool:
    """A fetch answers the last commit, or none if that was for another topic, or is gone."""
    s, t = before.state, after.state
    if s.answer == t.answer or t.answer is None:
        return True
    stored = s.offset
    return t.answer.found == (stored if stored is not None and stored.topic_id == t.answer.asked else None)


@MACHINE.step_property("O5", "G4")
def commits_are_fenced(before: View, after: View) -> bool:
    """A commit counts in the generation of the group, or without one while the group is empty; and not in between."""
    s, t = before.state, after.state
    if t.committed == s.committed or t.offset is None:
        return True
    if s.group.state == EMPTY:
        return t.offset.generation == 0
    return t.offset.generation == s.group.generation and s.group.state != COMPLETING


def has_expired(view: View) -> bool:
    """The offset may go, by KIP-211."""
    c, s = view.config, view.state
    if s.offset is None or s.staged:
        return False
    if s.group.state == EMPTY:
        return s.now - s.group.since >= c.retention
    return s.group.state == STABLE and not s.group.subscribed and s.now - s.offset.at >= c.retention


def _is_gone(s: State, t: State) -> bool:
    return s.offset is not None and t.offset is None


@MACHINE.step_property("O7", "O6")
def nothing_vanishes_early(before: View, after: View) -> bool:
    """An offset goes when it was deleted, or its topic was; or when the group has not needed it for long enough."""
    s, t = before.state, after.state
    if not _is_gone(s, t) or s.deleted < t.deleted:
        return True
    assert s.offset is not None
    return s.offset.topic_id in s.unheard or has_expired(before)


@MACHINE.step_property("O8")
def deletion_spares_what_is_needed(before: View, after: View) -> bool:
    """No administrator takes away the offset of a topic that a member is subscribed to."""
    s, t = before.state, after.state
    return not (_is_gone(s, t) and s.deleted < t.deleted and s.group.subscribed)


@MACHINE.witness("O7")
def an_offset_has_expired(view: View) -> bool:
    """The last commit is gone, and nobody has deleted it or its topic."""
    s = view.state
    return s.committed > 0 and s.offset is None and s.deleted == 0 and s.created == 1 and s.topic_id == 1


@MACHINE.witness("O7")
def an_active_group_has_lost_what_it_does_not_need(view: View) -> bool:
    """The same while the group is stable, in the generation in which it was committed."""
    s = view.state
    return an_offset_has_expired(view) and s.group.state == STABLE and s.group.generation == 1


@MACHINE.witness("O11")
def a_former_topic_is_remembered_and_not_told(view: View) -> bool:
    """The offset of a deleted topic is still there, and a fetch for the next one of its name finds none."""
    s = view.state
    return (
        s.offset is not None and s.answer is not None and s.answer.asked > s.offset.topic_id and s.answer.found is None
    )


@MACHINE.witness("O7")
def a_fresh_commit_to_an_old_group(view: View) -> bool:
    """A commit to a group that has been empty for long expires at once: emptiness counts, not the commit."""
    s = view.state
    return has_expired(view) and s.offset is not None and s.offset.at == s.now
