------------------------------ MODULE Compaction ------------------------------
(***************************************************************************)
(* A compacted partition.  `history` is every batch ever appended, `log`   *)
(* what the cleaner has left of it; a batch has one record.                *)
(*                                                                         *)
(* The cleaner keeps the last committed record of each key.  Tombstones,   *)
(* and markers of transactions without data, get a delete horizon at the   *)
(* first cleaning and go when it has passed (KIP-534).  A batch that has   *)
(* lost its record may stay as an empty one: for the sequence number or    *)
(* the epoch in its header (KIP-98), or because the log ends with it.      *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Keys,          \* how many keys
    Producers,     \* how many transactional producers; 0 stands for "no producer id"
    Plain,         \* somebody writes without a producer id, too
    Kinds,         \* what is written: of "value", "tombstone"
    Outcomes,      \* how transactions end: of "commit", "abort"
    Version,       \* of transactions; with 2 each marker carries the next epoch (KIP-890)
    LogSize,       \* batches that are ever written
    Ticks,         \* how often time passes
    Retention,     \* delete.retention.ms, in ticks
    Cleanings,     \* how often the cleaner runs
    Crashes,       \* how often it crashes
    Expiries,      \* how often a producer is forgotten
    Reads,         \* 1 if somebody scans the log, 0 if not
    MapSlots,      \* keys that fit into the cleaner's map
    None,          \* not used here: -1 stands for "never"
    Bound,                  \* where cleaning ends: before the segment of this offset
    TransactionIndex,       \* aborted transactions, and those with data left, are known (KAFKA-5196)
    AbortedLeaveMap,        \* aborted records do not count as the latest of their keys
    StateSpansSegments,     \* what is known of transactions outlives a segment (KAFKA-8351)
    EmptyBatchesCount,      \* an empty batch still is data of its transaction
    MarkersLeaveMap,        \* markers are not de-duplicated by key
    TombstonesWait,         \* the horizon is the first cleaning plus Retention
    HorizonWithinMap,       \* only a cleaning whose map covers a tombstone sets its horizon
    LastBatchStays,         \* the last batch before the high watermark stays (KAFKA-17076)
    ProducersKept,          \* the last batch of a live producer stays
    EmptyMarkerKeepsEpoch,  \* an emptied marker still tells the producer's epoch
    OffsetsKept             \* survivors keep their offsets

VARIABLES
    history,        \* sequence of [kind, key, producer, epoch]; the first one has offset 0
    log,            \* sequence of [offset, entry, empty, horizon]
    highWatermark,  \* everything below is replicated, and so committed or aborted for good
    segments,       \* base offsets.  The cleaner merges segments in Kafka; here it does not.
    firstDirty,     \* the checkpoint: below it every offset has been in a map
    live,           \* producers whose state has not expired
    now, cleanings, crashes, expiries,
    reader          \* [started, position, seen]; seen is what it holds of each key

vars == <<history, log, highWatermark, segments, firstDirty, live, now, cleanings, crashes, expiries, reader>>

-----------------------------------------------------------------------------
(* What follows from a log: its batches as sets. *)

Never == -1
Max(S) == CHOOSE x \in S : \A y \in S : y <= x
Min(S) == CHOOSE x \in S : \A y \in S : x <= y
Least(a, b) == IF a < b THEN a ELSE b
Range(l) == {l[i] : i \in 1..Len(l)}

IsMarker(b) == b.entry.kind \in {"commit", "abort"}
IsData(b) == ~IsMarker(b)
Uncleaned == [i \in 1..Len(history) |->
                [offset |-> i - 1, entry |-> history[i], empty |-> FALSE, horizon |-> Never]]

\* Markers with a record that come after b, from the same producer.
MarkersAfter(l, b) == {m \in Range(l) : /\ m.entry.producer = b.entry.producer
                                        /\ m.offset > b.offset
                                        /\ IsMarker(m) /\ ~m.empty}
First(S) == CHOOSE m \in S : \A n \in S : m.offset <= n.offset
IsAborted(l, b) == /\ b.entry.producer # 0
                   /\ MarkersAfter(l, b) # {}
                   /\ First(MarkersAfter(l, b)).entry.kind = "abort"

\* What somebody who has only this log knows about a producer: its epoch, the offset of the last data batch of that
\* epoch, and where its open transaction begins.  Epochs never fall along a log.
Epoch(l, p) ==
    LET mine == {b \in Range(l) : b.entry.producer = p /\ (EmptyMarkerKeepsEpoch \/ ~(b.empty /\ IsMarker(b)))}
    IN  Max({b.entry.epoch : b \in mine} \union {Never})
LastData(l, p) ==
    LET epoch == Epoch(l, p)
    IN  Max({b.offset : b \in {d \in Range(l) : d.entry.producer = p /\ IsData(d) /\ d.entry.epoch = epoch}}
            \union {Never})
OpenAt(l, p) ==
    LET open == {b \in Range(l) : b.entry.producer = p /\ IsData(b) /\ MarkersAfter(l, b) = {}}
    IN  IF open = {} THEN Never ELSE First(open).offset

\* Data of transactions that are open, or whose marker is not yet replicated.
LastStableOffset ==
    LET written == Uncleaned
        undecided == {b \in Range(written) :
            /\ b.entry.producer # 0
            /\ IsData(b)
            /\ \A m \in MarkersAfter(written, b) : m.offset >= highWatermark}
    IN  Min({b.offset : b \in undecided} \union {highWatermark})

LatestCommitted(k) ==
    LET written == Uncleaned
        end == LastStableOffset
    IN  Max({b.offset : b \in {r \in Range(written) : r.entry.key = k /\ r.offset < end /\ ~IsAborted(written, r)}}
            \union {Never})

ActiveSegment == Max(segments)
SegmentOf(offset) == Max({base \in segments : base <= offset})

-----------------------------------------------------------------------------
(* The cleaner. *)

CleanableEnd == CASE Bound = "active_segment" -> ActiveSegment
                  [] Bound = "high_watermark" -> SegmentOf(Least(highWatermark, ActiveSegment))
                  [] OTHER -> SegmentOf(Least(LastStableOffset, ActiveSegment))

IsDirty ==
    LET start == SegmentOf(firstDirty)
        end == CleanableEnd
    IN  \E b \in Range(log) : start <= b.offset /\ b.offset < end

KnownAborted(b) == TransactionIndex /\ IsAborted(log, b)

\* The records whose keys are to enter the map, and the offset at which it is full.
Mapped ==
    LET end == CleanableEnd
    IN  {b \in Range(log) : /\ firstDirty <= b.offset /\ b.offset < end
                            /\ IsData(b) /\ ~b.empty
                            /\ ~(AbortedLeaveMap /\ KnownAborted(b))}
MapEnd ==
    LET mapped == Mapped
        KeysBefore(d) == {e.entry.key : e \in {x \in mapped : x.offset < d.offset}}
    IN  Min({CleanableEnd} \union {b.offset : b \in {d \in mapped : Cardinality(KeysBefore(d)) >= MapSlots}})
LatestMapped(k, end) == Max({b.offset : b \in {d \in Mapped : d.entry.key = k /\ d.offset < end}} \union {Never})

\* The segments that are rewritten, and the first offset behind the first so many of them.
CleanedSegments == LET end == MapEnd IN {base \in segments : base < end}
EndOfSegments(groups) ==
    LET cleaned == CleanedSegments
        last == CHOOSE base \in cleaned : Cardinality({b \in cleaned : b <= base}) = groups
    IN  Min({base \in segments : base > last})

\* A batch of the transaction of marker m is still there, in the same segment if that is all that is known.
HasData(m) == \E d \in Range(log) :
    /\ d.entry.producer = m.entry.producer /\ IsData(d) /\ d.offset < m.offset
    /\ ~d.empty \/ EmptyBatchesCount
    /\ First(MarkersAfter(log, d)).offset >= m.offset
    /\ StateSpansSegments \/ d.offset >= SegmentOf(m.offset)

\* Markers enter the map by their key, which only tells commits from aborts.
Shadowed(m, end) == /\ ~MarkersLeaveMap
                    /\ \E b \in Range(log) : b.entry.kind = m.entry.kind /\ b.offset > m.offset /\ b.offset < end

MayGo(m, end) == ~TransactionIndex \/ Shadowed(m, end) \/ ~HasData(m)

MustStay(b) ==
    \/ LastBatchStays /\ b.offset + 1 = highWatermark
    \/ /\ ProducersKept /\ b.entry.producer \in live
       /\ LET last == LastData(Uncleaned, b.entry.producer)
          IN  IF last # Never THEN b.offset = last
              ELSE IsMarker(b) /\ b.entry.epoch = Epoch(Uncleaned, b.entry.producer)

HasPassed(b) == b.horizon # Never /\ b.horizon <= now

KeepsRecord(b, end) ==
    /\ ~b.empty
    /\ IF IsMarker(b)
       THEN ~(~MarkersLeaveMap /\ MayGo(b, end) /\ HasData(b)) /\ ~(MayGo(b, end) /\ HasPassed(b))
       ELSE /\ ~KnownAborted(b)
            /\ \/ b.offset >= end
               \/ b.offset >= LatestMapped(b.entry.key, end) /\ (b.entry.kind = "value" \/ ~HasPassed(b))

HorizonOf(b, end) ==
    LET waits == IF IsMarker(b) THEN MayGo(b, end)
                 ELSE b.entry.kind = "tombstone" /\ ~(HorizonWithinMap /\ b.offset >= end)
    IN  CASE b.horizon # Never -> b.horizon
          [] b.horizon = Never /\ waits -> now + (IF TombstonesWait THEN Retention ELSE 0)
          [] OTHER -> Never

\* The log after all below `limit` was rewritten.
Cleaned(limit) ==
    LET end == MapEnd
        Stays(b) == b.offset >= limit \/ KeepsRecord(b, end) \/ MustStay(b)
        Rewritten(b) == CASE b.offset >= limit -> b
                          [] b.offset < limit /\ KeepsRecord(b, end) -> [b EXCEPT !.horizon = HorizonOf(b, end)]
                          [] OTHER -> [b EXCEPT !.empty = TRUE, !.horizon = Never]
        kept == SelectSeq(log, Stays)
    IN  [i \in 1..Len(kept) |->
            IF OffsetsKept \/ kept[i].offset >= limit THEN Rewritten(kept[i])
            ELSE [Rewritten(kept[i]) EXCEPT !.offset = i - 1]]

-----------------------------------------------------------------------------
(* Actions. *)

AppendBatch(entry) ==
    /\ log' = log \o <<[offset |-> Len(history), entry |-> entry, empty |-> FALSE, horizon |-> Never]>>
    /\ history' = history \o <<entry>>
    /\ live' = IF entry.producer = 0 THEN live ELSE live \union {entry.producer}
    /\ UNCHANGED <<highWatermark, segments, firstDirty, now, cleanings, crashes, expiries, reader>>

EpochOf(p) == Max({Epoch(Uncleaned, p), 0})

\* A value or a tombstone is written, inside a transaction where the writer has a producer id.
Write(producer, key, kind) ==
    /\ Len(history) < LogSize
    /\ AppendBatch([kind |-> kind, key |-> key, producer |-> producer,
                    epoch |-> IF producer = 0 THEN 0 ELSE EpochOf(producer)])

\* The open transaction of a producer ends; in version 2 the marker carries the next epoch (KIP-890).
Marker(producer, kind) ==
    /\ Len(history) < LogSize
    /\ OpenAt(Uncleaned, producer) # Never
    /\ AppendBatch([kind |-> kind, key |-> 0, producer |-> producer,
                    epoch |-> EpochOf(producer) + (IF Version = 2 THEN 1 ELSE 0)])

\* Everything that was written is on all in-sync replicas.
IncreaseHighWatermark ==
    /\ highWatermark # Len(history)
    /\ highWatermark' = Len(history)
    /\ UNCHANGED <<history, log, segments, firstDirty, live, now, cleanings, crashes, expiries, reader>>

\* A new active segment begins.
Roll ==
    /\ ActiveSegment # Len(history)
    /\ segments' = segments \union {Len(history)}
    /\ UNCHANGED <<history, log, highWatermark, firstDirty, live, now, cleanings, crashes, expiries, reader>>

\* The cleaner rewrites every segment that its map reaches into, from the start of the log.
Clean ==
    /\ IsDirty
    /\ cleanings < Cleanings
    /\ log' = Cleaned(EndOfSegments(Cardinality(CleanedSegments)))
    /\ firstDirty' = MapEnd
    /\ cleanings' = cleanings + 1
    /\ UNCHANGED <<history, highWatermark, segments, live, now, crashes, expiries, reader>>

\* Some segments have been swapped in, or all, but not the checkpoint: the next cleaning starts over.
CrashWhileCleaning(count) ==
    /\ IsDirty
    /\ cleanings < Cleanings
    /\ crashes < Crashes
    /\ count <= Cardinality(CleanedSegments)
    /\ log' = Cleaned(EndOfSegments(count))
    /\ cleanings' = cleanings + 1
    /\ crashes' = crashes + 1
    /\ UNCHANGED <<history, highWatermark, segments, firstDirty, live, now, expiries, reader>>

\* Time passes.
Tick ==
    /\ now < Ticks
    /\ now' = now + 1
    /\ UNCHANGED <<history, log, highWatermark, segments, firstDirty, live, cleanings, crashes, expiries, reader>>

\* The broker forgets a producer that has been silent for long and has nothing open.
Expire(producer) ==
    /\ producer \in live
    /\ OpenAt(Uncleaned, producer) = Never
    /\ expiries < Expiries
    /\ live' = live \ {producer}
    /\ expiries' = expiries + 1
    /\ UNCHANGED <<history, log, highWatermark, segments, firstDirty, now, cleanings, crashes, reader>>

\* A consumer begins at the start of the log.
StartRead ==
    /\ reader.started = Never
    /\ Reads > 0
    /\ reader' = [reader EXCEPT !.started = now]
    /\ UNCHANGED <<history, log, highWatermark, segments, firstDirty, live, now, cleanings, crashes, expiries>>

\* It takes the next batch below the last stable offset; of aborted and empty ones and markers it keeps nothing.
Read ==
    LET end == LastStableOffset
        ahead == {b \in Range(log) : reader.position <= b.offset /\ b.offset < end}
        next == First(ahead)
    IN  /\ reader.started # Never
        /\ ahead # {}
        /\ reader' = [reader EXCEPT !.position = next.offset + 1,
                                    !.seen = IF next.empty \/ IsMarker(next) \/ IsAborted(log, next) THEN @
                                             ELSE [@ EXCEPT ![next.entry.key] = next.offset]]
        /\ UNCHANGED <<history, log, highWatermark, segments, firstDirty, live, now, cleanings, crashes, expiries>>

-----------------------------------------------------------------------------
Init ==
    /\ history = <<>> /\ log = <<>>
    /\ highWatermark = 0 /\ segments = {0} /\ firstDirty = 0 /\ live = {}
    /\ now = 0 /\ cleanings = 0 /\ crashes = 0 /\ expiries = 0
    /\ reader = [started |-> Never, position |-> 0, seen |-> [k \in 1..Keys |-> Never]]

Next ==
    \/ \E producer \in (IF Plain THEN 0 ELSE 1)..Producers : \E key \in 1..Keys : \E kind \in Kinds :
            Write(producer, key, kind)
    \/ \E producer \in 1..Producers : \E kind \in Outcomes : Marker(producer, kind)
    \/ IncreaseHighWatermark
    \/ Roll
    \/ Clean
    \/ \E count \in 1..LogSize : CrashWhileCleaning(count)
    \/ Tick
    \/ \E producer \in 1..Producers : Expire(producer)
    \/ StartRead
    \/ Read

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

Stands(offset) == \E b \in Range(log) : b.offset = offset /\ ~b.empty

\* For each key the last committed record still stands, but for a tombstone whose time has passed.
ViewKept == \A k \in 1..Keys :
    LET latest == LatestCommitted(k)
    IN  latest # Never => Stands(latest) \/ history[latest + 1].kind # "value"

\* What stands is what was written at that offset, in the order in which it was written.
SurvivorsKeepIdentity ==
    /\ \A b \in Range(log) : b.offset < Len(history) /\ history[b.offset + 1] = b.entry
    /\ \A i \in 1..(Len(log) - 1) : log[i].offset < log[i + 1].offset

\* The last batch is where the log ends: who copies the log gives no offset out again (KAFKA-17076).
LogEndKept == Len(history) = IF log = <<>> THEN 0 ELSE log[Len(log)].offset + 1

\* Where a batch of a transaction that has ended stands, also an empty one, its marker stands.
MarkersOutliveData == \A b \in Range(log) :
    LET markers == MarkersAfter(Uncleaned, b)
    IN  (b.entry.producer # 0 /\ IsData(b) /\ markers # {}) => Stands(First(markers).offset)

\* Who rebuilds the producers from the log finds the same transactions open: the last stable offset goes on.
NoTransactionHangs == \A p \in 1..Producers : OpenAt(log, p) = OpenAt(Uncleaned, p)

\* A reader takes a record that stands for aborted if and only if its transaction was aborted.
AbortedStaysInvisible ==
    LET end == LastStableOffset
    IN  \A b \in Range(log) :
            (IsData(b) /\ ~b.empty /\ b.offset < end) => IsAborted(log, b) = IsAborted(Uncleaned, b)

\* Who rebuilds a live producer from the log knows its epoch and its last batch.
DeduplicationStateKept == \A p \in live :
    Epoch(log, p) = Epoch(Uncleaned, p) /\ LastData(log, p) = LastData(Uncleaned, p)

\* Whoever reads from the start for less than delete.retention.ms never holds an older record than the last one.
TimelyReaderSeesDelete ==
    (reader.started # Never /\ now - reader.started < Retention) => \A k \in 1..Keys :
        LET latest == LatestCommitted(k)
        IN  latest < reader.position => reader.seen[k] \in {Never, latest}

AtOrAbove(l, offset) == SelectSeq(l, LAMBDA b : b.offset >= offset)

\* Whatever lies at or above the last stable offset, or in the active segment, stays as it is.
NothingTouchedAboveBound == [][
    LET bound == Least(LastStableOffset, ActiveSegment)
        kept == AtOrAbove(log, bound)
        after == AtOrAbove(log', bound)
    IN  Len(after) >= Len(kept) /\ SubSeq(after, 1, Len(kept)) = kept ]_vars
=============================================================================
