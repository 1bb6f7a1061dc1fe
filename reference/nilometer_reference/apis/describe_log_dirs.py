"""DescribeLogDirs (key 35), versions 1-5: the log directory, and the bytes of each partition in it (KIP-113).

Behaviour    `topics` null asks for all partitions, an empty list for none; what is not there is left out. There is one
             directory, no replica that lags, and none that moves between directories. A partition whose log has
             failed is left out, as it may not be told how large it is.
Versions     2 flexible; 3 an error for all; 4 total and usable bytes (KIP-827); 5 cordoned directories (KIP-1066)
Errors       none
Left out     The size of the disk: -1, the core does not look at disks. Cordoning.
Source       `ReplicaManager.describeLogDirs`
"""

from __future__ import annotations

from nilometer_reference.broker.broker import Broker
from nilometer_reference.broker.partition import Partition
from nilometer_reference.broker.requests import Answer, RequestContext
from nilometer_reference.wire.messages.describe_log_dirs import (
    DescribeLogDirsPartition,
    DescribeLogDirsRequest,
    DescribeLogDirsResponse,
    DescribeLogDirsResult,
    DescribeLogDirsTopic,
)

from .api import Api


def handle(broker: Broker, request: DescribeLogDirsRequest, _context: RequestContext) -> Answer:
    wanted = None
    if request.topics is not None:
        wanted = {(topic.topic, index) for topic in request.topics for index in topic.partitions}
    found: dict[str, list[Partition]] = {}
    for partition in broker.partitions():
        is_wanted = wanted is None or (partition.topic, partition.index) in wanted
        if is_wanted and partition.log.offline is None:
            found.setdefault(partition.topic, []).append(partition)
    topics = [
        DescribeLogDirsTopic(
            name=name,
            partitions=[
                DescribeLogDirsPartition(partition_index=partition.index, partition_size=partition.log.size)
                for partition in partitions
            ],
        )
        for name, partitions in found.items()
    ]
    return DescribeLogDirsResponse(results=[DescribeLogDirsResult(log_dir=broker.config.log_dir, topics=topics)])


API = Api(DescribeLogDirsRequest, DescribeLogDirsResponse, (1, 5), handle)
