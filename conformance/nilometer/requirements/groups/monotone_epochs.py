"""G3: generations only grow, and each has one leader and one protocol."""

from __future__ import annotations

from hypothesis import strategies as st

from nilometer.clients.group_member import GroupMember, gather
from nilometer.requirement import requirement
from nilometer.requirements.groups._groups import GROUPS
from nilometer.run import Run

Sizes = list[int]
"""How many members take part in each generation, one after the other."""


@requirement(
    id="G3",
    name="groups.monotone_epochs",
    level="MUST",
    sentence="The generation of a group never decreases, and each generation has one leader and one protocol",
    profiles=("smoke", "groups"),
    sources=("Kafka group protocol",),
    apis=GROUPS,
    signatures={
        "generation-fell": "a later join was answered with a generation that is not larger",
        "two-leaders": "members of one generation were told of different leaders, or two were told to lead",
        "stranger-leads": "the leader of a generation is none of its members",
    },
)
def check(run: Run) -> None:
    """Members come and go."""
    run.explore(
        st.lists(st.integers(1, 3), min_size=2, max_size=4),
        lambda sizes: generations(run, sizes),
        examples=run.cases(1),
    )


def generations(run: Run, sizes: Sizes) -> None:
    """One group; between two generations those who are too many leave."""
    group = run.group()
    members: list[GroupMember] = []
    before = -1
    for size in sizes:
        for gone in members[size:]:
            gone.leave()
            gone.close()
        members = members[:size] + [GroupMember(run.actor(), group) for _ in range(size - len(members))]
        for member in members:
            # other metadata, so that a member that stays asks for a new generation
            member.protocols = [("range", f"{before}".encode())]
        gather(members)
        evidence = [member.exchanges[-2] for member in members]
        generation = members[0].generation_id
        run.judge(
            generation > before, "generation-fell", expected=f"more than {before}", seen=generation, evidence=evidence
        )
        leaders = {member.answer.leader for member in members if member.answer is not None}
        run.judge(
            len(leaders) == 1 and sum(member.leads for member in members) <= 1, "two-leaders", expected="one leader",
            seen=sorted(leaders), evidence=evidence,
        )  # fmt: skip
        run.judge(
            leaders <= {member.member_id for member in members}, "stranger-leads", expected="one of the members",
            seen=sorted(leaders), evidence=evidence,
        )  # fmt: skip
        before = generation
    for member in members:
        member.leave()
        member.close()
