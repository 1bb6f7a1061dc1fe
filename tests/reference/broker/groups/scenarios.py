"""Short stories about groups, told to any broker over the wire; what each request is answered is their result.

    side = HarnessSide()              our broker, in memory, virtual time
    side = SocketSide(host, port)     any other
    play(side, "name") -> list[str]   one line an answer: what differs from the defaults of its message, with names
                                      of members, topics and nodes made comparable

What Apache Kafka answers stands in `kafka_answers.json`; written anew by

    python -m tests.reference.broker.groups.scenarios
"""

from __future__ import annotations

import json
from pathlib import Path

from nilometer.targets.kafka import KafkaTarget

from . import member_stories, offset_stories  # noqa: F401  they enter themselves into STORIES
from .sides import Side, SocketSide
from .story import SMALL_GROUP_STORIES, STORIES, Story

KAFKA_ANSWERS = Path(__file__).with_name("kafka_answers.json")
SMALL = {"group.max.size": 2}


def play(side: Side, name: str) -> list[str]:
    told = Story(side, name)
    STORIES[name](told)
    return told.lines


def main() -> None:
    """Tell every story to Apache Kafka and keep what it answers."""
    answers = {name: [""] for name in STORIES}
    for names, properties in ((STORIES.keys() - SMALL_GROUP_STORIES, {}), (SMALL_GROUP_STORIES, SMALL)):
        with KafkaTarget(properties=properties) as target:
            host, _, port = target.endpoint.text.rpartition(":")
            for name in names:
                side = SocketSide(host, int(port))
                answers[name] = play(side, name)
                side.close()
    KAFKA_ANSWERS.write_text(json.dumps(answers, indent=0, ensure_ascii=True) + "\n", "utf-8")


if __name__ == "__main__":
    main()
