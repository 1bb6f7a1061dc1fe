----------------------------- MODULE ConsumerGroup -----------------------------
(***************************************************************************)
(* The consumer group protocol of KIP-848.  The coordinator computes a     *)
(* target assignment for each group epoch; each member walks to it by      *)
(* itself, one heartbeat at a time: it gives up what it must, says so, and *)
(* gets what others have given up.                                         *)
(*                                                                         *)
(* A heartbeat is handled in one step; its answer arrives in another, or   *)
(* is lost.  All that the coordinator does is written to the log before it *)
(* answers, so that a new coordinator differs by lost answers only.  There *)
(* is one topic, to which a member is subscribed or not.                   *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
    Members,           \* members that there may be; their ids are 1..Members, and stay the same when they rejoin
    Partitions,        \* partitions of the topic
    GroupEpochs,       \* the highest group epoch
    Static,            \* so many members, the last ones, have one and the same instance id
    Changes, Expiries, Lost, Commits,  \* how often: a subscription changes, a member expires, an answer is lost, ...
    None,                      \* no member, no answer, not told, no commit
    WaitsForRelease,           \* assigned is only what nobody else holds
    EpochWaitsForRevocation,   \* KAFKA-19974: who has to give something up stays in its epoch
    EpochZeroRejoins,          \* KAFKA-19233: epoch 0 is welcome whatever the epoch is
    EpochsSurviveEmpty,        \* an empty group goes on counting
    FullRequestAfterLoss,      \* who has lost an answer says everything, and is told everything
    GrantCountsAsOwned,        \* ... also what it is about to take over (not what Kafka's Java client does)
    InstanceMustBeReleased,    \* nobody takes over the instance id of a member that has not left
    TargetIsComputedFirst,     \* before the next heartbeat is answered (consumer.assignment.interval.ms = 0)
    MovesToTargetEpoch,        \* a member's epoch is that of its target
    AssignorSeesSubscriptions, \* partitions are for members that want them
    CommitChecksEpoch          \* KIP-1251: commits come from who has had the partition since

VARIABLES
    groupEpoch,   \* grows when members come, go, or change their subscription
    targetEpoch,  \* the group epoch for which the target was computed
    target,       \* partition -> member, 0 for nobody
    members,      \* member -> [epoch, previous, state, assigned, pending, subscribed]; epochs by partition, 0 if not.
                  \* Epoch -2 is a static member that has left, and may come back.
    consumers,    \* member -> [epoch, owned, wanted, told, full, answer], as it sees itself; epoch -1: out
    holdings,     \* partition -> [member, epoch]: who held it last.  A ghost, for OwnerUniquePerEpoch.
    request,      \* the commit on its way
    committed,    \* partition -> the last commit accepted
    changed, expired, lost, sent

vars == <<groupEpoch, targetEpoch, target, members, consumers, holdings, request, committed,
          changed, expired, lost, sent>>

Ids == 1..Members
Parts == 1..Partitions
Zero == [x \in Parts |-> 0]

-----------------------------------------------------------------------------
(* Questions. *)

Present(ms) == {m \in Ids : ms[m] # None}
Smallest(S) == CHOOSE x \in S : \A y \in S : x <= y
Those(epochs) == {x \in Parts : epochs[x] # 0}
Held(known) == Those(known.assigned) \union Those(known.pending)
Holders(ms, x) == {m \in Present(ms) : x \in Held(ms[m])}
MeantFor(m) == IF members[m].subscribed THEN {x \in Parts : target[x] = m} ELSE {}

IsStatic(m) == m > Members - Static

\* The member that has the same instance id; 0 if there is none.
HolderOf(m) ==
    LET S == {h \in Present(members) : IsStatic(m) /\ IsStatic(h)}
    IN  IF S = {} THEN 0 ELSE Smallest(S)

\* The owned partitions in the next heartbeat; None where they are left out as unchanged.
Reported(m) ==
    LET q == consumers[m]
    IN  IF q.epoch > 0 /\ ~q.full /\ q.told THEN None
        ELSE q.owned \union (IF GrantCountsAsOwned /\ q.wanted # None THEN q.wanted ELSE {})

\* Why the next heartbeat is refused.  The answer that told of the epoch may have been lost.
Refusal(m) ==
    LET known == members[m]
        epoch == consumers[m].epoch
        owned == Reported(m)
    IN  IF known = None THEN "UNKNOWN_MEMBER_ID"
        ELSE IF epoch = known.epoch THEN "NONE"
        ELSE IF epoch = 0 /\ IsStatic(m) THEN "UNRELEASED_INSTANCE_ID"
        ELSE IF epoch = 0 /\ EpochZeroRejoins THEN "NONE"
        ELSE IF epoch # known.previous THEN "FENCED_MEMBER_EPOCH"
        ELSE IF owned = None THEN "FENCED_MEMBER_EPOCH"
        ELSE IF owned \subseteq Those(known.assigned) THEN "NONE" ELSE "FENCED_MEMBER_EPOCH"

\* The epoch in which a member got a partition that it holds.
Since(known, x) == IF known.assigned[x] # 0 THEN known.assigned[x] ELSE known.pending[x]

Accepts(commit) ==
    LET known == members[commit.member]
    IN  IF known = None THEN FALSE
        ELSE IF ~CommitChecksEpoch \/ commit.epoch = known.epoch THEN TRUE
        ELSE /\ commit.epoch < known.epoch
             /\ Since(known, commit.partition) > 0
             /\ Since(known, commit.partition) <= commit.epoch

-----------------------------------------------------------------------------
(* A member walks to its target (CurrentAssignmentBuilder). *)

Owns(owned, some) == IF owned = None THEN TRUE ELSE owned \intersect some # {}

\* Give up; or get what is free, and move to the epoch of the target.
NextAssignment(m, owned) ==
    LET found == members[m]
        aim == MeantFor(m)
        kept == [x \in Parts |-> IF x \in aim THEN found.assigned[x] ELSE 0]
        leaves == [x \in Parts |-> IF x \in aim THEN 0 ELSE found.assigned[x]]
        gets == aim \ Those(kept)
        unreleased == {x \in gets : WaitsForRelease /\ Holders(members, x) # {} /\ found.pending[x] = 0}
        early == found.state = "UNREVOKED_PARTITIONS" /\ ~EpochWaitsForRevocation
        epoch == IF MovesToTargetEpoch THEN targetEpoch ELSE groupEpoch + 1
    IN  IF Those(leaves) # {} /\ Owns(owned, Those(leaves))
        THEN [found EXCEPT !.epoch = IF early THEN targetEpoch ELSE @, !.previous = found.epoch,
                           !.state = "UNREVOKED_PARTITIONS", !.assigned = kept, !.pending = leaves]
        ELSE [found EXCEPT !.epoch = epoch, !.previous = found.epoch,
                           !.state = IF unreleased = {} THEN "STABLE" ELSE "UNRELEASED_PARTITIONS",
                           !.assigned = [x \in Parts |-> IF x \in gets \ unreleased THEN epoch ELSE kept[x]],
                           !.pending = Zero]

Reconciled(m, owned) ==
    LET found == members[m]
    IN  CASE found.state = "STABLE" /\ found.epoch = targetEpoch -> found
          [] found.state = "UNREVOKED_PARTITIONS" /\ Owns(owned, Those(found.pending)) -> found
          [] OTHER -> NextAssignment(m, owned)

\* Members change, and who holds what, in an epoch of its own, is remembered.
Holding(ms, x) ==
    IF Holders(ms, x) = {} THEN holdings[x]
    ELSE LET m == Smallest(Holders(ms, x))
         IN  IF ms[m].epoch > 0 THEN [member |-> m, epoch |-> ms[m].epoch] ELSE holdings[x]

SetMembers(ms) ==
    /\ members' = ms
    /\ holdings' = [x \in Parts |-> Holding(ms, x)]

Remove(m) ==
    LET ms == [members EXCEPT ![m] = None]
        survives == Present(ms) # {} \/ EpochsSurviveEmpty
    IN  /\ groupEpoch < GroupEpochs
        /\ SetMembers(ms)
        /\ groupEpoch' = IF survives THEN groupEpoch + 1 ELSE 0
        /\ targetEpoch' = IF survives THEN targetEpoch ELSE 0
        /\ target' = [x \in Parts |-> IF target[x] = m THEN 0 ELSE target[x]]

Fenced(epoch, answer) ==
    [epoch |-> epoch, owned |-> {}, wanted |-> None, told |-> TRUE, full |-> TRUE, answer |-> answer]

-----------------------------------------------------------------------------
(* Steps. *)

\* A consumer that is no member joins with epoch 0, or comes back.  Its first answer is that of a heartbeat.
Join(member) ==
    LET holder == HolderOf(member)
        made == [epoch |-> 0, previous |-> -1, state |-> "STABLE",
                 assigned |-> Zero, pending |-> Zero, subscribed |-> TRUE]
        back == [members[holder] EXCEPT !.epoch = 0, !.previous = 0]
    IN  /\ consumers[member].epoch <= 0
        /\ consumers[member].answer = None
        /\ (members[member] # None => holder = member) = TRUE
        /\ IF holder = 0
           THEN /\ groupEpoch < GroupEpochs
                /\ groupEpoch' = groupEpoch + 1
                /\ SetMembers([members EXCEPT ![member] = made])
                /\ UNCHANGED target
           ELSE /\ (members[holder].epoch # -2 => ~InstanceMustBeReleased /\ holder # member) = TRUE
                /\ SetMembers([members EXCEPT ![holder] = None, ![member] = back])
                /\ target' = [x \in Parts |-> IF target[x] = holder THEN member ELSE target[x]]
                /\ UNCHANGED groupEpoch
        /\ consumers' = [consumers EXCEPT ![member] = [@ EXCEPT !.epoch = 0, !.full = TRUE]]
        /\ UNCHANGED <<targetEpoch, request, committed, changed, expired, lost, sent>>

\* The assignor gives each partition to a member that is subscribed to it, if there is one.
ComputeTarget(assignment) ==
    /\ targetEpoch < groupEpoch
    /\ LET fit == {m \in Present(members) : members[m].subscribed \/ ~AssignorSeesSubscriptions}
       IN  \A x \in Parts : assignment[x] \in (IF fit = {} THEN {0} ELSE fit)
    /\ target' = assignment
    /\ targetEpoch' = groupEpoch
    /\ UNCHANGED <<groupEpoch, members, consumers, holdings, request, committed, changed, expired, lost, sent>>

\* A member heartbeats: it says what it owns if that is new, and takes a step to its target; or it is fenced.
Heartbeat(member) ==
    LET q == consumers[member]
        error == Refusal(member)
        updated == IF error = "NONE" THEN Reconciled(member, Reported(member)) ELSE members[member]
        isTold == error = "NONE" /\ (\/ q.epoch = 0
                                     \/ q.full
                                     \/ Those(updated.assigned) # Those(members[member].assigned))
        answer == IF error # "NONE" THEN None
                  ELSE [epoch |-> updated.epoch, assignment |-> IF isTold THEN Those(updated.assigned) ELSE None]
        after == IF error # "NONE" THEN Fenced(IF error = "FENCED_MEMBER_EPOCH" THEN 0 ELSE -1, None)
                 ELSE [q EXCEPT !.told = TRUE, !.full = FALSE, !.answer = answer]
        nothingNew == IF error # "NONE" THEN after = q
                      ELSE /\ answer = [epoch |-> q.epoch, assignment |-> None]
                           /\ updated = members[member] /\ q.told /\ ~q.full
    IN  /\ q.answer = None
        /\ ~(q.epoch = -1 \/ (q.epoch = 0 /\ members[member] = None))
        /\ (targetEpoch = groupEpoch \/ (targetEpoch # 0 /\ ~TargetIsComputedFirst)) = TRUE
        /\ ~nothingNew
        /\ SetMembers([members EXCEPT ![member] = updated])
        /\ consumers' = [consumers EXCEPT ![member] = after]
        /\ UNCHANGED <<groupEpoch, targetEpoch, target, request, committed, changed, expired, lost, sent>>

\* A member hears of its epoch, and of its assignment if that was told.
Hear(member) ==
    LET q == consumers[member]
        known == IF q.wanted = None THEN q.owned ELSE q.wanted
        told == q.answer.assignment
        \* Also what it already owns is new, if it was about to take over something else: it has to say so.
        isNew == IF told = None THEN FALSE ELSE told # known
    IN  /\ q.answer # None
        /\ consumers' = [consumers EXCEPT ![member] =
                [@ EXCEPT !.epoch = q.answer.epoch, !.answer = None, !.wanted = IF isNew THEN told ELSE @]]
        /\ UNCHANGED <<groupEpoch, targetEpoch, target, members, holdings, request, committed,
                       changed, expired, lost, sent>>

\* A member gives up what its assignment no longer has, and takes over what is new.
Reconcile(member) ==
    /\ consumers[member].wanted # None
    /\ consumers' = [consumers EXCEPT ![member] = 
            [@ EXCEPT !.owned = consumers[member].wanted, !.wanted = None, !.told = FALSE]]
    /\ UNCHANGED <<groupEpoch, targetEpoch, target, members, holdings, request, committed,
                   changed, expired, lost, sent>>

\* A member gives everything up, and leaves with epoch -1.
Leave(member) ==
    /\ consumers[member].epoch > 0
    /\ members[member] # None
    /\ consumers[member].answer = None
    /\ Remove(member)
    /\ consumers' = [consumers EXCEPT ![member] = Fenced(-1, None)]
    /\ UNCHANGED <<request, committed, changed, expired, lost, sent>>

\* A static member gives everything up, and leaves with epoch -2: its partitions are kept for its successor.
LeaveForNow(member) ==
    /\ IsStatic(member)
    /\ consumers[member].epoch > 0
    /\ members[member] # None
    /\ consumers[member].answer = None
    /\ SetMembers([members EXCEPT ![member] = [@ EXCEPT !.epoch = -2, !.pending = Zero]])
    /\ consumers' = [consumers EXCEPT ![member] = Fenced(-1, None)]
    /\ UNCHANGED <<groupEpoch, targetEpoch, target, request, committed, changed, expired, lost, sent>>

\* A member is no longer interested in the topic, or is again.
ChangeSubscription(member) ==
    /\ members[member] # None
    /\ consumers[member].epoch > 0
    /\ Refusal(member) = "NONE"
    /\ consumers[member].answer = None
    /\ changed < Changes
    /\ groupEpoch < GroupEpochs
    /\ SetMembers([members EXCEPT ![member] = [@ EXCEPT !.subscribed = ~@]])
    /\ groupEpoch' = groupEpoch + 1
    /\ changed' = changed + 1
    /\ UNCHANGED <<targetEpoch, target, consumers, request, committed, expired, lost, sent>>

\* A consumer sends a commit for a partition that it owns.
SendCommit(member, partition) ==
    /\ partition \in consumers[member].owned
    /\ request = None
    /\ sent < Commits
    /\ request' = [member |-> member, epoch |-> consumers[member].epoch, partition |-> partition]
    /\ sent' = sent + 1
    /\ UNCHANGED <<groupEpoch, targetEpoch, target, members, consumers, holdings, committed, changed, expired, lost>>

\* A commit arrives, soon or late.
HandleCommit ==
    /\ request # None
    /\ committed' = [x \in Parts |-> IF x = request.partition /\ Accepts(request) THEN request ELSE committed[x]]
    /\ request' = None
    /\ UNCHANGED <<groupEpoch, targetEpoch, target, members, consumers, holdings, changed, expired, lost, sent>>

\* Nothing was heard of a member, or it has not let go in time: it is removed, and does not know.
Expire(member) ==
    /\ members[member] # None
    /\ expired < Expiries
    /\ Remove(member)
    /\ expired' = expired + 1
    /\ UNCHANGED <<consumers, request, committed, changed, lost, sent>>

\* The answer to a heartbeat is lost, or its coordinator is replaced: all that it has done is in the log.
LoseAnswer(member) ==
    /\ consumers[member].answer # None
    /\ lost < Lost
    /\ lost' = lost + 1
    /\ consumers' = [consumers EXCEPT ![member] = [@ EXCEPT !.answer = None, !.full = FullRequestAfterLoss]]
    /\ UNCHANGED <<groupEpoch, targetEpoch, target, members, holdings, request, committed, changed, expired, sent>>

-----------------------------------------------------------------------------
Init ==
    /\ groupEpoch = 0
    /\ targetEpoch = 0
    /\ target = Zero
    /\ members = [m \in Ids |-> None]
    /\ consumers = [m \in Ids |-> Fenced(-1, None)]
    /\ holdings = [x \in Parts |-> [member |-> 0, epoch |-> 0]]
    /\ request = None
    /\ committed = [x \in Parts |-> None]
    /\ changed = 0
    /\ expired = 0
    /\ lost = 0
    /\ sent = 0

Next ==
    \/ \E member \in Ids : Join(member)
    \/ \E assignment \in [Parts -> 0..Members] : ComputeTarget(assignment)
    \/ \E member \in Ids : Heartbeat(member)
    \/ \E member \in Ids : Hear(member)
    \/ \E member \in Ids : Reconcile(member)
    \/ \E member \in Ids : Leave(member)
    \/ \E member \in Ids : LeaveForNow(member)
    \/ \E member \in Ids : ChangeSubscription(member)
    \/ \E member \in Ids : \E partition \in Parts : SendCommit(member, partition)
    \/ HandleCommit
    \/ \E member \in Ids : Expire(member)
    \/ \E member \in Ids : LoseAnswer(member)

Spec == Init /\ [][Next]_vars

\* Members go on, and the target is computed some time.
FairSpec ==
    /\ Spec
    /\ WF_vars(\E assignment \in [Parts -> 0..Members] : ComputeTarget(assignment))
    /\ \A member \in Ids : WF_vars(Heartbeat(member)) /\ WF_vars(Hear(member)) /\ WF_vars(Reconcile(member))

-----------------------------------------------------------------------------
(* What must hold. *)

\* No partition is owned by two members.
SingleOwner == \A x \in Parts : Cardinality({m \in Present(members) : x \in consumers[m].owned}) <= 1

\* No partition is held by two members: it is assigned only when the former holder has let go.
NotGrantedBeforeReleased == \A x \in Parts : Cardinality(Holders(members, x)) <= 1

\* What a member owns is held for it.
OwnedIsHeld == \A m \in Present(members) : consumers[m].owned \subseteq Held(members[m])

\* The target assignment of the present epoch gives partitions to members that are subscribed to them.
TargetWithinSubscriptions ==
    targetEpoch = groupEpoch => \A x \in Parts :
        target[x] = 0 \/ target[x] \in {m \in Present(members) : members[m].subscribed}

\* No member is ahead of the target assignment, and this not ahead of the group.
MemberEpochAtMostGroupEpoch ==
    targetEpoch <= groupEpoch /\ \A m \in Present(members) : members[m].epoch <= targetEpoch

\* A partition passes from one member to another only in a later member epoch, but for a static one that is back.
OwnerUniquePerEpoch == [][
    \A x \in Parts :
        \/ holdings[x].epoch < holdings'[x].epoch
        \/ holdings[x].member \in {0, holdings'[x].member}
        \/ IsStatic(holdings[x].member) /\ IsStatic(holdings'[x].member) ]_vars

\* The epochs of the group, of its target and of each member never fall, but for a member that is away.
EpochsGrow == [][
    /\ groupEpoch <= groupEpoch'
    /\ targetEpoch <= targetEpoch'
    /\ \A m \in Ids : (members[m] # None /\ members'[m] # None) =>
        -2 \in {members[m].epoch, members'[m].epoch} \/ members[m].epoch <= members'[m].epoch ]_vars

\* Nobody takes the place of a static member that has not left.
LiveInstancesAreKept == [][
    \A m \in Ids : (members[m] = None /\ members'[m] # None) =>
        HolderOf(m) = 0 \/ consumers[HolderOf(m)].epoch = -1 ]_vars

\* A commit takes effect only if its member has held the partition from then on when it was sent until now.
StaleCommitHasNoEffect == [][
    \A x \in Parts : (committed'[x] # committed[x] /\ committed'[x] # None) =>
        LET known == members[committed'[x].member]
        IN  IF known = None THEN FALSE ELSE Since(known, x) > 0 /\ Since(known, x) <= committed'[x].epoch ]_vars

\* Each member that is there comes to own its target assignment, but for what is kept for one that is not.
There == {m \in Present(members) : consumers[m].epoch # -1}
KeptForOthers == UNION {Held(members[m]) : m \in Present(members) \ There}
Converged ==
    /\ targetEpoch = groupEpoch
    /\ \A m \in There :
        /\ members[m].state = (IF MeantFor(m) \intersect KeptForOthers = {} THEN "STABLE" ELSE "UNRELEASED_PARTITIONS")
        /\ members[m].epoch = targetEpoch
        /\ consumers[m].epoch = targetEpoch
        /\ consumers[m].owned = MeantFor(m) \ KeptForOthers
MembersConvergeToTarget == (~Converged) ~> Converged
=============================================================================
