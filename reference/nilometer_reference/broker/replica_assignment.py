"""Which brokers hold the replicas of new partitions: what a request may ask for.

    asked for                                           answer
    a list for each partition                           every list passes `check_replicas`, all of one length
    numbers of partitions and of replicas               1 or more; replicas up to the number of brokers; -1: default
    both                                                INVALID_REQUEST (42)

The lists of CreateTopics are numbered by partition, 0 and up without gaps; those of CreatePartitions are in order.
Source: `ReplicationControlManager.java` (validateManualPartitionAssignment, createTopic), `StripedReplicaPlacer.java`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from nilometer_reference.wire.errors import ErrorCode, KafkaError


def check_replicas(replicas: Sequence[int], brokers: Collection[int], replication_factor: int | None) -> None:
    """Raises INVALID_REPLICA_ASSIGNMENT (39). `replication_factor` None: any."""
    wrong = None
    if not replicas:
        wrong = "an empty replica list."
    elif unknown := sorted(set(replicas) - set(brokers)):
        wrong = f"broker {unknown[0]}, but no such broker is registered."
    elif len(set(replicas)) != len(replicas):
        wrong = f"a broker more than once: {sorted(replicas)}."
    elif replication_factor is not None and len(replicas) != replication_factor:
        wrong = (
            f"a partition with {len(replicas)} replica(s), but this is not consistent with previous partitions, "
            f"which have {replication_factor} replica(s)."
        )
    if wrong is not None:
        raise KafkaError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, f"The manual partition assignment includes {wrong}")


def check_numbered(assignments: Sequence[tuple[int, Sequence[int]]], brokers: Collection[int]) -> int:
    """Partitions of a new topic by number: how many replicas each has. Raises INVALID_REPLICA_ASSIGNMENT (39)."""
    replication_factor = None
    seen: set[int] = set()
    for partition, replicas in assignments:
        if partition in seen:
            raise KafkaError(
                ErrorCode.INVALID_REPLICA_ASSIGNMENT,
                f"Found multiple manual partition assignments for partition {partition}",
            )
        check_replicas(replicas, brokers, replication_factor)
        replication_factor = len(replicas)
        seen.add(partition)
    if seen != set(range(len(assignments))):
        raise KafkaError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT, "partitions should be a consecutive 0-based integer sequence"
        )
    assert replication_factor is not None
    return replication_factor


def resolve_counts(
    partition_count: int,
    replication_factor: int,
    *,
    default_partition_count: int,
    default_replication_factor: int,
    brokers: Collection[int],
) -> tuple[int, int]:
    """How many partitions a new topic gets, and how many replicas each; -1 is the default.

    Raises INVALID_REPLICATION_FACTOR (38), INVALID_PARTITIONS (37), and 38 again for more than there are brokers.
    """
    if replication_factor < -1 or replication_factor == 0:
        raise KafkaError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            "Replication factor must be larger than 0, or -1 to use the default value.",
        )
    if partition_count < -1 or partition_count == 0:
        raise KafkaError(ErrorCode.INVALID_PARTITIONS, "Number of partitions was set to an invalid non-positive value.")
    wanted = default_replication_factor if replication_factor == -1 else replication_factor
    if wanted > len(brokers):
        raise KafkaError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"Unable to replicate the partition {wanted} time(s): The target replication factor of {wanted} cannot "
            f"be reached because only {len(brokers)} broker(s) are registered.",
        )
    return default_partition_count if partition_count == -1 else partition_count, wanted
