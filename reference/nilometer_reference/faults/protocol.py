"""Faults of the wire protocol and of administration."""

# mypy: disable-error-code="no-untyped-def"
from __future__ import annotations

from nilometer_reference.faults.switch import Fired, fault, instead_of, instead_of_handler
from nilometer_reference.node import Node

API_VERSIONS = 18
CREATE_PARTITIONS = 37
INIT_PRODUCER_ID = 22


@fault("B061", caught_by=("W2",), source="nisshi compat/librdkafka findings")
def api_versions_promises_too_much(fired: Fired) -> None:
    """The advertised range of InitProducerId contains a version that is not served."""

    @instead_of_handler(API_VERSIONS)
    def handle(original, broker, request, context):
        answer = original(broker, request, context)
        for api in answer.api_keys:
            if api.api_key == INIT_PRODUCER_ID:
                fired()
                api.max_version += 1  # 6 exists in Kafka's messages, as an unstable version (KIP-939)
        return answer


@fault("B062", caught_by=("W5",), source="nisshi compat findings")
def one_bad_request_poisons_the_broker(fired: Fired) -> None:
    """After a request that cannot be read, every connection is closed at its next request."""
    poisoned = [False]

    @instead_of(Node, "_serve")
    def serve(original, self, connection, frame):
        if poisoned[0]:
            fired()
            self._close(connection, "the broker is poisoned")
            return
        original(self, connection, frame)
        if not connection.is_open:
            poisoned[0] = True


@fault("B097", caught_by=("A3",), source="nisshi compat/librdkafka findings")
def create_partitions_answers_nothing(fired: Fired) -> None:
    """The answer to CreatePartitions names no topic, although the change was made."""

    @instead_of_handler(CREATE_PARTITIONS)
    def handle(original, broker, request, context):
        answer = original(broker, request, context)
        fired()
        answer.results = []
        return answer
