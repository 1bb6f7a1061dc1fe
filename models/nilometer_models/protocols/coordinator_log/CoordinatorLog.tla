---------------------------- MODULE CoordinatorLog ----------------------------
(***************************************************************************)
(* A coordinator - of groups, of transactions, of shares, a registry of    *)
(* schemas - keeps its state as records in a compacted log.  It remembers  *)
(* what they amount to, and answers a write when its record is committed.  *)
(* Whoever comes to lead the partition loads the log from its start.       *)
(*                                                                         *)
(* Two brokers hold the log; what is committed is on both.  A deposed      *)
(* leader goes on until it hears of its successor, and its coordinator     *)
(* until it is unloaded.                                                   *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Keys,          \* how many keys
    Kinds,         \* what is written: of "put", "delete" (soft), "remove" (a tombstone)
    Writes, Elections, Restarts, Failures, Compactions,  \* how often each may happen
    Buffer,        \* records in one read of the loader
    None,          \* no value, no coordinator
    Replay,                  \* "strict": a loader refuses to delete what it has not seen (KAFKA-19862)
    LoadsWholeLog,           \* it reads on after the first buffer (KAFKA-5600)
    SoftDeletedReplayed,     \* it keeps what was softly deleted (karapace #170)
    FailedWriteUndone,       \* memory goes back when a write fails (KAFKA-18084)
    AcknowledgementFenced,   \* only the leader of the epoch answers (KAFKA-20634)
    AcknowledgementWaits,    \* ... and only what is committed
    Reads,                   \* what a read shows: "stable", "committed", "written", "loaded"
    CompactionBelowHighWatermark,  \* it leaves alone what is not committed (KAFKA-13194)
    CompactionKeeps          \* which record of a key: "latest", or wrongly "first"

VARIABLES
    brokers,       \* broker -> [log, history, end, highWatermark, epoch, leads, epochStart, coordinator]; a coordinator
                   \* is [epoch, memory, loaded, pending, failed].  `history` is the log without compaction, a ghost.
    leader,        \* the true one
    epoch,
    acknowledged,  \* key -> the last record that a client was told of
    writes, restarts, failures, compactions

vars == <<brokers, leader, epoch, acknowledged, writes, restarts, failures, compactions>>

Ids == {1, 2}
Other(b) == 3 - b
Min(a, b) == IF a < b THEN a ELSE b
Max(a, b) == IF a < b THEN b ELSE a
Nothing == [k \in 1..Keys |-> None]

-----------------------------------------------------------------------------
\* What a coordinator knows after one more record.  It asks nothing of what came before: compaction may have it.
Fold(memory, record) == [memory EXCEPT ![record.key] = IF record.kind = "remove" THEN None ELSE record]

RECURSIVE Folded(_)
Folded(log) == IF log = <<>> THEN Nothing ELSE Fold(Folded(SubSeq(log, 1, Len(log) - 1)), log[Len(log)])

\* What a loader makes of a log, and whether it has refused it.
RECURSIVE Replayed(_)
Replayed(log) ==
    IF log = <<>> THEN [memory |-> Nothing, failed |-> FALSE]
    ELSE LET before == Replayed(SubSeq(log, 1, Len(log) - 1))
             record == log[Len(log)]
             refused == Replay = "strict" /\ record.kind # "put" /\ before.memory[record.key] = None
             after == Fold(before.memory, record)
         IN  CASE before.failed -> before
               [] ~before.failed /\ refused -> [before EXCEPT !.failed = TRUE]
               [] OTHER -> [before EXCEPT !.memory = IF record.kind = "delete" /\ ~SoftDeletedReplayed
                                                     THEN [after EXCEPT ![record.key] = None] ELSE after]

\* What a live coordinator may write: nothing is deleted that is not there.
IsLegal(memory, kind, key) ==
    CASE kind = "put" -> TRUE
      [] kind = "remove" -> memory[key] # None
      [] OTHER -> IF memory[key] = None THEN FALSE ELSE memory[key].kind = "put"

\* The log after a cleaning that ends before `end`: one record a key, at its own offset, and all from `end` on.
Cleaned(log, end, tombstones) ==
    LET Rivals(r) == {log[i].offset : i \in {j \in 1..Len(log) : log[j].key = r.key /\ log[j].offset < end}}
        IsKept(r) == IF CompactionKeeps = "latest" THEN \A o \in Rivals(r) : o <= r.offset
                     ELSE \A o \in Rivals(r) : o >= r.offset
        Stays(r) == r.offset >= end \/ (IsKept(r) /\ ~(tombstones /\ r.kind = "remove"))
    IN  SelectSeq(log, Stays)

Below(log, end) == SelectSeq(log, LAMBDA r : r.offset < end)
Live(b) == brokers[b].coordinator

\* Its coordinator is that of the epoch in which the broker leads, as far as the broker knows.
IsCurrent(b) == IF Live(b) = None THEN FALSE ELSE brokers[b].leads /\ Live(b).epoch = brokers[b].epoch

\* What a coordinator answers to a read at this moment; None while it waits, or does not answer at all.
Answer(b) ==
    CASE ~IsCurrent(b) -> None
      [] IsCurrent(b) /\ Reads = "loaded" -> IF Live(b).failed THEN None ELSE Live(b).loaded
      [] IsCurrent(b) /\ Reads = "committed" ->
            IF Live(b).failed THEN None ELSE Folded(Below(brokers[b].log, brokers[b].highWatermark))
      [] OTHER -> IF Live(b).failed \/ (Reads = "stable" /\ brokers[b].highWatermark < brokers[b].end) THEN None
                  ELSE Live(b).memory

-----------------------------------------------------------------------------
MayWrite(b, kind, key) == IsCurrent(b) /\ ~Live(b).failed /\ IsLegal(Live(b).memory, kind, key)
NextRecord(b, kind, key) == [offset |-> brokers[b].end, epoch |-> brokers[b].epoch, key |-> key, kind |-> kind]

\* A coordinator decides, remembers it, and appends a record; the answer waits.
Write(broker, kind, key) ==
    LET record == NextRecord(broker, kind, key)
    IN  /\ MayWrite(broker, kind, key) = TRUE
        /\ writes < Writes
        /\ writes' = writes + 1
        /\ brokers' = [brokers EXCEPT ![broker].log = @ \o <<record>>,
                                      ![broker].history = @ \o <<record>>,
                                      ![broker].end = @ + 1,
                                      ![broker].coordinator.memory = Fold(@, record),
                                      ![broker].coordinator.pending = @ \o <<record>>]
        /\ UNCHANGED <<leader, epoch, acknowledged, restarts, failures, compactions>>

\* A coordinator decides and remembers, but the record cannot be appended: it has to forget again.
FailWrite(broker, kind, key) ==
    /\ MayWrite(broker, kind, key) = TRUE
    /\ failures < Failures
    /\ failures' = failures + 1
    /\ brokers' = IF FailedWriteUndone THEN brokers
                  ELSE [brokers EXCEPT ![broker].coordinator.memory = Fold(@, NextRecord(broker, kind, key))]
    /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, compactions>>

Waits(b) == IF Live(b) = None THEN FALSE ELSE Live(b).pending # <<>>

\* The first write that waits is committed: the client hears of it.
Acknowledge(broker) ==
    /\ Waits(broker)
    /\ (AcknowledgementFenced => IsCurrent(broker)) = TRUE
    /\ (AcknowledgementWaits => Head(Live(broker).pending).offset < brokers[broker].highWatermark) = TRUE
    /\ acknowledged' = [acknowledged EXCEPT ![Head(Live(broker).pending).key] = Head(Live(broker).pending)]
    /\ brokers' = [brokers EXCEPT ![broker].coordinator.pending = Tail(@)]
    /\ UNCHANGED <<leader, epoch, writes, restarts, failures, compactions>>

\* A broker that has come to lead reads the log from its start.
Load(broker) ==
    LET log == brokers[broker].log
        result == Replayed(IF LoadsWholeLog THEN log ELSE SubSeq(log, 1, Min(Buffer, Len(log))))
    IN  /\ Live(broker) = None
        /\ brokers[broker].leads
        /\ brokers' = [brokers EXCEPT ![broker].coordinator =
                [epoch |-> brokers[broker].epoch, memory |-> result.memory, loaded |-> result.memory,
                 pending |-> <<>>, failed |-> result.failed]]
        /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* A broker that has lost the partition forgets its coordinator; who still waits is told to look elsewhere.
Unload(broker) ==
    /\ Live(broker) # None
    /\ ~IsCurrent(broker)
    /\ brokers' = [brokers EXCEPT ![broker].coordinator = None]
    /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* A coordinator loses its memory, and its broker leads on: who waits hears nothing.
Restart(broker) ==
    /\ Live(broker) # None
    /\ restarts < Restarts
    /\ restarts' = restarts + 1
    /\ brokers' = [brokers EXCEPT ![broker].coordinator = None]
    /\ UNCHANGED <<leader, epoch, acknowledged, writes, failures, compactions>>

-----------------------------------------------------------------------------
\* The other broker is to lead; nobody has heard of it yet.
Elect(broker) ==
    /\ broker # leader
    /\ brokers[broker].epoch = epoch
    /\ epoch <= Elections
    /\ leader' = broker
    /\ epoch' = epoch + 1
    /\ UNCHANGED <<brokers, acknowledged, writes, restarts, failures, compactions>>

\* The broker that was elected hears of it.
BecomeLeader(broker) ==
    /\ broker = leader
    /\ brokers[broker].epoch # epoch
    /\ brokers' = [brokers EXCEPT ![broker].epoch = epoch, ![broker].leads = TRUE,
                                  ![broker].epochStart = brokers[broker].end]
    /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* A deposed leader hears of its successor, and cuts its log to where the new epoch began.
BecomeFollower(broker) ==
    LET end == Min(brokers[broker].end, brokers[leader].epochStart)
    IN  /\ broker # leader
        /\ brokers[broker].epoch # epoch
        /\ brokers[leader].epoch = epoch
        /\ brokers' = [brokers EXCEPT ![broker].epoch = epoch, ![broker].leads = FALSE, ![broker].end = end,
                                      ![broker].log = Below(@, end), ![broker].history = Below(@, end)]
        /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* The follower takes the next record, and the leader's high watermark as far as its log goes.
Replicate(broker) ==
    LET one == brokers[broker]
        from == brokers[Other(broker)]
        ahead == SelectSeq(from.log, LAMBDA r : r.offset >= one.end)
        end == IF ahead = <<>> THEN from.end ELSE Head(ahead).offset + 1
        after == [one EXCEPT !.log = IF ahead = <<>> THEN @ ELSE @ \o <<Head(ahead)>>,
                             !.history = Below(from.history, end), !.end = end,
                             !.highWatermark = Max(@, Min(from.highWatermark, end))]
    IN  /\ ~one.leads /\ from.leads /\ one.epoch = from.epoch
        /\ after # one
        /\ brokers' = [brokers EXCEPT ![broker] = after]
        /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* What both brokers have is committed.
IncreaseHighWatermark(broker) ==
    LET one == brokers[broker]
        follower == brokers[Other(broker)]
    IN  /\ one.leads /\ ~follower.leads /\ one.epoch = follower.epoch
        /\ Min(one.end, follower.end) > one.highWatermark
        /\ brokers' = [brokers EXCEPT ![broker].highWatermark = Min(one.end, follower.end)]
        /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures, compactions>>

\* A broker cleans its log up to its high watermark; `tombstones` that have waited long enough go as well.
Compact(broker, tombstones) ==
    LET end == IF CompactionBelowHighWatermark THEN brokers[broker].highWatermark ELSE brokers[broker].end
        log == Cleaned(brokers[broker].log, end, tombstones)
    IN  /\ log # brokers[broker].log
        /\ compactions < Compactions
        /\ compactions' = compactions + 1
        /\ brokers' = [brokers EXCEPT ![broker].log = log]
        /\ UNCHANGED <<leader, epoch, acknowledged, writes, restarts, failures>>

-----------------------------------------------------------------------------
Follower == [log |-> <<>>, history |-> <<>>, end |-> 0, highWatermark |-> 0, epoch |-> 1, leads |-> FALSE,
             epochStart |-> 0, coordinator |-> None]
Fresh == [epoch |-> 1, memory |-> Nothing, loaded |-> Nothing, pending |-> <<>>, failed |-> FALSE]

Init ==
    /\ brokers = <<[Follower EXCEPT !.leads = TRUE, !.coordinator = Fresh], Follower>>
    /\ leader = 1 /\ epoch = 1 /\ acknowledged = Nothing
    /\ writes = 0 /\ restarts = 0 /\ failures = 0 /\ compactions = 0

Next ==
    \/ \E broker \in Ids : \E kind \in Kinds : \E key \in 1..Keys : Write(broker, kind, key)
    \/ \E broker \in Ids : \E kind \in Kinds : \E key \in 1..Keys : FailWrite(broker, kind, key)
    \/ \E broker \in Ids : Acknowledge(broker)
    \/ \E broker \in Ids : Load(broker)
    \/ \E broker \in Ids : Unload(broker)
    \/ \E broker \in Ids : Restart(broker)
    \/ \E broker \in Ids : Elect(broker)
    \/ \E broker \in Ids : BecomeLeader(broker)
    \/ \E broker \in Ids : BecomeFollower(broker)
    \/ \E broker \in Ids : Replicate(broker)
    \/ \E broker \in Ids : IncreaseHighWatermark(broker)
    \/ \E broker \in Ids : \E tombstones \in BOOLEAN : Compact(broker, tombstones)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* What a coordinator remembers is the fold of all that was written, whether it has written or read it.
StateIsFoldOfLog == \A b \in Ids :
    IsCurrent(b) => (Live(b).failed \/ Live(b).memory = Folded(brokers[b].history))

\* No coordinator refuses a log that coordinators have written, compacted or not.
EveryLogLoads == \A b \in Ids : Live(b) # None => ~Live(b).failed

\* The log amounts to what was written, and a cleaning that ends anywhere below the high watermark keeps it so.
CompactionChangesNoState == \A b \in Ids : \A end \in 0..brokers[b].highWatermark : \A tombstones \in BOOLEAN :
    Folded(Cleaned(brokers[b].log, end, tombstones)) = Folded(brokers[b].history)

\* What a client was told of was written to the log of the true leader, too.
AcknowledgedInEveryLaterLeader == \A key \in 1..Keys : acknowledged[key] # None =>
    \E i \in 1..Len(brokers[leader].history) : brokers[leader].history[i] = acknowledged[key]

Removed(told) == \E i \in 1..Len(brokers[leader].history) :
    LET r == brokers[leader].history[i]
    IN  r.key = told.key /\ r.kind = "remove" /\ r.offset >= told.offset

\* The true leader's coordinator never answers with less than what a client was told of.
ReadsSeeWhatWasAcknowledged ==
    LET answered == Answer(leader)
    IN  answered # None => \A key \in 1..Keys : acknowledged[key] # None =>
            IF answered[key] = None THEN Removed(acknowledged[key])
            ELSE answered[key].offset >= acknowledged[key].offset

\* Whatever a coordinator answers is below the high watermark: it cannot vanish again.
ReadsAreCommitted == \A b \in Ids :
    LET answered == Answer(b)
    IN  answered # None => \A key \in 1..Keys :
            answered[key] # None => answered[key].offset < brokers[b].highWatermark
=============================================================================
