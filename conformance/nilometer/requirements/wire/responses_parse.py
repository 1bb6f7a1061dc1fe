"""W1: every response of the whole run parses. The raw client notes what does not; this counts."""

from __future__ import annotations

from nilometer.requirement import requirement
from nilometer.run import Run

SIGNATURES = {
    "leftover-bytes": "bytes are left after the response at the version of its request",
    "correlation-id": "the response carries another correlation id than its request",
    "unparsable": "the response does not parse at the version of its request",
}


@requirement(
    id="W1",
    name="wire.responses_parse",
    level="MUST",
    sentence="Each response parses completely at the version of its request, and carries its correlation id",
    profiles=("smoke", "core"),
    sources=("Kafka protocol guide", "KIP-482 (header versions)"),
    signatures=SIGNATURES,
    last=True,
)
def check(run: Run) -> None:
    """Judges all traffic of the run so far; alone, it makes some."""
    if run.journal.responses < 20:
        topic = run.topic()
        run.session.scan(topic)
    anomalies = run.journal.anomalies
    first = {(one.kind, one.exchange.api, one.exchange.version): one for one in reversed(anomalies)}
    for anomaly in first.values():  # one of each kind is shown, the others are counted
        run.violated(
            anomaly.kind,
            expected=f"a whole response to {anomaly.exchange.api} v{anomaly.exchange.version}, with its correlation id",
            seen=anomaly.detail,
            evidence=anomaly.exchange,
        )
    run.result.violations += len(anomalies) - len(first)
    run.holds(max(0, run.journal.responses - len(first)))
