------------------------ MODULE ReplicationMessages ------------------------
(***************************************************************************)
(* A replicated partition at the grain of messages.  A follower says in a  *)
(* fetch how far its log goes and which epoch it has seen last.  If the    *)
(* leader's log agrees so far, the leader notes it and answers with the    *)
(* next record; if not, it says where its own last common epoch ends, and  *)
(* the follower cuts its log (truncation on fetch, KIP-595).               *)
(*                                                                         *)
(* A follower has one fetch under way in its epoch.  Those of earlier      *)
(* epochs may still arrive.  A reader reads any replica, asks for the end, *)
(* and is sent to a follower that is near to it.                           *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,          \* how many replicas; their ids are 1..Replicas
    LogSize,           \* slots of each log
    Records,           \* records that are ever written
    MaxEpoch,          \* highest leader epoch, counted from 0
    Shrinks,           \* times that the ISR loses a member
    Restarts,          \* restarts that keep the log
    Deletions,         \* records that retention deletes
    Readers,           \* whether there is a reader
    None,              \* nobody, or nothing
    DivergingFetchNotCounted,       \* such a fetch says nothing of what the follower holds (KAFKA-13141)
    TruncatesBeforeHighWatermark,   \* an answer that says "cut" does not move the high watermark (KAFKA-14704)
    FetchesNameTheCachedEpoch,      \* the last epoch seen, also if it has no records
    AnswersFitTheLog,               \* others are dropped
    ReadsStopAtHighWatermark,       \* whatever is appended meanwhile (KAFKA-9835)
    RecoveryKeepsEpochZero,         \* when the epochs are read from the log (KAFKA-10432)
    DeletionWaitsForHighWatermark,  \* nothing is deleted that is not committed (KAFKA-5634)
    ReadersSentIntoIsr,             \* preferred read replicas are in the ISR (KIP-392)
    EndWaitsForEpochStart           \* else OFFSET_NOT_AVAILABLE (KIP-207)

VARIABLES
    replicas,   \* replica -> [log, logStart, highWatermark, epoch, leader, epochStart, knownEnds, epochs, cut]
    decision,   \* the controller's [leader, epoch, isr].  Replicas hear of the current one only.
    requests,   \* fetches on their way: [follower, leader, epoch, offset, lastEpoch]
    responses,  \* answers on their way: [follower, leader, epoch, offset, entries, highWatermark, diverging]
    reader,     \* [shown, end, epoch, at]: what it was shown, the end that it was told and by whom, where it reads
    written,    \* records written so far
    shrinks,    \* how much of Shrinks,
    restarts,   \* of Restarts
    deletions   \* and of Deletions is used up

vars == <<replicas, decision, requests, responses, reader, written, shrinks, restarts, deletions>>

Ids == 1..Replicas
Epochs == 0..MaxEpoch

-----------------------------------------------------------------------------
(* What follows from the state. *)

AtMost(a, b) == IF a < b THEN a ELSE b
AtLeast(a, b) == IF a > b THEN a ELSE b
Log(r) == replicas[r].log
LogEnd(r) == Len(replicas[r].log)
Leads(r) == replicas[r].leader = r
LeadsNow(r) == Leads(r) /\ decision.leader = r /\ decision.epoch = replicas[r].epoch
Nobody == [r \in Ids |-> 0]

-----------------------------------------------------------------------------
(* The epoch cache: lines [epoch, start] in the order of the log. *)

\* An epoch begins at `start`; one without records gives way to it.
Assigned(cache, epoch, start) ==
    IF cache # <<>> /\ cache[Len(cache)].epoch = epoch THEN cache
    ELSE LET IsBefore(line) == line.epoch < epoch /\ line.start < start
         IN  SelectSeq(cache, IsBefore) \o <<[epoch |-> epoch, start |-> start]>>

CutEpochs(cache, end) ==
    LET IsKept(line) == line.start < end IN SelectSeq(cache, IsKept)

\* The cache as a restart finds it in the log.
RECURSIVE EpochsUpTo(_, _)
EpochsUpTo(log, n) ==
    IF n = 0 THEN <<>>
    ELSE IF log[n].epoch = 0 /\ ~RecoveryKeepsEpochZero THEN EpochsUpTo(log, n - 1)
    ELSE Assigned(EpochsUpTo(log, n - 1), log[n].epoch, n - 1)

\* The largest known epoch up to `epoch`, and where it ends (`start` is that end).  Below all of them, `epoch` ends
\* where the first begins.
EndOfEpoch(cache, logEnd, epoch) ==
    LET upTo == {i \in 1..Len(cache) : cache[i].epoch <= epoch}
        number == Cardinality(upTo)
    IN  [epoch |-> IF number = 0 THEN epoch ELSE cache[number].epoch,
         start |-> IF number = Len(cache) THEN logEnd ELSE cache[number + 1].start]

LastEpoch(r) ==
    LET seen == IF FetchesNameTheCachedEpoch THEN replicas[r].epochs ELSE replicas[r].log
    IN  IF seen = <<>> THEN -1 ELSE seen[Len(seen)].epoch

-----------------------------------------------------------------------------
(* Elections, and restarts. *)

\* The controller elects a member of the ISR, in the next epoch.
ElectLeader(leader) ==
    /\ leader # decision.leader
    /\ leader \in decision.isr
    /\ decision.epoch < MaxEpoch
    /\ decision' = [decision EXCEPT !.leader = leader, !.epoch = @ + 1]
    /\ UNCHANGED <<replicas, requests, responses, reader, written, shrinks, restarts, deletions>>

\* A replica hears who leads.  A leader remembers where its epoch begins, and knows nothing of its followers yet.
Learn(follower) ==
    /\ replicas[follower].epoch < decision.epoch
    /\ LET heard == [replicas[follower] EXCEPT
                !.epoch = decision.epoch, !.leader = decision.leader, !.epochStart = 0, !.knownEnds = Nobody, !.cut = None]
       IN  replicas' = [replicas EXCEPT ![follower] =
                IF decision.leader # follower THEN heard
                ELSE [heard EXCEPT !.epochStart = Len(heard.log),
                                   !.epochs = Assigned(@, decision.epoch, Len(heard.log))]]
    /\ UNCHANGED <<decision, requests, responses, reader, written, shrinks, restarts, deletions>>

\* A replica restarts with its log, and reads the epochs from it.
Restart(follower) ==
    /\ replicas[follower].epoch # -1
    /\ restarts < Restarts
    /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT
            !.epoch = -1, !.leader = None, !.epochStart = 0, !.knownEnds = Nobody, !.cut = None,
            !.epochs = EpochsUpTo(Log(follower), LogEnd(follower))]]
    /\ restarts' = restarts + 1
    /\ UNCHANGED <<decision, requests, responses, reader, written, shrinks, deletions>>

-----------------------------------------------------------------------------
(* The leader. *)

\* A replica that believes to lead appends a new record.
Produce(leader) ==
    /\ Leads(leader)
    /\ written < Records
    /\ LogEnd(leader) < LogSize
    /\ replicas' = [replicas EXCEPT ![leader] = [@ EXCEPT
            !.log = @ \o <<[record |-> written + 1, epoch |-> replicas[leader].epoch]>>]]
    /\ written' = written + 1
    /\ UNCHANGED <<decision, requests, responses, reader, shrinks, restarts, deletions>>

Asked(follower, epoch) == {q \in requests : q.follower = follower /\ q.epoch = epoch}
Answered(follower, epoch) == {a \in responses : a.follower = follower /\ a.epoch = epoch}

\* A fetch arrives: the leader notes where the follower is, if the logs agree up to there, and answers.
HandleFetch(follower, epoch) == \E q \in Asked(follower, epoch) :
    LET own == replicas[q.leader]
        isOver == ~Leads(q.leader) \/ own.epoch # epoch      \* then the answer is an error, and the follower's epoch over
        known == EndOfEpoch(own.epochs, Len(own.log), q.lastEpoch)
        diverges == q.lastEpoch # -1 /\ (known.epoch < q.lastEpoch \/ known.start < q.offset)
        answer == [follower |-> follower, leader |-> q.leader, epoch |-> epoch, offset |-> q.offset,
                   entries |-> IF diverges THEN <<>> ELSE SubSeq(own.log, q.offset + 1, AtMost(q.offset + 1, Len(own.log))),
                   highWatermark |-> own.highWatermark, diverging |-> IF diverges THEN known ELSE None]
    IN  /\ own.epoch >= epoch
        /\ (isOver \/ q.offset >= own.logStart) = TRUE
        /\ requests' = requests \ {q}
        /\ responses' = IF isOver THEN responses ELSE responses \union {answer}
        /\ replicas' = IF isOver \/ (diverges /\ DivergingFetchNotCounted) THEN replicas
                       ELSE [replicas EXCEPT ![q.leader] = [@ EXCEPT !.knownEnds[follower] = q.offset]]
        /\ UNCHANGED <<decision, reader, written, shrinks, restarts, deletions>>

\* The leader moves its high watermark over a record that its whole ISR has, as far as it knows.
IncreaseHighWatermark(leader) ==
    /\ Leads(leader)
    /\ replicas[leader].highWatermark < LogEnd(leader)
    /\ \A m \in decision.isr \ {leader} : replicas[leader].knownEnds[m] > replicas[leader].highWatermark
    /\ replicas' = [replicas EXCEPT ![leader] = [@ EXCEPT !.highWatermark = @ + 1]]
    /\ UNCHANGED <<decision, requests, responses, reader, written, shrinks, restarts, deletions>>

\* The leader takes a follower that is behind out of the ISR; the controller agrees at once.
ShrinkIsr(leader, follower) ==
    /\ leader # follower
    /\ follower \in decision.isr
    /\ LeadsNow(leader)
    /\ replicas[leader].knownEnds[follower] < LogEnd(leader)
    /\ shrinks < Shrinks
    /\ decision' = [decision EXCEPT !.isr = @ \ {follower}]
    /\ shrinks' = shrinks + 1
    /\ UNCHANGED <<replicas, requests, responses, reader, written, restarts, deletions>>

\* Retention deletes the oldest record of a replica.
Delete(follower) ==
    /\ replicas[follower].logStart < LogEnd(follower)
    /\ (DeletionWaitsForHighWatermark => replicas[follower].logStart < replicas[follower].highWatermark) = TRUE
    /\ deletions < Deletions
    /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT !.logStart = @ + 1]]
    /\ deletions' = deletions + 1
    /\ UNCHANGED <<decision, requests, responses, reader, written, shrinks, restarts>>

-----------------------------------------------------------------------------
(* The follower. *)

\* A follower asks for what comes after its log, and says which epoch it has seen last.
SendFetch(follower) ==
    LET own == replicas[follower]
    IN  /\ own.leader \notin {None, follower}
        /\ own.cut = None
        /\ Asked(follower, own.epoch) = {}
        /\ Answered(follower, own.epoch) = {}
        /\ requests' = requests \union {[follower |-> follower, leader |-> own.leader, epoch |-> own.epoch,
                                         offset |-> Len(own.log), lastEpoch |-> LastEpoch(follower)]}
        /\ UNCHANGED <<replicas, decision, responses, reader, written, shrinks, restarts, deletions>>

\* Is this the answer to what the follower would ask now?
Fits(own, a) ==
    IF ~AnswersFitTheLog THEN own.leader # a.follower
    ELSE own.leader = a.leader /\ own.epoch = a.epoch /\ Len(own.log) = a.offset

\* An answer arrives: the follower appends and takes the high watermark over, or knows where to cut its log.
ReceiveResponse(follower, epoch) == \E a \in Answered(follower, epoch) :
    LET own == replicas[follower]
        log == own.log \o a.entries
        mark == AtMost(AtLeast(a.highWatermark, own.logStart), Len(log))
        isCut == a.diverging # None
        mine == EndOfEpoch(own.epochs, Len(own.log), a.diverging.epoch)
        end == IF mine.epoch # a.diverging.epoch THEN mine.start ELSE AtMost(mine.start, a.diverging.start)
    IN  /\ responses' = responses \ {a}
        /\ replicas' = IF ~Fits(own, a) THEN replicas ELSE [replicas EXCEPT ![follower] = [@ EXCEPT
                !.log = log,
                !.epochs = IF a.entries = <<>> THEN @ ELSE Assigned(@, a.entries[1].epoch, Len(own.log)),
                !.highWatermark = IF isCut /\ TruncatesBeforeHighWatermark THEN @ ELSE mark,
                !.cut = IF isCut THEN end ELSE None]]
        /\ UNCHANGED <<decision, requests, reader, written, shrinks, restarts, deletions>>

\* A follower cuts its log where it was told to.
Truncate(follower) ==
    LET own == replicas[follower]
    IN  /\ own.cut # None
        /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT
                !.log = SubSeq(own.log, 1, own.cut), !.highWatermark = AtMost(@, own.cut),
                !.epochs = CutEpochs(@, own.cut), !.cut = None]]
        /\ UNCHANGED <<decision, requests, responses, reader, written, shrinks, restarts, deletions>>

-----------------------------------------------------------------------------
(* The reader. *)

\* What the reader knows after it has read r from where it can.
Shown(r) ==
    LET own == replicas[r]
        known == reader.shown
        end == IF ReadsStopAtHighWatermark THEN own.highWatermark ELSE Len(own.log)
    IN  SubSeq(known, 1, own.logStart)
            \o SubSeq(own.log, own.logStart + 1, end)
            \o SubSeq(known, AtLeast(end, own.logStart) + 1, Len(known))

\* The reader reads a replica, leader or not, up to its high watermark.
Read(follower) ==
    /\ Readers
    /\ replicas[follower].leader # None
    /\ replicas[follower].logStart <= Len(reader.shown)
    /\ Shown(follower) # reader.shown
    /\ reader' = [reader EXCEPT !.shown = Shown(follower)]
    /\ UNCHANGED <<replicas, decision, requests, responses, written, shrinks, restarts, deletions>>

\* The reader asks a leader, whose epoch is not older than what it knows, where the log ends (ListOffsets).
AskEnd(leader) ==
    LET own == replicas[leader]
    IN  /\ Readers
        /\ Leads(leader)
        /\ own.epoch >= reader.epoch
        /\ (EndWaitsForEpochStart => own.highWatermark >= own.epochStart) = TRUE
        /\ (reader.end # own.highWatermark \/ reader.epoch # own.epoch) = TRUE
        /\ reader' = [reader EXCEPT !.end = own.highWatermark, !.epoch = own.epoch]
        /\ UNCHANGED <<replicas, decision, requests, responses, written, shrinks, restarts, deletions>>

\* A leader sends the reader to a follower that is near to it.
Redirect(leader, follower) ==
    /\ Readers
    /\ leader # follower
    /\ LeadsNow(leader)
    /\ (ReadersSentIntoIsr => follower \in decision.isr) = TRUE
    /\ reader.at # follower
    /\ reader' = [reader EXCEPT !.at = follower]
    /\ UNCHANGED <<replicas, decision, requests, responses, written, shrinks, restarts, deletions>>

-----------------------------------------------------------------------------
\* Replica 1 is elected in epoch 0; nobody has heard of it.
Init ==
    /\ replicas = [r \in Ids |-> [log |-> <<>>, logStart |-> 0, highWatermark |-> 0, epoch |-> -1, leader |-> None,
                                  epochStart |-> 0, knownEnds |-> Nobody, epochs |-> <<>>, cut |-> None]]
    /\ decision = [leader |-> 1, epoch |-> 0, isr |-> Ids]
    /\ requests = {}
    /\ responses = {}
    /\ reader = [shown |-> <<>>, end |-> 0, epoch |-> -1, at |-> None]
    /\ written = 0
    /\ shrinks = 0
    /\ restarts = 0
    /\ deletions = 0

Next ==
    \/ \E leader \in Ids : ElectLeader(leader)
    \/ \E follower \in Ids : Learn(follower)
    \/ \E follower \in Ids : Restart(follower)
    \/ \E leader \in Ids : Produce(leader)
    \/ \E follower \in Ids : \E epoch \in Epochs : HandleFetch(follower, epoch)
    \/ \E leader \in Ids : IncreaseHighWatermark(leader)
    \/ \E leader \in Ids : \E follower \in Ids : ShrinkIsr(leader, follower)
    \/ \E follower \in Ids : Delete(follower)
    \/ \E follower \in Ids : SendFetch(follower)
    \/ \E follower \in Ids : \E epoch \in Epochs : ReceiveResponse(follower, epoch)
    \/ \E follower \in Ids : Truncate(follower)
    \/ \E follower \in Ids : Read(follower)
    \/ \E leader \in Ids : AskEnd(leader)
    \/ \E leader \in Ids : \E follower \in Ids : Redirect(leader, follower)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

Prefix(log, end) == SubSeq(log, 1, AtMost(end, Len(log)))

\* Everything below the high watermark of a replica that believes to lead is on every member of the ISR, equal.
CommittedWithinIsr ==
    \A r \in Ids : Leads(r) => \A m \in decision.isr :
        Prefix(Log(m), replicas[r].highWatermark) = Prefix(Log(r), replicas[r].highWatermark)

\* Where two logs have the same leader epoch at an offset, they have the same record there, and before it.
LogMatching ==
    \A one \in Ids : \A other \in Ids : \A n \in 1..AtMost(LogEnd(one), LogEnd(other)) :
        Log(one)[n].epoch = Log(other)[n].epoch => SubSeq(Log(one), 1, n) = SubSeq(Log(other), 1, n)

\* Each replica knows where each epoch of its log begins.
EpochsAreRemembered ==
    \A r \in Ids :
        LET own == replicas[r]
        IN  /\ \A n \in 1..Len(own.log) :
                    (IF n = 1 THEN TRUE ELSE own.log[n - 1].epoch # own.log[n].epoch)
                        => [epoch |-> own.log[n].epoch, start |-> n - 1] \in {own.epochs[i] : i \in 1..Len(own.epochs)}
            /\ \A i \in 1..(Len(own.epochs) - 1) : own.epochs[i].epoch < own.epochs[i + 1].epoch

\* Nothing is deleted that is not committed.
LogStartWithinHighWatermark == \A r \in Ids : replicas[r].logStart <= replicas[r].highWatermark

\* What a reader was shown at an offset is never another record, whichever replica it reads.
ReadsAreRepeatable == [][ Prefix(reader'.shown, Len(reader.shown)) = reader.shown ]_vars

\* A reader is shown nothing new at or above the high watermark of every replica.
OnlyCommittedIsShown == [][
    \/ reader.shown = reader'.shown
    \/ Len(reader'.shown) <= Len(reader.shown)
    \/ \E r \in Ids : Len(reader'.shown) <= replicas[r].highWatermark ]_vars

\* The end of the log that a reader is told never falls.
TheEndNeverGoesBack == [][ reader.end <= reader'.end ]_vars

\* A reader is sent to a member of the ISR only.
ReadersGoIntoTheIsr == [][ reader'.at = reader.at \/ reader'.at \in decision.isr ]_vars
=============================================================================
