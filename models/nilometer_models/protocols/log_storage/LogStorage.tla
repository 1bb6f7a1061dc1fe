----------------------------- MODULE LogStorage ------------------------------
(* Logs of one directory through starts, stops and crashes. A clean stop leaves a mark, and a start that finds it *)
(* does not look whether the logs are whole: the mark must tell the truth (KAFKA-10471, KAFKA-15375).            *)
(*                                                                                                              *)
(* A log is a sequence of whole records, perhaps with part of one behind them. The disk has the first `flushed`; *)
(* a crash may take the rest, from any place on. Simplified: a log is one segment; one log is hit by a crash.    *)
(* Kafka's classes: LogManager (loadLogs, shutdown), LogLoader (recoverLog), CleanShutdownFileHandler.            *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Logs, Appends,              \* how many
    Starts, Failures, Crashes,  \* starts after the first; those that fail; crashes
    None,
    MarkWritten,            \* "found_or_loaded" (KAFKA-15375), "found_or_some", or "always"
    MarkRemovedAtStart,     \* KAFKA-10471
    MarkAfterFlush,         \* a stop flushes first
    RecoveredWithoutMark,   \* a start without mark recovers every log
    RecoveryKeeps,          \* what is "valid", or what is below the "recovery_point"
    Checkpointed            \* the recovery point is what is "flushed", or the "log_end"

VARIABLES
    logs,       \* log -> [records, torn, flushed, recoveryPoint]
    mark,       \* the file of the clean shutdown
    stage,      \* of the broker: "down", "starting", "up", "stopping"
    foundMark,  \* in memory: this start found the mark
    loaded,     \* in memory: logs that are loaded
    kept,       \* log -> records that were flushed at some time
    appended, startsLeft, failuresLeft, crashesLeft

vars == <<logs, mark, stage, foundMark, loaded, kept, appended, startsLeft, failuresLeft, crashesLeft>>

Ids == 1..Logs

Recovered(log) ==
    IF RecoveryKeeps = "recovery_point"
    THEN [log EXCEPT !.records = SubSeq(@, 1, IF Len(@) < log.recoveryPoint THEN Len(@) ELSE log.recoveryPoint),
                     !.torn = FALSE]
    ELSE [log EXCEPT !.torn = @ /\ Len(log.records) < log.recoveryPoint]
Flushed(log) == [log EXCEPT !.flushed = Len(log.records)]
WithPoint(log) == [log EXCEPT !.recoveryPoint = IF Checkpointed = "flushed" THEN log.flushed ELSE Len(log.records)]

\* Whether the broker that stops says that it stopped cleanly.
WritesMark ==
    \/ MarkWritten = "always"
    \/ foundMark
    \/ loaded = Ids
    \/ MarkWritten = "found_or_some" /\ loaded # {}

\* What a stop does to the logs that are loaded.
Close ==
    /\ logs' = [l \in Ids |-> IF l \in loaded THEN WithPoint(Flushed(logs[l])) ELSE logs[l]]
    /\ kept' = [l \in Ids |-> IF l \in loaded THEN logs[l].records ELSE kept[l]]

BeginStopping ==
    /\ stage' = "stopping"
    /\ IF MarkAfterFlush THEN Close /\ mark' = mark
                         ELSE mark' = WritesMark /\ UNCHANGED <<logs, kept>>

-----------------------------------------------------------------------------
\* A record is written to the file of a log; the disk need not have it.
Write(log) ==
    /\ stage = "up"
    /\ appended < Appends
    /\ appended' = appended + 1
    /\ logs' = [logs EXCEPT ![log].records = Append(@, appended + 1)]
    /\ UNCHANGED <<mark, stage, foundMark, loaded, kept, startsLeft, failuresLeft, crashesLeft>>

\* The disk has what is in the file.
Flush(log) ==
    /\ stage = "up"
    /\ logs[log].flushed < Len(logs[log].records)
    /\ logs' = [logs EXCEPT ![log] = Flushed(@)]
    /\ kept' = [kept EXCEPT ![log] = logs[log].records]
    /\ UNCHANGED <<mark, stage, foundMark, loaded, appended, startsLeft, failuresLeft, crashesLeft>>

\* The recovery points of all logs are written.
Checkpoint ==
    /\ stage = "up"
    /\ logs' = [l \in Ids |-> WithPoint(logs[l])]
    /\ logs' # logs
    /\ UNCHANGED <<mark, stage, foundMark, loaded, kept, appended, startsLeft, failuresLeft, crashesLeft>>

\* A broker begins to stop: it flushes its logs and writes their recovery points.
Stop ==
    /\ stage = "up"
    /\ BeginStopping
    /\ UNCHANGED <<foundMark, loaded, appended, startsLeft, failuresLeft, crashesLeft>>

\* The mark is written if the broker found one or had loaded all logs; the broker is down.
FinishStop ==
    /\ stage = "stopping"
    /\ IF MarkAfterFlush THEN mark' = WritesMark /\ UNCHANGED <<logs, kept>>
                         ELSE Close /\ mark' = mark
    /\ stage' = "down"
    /\ foundMark' = FALSE
    /\ loaded' = {}
    /\ UNCHANGED <<appended, startsLeft, failuresLeft, crashesLeft>>

-----------------------------------------------------------------------------
\* A broker starts: it looks for the mark and removes it.
BeginStart ==
    /\ stage = "down"
    /\ startsLeft > 0
    /\ startsLeft' = startsLeft - 1
    /\ stage' = "starting"
    /\ foundMark' = mark
    /\ mark' = (mark /\ ~MarkRemovedAtStart)
    /\ UNCHANGED <<logs, loaded, kept, appended, failuresLeft, crashesLeft>>

\* A log is loaded; without a mark it is recovered from its recovery point on. With the last the broker is up.
Load(log) ==
    /\ stage = "starting"
    /\ log \notin loaded
    /\ logs' = IF foundMark \/ ~RecoveredWithoutMark THEN logs ELSE [logs EXCEPT ![log] = Recovered(@)]
    /\ loaded' = loaded \cup {log}
    /\ stage' = IF loaded' = Ids THEN "up" ELSE "starting"
    /\ UNCHANGED <<mark, foundMark, kept, appended, startsLeft, failuresLeft, crashesLeft>>

-----------------------------------------------------------------------------
\* A start ends before all logs are loaded; the broker stops as it always does.
StartFails ==
    /\ stage = "starting"
    /\ failuresLeft > 0
    /\ failuresLeft' = failuresLeft - 1
    /\ BeginStopping
    /\ UNCHANGED <<foundMark, loaded, appended, startsLeft, crashesLeft>>

\* Power fails: one log keeps so many records, not less than the disk has, and part of the next.
Crash(log, whole) ==
    /\ stage # "down"
    /\ crashesLeft > 0
    /\ logs[log].flushed <= whole
    /\ whole <= Len(logs[log].records)
    /\ (whole < Len(logs[log].records) \/ stage = "up") = TRUE
    /\ logs' = [logs EXCEPT ![log].records = SubSeq(@, 1, whole), ![log].torn = TRUE]
    /\ crashesLeft' = crashesLeft - 1
    /\ stage' = "down"
    /\ foundMark' = FALSE
    /\ loaded' = {}
    /\ UNCHANGED <<mark, kept, appended, startsLeft, failuresLeft>>

-----------------------------------------------------------------------------
Init ==
    /\ logs = [l \in Ids |-> [records |-> <<>>, torn |-> FALSE, flushed |-> 0, recoveryPoint |-> 0]]
    /\ mark = FALSE
    /\ stage = "up"
    /\ foundMark = FALSE
    /\ loaded = Ids
    /\ kept = [l \in Ids |-> <<>>]
    /\ appended = 0
    /\ startsLeft = Starts
    /\ failuresLeft = Failures
    /\ crashesLeft = Crashes

Next ==
    \/ \E log \in Ids : Write(log)
    \/ \E log \in Ids : Flush(log)
    \/ Checkpoint
    \/ Stop
    \/ FinishStop
    \/ BeginStart
    \/ \E log \in Ids : Load(log)
    \/ StartFails
    \/ \E log \in Ids : \E whole \in 0..Appends : Crash(log, whole)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
BeginsWith(records, first) == Len(first) <= Len(records) /\ SubSeq(records, 1, Len(first)) = first

\* While the broker is up, every log ends with a whole record.
NothingTornIsServed == stage = "up" => \A l \in Ids : ~logs[l].torn

\* Every log begins with all that was flushed at some time, in its order.
FlushedIsKept == \A l \in Ids : BeginsWith(logs[l].records, kept[l])

\* Where the mark is, every log is whole and the disk has all of it.
MarkTellsTheTruth == mark => \A l \in Ids : ~logs[l].torn /\ logs[l].flushed = Len(logs[l].records)

\* No recovery point is above what the disk has: below it nobody looks.
RecoveryBeginsWithinWhatIsFlushed == \A l \in Ids : logs[l].recoveryPoint <= logs[l].flushed

\* A log loses records in a crash alone: not by a start, a stop or a start that fails.
OnlyACrashTakesRecords ==
    [][ crashesLeft' < crashesLeft \/ \A l \in Ids : BeginsWith(logs'[l].records, logs[l].records) ]_vars
=============================================================================
