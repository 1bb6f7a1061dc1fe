"""From a running target to the subject of a run: handshake, versions, nodes.

no address answers                          TargetError: each address with its reason, and what it seems to be
ApiVersions works, Metadata's nodes do not  TargetError: the advertised addresses are wrong, or not ours to reach
"""

from __future__ import annotations

import time
from contextlib import suppress

from nilometer.clients.cluster import Versions, handshake
from nilometer.clients.exchange import Journal
from nilometer.clients.raw import Connection, NoAnswer
from nilometer.registries.connecting import connect_registry
from nilometer.registries.subject import RegistrySubject
from nilometer.run import Subject
from nilometer.settings import Settings
from nilometer.targets.diagnosis import diagnose
from nilometer.targets.errors import StartFailed, TargetError
from nilometer.targets.ready import NotReady, check_ready
from nilometer.targets.registries import RegistryTarget
from nilometer.targets.target import Target
from nilometer.verdict import NotObservable

ANSWER_TIMEOUT_S = 5.0
PAUSE_S = 0.25


class NotKafka(TargetError):
    """Something listens, and does not answer ApiVersions as Kafka does."""

    slug = "target-not-kafka"


class AdvertisedAddressWrong(TargetError):
    """The bootstrap address answers, the addresses in its Metadata do not."""

    slug = "target-advertised-address"


def start(target: Target, wait_s: float = 0.0) -> None:
    """Start the target; one that others run may come up within `wait_s` seconds. Raises `TargetError`."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            target.start()
            return
        except StartFailed:
            if time.monotonic() + PAUSE_S > deadline:
                raise
        time.sleep(PAUSE_S)


def connect(target: Target, settings: Settings) -> Subject:
    """Shake hands with a running target and learn its nodes, or what a registry serves."""
    if isinstance(target, RegistryTarget):
        return connect_registry(target, settings)
    journal = Journal()
    addresses = target.endpoint.addresses
    with journal.not_judged():  # probing with versions that it need not know; W2 judges how it answers
        versions = _shake_hands(addresses, journal)
    subject = Subject(target.name, list(addresses), versions, journal, target)
    _learn_nodes(subject, settings)
    return subject


def _shake_hands(addresses: list[tuple[str, int]], journal: Journal) -> Versions:
    reasons = []
    for host, port in addresses:
        try:
            return handshake(lambda host=host, port=port: Connection(host, port, journal, timeout_s=ANSWER_TIMEOUT_S))  # type: ignore[misc]
        except NoAnswer as missing:
            reasons.append(f"  {host}:{port}: {diagnose(host, port) or missing.detail}")
    raise NotKafka("no address answers ApiVersions as Kafka does:\n" + "\n".join(reasons))


def _learn_nodes(subject: Subject, settings: Settings) -> None:
    """Metadata's brokers, each of which must be reachable from here if any is."""
    with subject.session(settings) as session, suppress(NotObservable):
        cluster = session.metadata([])
        subject.nodes = dict(session.brokers)
        subject.cluster_id = cluster.cluster_id or ""
    failed = []
    for node, (host, port) in subject.nodes.items():
        try:
            Connection(host, port, subject.journal, timeout_s=ANSWER_TIMEOUT_S).close()
        except NoAnswer as missing:
            failed.append(f"  node {node}: {missing.detail}")
    if failed and len(failed) == len(subject.nodes):
        raise AdvertisedAddressWrong(
            f"{subject.name} answers, but the addresses that it advertises in Metadata do not:\n"
            + "\n".join(failed)
            + "\nSet its advertised listeners to addresses that this machine reaches."
        )


def is_alive(subject: Subject, patience_s: float) -> bool:
    """Whether one of the addresses answers a fresh connection within the time."""
    deadline = time.monotonic() + patience_s
    while True:
        timeout_s = max(0.1, min(ANSWER_TIMEOUT_S, deadline - time.monotonic()))
        if isinstance(subject, RegistrySubject):
            if subject.answers(timeout_s):
                return True
        elif _a_broker_answers(subject, timeout_s):
            return True
        if time.monotonic() + PAUSE_S > deadline:
            return False
        time.sleep(PAUSE_S)


def _a_broker_answers(subject: Subject, timeout_s: float) -> bool:
    for host, port in subject.bootstrap:
        with suppress(NotReady):
            check_ready(host, port, 1, timeout_s)
            return True
    return False
