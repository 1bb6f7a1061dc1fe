"""L1: an offset names one record for ever, whoever reads it, when and how."""

from __future__ import annotations

from nilometer.checkers.offset_binding import Sighting, binding
from nilometer.clients.observations import Fetched
from nilometer.clients.session import FETCH_WITHOUT_IDS, READ_COMMITTED, READ_UNCOMMITTED
from nilometer.requirement import requirement
from nilometer.run import Run
from nilometer.workloads.batches import record_text
from nilometer.workloads.traffic import Traffic

OLD_FETCHES = (4, 7, 11, 12)


@requirement(
    id="L1",
    name="log.offset_agreement",
    level="MUST",
    sentence="An offset of a partition names one record for ever: every fetched copy has the same content, and it "
    "is the record that was acknowledged there",
    profiles=("smoke", "core", "replication"),
    sources=('Kafka design document, "Replicated Logs"', "KIP-101", "KIP-320"),
    apis={"Produce": 3, "Fetch": 4},
    signatures={
        "offset-names-two-records": "two fetched copies of one offset, or a copy and its acknowledgement, differ in "
        "content",
    },
)
def check(run: Run) -> None:
    """Concurrent writers and readers; then the whole log again, in every way that fetches it."""
    for _ in range(run.cases(1)):
        topic = run.topic()
        traffic = Traffic(run, topic).go(writers=2, readers=2, appends=6, acks=(1, -1))
        sightings = [
            Sighting(record.offset, record_text(record), "acknowledged", one.exchange)
            for one, produced in traffic.acknowledged
            for record in (
                sent._replace(offset=produced.base_offset + index) for index, sent in enumerate(one.plan.records)
            )
        ]
        sightings += [sighting for fetched in traffic.fetches for sighting in seen(fetched)]
        versions = [version for version in OLD_FETCHES if run.versions.serves("Fetch", version)]
        if topic.has_id and run.versions.serves("Fetch", FETCH_WITHOUT_IDS + 1):
            versions.append(run.session.version("Fetch"))
        for version in versions:
            again = run.actor()
            position = 0
            while position < (fetched := again.fetch(topic, position, version=version)).next_offset:
                sightings += seen(fetched)
                position = fetched.next_offset
        for isolation_level in (READ_UNCOMMITTED, READ_COMMITTED):
            for small in (1, 50 << 20):
                scan = run.session.scan(topic, isolation_level=isolation_level, max_bytes=small)
                sightings += [sighting for fetched in scan.fetches for sighting in seen(fetched)]
        binding(sightings).tell(run)


def seen(fetched: Fetched) -> list[Sighting]:
    """Every data record of a response."""
    how = f"fetched at {fetched.fetch_offset} with Fetch v{fetched.exchange.version}"
    return [
        Sighting(one.offset, record_text(one.record), how, fetched.exchange)
        for one in fetched.stored
        if not one.is_control
    ]
