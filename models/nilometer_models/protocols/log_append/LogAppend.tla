------------------------------ MODULE LogAppend ------------------------------
(* One log of one broker. An append writes the batch to the file, then to the offset index, then (the marker of   *)
(* an aborted transaction) to the transaction index; each step may fail (KAFKA-7866). No offset is given twice.   *)
(*                                                                                                              *)
(* A file is a sequence of whole batches, with part of one behind them if a write failed. Files survive the      *)
(* process. The offset index is as dense as it can be: all batches but the first have an entry.                  *)
(* Kafka's classes: UnifiedLog.append, LocalLog.append, LogSegment.append and recover, TransactionIndex.          *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Appends, BatchSize,     \* appends that are tried; records of the largest batch
    Failures, Crashes,      \* how often each fault may happen
    None,
    LogEndAdvances,         \* the log end moves "before_transaction_index", or "last" (before KAFKA-7866)
    IndexErrorStops,        \* the log goes offline when its offset index cannot be written
    EntryPosition,          \* an entry of the offset index points "before" its batch, or "after" it
    UnindexedIsUnstable,    \* the last stable offset stays below a marker that was not indexed
    AcknowledgedWhenDone,   \* else before the write
    RecoveryRebuilds,       \* recovery makes both indexes anew
    RecoveryCuts,           \* recovery cuts off part of a batch
    RecoveryKeepsUnindexed  \* recovery reads on after the last entry of the offset index

VARIABLES
    log,            \* whole batches in the file: [baseOffset, records, content, aborts]
    torn,           \* part of a batch follows them
    offsetIndex,          \* offset index: sequence of [offset, position]
    aborted,        \* transaction index: sequence of offsets of markers
    logEndOffset,   \* in memory: what the next batch is given
    unstable,       \* in memory: first marker that was not indexed, or None
    stage,          \* of the append under way: "idle", "written", "indexed"
    online,
    acknowledged,   \* batches that producers know to be stored
    appended,       \* appends so far
    failuresLeft, crashesLeft

files == <<log, torn, offsetIndex, aborted>>
vars == <<log, torn, offsetIndex, aborted, logEndOffset, unstable, stage, online, acknowledged, appended,
          failuresLeft, crashesLeft>>

End(batch) == batch.baseOffset + batch.records
EndOfFile(file) == IF file = <<>> THEN 0 ELSE End(file[Len(file)])
\* Positions count the batches before: the n-th batch of the file is at n - 1.
EntryOf(file, n) == [offset |-> file[n].baseOffset, position |-> IF EntryPosition = "before" THEN n - 1 ELSE n]
Max(set) == CHOOSE x \in set : \A y \in set : y <= x
Early(batch) == IF AcknowledgedWhenDone THEN {} ELSE {batch}

-----------------------------------------------------------------------------
CanWrite == online /\ stage = "idle" /\ appended < Appends

NextBatch(count, aborts) ==
    [baseOffset |-> logEndOffset, records |-> count, content |-> appended + 1, aborts |-> aborts]

\* A batch is given the next offsets and written to the file.
WriteBatch(size) ==
    /\ CanWrite
    /\ log' = Append(log, NextBatch(size, FALSE))
    /\ stage' = "written"
    /\ appended' = appended + 1
    /\ acknowledged' = acknowledged \cup Early(NextBatch(size, FALSE))
    /\ UNCHANGED <<torn, offsetIndex, aborted, logEndOffset, unstable, online, failuresLeft, crashesLeft>>

\* The marker of an aborted transaction is written to the file.
WriteMarker ==
    /\ CanWrite
    /\ log' = Append(log, NextBatch(1, TRUE))
    /\ stage' = "written"
    /\ appended' = appended + 1
    /\ acknowledged' = acknowledged \cup Early(NextBatch(1, TRUE))
    /\ UNCHANGED <<torn, offsetIndex, aborted, logEndOffset, unstable, online, failuresLeft, crashesLeft>>

\* The offset index has the batch, if it is due; the log ends after it.
Index ==
    /\ stage = "written"
    /\ offsetIndex' = IF Len(log) = 1 THEN offsetIndex ELSE Append(offsetIndex, EntryOf(log, Len(log)))
    /\ logEndOffset' = IF LogEndAdvances = "last" THEN logEndOffset ELSE EndOfFile(log)
    /\ stage' = "indexed"
    /\ UNCHANGED <<log, torn, aborted, unstable, online, acknowledged, appended, failuresLeft, crashesLeft>>

\* The transaction index has the marker, if the batch is one, and the batch is acknowledged.
Finish ==
    /\ stage = "indexed"
    /\ LET batch == log[Len(log)]
       IN  /\ aborted' = IF batch.aborts THEN Append(aborted, batch.baseOffset) ELSE aborted
           /\ acknowledged' = acknowledged \cup {batch}
           /\ logEndOffset' = End(batch)
    /\ stage' = "idle"
    /\ UNCHANGED <<log, torn, offsetIndex, unstable, online, appended, failuresLeft, crashesLeft>>

-----------------------------------------------------------------------------
\* Part of a batch comes to the file; the log goes offline.
WriteFails ==
    /\ CanWrite
    /\ failuresLeft > 0
    /\ failuresLeft' = failuresLeft - 1
    /\ torn' = TRUE
    /\ online' = FALSE
    /\ appended' = appended + 1
    /\ acknowledged' = acknowledged \cup Early(NextBatch(1, FALSE))
    /\ UNCHANGED <<log, offsetIndex, aborted, logEndOffset, unstable, stage, crashesLeft>>

\* The offset index cannot be written: the log goes offline with a batch that it does not count.
IndexFails ==
    /\ stage = "written"
    /\ failuresLeft > 0
    /\ failuresLeft' = failuresLeft - 1
    /\ stage' = "idle"
    /\ online' = ~IndexErrorStops
    /\ UNCHANGED <<files, logEndOffset, unstable, acknowledged, appended, crashesLeft>>

\* The transaction index refuses the marker: the producer is told of an error, and the log stays online.
TransactionIndexFails ==
    /\ stage = "indexed"
    /\ failuresLeft > 0
    /\ log[Len(log)].aborts
    /\ failuresLeft' = failuresLeft - 1
    /\ stage' = "idle"
    /\ unstable' = IF unstable = None /\ UnindexedIsUnstable THEN log[Len(log)].baseOffset ELSE unstable
    /\ UNCHANGED <<files, logEndOffset, online, acknowledged, appended, crashesLeft>>

\* The process dies: the files stay.
Crash ==
    /\ online
    /\ crashesLeft > 0
    /\ crashesLeft' = crashesLeft - 1
    /\ online' = FALSE
    /\ stage' = "idle"
    /\ UNCHANGED <<files, logEndOffset, unstable, acknowledged, appended, failuresLeft>>

\* The log is opened after an unclean end: it is what the whole batches of its file say.
Recover ==
    LET indexed == Max({0} \cup {offsetIndex[n].position + 1 : n \in 1..Len(offsetIndex)})
        kept == IF RecoveryKeepsUnindexed THEN log ELSE SubSeq(log, 1, indexed)
        Aborts(batch) == batch.aborts
        markers == SelectSeq(kept, Aborts)
    IN  /\ ~online
        /\ log' = kept
        /\ torn' = (torn /\ ~RecoveryCuts)
        /\ offsetIndex' = IF RecoveryRebuilds THEN [n \in 1..(Len(kept) - 1) |-> EntryOf(kept, n + 1)] ELSE offsetIndex
        /\ aborted' = IF RecoveryRebuilds THEN [n \in 1..Len(markers) |-> markers[n].baseOffset] ELSE aborted
        /\ logEndOffset' = EndOfFile(kept)
        /\ unstable' = None
        /\ online' = TRUE
        /\ UNCHANGED <<stage, acknowledged, appended, failuresLeft, crashesLeft>>

-----------------------------------------------------------------------------
Init ==
    /\ log = <<>>
    /\ torn = FALSE
    /\ offsetIndex = <<>>
    /\ aborted = <<>>
    /\ logEndOffset = 0
    /\ unstable = None
    /\ stage = "idle"
    /\ online = TRUE
    /\ acknowledged = {}
    /\ appended = 0
    /\ failuresLeft = Failures
    /\ crashesLeft = Crashes

Next ==
    \/ \E size \in 1..BatchSize : WriteBatch(size)
    \/ WriteMarker
    \/ Index
    \/ Finish
    \/ WriteFails
    \/ IndexFails
    \/ TransactionIndexFails
    \/ Crash
    \/ Recover

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
\* No two batches of the file share an offset: each begins at the end of an earlier one, or after it.
OffsetsAreGivenOnce == \A n \in 1..(Len(log) - 1) : End(log[n]) <= log[n + 1].baseOffset

\* Between two appends the log end offset is the one after the last record in the file.
LogEndsAfterItsLastBatch == online /\ stage = "idle" => logEndOffset = EndOfFile(log)

\* A log that is online ends with a whole batch.
ServedFileIsWhole == online => ~torn

\* From any offset below the log end, the offset index leads a reader to the batch that has it.
Start(offset) ==
    Max({0} \cup {offsetIndex[n].position : n \in {m \in 1..Len(offsetIndex) : offsetIndex[m].offset <= offset}})
IsFound(n, offset) ==
    /\ n > Start(offset)
    /\ End(log[n]) > offset
    /\ \A m \in (Start(offset) + 1)..(n - 1) : End(log[m]) <= offset
ReadersFindTheirOffset ==
    online => \A offset \in 0..(logEndOffset - 1) :
        \E n \in 1..Len(log) : IsFound(n, offset) /\ log[n].baseOffset <= offset

\* The transaction index has every marker below the last stable offset, once no append is under way.
LastStableOffset == IF unstable = None THEN logEndOffset ELSE unstable
AbortedIsIndexed ==
    online /\ stage = "idle" => \A n \in 1..Len(log) :
        log[n].aborts /\ log[n].baseOffset < LastStableOffset
            => \E m \in 1..Len(aborted) : aborted[m] = log[n].baseOffset

\* Every acknowledged batch is in the file, whole, at the offset that the producer was told.
AcknowledgedIsKept == \A batch \in acknowledged : \E n \in 1..Len(log) : log[n] = batch

\* Whole batches are never taken away or replaced: not by a failure, not by a crash, not by recovery.
FileOnlyGrows == [][ Len(log) <= Len(log') /\ SubSeq(log', 1, Len(log)) = log ]_vars
=============================================================================
