-------------------------- MODULE TransactionState --------------------------
(***************************************************************************)
(* The constants and variables of Transactions, and what follows from the  *)
(* state.  Read this first.                                                *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Instances, Partitions, Transactions,   \* how many of each; ids count from 1
    Retries,           \* requests that clients send again
    Timeouts,          \* transactions that are aborted as overdue
    Reloads,           \* new coordinators
    LostAnswers,       \* markers that are written without the coordinator hearing so
    FailedWrites,      \* fencing aborts that the log does not take
    Recoveries,        \* InitProducerId with an identity (KIP-360)
    EpochsUsed,        \* epochs of the first producer id that are gone
    None,
    Version,                 \* transaction version, 1 or 2
    Verification,            \* KIP-890 part 1: partitions ask before the first record of a transaction
    Guarded,                 \* a marker voids verifications under way
    RepeatedMarkerTaken,     \* KAFKA-19999
    MarkerEpochChecked,      \* markers of old epochs are refused
    CoordinatorFenced,       \* markers of old coordinators are refused
    InitBumps,               \* an instance that starts gets a later epoch
    TimeoutFences,           \* KAFKA-6119
    FenceBumpsTwice,         \* KAFKA-19367, if TRUE
    FenceRotates,            \* KAFKA-20090
    FenceIsWrittenFirst,     \* KAFKA-9666
    BeginIsWritten,          \* the log knows of open transactions
    CompletedOnce,           \* KAFKA-10080
    LeaderlessIsWaitedFor    \* a partition without a leader is not taken for a deleted one

VARIABLES
    clients,           \* instance -> [phase, producer, epoch, transaction, added, sent, acked, attempt]
    coordinator,       \* what the coordinator holds (TransactionMetadata)
    recorded,          \* ... and what its log says
    markersLeft,       \* partitions whose marker it has not heard to be written
    coordinatorEpoch,
    staleCompletion,   \* what a second thread is about to write; None under the right rules
    logs,              \* partition -> sequence of records and markers.  The producer's state follows from it.
    inits, adds, produces, ends,   \* requests under way
    lateMarkers,       \* ... and markers of former coordinators
    authors, decisions, acknowledged, fenced, completions,   \* ghosts, by transaction
    used               \* of the budgets

vars == <<clients, coordinator, recorded, markersLeft, coordinatorEpoch, staleCompletion, logs, inits, adds,
          produces, ends, lateMarkers, authors, decisions, acknowledged, fenced, completions, used>>
coordination == <<coordinator, recorded, markersLeft, coordinatorEpoch, staleCompletion>>
requests == <<inits, adds, produces, ends, lateMarkers>>
ghosts == <<authors, decisions, acknowledged, fenced, completions>>

EpochMax == 32767     \* a client has at most one less: the coordinator fences with the last one
Exhausted(epoch) == epoch >= EpochMax - 1
Short(epoch) == IF epoch <= EpochMax THEN epoch ELSE epoch - 2 * (EpochMax + 1)
Prepare(outcome) == IF outcome = "commit" THEN "prepare_commit" ELSE "prepare_abort"
Completed(outcome) == IF outcome = "commit" THEN "complete_commit" ELSE "complete_abort"
Prepared(m) == m.state \in {"prepare_commit", "prepare_abort"}
Idle(m) == m.state \in {"empty", "complete_commit", "complete_abort"}
OutcomeOf(m) == IF m.state = "prepare_commit" THEN "commit" ELSE "abort"

-----------------------------------------------------------------------------
(* What a partition knows of a producer id: from its last record or marker. *)

Of(log, producer) == {i \in 1..Len(log) : log[i].producer = producer}
Last(log, producer) == CHOOSE i \in Of(log, producer) : \A j \in Of(log, producer) : j <= i
Known(log, producer) == IF Of(log, producer) = {} THEN -1 ELSE log[Last(log, producer)].epoch
Open(log, producer) == Of(log, producer) # {} /\ log[Last(log, producer)].kind = "data"
KnownCoordinator(log, producer) ==
    LET marks == {i \in Of(log, producer) : log[i].kind # "data"}
    IN  IF marks = {} THEN -1 ELSE log[CHOOSE i \in marks : \A j \in marks : j <= i].coordinatorEpoch
\* The first marker after a record; None while there is none.
Fate(log, i) ==
    LET marks == {j \in (i + 1)..Len(log) : log[j].producer = log[i].producer /\ log[j].kind # "data"}
    IN  IF marks = {} THEN None ELSE log[CHOOSE j \in marks : \A k \in marks : j <= k].kind
Data(log) == {i \in 1..Len(log) : log[i].kind = "data"}

-----------------------------------------------------------------------------
(* Domains, and the initial state. *)

Ids == 1..Instances
Parts == 1..Partitions
Trans == 1..Transactions
Attempts == 1..(Retries + 1)
InitAttempts == 1..(Retries + Recoveries + 1)
Ready(producer, epoch) == [phase |-> "ready", producer |-> producer, epoch |-> epoch, transaction |-> 0,
                           added |-> {}, sent |-> {}, acked |-> {}, attempt |-> 0]
Unborn == [Ready(0, -1) EXCEPT !.phase = "new"]

Init ==
    /\ clients = [i \in Ids |-> Unborn]
    /\ coordinator = [state |-> "empty", producer |-> 1, previousProducer |-> 1, nextProducer |-> 0,
                      epoch |-> EpochsUsed - 1, lastEpoch |-> -1, partitions |-> {}, transaction |-> 0]
    /\ recorded = coordinator
    /\ markersLeft = {}
    /\ coordinatorEpoch = 0
    /\ staleCompletion = None
    /\ logs = [p \in Parts |-> <<>>]
    /\ inits = {} /\ adds = {} /\ produces = {} /\ ends = {} /\ lateMarkers = {}
    /\ authors = <<>>
    /\ decisions = [n \in Trans |-> None]
    /\ acknowledged = {} /\ fenced = {}
    /\ completions = [n \in Trans |-> 0]
    /\ used = [retries |-> 0, timeouts |-> 0, lostAnswers |-> 0, failedWrites |-> 0, recoveries |-> 0]

-----------------------------------------------------------------------------
(* Requests. *)

Record(client, partition, attempt) ==
    [transaction |-> client.transaction, partition |-> partition, attempt |-> attempt,
     producer |-> client.producer, epoch |-> client.epoch, verified |-> FALSE]

Ending(client, attempt, outcome) ==
    [transaction |-> client.transaction, attempt |-> attempt, producer |-> client.producer,
     epoch |-> client.epoch, outcome |-> outcome]

MarkerOf == [kind |-> OutcomeOf(coordinator), transaction |-> coordinator.transaction,
             producer |-> coordinator.producer, epoch |-> coordinator.epoch, coordinatorEpoch |-> coordinatorEpoch]

Pending(transaction, partition, attempt) ==
    {p \in produces : p.transaction = transaction /\ p.partition = partition /\ p.attempt = attempt}

-----------------------------------------------------------------------------
(* What the coordinator makes of a request. *)

Moved(m) == [m EXCEPT !.previousProducer = m.producer]
\* Why a request under this identity may be part of a transaction.
Accepts(m, producer, epoch) == producer = m.producer /\ epoch = m.epoch /\ ~Prepared(m)

Knows(m, init) ==
    \/ init.producer = 0 \/ init.producer = m.producer \/ m.epoch = -1
    \/ init.producer = m.previousProducer /\ Exhausted(init.epoch)

\* The metadata that answers InitProducerId; None if the caller is fenced.
Given(m, init) ==
    LET base == [Moved(m) EXCEPT !.state = "empty", !.partitions = {}]
        isFirst == init.producer = 0
        isCurrent == init.epoch = m.epoch
        last == IF isFirst THEN -1 ELSE m.epoch
    IN  IF Exhausted(m.epoch)
        THEN IF isFirst \/ isCurrent
             THEN [base EXCEPT !.producer = m.producer + 1, !.epoch = 0, !.lastEpoch = last, !.nextProducer = 0]
             ELSE None
        ELSE IF isFirst /\ ~InitBumps /\ m.epoch # -1
             THEN [base EXCEPT !.lastEpoch = -1]
        ELSE IF isFirst \/ isCurrent \/ m.epoch = -1
             THEN [base EXCEPT !.epoch = m.epoch + 1, !.lastEpoch = last]
             ELSE IF init.epoch = m.lastEpoch THEN base ELSE None

Rotation(m) == IF Exhausted(m.epoch) THEN m.producer + 1 ELSE 0

\* The transaction has ended so already, and this EndTxn is the one that ended it, sent again.  Version 1 cannot tell
\* it from one of the next transaction; version 2 sees the epoch before the present one.
Repeated(m, end) ==
    /\ m.state = Completed(end.outcome)
    /\ IF Version = 1 THEN end.producer = m.producer /\ end.epoch = m.epoch
       ELSE \/ end.producer = m.producer /\ end.epoch + 1 = m.epoch
            \/ end.producer = m.previousProducer /\ end.epoch = EpochMax - 1 /\ m.epoch = 0

-----------------------------------------------------------------------------
(* What a partition makes of it. *)

\* The record would begin the transaction on the partition: the coordinator has to know of it first.
Unverified(log, p) ==
    Verification /\ ~p.verified /\ ~(Open(log, p.producer) /\ Known(log, p.producer) = p.epoch)

TakesMarker(log, entry) ==
    LET known == Known(log, entry.producer)
    IN  /\ CoordinatorFenced => entry.coordinatorEpoch >= KnownCoordinator(log, entry.producer)
        /\ \/ entry.epoch > known
           \/ ~MarkerEpochChecked
           \/ /\ entry.epoch = known
              /\ \/ Version = 1
                 \/ RepeatedMarkerTaken /\ (~Open(log, entry.producer) \/ entry.epoch = EpochMax)
=============================================================================
