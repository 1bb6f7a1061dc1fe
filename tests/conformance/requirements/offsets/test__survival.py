from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._survival import COMMITS_OF_A_GROUP, GROUPS_OF_A_RUN, commit_much
from nilometer.run import Run
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject
from tests.conformance.requiring import make_requirement


def test_the_last_of_many_commits_is_what_stands(honest):
    run = Run(make_requirement(), subject(honest), Settings(seed=1), float("inf"))
    lasts = commit_much(run)
    assert len(lasts) == GROUPS_OF_A_RUN
    for last in lasts:
        assert last.metadata == f"m{COMMITS_OF_A_GROUP - 1}"
        assert committed(run.session, last.group, last.topic).offset == last.offset
    run.close()
