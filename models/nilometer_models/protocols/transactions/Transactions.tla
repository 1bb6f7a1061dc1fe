---------------------------- MODULE Transactions ----------------------------
(***************************************************************************)
(* One transactional id: instances of the application that use it, its     *)
(* transaction coordinator with its log, and the partitions that are       *)
(* written.  Requests come once each, in any order, or never; a handler    *)
(* and its answer are one step.                                            *)
(*                                                                         *)
(* Version 1 is KIP-98: clients add partitions, and an epoch lives from    *)
(* transaction to transaction.  Version 2 is KIP-890: producing adds the   *)
(* partition, and each end of a transaction bumps the epoch.               *)
(***************************************************************************)
EXTENDS TransactionState

-----------------------------------------------------------------------------
(* Clients. *)

Ask(instance, attempt) ==
    /\ clients' = [clients EXCEPT ![instance].phase = "initialising", ![instance].attempt = attempt]
    /\ inits' = inits \union {[instance |-> instance, attempt |-> attempt,
                               producer |-> clients[instance].producer, epoch |-> clients[instance].epoch]}

\* An instance starts, and asks for an identity (InitProducerId).
SendInit(instance) ==
    /\ clients[instance].phase = "new"
    /\ Ask(instance, 1)
    /\ UNCHANGED <<coordination, logs, adds, produces, ends, lateMarkers, ghosts, used>>

\* A client without an open transaction asks for a new epoch of its own identity, to be sure (KIP-360).
Recover(instance) ==
    /\ clients[instance].phase = "ready"
    /\ clients[instance].transaction = 0
    /\ used.recoveries < Recoveries
    /\ used' = [used EXCEPT !.recoveries = @ + 1]
    /\ Ask(instance, Retries + 1 + used.recoveries + 1)
    /\ UNCHANGED <<coordination, logs, adds, produces, ends, lateMarkers, ghosts>>

MayWrite(client) ==
    /\ client.phase = "ready"
    /\ (client.transaction # 0 \/ Len(authors) < Transactions) = TRUE

\* The first request of a transaction begins it.
Begun(client) == IF client.transaction # 0 THEN client ELSE [client EXCEPT !.transaction = Len(authors) + 1]
Authors(instance) == IF clients[instance].transaction # 0 THEN authors ELSE Append(authors, instance)

\* Version 1: a client asks the coordinator to take a partition into its transaction (AddPartitionsToTxn).
SendAdd(instance, partition) ==
    LET client == Begun(clients[instance])
    IN  /\ Version = 1
        /\ MayWrite(clients[instance])
        /\ ~ \E a \in adds : a.transaction = client.transaction /\ a.partition = partition
        /\ partition \notin client.added
        /\ clients' = [clients EXCEPT ![instance] = client]
        /\ authors' = Authors(instance)
        /\ adds' = adds \union {[transaction |-> client.transaction, partition |-> partition, attempt |-> 1,
                                 producer |-> client.producer, epoch |-> client.epoch]}
        /\ UNCHANGED <<coordination, logs, inits, produces, ends, lateMarkers, decisions, acknowledged, fenced,
                       completions, used>>

\* A client sends a record; in version 2 the first one begins the transaction.
Send(instance, partition) ==
    LET client == Begun(clients[instance])
    IN  /\ MayWrite(clients[instance])
        /\ partition \notin client.sent
        /\ (Version = 1 => partition \in client.added) = TRUE
        /\ clients' = [clients EXCEPT ![instance] = [client EXCEPT !.sent = @ \union {partition}]]
        /\ authors' = Authors(instance)
        /\ produces' = produces \union {Record(client, partition, 1)}
        /\ UNCHANGED <<coordination, logs, inits, adds, ends, lateMarkers, decisions, acknowledged, fenced,
                       completions, used>>

\* A client ends its transaction: it commits only what was acknowledged, and aborts at any time (EndTxn).
SendEnd(instance, outcome) ==
    LET client == clients[instance]
    IN  /\ client.phase = "ready"
        /\ client.transaction # 0
        /\ (outcome = "commit" => client.sent # {} /\ client.sent = client.acked) = TRUE
        /\ (Version = 1 => client.added # {}) = TRUE
        /\ clients' = [clients EXCEPT ![instance].phase = "ending", ![instance].attempt = 1]
        /\ ends' = ends \union {Ending(client, 1, outcome)}
        /\ decisions' = [decisions EXCEPT ![client.transaction] = outcome]
        /\ UNCHANGED <<coordination, logs, inits, adds, produces, lateMarkers, authors, acknowledged, fenced,
                       completions, used>>

\* No answer came: the client sends its record again. The first one may still arrive.
ResendRecord(instance, partition) ==
    LET client == clients[instance]
    IN  /\ client.phase = "ready"
        /\ partition \in client.sent \ client.acked
        /\ used.retries < Retries
        /\ used' = [used EXCEPT !.retries = @ + 1]
        /\ produces' = produces \union {Record(client, partition, used.retries + 2)}
        /\ UNCHANGED <<clients, coordination, logs, inits, adds, ends, lateMarkers, ghosts>>

\* No answer came: the client asks the coordinator again, and does not listen to an answer to its first request.
ResendRequest(instance) ==
    LET client == clients[instance]
        attempt == used.retries + 2
    IN  /\ client.phase \in {"initialising", "ending"}
        /\ used.retries < Retries
        /\ used' = [used EXCEPT !.retries = @ + 1]
        /\ IF client.phase = "initialising"
           THEN Ask(instance, attempt) /\ UNCHANGED ends
           ELSE /\ clients' = [clients EXCEPT ![instance].attempt = attempt]
                /\ ends' = ends \union {Ending(client, attempt, decisions[client.transaction])}
                /\ UNCHANGED inits
        /\ UNCHANGED <<coordination, logs, adds, produces, lateMarkers, ghosts>>

-----------------------------------------------------------------------------
(* The coordinator.  Each transition is in its log before it counts.        *)

Write(m) == coordinator' = m /\ recorded' = m

\* The coordinator takes a partition into the transaction, which it may begin.
TakePartition(transaction, partition) ==
    LET m == coordinator
        isOpen == m.state = "ongoing"
        made == [Moved(m) EXCEPT !.state = "ongoing", !.partitions = @ \union {partition},
                                 !.transaction = IF isOpen THEN @ ELSE transaction]
    IN  IF isOpen /\ partition \in m.partitions THEN UNCHANGED <<coordinator, recorded>>
        ELSE /\ coordinator' = made
             /\ recorded' = IF BeginIsWritten THEN made ELSE recorded

\* The coordinator answers InitProducerId: a new epoch, or a new producer id where epochs are used up.
AnswerInit(instance, attempt) == \E init \in {i \in inits : i.instance = instance /\ i.attempt = attempt} :
    LET m == Given(coordinator, init)
        client == clients[instance]
    IN  /\ ~Prepared(coordinator)
        /\ coordinator.state # "ongoing"
        /\ Knows(coordinator, init) = TRUE
        /\ m # None
        /\ Write(m)
        /\ inits' = inits \ {init}
        /\ clients' = IF client.phase = "initialising" /\ client.attempt = attempt
                      THEN [clients EXCEPT ![instance] = Ready(m.producer, m.epoch)] ELSE clients
        /\ UNCHANGED <<markersLeft, coordinatorEpoch, staleCompletion, logs, adds, produces, ends, lateMarkers, ghosts,
                       used>>

PrepareEnd(m, outcome) == Write([m EXCEPT !.state = Prepare(outcome)]) /\ markersLeft' = m.partitions

\* The coordinator aborts the open transaction of its own accord.
Fence(bumps) ==
    LET m == coordinator
        bump == IF bumps /\ m.epoch < EpochMax THEN (IF FenceBumpsTwice THEN 2 ELSE 1) ELSE 0
    IN  /\ PrepareEnd([Moved(m) EXCEPT !.epoch = Short(m.epoch + bump),
                            !.lastEpoch = IF Version = 2 THEN m.epoch ELSE -1,
                            !.nextProducer = IF Version = 2 /\ FenceRotates THEN Rotation(m) ELSE 0], "abort")
        /\ fenced' = fenced \union {m.transaction}

\* An InitProducerId meets an open transaction: it is aborted in a new epoch, and the request has to wait.
FenceByInit(instance, attempt) == \E init \in {i \in inits : i.instance = instance /\ i.attempt = attempt} :
    /\ coordinator.state = "ongoing"
    /\ Knows(coordinator, init) = TRUE
    /\ Fence(TRUE)
    /\ UNCHANGED <<clients, coordinatorEpoch, staleCompletion, logs, requests, authors, decisions, acknowledged,
                   completions, used>>

\* The client hears that its transaction has ended, if it still waits for this very answer.
Answer(end, producer, epoch) ==
    LET author == authors[end.transaction]
        client == clients[author]
        hears == client.phase = "ending" /\ client.transaction = end.transaction /\ client.attempt = end.attempt
    IN  /\ clients' = IF hears THEN [clients EXCEPT ![author] = Ready(producer, epoch)] ELSE clients
        /\ acknowledged' = IF hears /\ end.outcome = "commit" THEN acknowledged \union {end.transaction}
                           ELSE acknowledged

\* The coordinator answers EndTxn: it decides the outcome, or finds that it has. Version 2 bumps the epoch.
AnswerEnd(transaction, attempt) == \E end \in {e \in ends : e.transaction = transaction /\ e.attempt = attempt} :
    LET m == coordinator
        isRepeated == Repeated(m, end)
        isEnd == m.state = "ongoing" \/ (Version = 2 /\ end.outcome = "abort")
        next == Rotation(m)
        bumped == IF m.epoch = EpochMax /\ end.outcome = "abort" THEN m.epoch ELSE Short(m.epoch + 1)
    IN  /\ (isRepeated \/ (Accepts(m, end.producer, end.epoch) /\ isEnd)) = TRUE
        /\ ends' = ends \ {end}
        /\ IF isRepeated
           THEN Answer(end, m.producer, m.epoch) /\ UNCHANGED <<coordinator, recorded, markersLeft>>
           ELSE IF Version = 1
           THEN Answer(end, m.producer, m.epoch) /\ PrepareEnd(Moved(m), end.outcome)
           ELSE /\ Answer(end, IF next # 0 THEN next ELSE m.producer, IF next # 0 THEN 0 ELSE bumped)
                /\ PrepareEnd([Moved(m) EXCEPT !.epoch = bumped, !.lastEpoch = m.epoch, !.nextProducer = next,
                                    !.transaction = IF m.state = "ongoing" THEN @ ELSE transaction], end.outcome)
        /\ UNCHANGED <<coordinatorEpoch, staleCompletion, logs, inits, adds, produces, lateMarkers, authors, decisions,
                       fenced, completions, used>>

\* The open transaction is overdue: the coordinator aborts it, in a new epoch.
AbortTimedOut ==
    /\ coordinator.state = "ongoing"
    /\ used.timeouts < Timeouts
    /\ used' = [used EXCEPT !.timeouts = @ + 1]
    /\ Fence(TimeoutFences)
    /\ UNCHANGED <<clients, coordinatorEpoch, staleCompletion, logs, requests, authors, decisions, acknowledged,
                   completions>>

\* The abort that was to fence a client cannot be written: nothing has changed.
FailToFence ==
    /\ coordinator.state = "ongoing"
    /\ used.failedWrites < FailedWrites
    /\ used' = [used EXCEPT !.failedWrites = @ + 1]
    /\ coordinator' = IF FenceIsWrittenFirst THEN coordinator ELSE [coordinator EXCEPT !.epoch = Short(@ + 1)]
    /\ UNCHANGED <<clients, recorded, markersLeft, coordinatorEpoch, staleCompletion, logs, requests, ghosts>>

\* Version 1: the coordinator takes a partition into the transaction (AddPartitionsToTxn).
AnswerAdd(transaction, partition) ==
    \E add \in {a \in adds : a.transaction = transaction /\ a.partition = partition} :
    LET author == authors[transaction]
    IN  /\ Accepts(coordinator, add.producer, add.epoch)
        /\ TakePartition(transaction, partition)
        /\ adds' = adds \ {add}
        /\ clients' = IF clients[author].transaction = transaction
                      THEN [clients EXCEPT ![author].added = @ \union {partition}] ELSE clients
        /\ UNCHANGED <<markersLeft, coordinatorEpoch, staleCompletion, logs, inits, produces, ends, lateMarkers,
                       ghosts, used>>

\* Every marker is written: the transaction is complete. `again`: a second thread found so, too, and is late.
Complete(again) ==
    LET m == coordinator
        next == m.nextProducer
        made == [Moved(m) EXCEPT !.state = Completed(OutcomeOf(m)), !.partitions = {}, !.nextProducer = 0,
                                 !.producer = IF next # 0 THEN next ELSE @, !.epoch = IF next # 0 THEN 0 ELSE @]
    IN  /\ IF again
           THEN staleCompletion # None /\ Write(staleCompletion) /\ staleCompletion' = None
           ELSE /\ Prepared(m)
                /\ markersLeft = {}
                /\ Write(made)
                /\ staleCompletion' = IF CompletedOnce THEN None ELSE made
        /\ markersLeft' = {}
        /\ completions' = [completions EXCEPT ![coordinator'.transaction] = @ + 1]
        /\ UNCHANGED <<clients, coordinatorEpoch, logs, requests, authors, decisions, acknowledged, fenced, used>>

\* Another broker becomes coordinator, and reads the log: what was prepared goes on, with markers to all again.
Reload ==
    /\ coordinatorEpoch < Reloads
    /\ coordinatorEpoch' = coordinatorEpoch + 1
    /\ coordinator' = recorded
    /\ staleCompletion' = None
    /\ markersLeft' = IF Prepared(recorded) /\ LeaderlessIsWaitedFor THEN recorded.partitions ELSE {}
    /\ lateMarkers' = lateMarkers \union {[partition |-> p, entry |-> MarkerOf] : p \in markersLeft}
    /\ UNCHANGED <<clients, recorded, logs, inits, adds, produces, ends, ghosts, used>>

-----------------------------------------------------------------------------
(* Leaders of partitions. *)

\* A partition asks the coordinator about a record's transaction; in version 2 that adds the partition to it.
Verify(transaction, partition, attempt) == \E p \in Pending(transaction, partition, attempt) :
    /\ p.epoch >= Known(logs[partition], p.producer)
    /\ Unverified(logs[partition], p)
    /\ Accepts(coordinator, p.producer, p.epoch)
    /\ IF Version = 1 THEN partition \in coordinator.partitions /\ UNCHANGED <<coordinator, recorded>>
       ELSE TakePartition(transaction, partition)
    /\ produces' = (produces \ {p}) \union {[p EXCEPT !.verified = TRUE]}
    /\ UNCHANGED <<clients, markersLeft, coordinatorEpoch, staleCompletion, logs, inits, adds, ends, lateMarkers,
                   ghosts, used>>

\* A partition appends a record, or finds that it has it, and acknowledges it.
AppendRecord(transaction, partition, attempt) == \E p \in Pending(transaction, partition, attempt) :
    LET log == logs[partition]
        entry == [kind |-> "data", transaction |-> transaction, producer |-> p.producer, epoch |-> p.epoch,
                  coordinatorEpoch |-> -1]
        isDuplicate == Known(log, p.producer) = p.epoch /\ \E i \in Data(log) : log[i] = entry
        author == authors[transaction]
    IN  /\ p.epoch >= Known(log, p.producer)
        /\ ~Unverified(log, p)
        /\ produces' = produces \ {p}
        /\ logs' = IF isDuplicate THEN logs ELSE [logs EXCEPT ![partition] = Append(@, entry)]
        /\ clients' = IF clients[author].transaction = transaction
                      THEN [clients EXCEPT ![author].acked = @ \union {partition}] ELSE clients
        /\ UNCHANGED <<coordination, inits, adds, ends, lateMarkers, ghosts, used>>

\* A marker is written: verifications under way on the partition no longer count, but in version 2 those of the
\* next transaction, which has the marker's epoch.
Mark(partition, entry) ==
    /\ logs' = [logs EXCEPT ![partition] = Append(@, entry)]
    /\ produces' = IF ~Guarded THEN produces ELSE
            {IF p.partition = partition /\ p.producer = entry.producer /\ ~(Version = 2 /\ p.epoch = entry.epoch)
             THEN [p EXCEPT !.verified = FALSE] ELSE p : p \in produces}

\* A partition writes the marker of the transaction that is being completed; the answer may get lost.
WriteMarker(partition, answered) ==
    /\ Prepared(coordinator)
    /\ partition \in markersLeft
    /\ (answered \/ used.lostAnswers < LostAnswers) = TRUE
    /\ TakesMarker(logs[partition], MarkerOf) = TRUE
    /\ Mark(partition, MarkerOf)
    /\ markersLeft' = IF answered THEN markersLeft \ {partition} ELSE markersLeft
    /\ used' = IF answered THEN used ELSE [used EXCEPT !.lostAnswers = @ + 1]
    /\ UNCHANGED <<clients, coordinator, recorded, coordinatorEpoch, staleCompletion, inits, adds, ends, lateMarkers,
                   ghosts>>

\* A marker of a former coordinator arrives at last.
WriteLateMarker(partition, former) ==
    \E late \in {m \in lateMarkers : m.partition = partition /\ m.entry.coordinatorEpoch = former} :
    /\ TakesMarker(logs[partition], late.entry) = TRUE
    /\ Mark(partition, late.entry)
    /\ lateMarkers' = lateMarkers \ {late}
    /\ UNCHANGED <<clients, coordination, inits, adds, ends, ghosts, used>>

-----------------------------------------------------------------------------
Next ==
    \/ \E instance \in Ids : SendInit(instance)
    \/ \E instance \in Ids : Recover(instance)
    \/ \E instance \in Ids : \E partition \in Parts : SendAdd(instance, partition)
    \/ \E instance \in Ids : \E partition \in Parts : Send(instance, partition)
    \/ \E instance \in Ids : \E outcome \in {"commit", "abort"} : SendEnd(instance, outcome)
    \/ \E instance \in Ids : \E partition \in Parts : ResendRecord(instance, partition)
    \/ \E instance \in Ids : ResendRequest(instance)
    \/ \E instance \in Ids : \E attempt \in InitAttempts : AnswerInit(instance, attempt)
    \/ \E instance \in Ids : \E attempt \in InitAttempts : FenceByInit(instance, attempt)
    \/ \E transaction \in Trans : \E attempt \in Attempts : AnswerEnd(transaction, attempt)
    \/ AbortTimedOut
    \/ FailToFence
    \/ \E transaction \in Trans : \E partition \in Parts : AnswerAdd(transaction, partition)
    \/ \E again \in BOOLEAN : Complete(again)
    \/ Reload
    \/ \E transaction \in Trans : \E partition \in Parts : \E attempt \in Attempts :
            Verify(transaction, partition, attempt)
    \/ \E transaction \in Trans : \E partition \in Parts : \E attempt \in Attempts :
            AppendRecord(transaction, partition, attempt)
    \/ \E partition \in Parts : \E answered \in BOOLEAN : WriteMarker(partition, answered)
    \/ \E partition \in Parts : \E former \in 0..(Reloads - 1) : WriteLateMarker(partition, former)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

OwedCommit(p, n) == coordinator.state = "prepare_commit" /\ coordinator.transaction = n /\ p \in markersLeft
CommittedOrOwed(p, i) ==
    Fate(logs[p], i) = "commit" \/ (Fate(logs[p], i) = None /\ OwedCommit(p, logs[p][i].transaction))

\* A record with a commit marker after it is not of a transaction that was aborted, by its client or for it.
AbortedNeverVisible ==
    \A p \in Parts : \A i \in Data(logs[p]) : Fate(logs[p], i) = "commit" =>
        decisions[logs[p][i].transaction] # "abort" /\ logs[p][i].transaction \notin fenced

\* A record with a commit marker after it is of a transaction whose client has decided.
NoPrematureCommit ==
    \A p \in Parts : \A i \in Data(logs[p]) :
        Fate(logs[p], i) = "commit" => decisions[logs[p][i].transaction] # None

\* A record with an abort marker after it is of a transaction that was aborted, by its client or for it.
AbortedAsAsked ==
    \A p \in Parts : \A i \in Data(logs[p]) : Fate(logs[p], i) = "abort" =>
        (decisions[logs[p][i].transaction] = "abort" \/ logs[p][i].transaction \in fenced)

\* Every record of a transaction whose commit was acknowledged has a commit marker, or one is being written.
CommittedVisible ==
    \A p \in Parts : \A i \in Data(logs[p]) :
        logs[p][i].transaction \in acknowledged => CommittedOrOwed(p, i)

\* If one record of a transaction is committed, all its records are, or their marker is being written.
Atomic ==
    \A p \in Parts : \A i \in Data(logs[p]) : \A q \in Parts : \A j \in Data(logs[q]) :
        (logs[p][i].transaction = logs[q][j].transaction /\ Fate(logs[p], i) = "commit") => CommittedOrOwed(q, j)

\* Where the coordinator holds no transaction, no partition has an open one: nobody would ever end it.
NoHanging ==
    Idle(coordinator) => \A p \in Parts : \A i \in 1..Len(logs[p]) : ~Open(logs[p], logs[p][i].producer)

Late(p, i) == \E j \in (i + 1)..Len(logs[p]) :
    logs[p][j].kind = "data" /\ logs[p][j].transaction = logs[p][i].transaction

\* No record stands behind a marker of its own transaction.
NoLateData == \A p \in Parts : \A i \in 1..Len(logs[p]) : logs[p][i].kind # "data" => ~Late(p, i)

\* A transaction that the coordinator has aborted of its own accord writes nothing behind its marker.
FencedWritesNothing ==
    \A p \in Parts : \A i \in 1..Len(logs[p]) :
        (logs[p][i].kind # "data" /\ logs[p][i].transaction \in fenced) => ~Late(p, i)

\* No transaction is completed twice.
EachCompletesOnce == \A n \in Trans : completions[n] <= 1

\* What the coordinator holds is what its log says: a new coordinator would go on the same way.
MemoryIsWhatWasWritten == coordinator = recorded

\* Epochs are -1 to 32767, and no client holds the last one: the coordinator needs it to fence.
EpochsWithinRange ==
    /\ coordinator.epoch >= -1 /\ coordinator.epoch <= EpochMax
    /\ \A p \in Parts : \A i \in 1..Len(logs[p]) : logs[p][i].epoch >= -1 /\ logs[p][i].epoch <= EpochMax
    /\ \A k \in Ids : clients[k].epoch >= -1 /\ clients[k].epoch < EpochMax

\* Along a partition, the coordinator epochs of the markers of a producer never fall.
CoordinatorEpochsNeverFall ==
    \A p \in Parts : \A j \in 1..Len(logs[p]) : \A i \in 1..(j - 1) :
        (/\ logs[p][i].kind # "data" /\ logs[p][j].kind # "data"
         /\ logs[p][i].producer = logs[p][j].producer)
            => logs[p][i].coordinatorEpoch <= logs[p][j].coordinatorEpoch

\* No two instances have the same producer id and epoch.
IdentitiesAreUnique ==
    \A k \in Ids : \A l \in Ids : (k # l /\ clients[k].epoch >= 0) =>
        ~(clients[k].producer = clients[l].producer /\ clients[k].epoch = clients[l].epoch)

\* Is identity a (producer id, epoch) later than b?
Later(a, b) == a.producer > b.producer \/ (a.producer = b.producer /\ a.epoch > b.epoch)

\* The coordinator never goes back to an earlier producer id, or to an earlier epoch of the same one.
IdentityGrows == [][~Later(coordinator, coordinator')]_vars

\* No record is appended under an identity that a newer instance has replaced.
ZombiesWriteNothing == [][
    \A p \in Parts : Len(logs'[p]) > Len(logs[p]) =>
        LET entry == logs'[p][Len(logs'[p])]
        IN  entry.kind = "data" =>
                \A k \in Ids : (k # authors[entry.transaction]) => ~Later(clients[k], entry) ]_vars
=============================================================================
