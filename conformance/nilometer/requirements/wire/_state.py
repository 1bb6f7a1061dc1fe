"""Everything that W8 can see of what a run made: one picture, to be compared before and after.

topics         name -> partition count, of all topics with this requirement's names
ends           (topic, partition) -> (log start offset, log end offset)
settings       topic -> the values of a few settings
committed      group -> offsets
open           transactional id -> (state, producer id, epoch, partitions)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from nilometer.clients.exchange import Exchange
from nilometer.clients.observations import Topic
from nilometer.clients.session import EARLIEST, GROUP, LATEST, TRANSACTION
from nilometer.run import Run
from nilometer.verdict import NotObservable
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.messages.describe_configs import DescribeConfigsResource
from nilometer_reference.wire.messages.offset_fetch import OffsetFetchRequestGroup

SETTINGS = ["retention.ms", "cleanup.policy", "max.message.bytes"]


@dataclass
class Picture:
    """What was seen, and in which exchanges."""

    seen: dict[str, Any] = field(default_factory=dict)
    evidence: list[Exchange] = field(default_factory=list)

    def difference(self, later: Picture) -> list[str]:
        """`what: before -> after` for all that changed."""
        keys = sorted({*self.seen, *later.seen})
        return [
            f"{key}: {self.seen.get(key)} -> {later.seen.get(key)}"
            for key in keys
            if self.seen.get(key) != later.seen.get(key)
        ]


def look(run: Run, topics: Iterable[Topic], groups: Iterable[str], transactional_ids: Iterable[str]) -> Picture:
    """Everything, as far as the target shows it: what it does not serve is left out both times."""
    picture = Picture()
    before = len(run.journal.exchanges)
    prefix = run.name("").rpartition(run.requirement.id)[0]
    everything = run.session.metadata(None)
    for one in everything.topics:
        if one.name is not None and one.name.startswith(prefix):
            picture.seen[f"topic {one.name}"] = f"{len(one.partitions)} partitions"
    for topic in topics:
        for partition in range(topic.partition_count):
            start, end = (run.session.list_offsets(topic, at, partition=partition) for at in (EARLIEST, LATEST))
            picture.seen[f"{topic.name}-{partition}"] = f"log start {start.offset}, log end {end.offset}"
        _try(lambda topic=topic: _settings(run, picture, topic))
    for group in groups:
        _try(lambda group=group: _committed(run, picture, group))
    for id in transactional_ids:
        _try(lambda id=id: _transaction(run, picture, id))
    picture.evidence = run.journal.exchanges[before:]
    return picture


def _try(part: Any) -> None:
    try:
        part()
    except NotObservable:
        return


def _settings(run: Run, picture: Picture, topic: Topic) -> None:
    ask = m.DescribeConfigsRequest([DescribeConfigsResource(2, topic.name, SETTINGS)])
    response = run.session.call(ask, version=run.session.version("DescribeConfigs")).response
    assert isinstance(response, m.DescribeConfigsResponse)
    for result in response.results:
        for config in result.configs:
            picture.seen[f"{topic.name} {config.name}"] = config.value


def _committed(run: Run, picture: Picture, group: str) -> None:
    version = run.session.version("OffsetFetch", at_least=2, at_most=9)
    if version >= 8:
        ask = m.OffsetFetchRequest(groups=[OffsetFetchRequestGroup(group, topics=None)])
    else:
        ask = m.OffsetFetchRequest(group_id=group, topics=None)
    response = run.session.call_coordinator(GROUP, group, ask, version=version).response
    assert isinstance(response, m.OffsetFetchResponse)
    topics = response.groups[0].topics if version >= 8 else response.topics
    offsets = sorted(
        (one.name, part.partition_index, part.committed_offset) for one in topics for part in one.partitions
    )
    picture.seen[f"group {group}"] = offsets


def _transaction(run: Run, picture: Picture, id: str) -> None:
    ask = m.DescribeTransactionsRequest([id])
    response = run.session.call(ask, node=run.session.coordinator(TRANSACTION, id)).response
    assert isinstance(response, m.DescribeTransactionsResponse)
    for one in response.transaction_states:
        partitions = sorted((topic.topic, tuple(topic.partitions)) for topic in one.topics)
        picture.seen[f"transaction {id}"] = (
            one.transaction_state, one.producer_id, one.producer_epoch, partitions,
        )  # fmt: skip
