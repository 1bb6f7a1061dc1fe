"""What a consumer of an isolation level makes of a raw Fetch response: markers and aborted records dropped.

    response   0 1 | 2 3 (producer 7) | 4 ABORT 7 | 5        aborted list: (producer 7, first offset 2)
    delivered  0 1                                  5

A transactional batch is dropped while its producer is in the aborted list from `first_offset` on, until its ABORT
marker. Source: KIP-98 (consumer), Fetch v4.
"""

from __future__ import annotations

import heapq
from itertools import groupby

from nilometer.clients.observations import Fetched, Stored
from nilometer.clients.session import READ_COMMITTED
from nilometer_reference.wire.record_encoding import decode_control_record


def delivered(fetched: Fetched, isolation_level: int) -> list[Stored]:
    """Data records at or above the fetch offset that the reader hands to its application."""
    if isolation_level != READ_COMMITTED:
        return [one for one in fetched.stored if one.offset >= fetched.fetch_offset and not one.is_control]
    waiting = [(one.first_offset, one.producer_id) for one in fetched.aborted or []]
    heapq.heapify(waiting)
    aborted: set[int] = set()
    result: list[Stored] = []
    for _, group in groupby(fetched.stored, key=lambda one: one.batch.header.base_offset):
        records = list(group)
        header = records[0].batch.header
        while waiting and waiting[0][0] <= header.last_offset:
            aborted.add(heapq.heappop(waiting)[1])
        if header.is_control:
            markers = [decode_control_record(one.record) for one in records]
            if any(marker is not None and not marker.commit for marker in markers):
                aborted.discard(header.producer_id)
        elif not (header.is_transactional and header.producer_id in aborted):
            result += [one for one in records if one.offset >= fetched.fetch_offset]
    return result
