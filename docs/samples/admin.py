"""Create a topic and wait until that has happened; read and change its settings.

python docs/samples/admin.py BOOTSTRAP TOPIC [REPLICATION_FACTOR]
"""

import sys

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewTopic, ResourceType


def create_topic(admin: AdminClient, topic: str, *, partitions: int = 24, replication_factor: int = 3) -> bool:
    """False if the topic exists already. `admin` must live until its futures are done, and they must be awaited."""
    new = NewTopic(
        topic,
        num_partitions=partitions,
        replication_factor=replication_factor,
        config={
            "retention.ms": "604800000",  # 7 days; whole closed segments go, so up to one segment more stays
            "retention.bytes": "53687091200",  # 50 GiB a partition
            "compression.type": "producer",  # anything else makes the broker recompress
            "min.insync.replicas": str(min(2, replication_factor)),
            "cleanup.policy": "delete",
            "message.timestamp.type": "CreateTime",
        },
    )
    try:
        admin.create_topics([new], operation_timeout=30)[topic].result(30)
    except KafkaException as refused:
        if refused.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
        return False
    return True


def settings(admin: AdminClient, topic: str) -> dict[str, str | None]:
    resource = ConfigResource(ResourceType.TOPIC, topic)
    return {name: entry.value for name, entry in admin.describe_configs([resource])[resource].result(30).items()}


def change_setting(admin: AdminClient, topic: str, name: str, value: str) -> None:
    """Leaves every other setting as it is (KIP-339)."""
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(30)


if __name__ == "__main__":
    client = AdminClient({"bootstrap.servers": sys.argv[1]})
    print(create_topic(client, sys.argv[2], replication_factor=int(sys.argv[3]) if len(sys.argv) > 3 else 3))
    print(settings(client, sys.argv[2]))
