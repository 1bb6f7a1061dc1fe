----------------------------- MODULE Idempotence -----------------------------
(* One idempotent producer writes to one partition (KIP-98, KIP-360).                                            *)
(*                                                                                                              *)
(* The client numbers its batches 1, 2, 3, ... in the order of sending and gives each an epoch and a sequence.   *)
(* Its connection is first-in first-out and may break: requests that are under way on a broken connection may    *)
(* still arrive, at any later time, but their answers do not. The leader keeps the epoch and the last batches of *)
(* the producer; what it makes of a request is `Verdict`.                                                        *)
(*                                                                                                              *)
(* Simplified: one record a batch, one partition, followers are one number (what is replicated). Kafka's         *)
(* classes: ProducerAppendInfo, ProducerStateEntry, ProducerStateManager, UnifiedLog; TransactionManager,        *)
(* TxnPartitionEntry, RecordAccumulator.                                                                         *)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Batches, InFlight,      \* batches to send; how many may be unacknowledged
    Window,                 \* batches that the leader remembers (5)
    Modulus,                \* sequences are 0..Modulus-1 (2^31)
    MaxEpoch,
    Breaks, Failures, Failovers, Restarts, Evictions, Deletions, Bumps,     \* how often each fault may happen
    None,
    Deduplicates,           \* a remembered batch is answered, not judged (KIP-98)
    RemembersWindow,        \* not the last batch only (KAFKA-5494)
    DuplicateHasItsOffset,  \* a duplicate is answered with the offset of then
    GapsRefused,            \* only the next sequence is appended
    SequenceWraps,          \* 0 comes after the last sequence
    EpochFenced,            \* a batch of an older epoch is refused
    NewEpochStartsAtZero,   \* KIP-360
    UnknownStartsAtZero,    \* so does a producer without state (KAFKA-14359, KAFKA-15591)
    StateFollowsAppend,     \* an append that fails changes nothing (KAFKA-6683)
    StateOutlivesRecords,   \* deleting records is not forgetting their producer (KIP-360, KAFKA-7190)
    StateKeptWhileBusy,     \* only an idle producer expires
    TruncationRewindsState, \* a new leader's state is that of its log
    SnapshotHasWindow,      \* a snapshot holds as much as memory (not so in Kafka: KAFKA-12207)
    SnapshotOutlivesRecords,\* ... also if all records before it are deleted (not so in Kafka)
    RenumberedInOrder,      \* a new epoch keeps the order of what is in flight (KAFKA-8484)
    BumpsOnlyIfNext,        \* a refused batch after one that is missing is only sent again
    CountsSpan,             \* in flight is everything since the first unacknowledged batch
    LastAckedWraps,         \* the last acknowledged batch is the latest, not the one with the largest sequence
    DelayBounded            \* the premise: nothing is under way for a whole cycle of sequences

VARIABLES
    client,     \* [epoch, nextSequence, lastAcked, sent]; lastAcked is -1 if nothing of this epoch is acknowledged
    inFlight,   \* sequence of [batch, epoch, sequence, awaiting]
    acked,      \* batch -> offset that the client was told, or -1
    connection, \* the current one
    wires,      \* connection -> requests [batch, epoch, sequence] under way
    answers,    \* sequence of [batch, epoch, verdict, offset] on the current connection
    log,        \* sequence of requests that were appended; deleted ones stay, so that offsets are positions - 1
    logStart,
    replicated, \* the high watermark
    producer,   \* None, or [epoch, batches]: remembered [sequence, offset], the oldest first
    forgotten,  \* ghost: batches below this offset are forgotten by right
    left        \* faults that may still happen

vars == <<client, inFlight, acked, connection, wires, answers, log, logStart, replicated, producer, forgotten, left>>
Side == <<logStart, forgotten>>     \* what few actions touch

Connections == 1..(1 + Breaks + Failovers + Restarts)
Nothing == -1
Min(a, b) == IF a < b THEN a ELSE b
Max(a, b) == IF a > b THEN a ELSE b
LogEnd == Len(log)
Plus1(sequence) == (sequence + 1) % Modulus
Positions(tuple) == 1..Len(tuple)
Spend(fault) == left' = [left EXCEPT ![fault] = @ - 1]

Idle == [c \in Connections |-> <<>>]
NotAwaiting(batches) == [i \in Positions(batches) |-> [batches[i] EXCEPT !.awaiting = FALSE]]

-----------------------------------------------------------------------------
(* The producer's state on the partition. *)

Kept == IF RemembersWindow THEN Window ELSE 1
Last(tuple, n) == SubSeq(tuple, Max(1, Len(tuple) - n + 1), Len(tuple))

\* After one more batch (ProducerStateEntry.addBatch).
Remember(known, request, offset) ==
    LET old == IF known = None THEN <<>> ELSE IF known.epoch = request.epoch THEN known.batches ELSE <<>>
    IN  [epoch |-> request.epoch,
         batches |-> Last(Append(old, [sequence |-> request.sequence, offset |-> offset]), Kept)]

\* What follows from a log, read from one offset on: the batches of its last epoch, as many as are remembered.
Fold(entries, from) ==
    IF Len(entries) <= from THEN None
    ELSE LET epoch == entries[Len(entries)].epoch
             first == Max(from, Len(entries) - Kept)
             older == {offset \in first..(Len(entries) - 1) : entries[offset + 1].epoch # epoch}
             begin == IF older = {} THEN first ELSE (CHOOSE o \in older : \A p \in older : p <= o) + 1
         IN  [epoch |-> epoch,
              batches |-> [i \in 1..(Len(entries) - begin) |->
                              [sequence |-> entries[begin + i].sequence, offset |-> begin + i - 1]]]

Follows(sequence, last) == sequence = IF SequenceWraps THEN Plus1(last) ELSE last + 1
Duplicates(request) == {i \in Positions(producer.batches) : producer.batches[i].sequence = request.sequence}

Judged(verdict, offset) == [verdict |-> verdict, offset |-> offset]
FirstOfEpoch(request, checked) ==
    IF request.sequence = 0 \/ ~checked THEN Judged("appended", LogEnd) ELSE Judged("out_of_order", Nothing)

\* What the leader makes of a request, and the offset that it answers.
Verdict(request) ==
    CASE producer = None -> FirstOfEpoch(request, UnknownStartsAtZero)
      [] OTHER ->
          CASE request.epoch < producer.epoch /\ EpochFenced -> Judged("old_epoch", Nothing)
            [] request.epoch > producer.epoch -> FirstOfEpoch(request, NewEpochStartsAtZero)
            [] request.epoch = producer.epoch /\ Deduplicates /\ Duplicates(request) # {} ->
                  LET at == CHOOSE i \in Duplicates(request) : \A j \in Duplicates(request) : i <= j
                  IN  Judged("duplicate", IF DuplicateHasItsOffset THEN producer.batches[at].offset ELSE LogEnd)
            [] OTHER ->
                  IF Follows(request.sequence, producer.batches[Len(producer.batches)].sequence) \/ ~GapsRefused
                  THEN Judged("appended", LogEnd) ELSE Judged("out_of_order", Nothing)

-----------------------------------------------------------------------------
(* The client. *)

Put(request) == wires' = [wires EXCEPT ![connection] = Append(@, request)]

\* The client sends a new batch.
Send ==
    /\ client.sent < Batches
    /\ \A i \in Positions(inFlight) : inFlight[i].awaiting
    /\ (CountsSpan /\ inFlight # <<>> => client.sent - inFlight[1].batch + 1 < InFlight) = TRUE
    /\ Len(inFlight) < InFlight
    /\ LET request == [batch |-> client.sent + 1, epoch |-> client.epoch, sequence |-> client.nextSequence]
       IN  /\ Put(request)
           /\ client' = [client EXCEPT !.sent = @ + 1, !.nextSequence = Plus1(@)]
           /\ inFlight' = Append(inFlight, [batch |-> request.batch, epoch |-> request.epoch,
                                            sequence |-> request.sequence, awaiting |-> TRUE])
    /\ UNCHANGED <<acked, connection, answers, log, replicated, producer, left, Side>>

\* The client sends the first batch in flight again.
Resend ==
    /\ inFlight # <<>>
    /\ ~inFlight[1].awaiting
    /\ Put([batch |-> inFlight[1].batch, epoch |-> inFlight[1].epoch, sequence |-> inFlight[1].sequence])
    /\ inFlight' = [inFlight EXCEPT ![1].awaiting = TRUE]
    /\ UNCHANGED <<client, acked, connection, answers, log, replicated, producer, left, Side>>

PlacesOf(batch) == {i \in Positions(inFlight) : inFlight[i].batch = batch}
Without(tuple, i) == SubSeq(tuple, 1, i - 1) \o SubSeq(tuple, i + 1, Len(tuple))
IsDone(answer) == answer.verdict \in {"appended", "duplicate"}

\* The batch is the next one, and yet refused: the leader has forgotten the producer (TransactionManager.canRetry).
BumpsFor(answer) ==
    /\ answer.verdict = "out_of_order"
    /\ \E i \in PlacesOf(answer.batch) :
        /\ inFlight[i].epoch = answer.epoch
        /\ \/ inFlight[i].sequence = IF client.lastAcked = Nothing THEN 0 ELSE Plus1(client.lastAcked)
           \/ ~BumpsOnlyIfNext

Acknowledge(answer) ==
    IF PlacesOf(answer.batch) = {} THEN UNCHANGED <<client, inFlight, acked>>
    ELSE LET i == CHOOSE place \in PlacesOf(answer.batch) : TRUE
             done == inFlight[i]
             isLast == IF LastAckedWraps THEN \A b \in (done.batch + 1)..Batches : acked[b] = Nothing
                       ELSE done.sequence > client.lastAcked
         IN  /\ acked' = [acked EXCEPT ![done.batch] = answer.offset]
             /\ inFlight' = Without(inFlight, i)
             /\ client' = [client EXCEPT !.lastAcked = IF isLast THEN done.sequence ELSE @]

\* Everything in flight is numbered anew (TxnPartitionEntry.startSequencesAtBeginning).
BeginEpoch(refused) ==
    LET count == Len(inFlight)
        From(i) == inFlight[IF RenumberedInOrder THEN i ELSE count + 1 - i]
    IN  /\ client' = [epoch |-> client.epoch + 1, nextSequence |-> count % Modulus, lastAcked |-> Nothing,
                      sent |-> client.sent]
        /\ inFlight' = [i \in 1..count |->
                [batch |-> From(i).batch, epoch |-> client.epoch + 1, sequence |-> (i - 1) % Modulus,
                 awaiting |-> From(i).awaiting /\ From(i).batch # refused]]

\* The client takes the next answer: the batch is done, or is sent again, if need be with a new epoch (KIP-360).
TakeAnswer ==
    /\ answers # <<>>
    /\ LET answer == Head(answers)
       IN  /\ (IsDone(answer) => answer.offset < replicated) = TRUE
           /\ (BumpsFor(answer) => client.epoch < MaxEpoch) = TRUE
           /\ answers' = Tail(answers)
           /\ CASE IsDone(answer) -> Acknowledge(answer)
                [] BumpsFor(answer) -> BeginEpoch(answer.batch) /\ acked' = acked
                [] OTHER ->
                    /\ inFlight' = [i \in Positions(inFlight) |->
                            [inFlight[i] EXCEPT !.awaiting = @ /\ inFlight[i].batch # answer.batch]]
                    /\ UNCHANGED <<client, acked>>
    /\ UNCHANGED <<connection, wires, log, replicated, producer, left, Side>>

\* Another partition made the client begin a new epoch; with nothing in flight it is used here, too (KIP-360).
BumpForAnotherPartition ==
    /\ inFlight = <<>>
    /\ client.epoch < MaxEpoch
    /\ left.bumps > 0
    /\ Spend("bumps")
    /\ client' = [client EXCEPT !.epoch = @ + 1, !.nextSequence = 0, !.lastAcked = Nothing]
    /\ UNCHANGED <<inFlight, acked, connection, wires, answers, log, replicated, producer, Side>>

-----------------------------------------------------------------------------
(* The leader. *)

Arrives(c) ==
    /\ wires[c] # <<>>
    /\ (DelayBounded => client.sent - Head(wires[c]).batch + 1 < Modulus) = TRUE

Answered(c, request, judged) ==
    /\ wires' = [wires EXCEPT ![c] = Tail(@)]
    /\ answers' = IF c # connection THEN answers
                  ELSE Append(answers, [batch |-> request.batch, epoch |-> request.epoch,
                                        verdict |-> judged.verdict, offset |-> judged.offset])

\* The leader takes the next request of a connection, judges it, and appends it if it is the next one.
Deliver(on) ==
    /\ Arrives(on)
    /\ LET request == Head(wires[on])
           judged == Verdict(request)
           appends == judged.verdict = "appended"
       IN  /\ Answered(on, request, judged)
           /\ log' = IF appends THEN Append(log, request) ELSE log
           /\ producer' = IF appends THEN Remember(producer, request, LogEnd) ELSE producer
    /\ UNCHANGED <<client, inFlight, acked, connection, replicated, left, Side>>

\* The append of a batch fails, or there are too few replicas: nothing is written, and the client may try again.
FailAppend(on) ==
    /\ left.failures > 0
    /\ Arrives(on)
    /\ LET request == Head(wires[on])
       IN  /\ Verdict(request).verdict = "appended"
           /\ Answered(on, request, Judged("failed", Nothing))
           /\ producer' = IF StateFollowsAppend THEN producer ELSE Remember(producer, request, LogEnd)
    /\ Spend("failures")
    /\ UNCHANGED <<client, inFlight, acked, connection, log, replicated, Side>>

\* The followers have the next record.
Replicate ==
    /\ replicated < LogEnd
    /\ replicated' = replicated + 1
    /\ UNCHANGED <<client, inFlight, acked, connection, wires, answers, log, producer, left, Side>>

-----------------------------------------------------------------------------
(* Faults. *)

Reconnect ==
    /\ connection' = connection + 1
    /\ answers' = <<>>
    /\ inFlight' = NotAwaiting(inFlight)

\* The connection breaks: answers are lost, requests may still arrive.
Break ==
    /\ left.breaks > 0
    /\ inFlight # <<>>
    /\ Spend("breaks")
    /\ Reconnect
    /\ UNCHANGED <<client, acked, wires, log, replicated, producer, Side>>

\* A follower becomes leader: the log ends where it is replicated, and so does the producer's state.
Failover ==
    /\ left.failovers > 0
    /\ Spend("failovers")
    /\ Reconnect
    /\ log' = SubSeq(log, 1, replicated)
    /\ producer' = IF TruncationRewindsState THEN Fold(SubSeq(log, 1, replicated), forgotten) ELSE producer
    /\ UNCHANGED <<client, acked, wires, replicated, Side>>

\* An orderly restart: what was under way is lost, and the producer's state is what the snapshot has of it.
Restart ==
    /\ left.restarts > 0
    /\ Spend("restarts")
    /\ Reconnect
    /\ wires' = Idle
    /\ producer' = IF producer = None THEN None
                   ELSE IF logStart = LogEnd /\ ~SnapshotOutlivesRecords THEN None
                   ELSE [producer EXCEPT !.batches = IF SnapshotHasWindow THEN @ ELSE Last(@, 1)]
    /\ UNCHANGED <<client, acked, log, replicated, Side>>

\* The producer is forgotten after a long idle time, in which everything that was under way is lost.
Evict ==
    /\ left.evictions > 0
    /\ producer # None
    /\ (StateKeptWhileBusy => /\ inFlight = <<>>
                              /\ client.nextSequence > 0 => client.nextSequence <= Modulus - InFlight) = TRUE
    /\ Spend("evictions")
    /\ producer' = None
    /\ forgotten' = LogEnd
    /\ wires' = IF StateKeptWhileBusy THEN Idle ELSE wires
    /\ UNCHANGED <<client, inFlight, acked, connection, answers, log, logStart, replicated>>

\* Retention or DeleteRecords removes every record that is replicated.
DeleteRecords ==
    /\ left.deletions > 0
    /\ logStart < replicated
    /\ Spend("deletions")
    /\ logStart' = replicated
    /\ producer' = IF replicated = LogEnd /\ ~StateOutlivesRecords THEN None ELSE producer
    /\ UNCHANGED <<client, inFlight, acked, connection, wires, answers, log, replicated, forgotten>>

-----------------------------------------------------------------------------
Init ==
    /\ client = [epoch |-> 0, nextSequence |-> 0, lastAcked |-> Nothing, sent |-> 0]
    /\ inFlight = <<>>
    /\ acked = [b \in 1..Batches |-> Nothing]
    /\ connection = 1
    /\ wires = Idle
    /\ answers = <<>>
    /\ log = <<>>
    /\ logStart = 0
    /\ replicated = 0
    /\ producer = None
    /\ forgotten = 0
    /\ left = [breaks |-> Breaks, failures |-> Failures, failovers |-> Failovers, restarts |-> Restarts,
               evictions |-> Evictions, deletions |-> Deletions, bumps |-> Bumps]

Next ==
    \/ Send
    \/ Resend
    \/ TakeAnswer
    \/ BumpForAnotherPartition
    \/ \E on \in Connections : Deliver(on)
    \/ \E on \in Connections : FailAppend(on)
    \/ Replicate
    \/ Break
    \/ Failover
    \/ Restart
    \/ Evict
    \/ DeleteRecords

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

Offsets == 1..LogEnd

\* No batch lies at two offsets, deleted ones included.
NoDuplicate == \A i \in Offsets : \A j \in Offsets : i # j => log[i].batch # log[j].batch

\* A batch that was sent later does not lie before one that was sent earlier.
OrderKept == \A i \in 1..(LogEnd - 1) : log[i].batch <= log[i + 1].batch

\* Wherever a batch lies, the batch that was sent before it lies at a lower offset.
NoHole == \A i \in Offsets : log[i].batch > 1 => \E j \in 1..(i - 1) : log[j].batch = log[i].batch - 1

\* An acknowledged batch lies at the offset that the client was told, and is replicated.
AckedAtItsOffset ==
    \A b \in 1..Batches : acked[b] # Nothing => /\ acked[b] < replicated
                                                /\ log[acked[b] + 1].batch = b

\* The producer's state is what follows on the log, but for what was legally forgotten.
StateIsFoldOfLog == producer = Fold(log, forgotten)

\* A batch of an older epoch never lies behind one of a newer epoch.
EpochsNeverFallAlongLog == \A i \in 1..(LogEnd - 1) : log[i].epoch <= log[i + 1].epoch

\* A client begins a new epoch because of this partition only if the partition has forgotten it.
BumpMeansForgotten == client.epoch <= Bumps - left.bumps \/ forgotten > 0

\* While the log stays as it is, the producer's state stays, or is legally forgotten.
StateMovesWithLog == [][ log' # log \/ producer' = producer \/ forgotten' # forgotten ]_vars
=============================================================================
