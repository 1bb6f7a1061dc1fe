from nilometer.requirements.groups._groups import committed
from nilometer.requirements.offsets._commits import Commit, commit
from nilometer.settings import Settings
from tests.conformance.requirements.judging import subject


def test_each_part_of_a_commit_has_its_own_code(honest):
    with subject(honest).session(Settings()) as session:
        topic = session.create_topic("commits-of-a-test", partitions=2)
        exchange, codes = commit(
            session, "group-of-a-test", Commit(topic.name, 5, 1, "m"), Commit("a-topic-that-there-is-not", 5)
        )
        assert codes == [0, 3]
        found = committed(session, "group-of-a-test", topic, 1)
        assert (found.offset, found.metadata) == (5, "m")
        assert exchange.response is not None
