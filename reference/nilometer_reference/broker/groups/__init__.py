"""Consumer groups of the classic protocol and their committed offsets. Read `classic_group.py` first.

classic_group.py   the states of a group as a table, and what a group knows
members.py         one member, its vote, its waiting requests
rebalance.py       preparing, completing and timing out a rebalance
joins.py           JoinGroup: who gets in, under which member id
membership.py      SyncGroup, Heartbeat, LeaveGroup
reply.py           a request that may have to wait
offsets.py         committed and pending offsets, a fold of the log
group_table.py     every group and every offset, and the one way to write them
offset_requests.py OffsetCommit, TxnOffsetCommit, OffsetFetch, OffsetDelete
expiry.py          which offsets may be forgotten, and when
group_records.py   Kafka's records of __consumer_offsets
coordinator.py     the whole, loaded from the log
"""
