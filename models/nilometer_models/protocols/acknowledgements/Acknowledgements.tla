-------------------------- MODULE Acknowledgements --------------------------
(***************************************************************************)
(* What a producer is told about a record, and what that is worth.         *)
(*                                                                         *)
(*   acks=0     nothing is said                                            *)
(*   acks=1     the leader has it                                          *)
(*   acks=all   the in-sync replicas (ISR) have it, and they are           *)
(*              min.insync.replicas at least                               *)
(*                                                                         *)
(* A deposed leader goes on until it hears of its successor.  A replica    *)
(* may restart without its log.  Who left the ISR below the minimum, and   *)
(* has lost nothing since, is an eligible leader replica (ELR, KIP-966).   *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,          \* how many replicas; their ids are 1..Replicas
    Minimum,           \* min.insync.replicas
    Records,           \* records that are ever sent; their ids are 1..Records
    MaxEpoch,          \* highest leader epoch, counted from 0
    Losses,            \* restarts without the log
    None,              \* nobody, where a leader is expected
    MinimumCheckedBefore,        \* below the minimum acks=all is refused, and nothing is written
    MinimumCheckedAfter,         \* ... and not acknowledged if the ISR has shrunk meanwhile
    MinimumHoldsHighWatermark,   \* the high watermark stands still below the minimum (KIP-966)
    MinimumCountsIsr,            \* the minimum counts in-sync replicas, not assigned ones
    AllWaitsForHighWatermark,    \* acks=all waits until the high watermark has passed the record
    RefusedIsNotAppended,        \* NOT_ENOUGH_REPLICAS: nothing was written
    DeposedLeaderTells,          \* who waits at a deposed leader is told NOT_LEADER_OR_FOLLOWER
    CleanElection                \* leaders come from the ISR, or from the ELR if it is empty

VARIABLES
    controller,  \* [leader, epoch, isr, elr, lastLeader].  The leader's changes of the ISR take effect at once.
    replicas,    \* replica -> [log, highWatermark, epoch, leader, isr, epochStart]: what it believes.  Epoch -1: nothing.
    produced,    \* record -> [acks, leader, end, answer]: what was sent, and what the producer knows
    losses       \* how much of Losses is used up

vars == <<controller, replicas, produced, losses>>

Ids == 1..Replicas
All == -1

-----------------------------------------------------------------------------
(* What follows from the state. *)

AtMost(a, b) == IF a < b THEN a ELSE b
AtLeast(a, b) == IF a > b THEN a ELSE b
EffectiveMinimum == AtMost(Minimum, Replicas)
HasMinimum(isr) == (IF MinimumCountsIsr THEN Cardinality(isr) ELSE Replicas) >= EffectiveMinimum

LogEnd(r) == Len(replicas[r].log)
In(log) == {log[i] : i \in 1..Len(log)}
Leads(r) == replicas[r].leader = r                        \* r believes to lead, rightly or not
Follows(f, l) ==                                          \* f fetches from l, in its epoch (KIP-320)
    f # l /\ replicas[f].leader = l /\ replicas[l].leader = l /\ replicas[f].epoch = replicas[l].epoch

\* How far two logs are equal.
CommonEnd(one, other) ==
    LET equal == {n \in 0..AtMost(Len(one), Len(other)) : SubSeq(one, 1, n) = SubSeq(other, 1, n)}
    IN  CHOOSE n \in equal : \A m \in equal : m <= n

\* The controller with another ISR; `lost` have lost what they had.
WithIsr(isr, lost) ==
    [controller EXCEPT !.isr = isr,
        !.elr = IF Cardinality(isr) >= EffectiveMinimum THEN {}
                ELSE ((controller.elr \union controller.isr) \ isr) \ lost]

\* If ISR and ELR are empty, the last leader is elected, whatever it has lost.
Electable ==
    IF ~CleanElection THEN Ids
    ELSE IF controller.isr # {} THEN controller.isr
    ELSE IF controller.elr # {} THEN controller.elr
    ELSE {controller.lastLeader}

AllAnswered(r, answer) ==
    [n \in 1..Len(produced) |->
        IF produced[n].leader = r /\ produced[n].answer = "pending"
        THEN [produced[n] EXCEPT !.answer = answer] ELSE produced[n]]

-----------------------------------------------------------------------------
(* The controller. *)

\* The controller elects another leader, in the next epoch.
ElectLeader(leader) ==
    /\ leader # controller.leader
    /\ leader \in Electable
    /\ controller.epoch < MaxEpoch
    /\ LET isr == IF leader \in controller.isr THEN controller.isr ELSE {leader}
           known == controller.isr \union controller.elr
       IN  controller' = [WithIsr(isr, IF leader \in known THEN {} ELSE known)
                            EXCEPT !.leader = leader, !.epoch = @ + 1, !.lastLeader = leader]
    /\ UNCHANGED <<replicas, produced, losses>>

\* A replica hears who leads: it takes over, or cuts its log to where it agrees with the leader.
Learn(follower) ==
    LET leader == controller.leader
        own == replicas[follower]
    IN  /\ leader # None
        /\ own.epoch < controller.epoch
        /\ (IF leader = follower THEN TRUE ELSE Leads(leader) /\ replicas[leader].epoch = controller.epoch) = TRUE
        /\ IF leader = follower
           THEN /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT
                        !.epoch = controller.epoch, !.leader = leader, !.isr = controller.isr, !.epochStart = Len(own.log)]]
                /\ UNCHANGED produced
           ELSE LET end == CommonEnd(own.log, replicas[leader].log)
                IN  /\ replicas' = [replicas EXCEPT ![follower] =
                            [log |-> SubSeq(own.log, 1, end), highWatermark |-> AtMost(own.highWatermark, end),
                             epoch |-> controller.epoch, leader |-> leader, isr |-> {}, epochStart |-> 0]]
                    /\ produced' = IF DeposedLeaderTells THEN AllAnswered(follower, "not_leader") ELSE produced
        /\ UNCHANGED <<controller, losses>>

\* A replica restarts without its log.  The controller takes it out of ISR, ELR and office.
Lose(follower) ==
    /\ losses < Losses
    /\ (controller.leader = follower => controller.epoch < MaxEpoch) = TRUE
    /\ LET made == WithIsr(controller.isr \ {follower}, {follower})
           leader == controller.leader
           isHeard == IF leader \in {None, follower} THEN FALSE
                      ELSE Leads(leader) /\ replicas[leader].epoch = controller.epoch
       IN  /\ controller' = IF leader = follower THEN [made EXCEPT !.leader = None, !.epoch = @ + 1] ELSE made
           /\ replicas' = [r \in Ids |->
                IF r = follower
                THEN [log |-> <<>>, highWatermark |-> 0, epoch |-> -1, leader |-> None, isr |-> {}, epochStart |-> 0]
                ELSE IF isHeard /\ r = leader THEN [replicas[r] EXCEPT !.isr = made.isr] ELSE replicas[r]]
    /\ produced' = AllAnswered(follower, "unknown")
    /\ losses' = losses + 1

-----------------------------------------------------------------------------
(* Producers. *)

\* A producer sends the next record to a replica that believes to lead.
Produce(leader, acks) ==
    /\ Leads(leader)
    /\ Len(produced) < Records
    /\ LET own == replicas[leader]
           refused == acks = All /\ MinimumCheckedBefore /\ ~HasMinimum(own.isr)
           waits == acks = All /\ AllWaitsForHighWatermark
           answer == CASE refused -> "not_enough_replicas"
                       [] ~refused /\ acks = 0 -> "none"
                       [] ~refused /\ acks # 0 -> IF waits THEN "pending" ELSE "ok"
       IN  /\ produced' = produced \o <<[acks |-> acks, leader |-> leader, end |-> Len(own.log) + 1, answer |-> answer]>>
           /\ replicas' = IF refused /\ RefusedIsNotAppended THEN replicas
                          ELSE [replicas EXCEPT ![leader].log = @ \o <<Len(produced) + 1>>]
    /\ UNCHANGED <<controller, losses>>

IsPending(record) == IF record <= Len(produced) THEN produced[record].answer = "pending" ELSE FALSE

\* A producer waits no longer; the record may be there or not.
TimeOut(record) ==
    /\ IsPending(record)
    /\ produced' = [produced EXCEPT ![record].answer = "unknown"]
    /\ UNCHANGED <<controller, replicas, losses>>

\* The leader's high watermark has passed a record that was sent with acks=all, and it says so.
Answer(record) ==
    /\ IsPending(record)
    /\ LET own == replicas[produced[record].leader]
           isEnough == MinimumCheckedAfter => HasMinimum(own.isr)
       IN  /\ Leads(produced[record].leader)
           /\ own.highWatermark >= produced[record].end
           /\ produced' = [produced EXCEPT ![record].answer =
                IF isEnough THEN "ok" ELSE "not_enough_replicas_after_append"]
    /\ UNCHANGED <<controller, replicas, losses>>

-----------------------------------------------------------------------------
(* Leaders and followers. *)

\* A follower takes the next record from its leader, and the high watermark as far as its log goes.
Fetch(follower, leader) ==
    /\ Follows(follower, leader)
    /\ LET own == replicas[follower]
           log == SubSeq(replicas[leader].log, 1, AtMost(Len(own.log) + 1, LogEnd(leader)))
           mark == AtLeast(own.highWatermark, AtMost(replicas[leader].highWatermark, Len(log)))
       IN  /\ (log # own.log \/ mark # own.highWatermark) = TRUE
           /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT !.log = log, !.highWatermark = mark]]
    /\ UNCHANGED <<controller, produced, losses>>

\* The leader moves its high watermark over a record that its whole ISR has, if the ISR has the minimum.
IncreaseHighWatermark(leader) ==
    /\ Leads(leader)
    /\ LET own == replicas[leader]
       IN  /\ own.highWatermark < Len(own.log)
           /\ (MinimumHoldsHighWatermark => HasMinimum(own.isr)) = TRUE
           /\ \A m \in own.isr \ {leader} : Follows(m, leader) /\ LogEnd(m) > own.highWatermark
    /\ replicas' = [replicas EXCEPT ![leader].highWatermark = @ + 1]
    /\ UNCHANGED <<controller, produced, losses>>

MayChangeIsr(leader, follower) ==
    leader # follower /\ Leads(leader) /\ controller.leader = leader /\ controller.epoch = replicas[leader].epoch

ChangeIsr(leader, isr) ==
    /\ replicas' = [replicas EXCEPT ![leader].isr = isr]
    /\ controller' = WithIsr(isr, {})
    /\ UNCHANGED <<produced, losses>>

\* The leader takes a follower that is behind out of the ISR.
ShrinkIsr(leader, follower) ==
    /\ MayChangeIsr(leader, follower)
    /\ follower \in replicas[leader].isr
    /\ ~(Follows(follower, leader) /\ LogEnd(follower) >= LogEnd(leader))
    /\ ChangeIsr(leader, replicas[leader].isr \ {follower})

\* The leader adds a follower that has everything that may be committed.
ExpandIsr(leader, follower) ==
    /\ MayChangeIsr(leader, follower)
    /\ follower \notin replicas[leader].isr
    /\ Follows(follower, leader)
    /\ LogEnd(follower) >= AtLeast(replicas[leader].highWatermark, replicas[leader].epochStart)
    /\ ChangeIsr(leader, replicas[leader].isr \union {follower})

-----------------------------------------------------------------------------
\* Replica 1 leads in epoch 0, and everybody knows.
Init ==
    /\ controller = [leader |-> 1, epoch |-> 0, isr |-> Ids, elr |-> {}, lastLeader |-> 1]
    /\ replicas = [r \in Ids |-> [log |-> <<>>, highWatermark |-> 0, epoch |-> 0, leader |-> 1,
                                  isr |-> IF r = 1 THEN Ids ELSE {}, epochStart |-> 0]]
    /\ produced = <<>>
    /\ losses = 0

Next ==
    \/ \E leader \in Ids : ElectLeader(leader)
    \/ \E follower \in Ids : Learn(follower)
    \/ \E follower \in Ids : Lose(follower)
    \/ \E leader \in Ids : \E acks \in {0, 1, -1} : Produce(leader, acks)
    \/ \E record \in 1..Records : TimeOut(record)
    \/ \E record \in 1..Records : Answer(record)
    \/ \E follower \in Ids : \E leader \in Ids : Fetch(follower, leader)
    \/ \E leader \in Ids : IncreaseHighWatermark(leader)
    \/ \E leader \in Ids : \E follower \in Ids : ShrinkIsr(leader, follower)
    \/ \E leader \in Ids : \E follower \in Ids : ExpandIsr(leader, follower)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

Acked == {n \in 1..Len(produced) : produced[n].acks = All /\ produced[n].answer = "ok"}
IsTolerable == losses < EffectiveMinimum

\* What was acknowledged with acks=all is on all who may be elected, if fewer than the minimum lost records.
AckedIsCommitted == IsTolerable => \A m \in controller.isr \union controller.elr : Acked \subseteq In(replicas[m].log)

\* ... and in the log of whoever leads in the current epoch.
AckedNotLost ==
    (IF IsTolerable /\ controller.leader # None THEN replicas[controller.leader].epoch = controller.epoch ELSE FALSE)
        => Acked \subseteq In(replicas[controller.leader].log)

\* What was refused with NOT_ENOUGH_REPLICAS is in no log.
RefusedIsAbsent ==
    \A n \in 1..Len(produced) : produced[n].answer = "not_enough_replicas" => \A r \in Ids : n \notin In(replicas[r].log)

\* acks=all is acknowledged only by a leader whose ISR has the minimum.
NothingIsAckedBelowTheMinimum == [][
    \A n \in Acked' \ Acked : Cardinality(replicas'[produced'[n].leader].isr) >= EffectiveMinimum ]_vars

\* acks=all is appended only by a leader whose ISR has the minimum.
NothingIsAppendedBelowTheMinimum == [][
    LET n == Len(produced')
    IN  (IF n > Len(produced) THEN produced'[n].acks = All /\ n \in In(replicas'[produced'[n].leader].log) ELSE FALSE)
            => Cardinality(replicas[produced'[n].leader].isr) >= EffectiveMinimum ]_vars
=============================================================================
