-------------------------- MODULE EligibleLeaders --------------------------
(***************************************************************************)
(* Who may lead a partition when brokers come back without their records.  *)
(* The controller keeps, beside the set of in-sync replicas (ISR), a set   *)
(* of eligible leader replicas (ELR): members that left the ISR while it   *)
(* was below min.insync.replicas, and have not restarted uncleanly since   *)
(* (KIP-966).  Nothing is committed while the ISR is below the minimum, so *)
(* whoever is in either set has every committed record.                    *)
(*                                                                         *)
(* What a crash has lost shows when the broker comes back: until then the  *)
(* leader counts on what the broker had.  Brokers and controller agree at  *)
(* once; IsrChanges is the module in which they do not.                    *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,          \* how many replicas; their ids are 1..Replicas, in the order of assignment
    Minimum,           \* min.insync.replicas
    Records,           \* records that are ever written; their ids are 1..Records
    Stops,             \* clean stops
    Crashes,           \* ends of brokers with all records lost
    Fences,            \* times that the controller fences somebody
    None,              \* nobody, where a leader is expected
    ElrEnabled,                  \* there is an ELR, and the ISR may be empty (KIP-966)
    MinimumHoldsHighWatermark,   \* the high watermark stands still below the minimum (KIP-966)
    UncleanStopDetected,         \* who does not present its last broker epoch may have lost records
    ElrClearedAtMinimum,         \* an ISR that reaches the minimum needs no ELR
    ElrWithoutIsr,               \* no member of the ISR is in the ELR
    LeadersAreActive,            \* no fenced broker is elected
    LastKnownLeaderReturns,      \* with both sets empty, the last known leader is elected
    RestartsBumpEpochOnly,       \* who registers again without a restart keeps its broker epoch (KAFKA-16952)
    UncleanElection              \* unclean.leader.election.enable

VARIABLES
    partition,     \* [leader, isr, elr, lastKnownLeader, recovering, election, epochStart, highWatermark]
    brokers,       \* replica -> [log, status]; "up", "stopped" or "crashed".  All of a crashed log is lost.
    fenced,        \* brokers that the controller does not hear from
    brokerEpochs,  \* replica -> its broker epoch: a new one with each restart
    committed,     \* records that were ever below a high watermark; nobody in the system knows this set
    written,       \* records written so far
    stops,         \* how much of Stops,
    crashes,       \* of Crashes
    fences         \* and of Fences is used up

vars == <<partition, brokers, fenced, brokerEpochs, committed, written, stops, crashes, fences>>

Ids == 1..Replicas

-----------------------------------------------------------------------------
(* What follows from the state. *)

AtMost(a, b) == IF a < b THEN a ELSE b
EffectiveMinimum == AtMost(Minimum, Replicas)
Log(r) == brokers[r].log
LogEnd(r) == Len(brokers[r].log)
IsUp(r) == brokers[r].status = "up"
SomebodyWorks == IF partition.leader = None THEN FALSE ELSE IsUp(partition.leader)
Least(set) == CHOOSE r \in set : \A other \in set : r <= other
Holds(r, end, log) == SubSeq(Log(r), 1, AtMost(end, LogEnd(r))) = SubSeq(log, 1, AtMost(end, Len(log)))
RecordsOf(log) == {log[i] : i \in 1..Len(log)}

\* Brokers that may be elected, if `away` are fenced.
Active(away) == IF LeadersAreActive THEN Ids \ away ELSE Ids

-----------------------------------------------------------------------------
(* The controller computes the partition anew, for a new ISR.  `able` may  *)
(* lead; `unclean` have just shown that they may have lost records.        *)

Eligible(isr, unclean) ==
    IF ~ElrEnabled \/ (ElrClearedAtMinimum /\ Cardinality(isr) >= EffectiveMinimum) THEN {}
    ELSE ((partition.elr \union partition.isr) \ unclean) \ (IF ElrWithoutIsr THEN isr ELSE {})

\* [leader, election]: who leads, and how it came to office.
Elected(isr, elr, able) ==
    LET valid == (IF isr # {} THEN isr ELSE elr) \intersect able
    IN  CASE partition.leader \in valid -> [leader |-> partition.leader, election |-> partition.election]
          [] partition.leader \notin valid /\ valid # {} ->
                [leader |-> Least(valid), election |-> IF isr # {} THEN "isr" ELSE "elr"]
          [] valid = {} ->
                IF ElrEnabled /\ LastKnownLeaderReturns /\ isr = {} /\ elr = {} /\ partition.lastKnownLeader \in able
                THEN [leader |-> partition.lastKnownLeader, election |-> "last_known"]
                ELSE IF UncleanElection /\ able # {} THEN [leader |-> Least(able), election |-> "unclean"]
                ELSE [leader |-> None, election |-> partition.election]

\* The partition with `isr` wanted.
Changed(isr, able, unclean) ==
    LET elr == Eligible(isr, unclean)
        new == Elected(isr, elr, able)
        isNew == new.leader # None /\ new.leader # partition.leader
        isUnclean == isNew /\ new.election \in {"last_known", "unclean"}
        isAlone == isUnclean \/ (isNew /\ new.election = "elr")
    IN  [leader |-> new.leader,
         isr |-> IF isAlone THEN {new.leader} ELSE IF isr = {} /\ ~ElrEnabled THEN partition.isr ELSE isr,
         elr |-> IF isUnclean THEN {} ELSE IF isAlone THEN elr \ {new.leader} ELSE elr,
         lastKnownLeader |-> IF isNew THEN None
                             ELSE IF new.leader = None /\ partition.lastKnownLeader = None THEN partition.leader
                             ELSE partition.lastKnownLeader,
         recovering |-> partition.recovering \/ isUnclean,
         election |-> new.election,
         epochStart |-> IF isNew THEN LogEnd(new.leader) ELSE partition.epochStart,
         highWatermark |-> IF isNew THEN 0 ELSE partition.highWatermark]

-----------------------------------------------------------------------------
(* Brokers go and come. *)

\* A broker stops cleanly: its log is flushed, and it leaves a mark with its broker epoch.
Stop(replica) ==
    /\ IsUp(replica)
    /\ stops < Stops
    /\ brokers' = [brokers EXCEPT ![replica].status = "stopped"]
    /\ stops' = stops + 1
    /\ UNCHANGED <<partition, fenced, brokerEpochs, committed, written, crashes, fences>>

\* A broker ends without having flushed its log.
Crash(replica) ==
    /\ IsUp(replica)
    /\ crashes < Crashes
    /\ brokers' = [brokers EXCEPT ![replica].status = "crashed"]
    /\ crashes' = crashes + 1
    /\ UNCHANGED <<partition, fenced, brokerEpochs, committed, written, stops, fences>>

\* A broker comes back, fenced and out of the ISR; of the ELR, too, unless it stopped cleanly.  Or it is still up.
Register(replica) ==
    LET wasUp == IsUp(replica)
        isClean == brokers[replica].status = "stopped" \/ ~UncleanStopDetected
    IN  /\ partition' = IF wasUp THEN partition
                        ELSE Changed(partition.isr \ {replica}, Active(fenced) \ {replica},
                                     IF isClean THEN {} ELSE {replica})
        /\ brokers' = [brokers EXCEPT ![replica] =
                [log |-> IF @.status = "crashed" THEN <<>> ELSE @.log, status |-> "up"]]
        /\ fenced' = IF wasUp THEN fenced ELSE fenced \union {replica}
        /\ brokerEpochs' = IF wasUp /\ RestartsBumpEpochOnly THEN brokerEpochs
                           ELSE [brokerEpochs EXCEPT ![replica] = @ + 1]
        /\ UNCHANGED <<committed, written, stops, crashes, fences>>

\* The controller does not hear from a broker, which may be up or down.
Fence(replica) ==
    /\ replica \notin fenced
    /\ fences < Fences
    /\ fenced' = fenced \union {replica}
    /\ fences' = fences + 1
    /\ partition' = Changed(partition.isr \ {replica}, Active(fenced'), {})
    /\ UNCHANGED <<brokers, brokerEpochs, committed, written, stops, crashes>>

\* The controller hears from a fenced broker; if nobody leads, it may be elected.
Unfence(replica) ==
    /\ replica \in fenced
    /\ IsUp(replica)
    /\ fenced' = fenced \ {replica}
    /\ partition' = IF partition.leader # None THEN partition ELSE Changed(partition.isr, Active(fenced'), {})
    /\ UNCHANGED <<brokers, brokerEpochs, committed, written, stops, crashes, fences>>

-----------------------------------------------------------------------------
(* Leader and followers. *)

\* The leader appends a new record.
Produce ==
    /\ SomebodyWorks
    /\ written < Records
    /\ brokers' = [brokers EXCEPT ![partition.leader].log = @ \o <<written + 1>>]
    /\ written' = written + 1
    /\ UNCHANGED <<partition, fenced, brokerEpochs, committed, stops, crashes, fences>>

\* What a follower has after a fetch: cut where it differs from the leader, and one record more.
Fetched(own, theirs) ==
    LET equal == {n \in 0..AtMost(Len(own), Len(theirs)) : SubSeq(own, 1, n) = SubSeq(theirs, 1, n)}
        common == CHOOSE n \in equal : \A other \in equal : other <= n
    IN  SubSeq(theirs, 1, AtMost(common + 1, Len(theirs)))

\* A follower, fenced or not, cuts its log to where it agrees with the leader, and takes the next record.
Fetch(follower) ==
    /\ SomebodyWorks
    /\ partition.leader # follower
    /\ IsUp(follower)
    /\ Fetched(Log(follower), Log(partition.leader)) # Log(follower)
    /\ brokers' = [brokers EXCEPT ![follower].log = Fetched(@, Log(partition.leader))]
    /\ UNCHANGED <<partition, fenced, brokerEpochs, committed, written, stops, crashes, fences>>

\* The leader moves its high watermark over a record that its whole ISR has; the ISR must reach the minimum.
IncreaseHighWatermark ==
    /\ SomebodyWorks
    /\ LET end == partition.highWatermark + 1
           log == Log(partition.leader)
       IN  /\ end <= Len(log)
           /\ (MinimumHoldsHighWatermark => Cardinality(partition.isr) >= EffectiveMinimum) = TRUE
           /\ \A m \in partition.isr : Holds(m, end, log)
           /\ partition' = [partition EXCEPT !.highWatermark = end]
           /\ committed' = committed \union {log[end]}
    /\ UNCHANGED <<brokers, fenced, brokerEpochs, written, stops, crashes, fences>>

\* With its first change of the ISR a leader says that it has recovered.
Recovered(isr) == [Changed(isr, Active(fenced), {}) EXCEPT !.recovering = FALSE]

\* The leader has the controller take a follower that is behind out of the ISR.
ShrinkIsr(follower) ==
    /\ SomebodyWorks
    /\ follower # partition.leader
    /\ follower \in partition.isr
    /\ Log(follower) # Log(partition.leader)
    /\ partition' = Recovered(partition.isr \ {follower})
    /\ UNCHANGED <<brokers, fenced, brokerEpochs, committed, written, stops, crashes, fences>>

\* The leader has the controller add a follower that has everything that may be committed.
ExpandIsr(follower) ==
    /\ SomebodyWorks
    /\ IsUp(follower)
    /\ follower \notin partition.isr
    /\ follower \notin fenced
    /\ LET end == IF partition.highWatermark > partition.epochStart THEN partition.highWatermark ELSE partition.epochStart
       IN  /\ LogEnd(follower) >= end
           /\ Holds(follower, end, Log(partition.leader))
    /\ partition' = Recovered(partition.isr \union {follower})
    /\ UNCHANGED <<brokers, fenced, brokerEpochs, committed, written, stops, crashes, fences>>

-----------------------------------------------------------------------------
Init ==
    /\ partition = [leader |-> 1, isr |-> Ids, elr |-> {}, lastKnownLeader |-> None, recovering |-> FALSE,
                    election |-> "isr", epochStart |-> 0, highWatermark |-> 0]
    /\ brokers = [r \in Ids |-> [log |-> <<>>, status |-> "up"]]
    /\ fenced = {}
    /\ brokerEpochs = [r \in Ids |-> 1]
    /\ committed = {}
    /\ written = 0
    /\ stops = 0
    /\ crashes = 0
    /\ fences = 0

Next ==
    \/ \E replica \in Ids : Stop(replica)
    \/ \E replica \in Ids : Crash(replica)
    \/ \E replica \in Ids : Register(replica)
    \/ \E replica \in Ids : Fence(replica)
    \/ \E replica \in Ids : Unfence(replica)
    \/ Produce
    \/ \E follower \in Ids : Fetch(follower)
    \/ IncreaseHighWatermark
    \/ \E follower \in Ids : ShrinkIsr(follower)
    \/ \E follower \in Ids : ExpandIsr(follower)

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

IsTolerable == crashes < EffectiveMinimum     \* fewer brokers have lost records than there are copies

\* If fewer brokers than the minimum have lost records, a leader has every committed record.
CommittedSurvives ==
    (IsTolerable /\ partition.leader # None) => committed \subseteq RecordsOf(Log(partition.leader))

\* ... and so has every member of ISR and ELR that is up.
ElectableHasCommitted ==
    IsTolerable => \A r \in partition.isr \union partition.elr : IsUp(r) => committed \subseteq RecordsOf(Log(r))

\* Nobody is in the ISR and in the ELR.
IsrElrDisjoint == partition.isr \intersect partition.elr = {}

\* There are eligible leader replicas only while the ISR is below the minimum.
ElrOnlyBelowMinimum == partition.elr # {} => Cardinality(partition.isr) < EffectiveMinimum

\* The leader, if there is one, is in the ISR and not fenced.
LeaderUnfenced == partition.leader # None => (partition.leader \in partition.isr /\ partition.leader \notin fenced)

\* A broker epoch rises only when the broker was down, and never falls.
EpochsRiseWithRestarts == [][
    \A r \in Ids : brokerEpochs'[r] = brokerEpochs[r] \/ (brokerEpochs'[r] > brokerEpochs[r] /\ ~IsUp(r)) ]_vars
=============================================================================
