----------------------- MODULE TransactionVisibility -----------------------
(***************************************************************************)
(* A partition with data and markers of several producers, what its leader *)
(* knows of them, and one reader with read_committed.  The last stable     *)
(* offset is the first one that is not decided below the high watermark;   *)
(* the reader gets entries below it with the list of aborted transactions  *)
(* that touch them, and drops their records itself (KIP-98).               *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Producers,                  \* transactional ones, with ids 1..Producers; 0 stands for all others
    Slots,                      \* entries of the log
    Failovers,                  \* elections
    None,
    WaitsForReplicatedMarker,   \* a transaction is unstable until its marker is replicated
    ReplicatedIsForgotten,      \* ... and no longer
    BoundedByHighWatermark,     \* the last stable offset is at most the high watermark
    StableIsExclusive,          \* readers get offsets below it
    CleanElection,              \* a new leader has everything below the high watermark
    ServedAfterReplay,          \* a new leader reads its log before it serves
    AbortedListed,              \* answers list aborted transactions
    FirstOffsetExact,           \* ... with their own first record
    OnlyAbortsIndexed,          \* ... and no others
    FilterByOffset,             \* the reader drops from there to the abort marker
    QueryIsolated               \* queries by time look below the last stable offset (KAFKA-5522)

VARIABLES
    log,             \* the leader's: sequence of [kind, producer].  A batch is one entry.
    highWatermark,
    known,           \* what the leader knows: [ongoing, unreplicated, aborted]
    replayed,        \* FALSE while a new leader has yet to read its log
    decisions,       \* producer -> how its last transaction ends, until its marker is replicated
    position,        \* of the reader
    delivered,       \* offsets that it has given to its application
    queried,         \* largest answer to a query by time; -1 for none
    failovers

vars == <<log, highWatermark, known, replayed, decisions, position, delivered, queried, failovers>>
reader == <<position, delivered, queried>>

Ids == 1..Producers
Markers == {"commit", "abort"}
Offsets(l) == 0..(Len(l) - 1)          \* offsets count from 0, sequences from 1
At(l, offset) == l[offset + 1]
IsData(l, offset) == At(l, offset).kind = "data"
Smallest(set) == CHOOSE x \in set : \A y \in set : x <= y
Min(a, b) == IF a < b THEN a ELSE b

-----------------------------------------------------------------------------
(* What the log says, whatever the leader knows. *)

\* The offset of the marker that decides a record; None while there is none.
Fate(l, offset) ==
    LET later == {o \in Offsets(l) : o > offset /\ At(l, o).producer = At(l, offset).producer
                                                /\ At(l, o).kind \in Markers}
    IN  IF later = {} THEN None ELSE Smallest(later)

Stable(l, mark, offset) == IsData(l, offset) => (Fate(l, offset) # None /\ Fate(l, offset) < mark)
TrueLastStable(l, mark) ==
    LET unstable == {o \in 0..(mark - 1) : ~Stable(l, mark, o)}
    IN  IF unstable = {} THEN mark ELSE Smallest(unstable)

Committed(l, offset) ==
    \/ At(l, offset).kind = "plain"
    \/ IsData(l, offset) /\ Fate(l, offset) # None /\ At(l, Fate(l, offset)).kind = "commit"

\* A set of offsets in order.
RECURSIVE InOrder(_)
InOrder(set) == IF set = {} THEN <<>> ELSE <<Smallest(set)>> \o InOrder(set \ {Smallest(set)})

-----------------------------------------------------------------------------
(* What the leader makes of it. *)

Nothing == [ongoing |-> [p \in Ids |-> None], unreplicated |-> {}, aborted |-> <<>>]
FirstOf(l, producer) == Smallest({o \in Offsets(l) : IsData(l, o) /\ At(l, o).producer = producer})

\* What it knows after one more entry (ProducerStateManager).
Learned(k, l, offset, mark) ==
    LET entry == At(l, offset)
        producer == entry.producer
        first == k.ongoing[producer]
        own == IF FirstOffsetExact THEN first ELSE FirstOf(l, producer)
        waits == WaitsForReplicatedMarker /\ offset >= mark
        indexed == entry.kind = "abort" \/ ~OnlyAbortsIndexed
    IN  IF entry.kind = "plain" THEN k
        ELSE IF entry.kind = "data" THEN (IF first = None THEN [k EXCEPT !.ongoing[producer] = offset] ELSE k)
        ELSE IF first = None THEN k      \* a marker without records
        ELSE [ongoing |-> [k.ongoing EXCEPT ![producer] = None],
              unreplicated |-> IF waits THEN k.unreplicated \union {[first |-> first, last |-> offset]}
                               ELSE k.unreplicated,
              aborted |-> IF indexed THEN Append(k.aborted, [producer |-> producer, first |-> own, last |-> offset])
                          ELSE k.aborted]

RECURSIVE ReplayUpTo(_, _, _)
ReplayUpTo(l, end, mark) == IF end = 0 THEN Nothing ELSE Learned(ReplayUpTo(l, end - 1, mark), l, end - 1, mark)

\* What the leader takes for the last stable offset (UnifiedLog.lastStableOffset).
LastStable ==
    LET end == IF BoundedByHighWatermark THEN highWatermark ELSE Len(log)
    IN  Smallest({end} \union {known.ongoing[p] : p \in {q \in Ids : known.ongoing[q] # None}}
                       \union {t.first : t \in known.unreplicated})
ReadLimit == IF StableIsExclusive THEN LastStable ELSE Min(LastStable + 1, highWatermark)

-----------------------------------------------------------------------------
(* What the reader makes of an answer with the entries from its position up to `end`. *)

Listed(end) == IF AbortedListed
               THEN {i \in 1..Len(known.aborted) : known.aborted[i].last >= position /\ known.aborted[i].first < end}
               ELSE {}

\* Is the record at `offset` within an aborted transaction of the list?  From its first offset to the abort marker, each
\* entry; or, wrongly, from the beginning of the answer to the first marker of the producer.
Dropped(end, offset) == \E i \in Listed(end) :
    LET aborted == known.aborted[i]
        between == {o \in position..(offset - 1) : At(log, o).producer = At(log, offset).producer}
    IN  /\ At(log, offset).kind = "data"
        /\ aborted.producer = At(log, offset).producer
        /\ IF FilterByOffset
           THEN aborted.first <= offset /\ \A o \in between : o >= aborted.first => At(log, o).kind # "abort"
           ELSE \A o \in between : At(log, o).kind \notin Markers

Taken(end) == InOrder({o \in position..(end - 1) : At(log, o).kind \notin Markers /\ ~Dropped(end, o)})

-----------------------------------------------------------------------------
(* Producers. *)

\* Decided, but an election has cut the marker off.
MarkerIsLost(p) ==
    /\ decisions[p] # None
    /\ ~ \E o \in highWatermark..(Len(log) - 1) : At(log, o).producer = p /\ At(log, o).kind \in Markers
OwesMarker(p) == known.ongoing[p] # None \/ MarkerIsLost(p)

Write(entry) ==
    /\ log' = Append(log, entry)
    /\ known' = Learned(known, Append(log, entry), Len(log), highWatermark)

\* A record is written: of the producer's open transaction, which it may begin, or without one (0).
AppendRecord(producer) ==
    /\ replayed
    /\ (producer = 0 \/ decisions[producer] = None) = TRUE
    /\ Len(log) + 1 + Cardinality({p \in Ids : OwesMarker(p) \/ p = producer}) <= Slots
    /\ Write([kind |-> IF producer = 0 THEN "plain" ELSE "data", producer |-> producer])
    /\ UNCHANGED <<highWatermark, replayed, decisions, reader, failovers>>

\* The marker of an open transaction is written; one that an election has lost is written again.
Mark(producer, outcome) ==
    /\ replayed
    /\ (IF decisions[producer] = None THEN known.ongoing[producer] # None
        ELSE decisions[producer] = outcome /\ MarkerIsLost(producer)) = TRUE
    /\ decisions' = [decisions EXCEPT ![producer] = outcome]
    /\ Write([kind |-> outcome, producer |-> producer])
    /\ UNCHANGED <<highWatermark, replayed, reader, failovers>>

-----------------------------------------------------------------------------
(* The leader. *)

\* One more entry is on every in-sync replica: a transaction whose marker it is becomes stable.
IncreaseHighWatermark ==
    LET entry == At(log, highWatermark)
        end == highWatermark + 1
    IN  /\ replayed
        /\ highWatermark < Len(log)
        /\ highWatermark' = end
        /\ known' = IF ReplicatedIsForgotten
                    THEN [known EXCEPT !.unreplicated = {t \in known.unreplicated : t.last >= end}] ELSE known
        /\ decisions' = IF entry.kind \in Markers THEN [decisions EXCEPT ![entry.producer] = None] ELSE decisions
        /\ UNCHANGED <<log, replayed, reader, failovers>>

\* Another replica leads: its log ends at or above the high watermark, and its state of producers is to be built.
FailOver(end) ==
    /\ failovers < Failovers
    /\ end <= Len(log)
    /\ (CleanElection => end >= highWatermark) = TRUE
    /\ log' = SubSeq(log, 1, end)
    /\ highWatermark' = Min(highWatermark, end)
    /\ known' = Nothing
    /\ replayed' = FALSE
    /\ failovers' = failovers + 1
    /\ UNCHANGED <<decisions, reader>>

\* A new leader rebuilds its state of producers from its log.
Replay ==
    /\ ~replayed
    /\ replayed' = TRUE
    /\ known' = ReplayUpTo(log, Len(log), highWatermark)
    /\ UNCHANGED <<log, highWatermark, decisions, reader, failovers>>

-----------------------------------------------------------------------------
(* The reader. *)

\* The reader gets the entries from its position up to `end`, and drops what is listed as aborted.
Fetch(end) ==
    /\ (ServedAfterReplay => replayed) = TRUE
    /\ end > position
    /\ end <= ReadLimit
    /\ position' = end
    /\ delivered' = delivered \o Taken(end)
    /\ UNCHANGED <<log, highWatermark, known, replayed, decisions, queried, failovers>>

\* The first record at or after a time below the reader's limit; -1 for none.  Times are offsets here.
Answer(time) ==
    LET limit == IF QueryIsolated THEN LastStable ELSE highWatermark
        found == {o \in time..(limit - 1) : At(log, o).kind \notin Markers}
    IN  IF found = {} THEN -1 ELSE Smallest(found)

\* A reader with read_committed asks for the first record at or after a time (ListOffsets).
Query(time) ==
    /\ replayed
    /\ Answer(time) > queried
    /\ queried' = Answer(time)
    /\ UNCHANGED <<log, highWatermark, known, replayed, decisions, position, delivered, failovers>>

-----------------------------------------------------------------------------
Init ==
    /\ log = <<>>
    /\ highWatermark = 0
    /\ known = Nothing
    /\ replayed = TRUE
    /\ decisions = [p \in Ids |-> None]
    /\ position = 0
    /\ delivered = <<>>
    /\ queried = -1
    /\ failovers = 0

Next ==
    \/ \E producer \in 0..Producers : AppendRecord(producer)
    \/ \E producer \in Ids : \E outcome \in Markers : Mark(producer, outcome)
    \/ IncreaseHighWatermark
    \/ \E end \in 0..Slots : FailOver(end)
    \/ Replay
    \/ \E end \in 0..Slots : Fetch(end)
    \/ \E time \in 0..(Slots - 1) : Query(time)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

\* The reader has got exactly the committed and the non-transactional records below its position, in order.
ReadCommittedView ==
    delivered = InOrder({o \in Offsets(log) : o < position /\ Committed(log, o)})

\* The reader's position is at most the last stable offset, as the log itself says it.
ReadsAreStable == position <= TrueLastStable(log, highWatermark)

\* What the leader takes for the last stable offset is what its log says, once it has read it.
LastStableOffsetExact == replayed => LastStable = TrueLastStable(log, highWatermark)

\* The last stable offset is at most the high watermark.
LastStableWithinHighWatermark == LastStable <= highWatermark

\* The index has each aborted transaction with its own first record and its marker, and nothing else.
AbortedListExact ==
    LET own(last) == {o \in Offsets(log) : IsData(log, o) /\ Fate(log, o) = last}
        ends == InOrder({o \in Offsets(log) : At(log, o).kind = "abort" /\ own(o) # {}})
    IN  replayed => known.aborted = [i \in 1..Len(ends) |->
            [producer |-> At(log, ends[i]).producer, first |-> Smallest(own(ends[i])), last |-> ends[i]]]

\* A query with read_committed is answered with an offset below the last stable offset, or with none.
QueriesAreStable == queried = -1 \/ queried < TrueLastStable(log, highWatermark)

\* What is stable stays stable, also over an election.
LastStableOffsetNeverFalls == [][TrueLastStable(log, highWatermark) <= TrueLastStable(log', highWatermark')]_vars
=============================================================================
