"""CreateTopics and DeleteTopics as they are, and who sees what came of them."""

from __future__ import annotations

from collections.abc import Iterator

from nilometer.clients.exchange import Exchange
from nilometer.run import Run
from nilometer_reference.wire import messages as m
from nilometer_reference.wire.errors import error_name
from nilometer_reference.wire.messages.create_topics import CreatableTopic
from nilometer_reference.wire.messages.delete_topics import DeleteTopicState
from nilometer_reference.wire.messages.metadata import MetadataRequestTopic, MetadataResponseTopic


def controller(run: Run) -> int | None:
    """Where requests of administration go; None (the bootstrap address) if Metadata names none."""
    run.session.metadata([])
    return run.session.controller_id if run.session.controller_id >= 0 else None


def create(run: Run, *topics: CreatableTopic, validate_only: bool = False) -> tuple[Exchange, dict[str, list[int]]]:
    """The exchange, and the error codes by name: a list, since a name may be answered twice."""
    for topic in topics:
        if not validate_only and topic.name not in run.subject.topics:
            run.subject.topics.append(topic.name)
    ask = m.CreateTopicsRequest(list(topics), 10_000, validate_only)
    exchange = run.session.call(ask, node=controller(run))
    assert isinstance(exchange.response, m.CreateTopicsResponse)
    codes: dict[str, list[int]] = {}
    for one in exchange.response.topics:
        codes.setdefault(one.name, []).append(one.error_code)
    return exchange, codes


def delete(run: Run, *topics: DeleteTopicState) -> tuple[Exchange, list[tuple[str | None, bytes, int]]]:
    """The exchange, and (name, id, error code) of each answer; ids need DeleteTopics v6."""
    by_id = any(topic.name is None for topic in topics)
    version = run.session.version("DeleteTopics", at_least=6 if by_id else 0)
    ask = m.DeleteTopicsRequest(timeout_ms=10_000)
    if version >= 6:
        ask.topics = list(topics)
    else:
        ask.topic_names = [str(topic.name) for topic in topics]
    exchange = run.session.call(ask, version=version, node=controller(run))
    assert isinstance(exchange.response, m.DeleteTopicsResponse)
    return exchange, [(one.name, one.topic_id, one.error_code) for one in exchange.response.responses]


def on_every_node(run: Run, name: str) -> Iterator[tuple[int, Exchange, MetadataResponseTopic]]:
    """What the Metadata of each node says about a topic; it is not created by asking."""
    for node in sorted(run.subject.nodes):
        ask = m.MetadataRequest([MetadataRequestTopic(name=name)], allow_auto_topic_creation=False)
        version = run.session.version("Metadata", at_least=4)  # below, asking may create
        exchange = run.session.call(ask, version=version, node=node)
        assert isinstance(exchange.response, m.MetadataResponse)
        for topic in exchange.response.topics:
            yield node, exchange, topic


def names(codes: list[int]) -> str:
    """`INVALID_CONFIG (40)`."""
    return ", ".join(f"{error_name(code)} ({code})" for code in codes) or "no answer for it"
