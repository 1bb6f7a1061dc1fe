"""G7: the group's protocol is one that every member supports, the one that most prefer."""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st

from nilometer.clients.group_member import GroupMember, gather
from nilometer.clients.observations import named
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run
from nilometer_reference.wire.errors import ErrorCode

COMMON = "common"
Preferences = list[list[str]]


@st.composite
def preferences(draw: st.DrawFn) -> Preferences:
    """What two or three members support, each in its order; `common` is among it."""
    members = draw(st.integers(2, 3))
    names = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3)
    return [draw(st.permutations([*draw(names), COMMON])) for _ in range(members)]


def winners(asked: Preferences) -> set[str]:
    """Those with the most votes: each member votes for the first of its protocols that all support."""
    common = set.intersection(*map(set, asked))
    votes = Counter(next(name for name in own if name in common) for own in asked)
    most = max(votes.values())
    return {name for name, count in votes.items() if count == most}


@requirement(
    id="G7",
    name="groups.protocol_selection",
    level="MUST",
    sentence="The chosen protocol is one that all members support, the one with most first preferences among those; a "
    "member of another type, or without a protocol in common, is refused with INCONSISTENT_GROUP_PROTOCOL (23)",
    profiles=("groups",),
    sources=("Kafka group protocol", "ClassicGroup.java, selectProtocol"),
    apis=GROUPS,
    signatures={
        "not-the-winner": "the chosen protocol is not one that has the most votes among those that all support",
        "members-disagree": "members of one generation were told different protocols",
        "stranger-accepted": "a member of another type, or without a protocol in common, was not refused",
        "wrong-error": "it was refused with another code than INCONSISTENT_GROUP_PROTOCOL (23)",
    },
)
def check(run: Run) -> None:
    """Votes at random; then members that do not fit."""
    run.explore(preferences(), lambda asked: vote(run, asked), examples=run.cases(2))
    group = run.group()
    member = GroupMember(run.session, group, protocols=[("range", b"m")])
    member.join()
    member.sync({member.member_id: b"all"})
    for stranger in (
        GroupMember(run.session, group, protocols=[("range", b"m")], protocol_type="connect"),
        GroupMember(run.session, group, protocols=[("other", b"m")]),
    ):
        stranger.send_join()
        code = stranger.joined(run.settings.timeout_s).error_code
        if run.judge(
            code != 0, "stranger-accepted", expected="INCONSISTENT_GROUP_PROTOCOL (23)", seen=named(code),
            evidence=stranger.exchanges[-1:],
        ):  # fmt: skip
            run.judge(
                code == ErrorCode.INCONSISTENT_GROUP_PROTOCOL, "wrong-error", expected=23, seen=named(code),
                evidence=stranger.exchanges[-1:],
            )  # fmt: skip
        stranger.close()
    member.leave()


def vote(run: Run, asked: Preferences) -> None:
    """One group whose members ask for these protocols."""
    group = run.group()
    members = [GroupMember(run.actor(), group, protocols=[(name, b"m") for name in own]) for own in asked]
    gather(members)
    chosen = [member.answer.protocol_name for member in members if member.answer is not None]
    evidence = [member.exchanges[-2] for member in members]
    run.judge(len(set(chosen)) == 1, "members-disagree", expected="one protocol", seen=chosen, evidence=evidence)
    run.judge(
        chosen[0] in winners(asked), "not-the-winner", expected=f"one of {sorted(winners(asked))} for {asked}",
        seen=chosen[0], evidence=evidence,
    )  # fmt: skip
    for member in members:
        member.leave()
        member.close()
