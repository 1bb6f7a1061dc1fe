------------------------- MODULE CooperativeRebalance -------------------------
(***************************************************************************)
(* Cooperative rebalancing of a consumer group (KIP-429).  Members keep    *)
(* what they own while they join again, say in their subscription what it  *)
(* is, and give up only what the assignment no longer has.  A partition    *)
(* that moves is first assigned to nobody; its owner gives it up and joins *)
(* once more; only the next generation has a new owner for it.             *)
(*                                                                         *)
(* Assignors differ in what they want, so the target is any.  The group is *)
(* simpler than in ClassicGroup.tla: members are consumers, the leader     *)
(* acts when it can, and no answer is lost.                                *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
    Consumers,         \* how many consumers; their ids are 1..Consumers
    Partitions,        \* partitions of the one topic
    Generations,       \* the highest generation
    Expiries,          \* members that are removed because nothing is heard of them
    OldClients,        \* so many consumers, the last ones, claim what they owned before they were removed
    None,                      \* no member
    OwnedPartitionsTravel,     \* KIP-429: members say what they own
    JoiningKeepsOwned,         \* KIP-429: members go on with it
    MovesWaitForRevocation,    \* KIP-429: nothing is given away that is still owned
    ClaimsAreDated,            \* KAFKA-12984, KIP-792: the latest claim counts
    EqualClaimsCancel,         \* KAFKA-14639: and none if there are two
    RevokingJoinsAgain         \* KIP-429: who gave something up makes others get it

VARIABLES
    group,      \* [state, generation, members]; a member is [claims, claimedIn, joined, assignment]:
                \* what it said that it owns, and the generation that it had joined last
    consumers,  \* consumer -> [phase, generation, owned]; generation 0: not since it was removed
    expired     \* members that were removed because nothing was heard of them

vars == <<group, consumers, expired>>

Ids == 1..Consumers
Parts == 1..Partitions

Present(g) == {m \in Ids : g.members[m] # None}
IsMember(c) == c \in Present(group)

-----------------------------------------------------------------------------
(* The group, as in ClassicGroup.tla. *)

Prepared(g) ==
    IF g.state = "PreparingRebalance" THEN g
    ELSE [g EXCEPT !.state = "PreparingRebalance",
                   !.members = [m \in Ids |-> IF g.members[m] = None THEN None
                                              ELSE [g.members[m] EXCEPT !.joined = FALSE]]]

\* The next generation consists of who has joined.
Completed(g) ==
    LET stays == {m \in Present(g) : g.members[m].joined}
    IN  [state |-> IF stays = {} THEN "Empty" ELSE "CompletingRebalance",
         generation |-> g.generation + 1,
         members |-> [m \in Ids |-> IF m \in stays THEN g.members[m] ELSE None]]

\* The first rebalance ends by time only, so that more members can come.
MaybeCompleted(g) ==
    IF /\ g.state = "PreparingRebalance"
       /\ g.generation > 0
       /\ \A m \in Present(g) : g.members[m].joined
    THEN Completed(g) ELSE g

Joined(c) ==
    LET made == [claims |-> IF OwnedPartitionsTravel THEN consumers[c].owned ELSE {},
                 \* The last generation that it has joined, also if it has not heard what was assigned in it.
                 claimedIn |-> IF IsMember(c) /\ consumers[c].phase = "joining" THEN group.generation
                               ELSE consumers[c].generation,
                 joined |-> TRUE,
                 assignment |-> IF IsMember(c) THEN group.members[c].assignment ELSE {}]
    IN  MaybeCompleted([Prepared(group) EXCEPT !.members[c] = made])

Without(c) == MaybeCompleted(Prepared([group EXCEPT !.members[c] = None]))

\* A rebalance may end by itself, so none begins that would need one generation more.
Become(g) ==
    /\ g.generation + (IF g.state = "PreparingRebalance" THEN 1 ELSE 0) <= Generations
    /\ group' = g

-----------------------------------------------------------------------------
(* The assignor. *)

Claims(x) == {m \in Present(group) : x \in group.members[m].claims}

\* The members that count as owners of a partition.
Claimants(x) ==
    IF ClaimsAreDated
    THEN {m \in Claims(x) : \A o \in Claims(x) : group.members[o].claimedIn <= group.members[m].claimedIn}
    ELSE Claims(x)

\* Who owns a partition keeps it, or it goes to nobody for now.  An assignor first lets members keep what they
\* own, so that two owners of a partition both keep it; those of today take it from both (KAFKA-14639).
IsGiven(x, m, wanted) ==
    IF ClaimsAreDated /\ EqualClaimsCancel /\ Cardinality(Claimants(x)) > 1 THEN FALSE
    ELSE IF wanted \in Claimants(x) THEN m \in Claimants(x)
    ELSE m = wanted /\ (Claimants(x) = {} \/ ~MovesWaitForRevocation)

-----------------------------------------------------------------------------
(* Steps. *)

\* A consumer joins, and says what it owns: for the first time, because others do, or after it gave something up.
Join(consumer) ==
    /\ LET phase == consumers[consumer].phase
           known == group.members[consumer]
       IN  (IF phase = "out" THEN TRUE
            ELSE IF known = None THEN FALSE
            ELSE phase = "revoked" \/ (group.state = "PreparingRebalance" /\ ~known.joined)) = TRUE
    /\ Become(Joined(consumer))
    /\ consumers' = [consumers EXCEPT ![consumer] =
            [@ EXCEPT !.phase = "joining", !.owned = IF JoiningKeepsOwned THEN @ ELSE {}]]
    /\ UNCHANGED expired

\* A member hears of its assignment: it gives up what is not in it, and takes over what is.
Adopt(consumer) ==
    /\ consumers[consumer].phase = "joining"
    /\ IsMember(consumer)
    /\ group.state = "Stable"
    /\ LET mine == group.members[consumer].assignment
           givesUp == consumers[consumer].owned \ mine # {}
       IN  consumers' = [consumers EXCEPT ![consumer] =
                [phase |-> IF givesUp /\ RevokingJoinsAgain THEN "revoked" ELSE "owning",
                 generation |-> group.generation, owned |-> mine]]
    /\ UNCHANGED <<group, expired>>

\* A consumer hears that it was removed.
Heartbeat(consumer) ==
    /\ consumers[consumer].phase # "out"
    /\ ~IsMember(consumer)
    /\ consumers' = [consumers EXCEPT ![consumer] =
            [phase |-> "out", generation |-> 0, owned |-> IF consumer <= Consumers - OldClients THEN {} ELSE @.owned]]
    /\ UNCHANGED <<group, expired>>

\* A member gives everything up, and leaves.
Leave(consumer) ==
    /\ consumers[consumer].phase = "owning"
    /\ IsMember(consumer)
    /\ Become(Without(consumer))
    /\ consumers' = [consumers EXCEPT ![consumer] = [phase |-> "out", generation |-> 0, owned |-> {}]]
    /\ UNCHANGED expired

\* The leader's assignor wants `target`, and gives what may be given without taking it from a member.
Balance(target) ==
    /\ group.state = "CompletingRebalance"
    /\ \A x \in Parts : IsMember(target[x])
    /\ group' = [group EXCEPT !.state = "Stable", !.members = [m \in Ids |->
            IF group.members[m] = None THEN None
            ELSE [group.members[m] EXCEPT !.assignment = {x \in Parts : IsGiven(x, m, target[x])}]]]
    /\ UNCHANGED <<consumers, expired>>

\* The time to join is over: members that have not are removed.
EndRebalance ==
    /\ group.state = "PreparingRebalance"
    /\ group' = Completed(group)
    /\ UNCHANGED <<consumers, expired>>

\* Nothing was heard of a member for its session time-out: it is removed, and goes on processing.
Expire(consumer) ==
    /\ IsMember(consumer)
    /\ ~(group.state = "PreparingRebalance" /\ group.members[consumer].joined)
    /\ expired < Expiries
    /\ Become(Without(consumer))
    /\ expired' = expired + 1
    /\ UNCHANGED consumers

-----------------------------------------------------------------------------
Init ==
    /\ group = [state |-> "Empty", generation |-> 0, members |-> [m \in Ids |-> None]]
    /\ consumers = [c \in Ids |-> [phase |-> "out", generation |-> 0, owned |-> {}]]
    /\ expired = 0

Next ==
    \/ \E consumer \in Ids : Join(consumer)
    \/ \E consumer \in Ids : Adopt(consumer)
    \/ \E consumer \in Ids : Heartbeat(consumer)
    \/ \E consumer \in Ids : Leave(consumer)
    \/ \E target \in [Parts -> Ids] : Balance(target)
    \/ EndRebalance
    \/ \E consumer \in Ids : Expire(consumer)

Spec == Init /\ [][Next]_vars

\* Consumers do what they have to, the leader assigns, and time passes.
FairSpec ==
    /\ Spec
    /\ WF_vars(\E consumer \in Ids : Join(consumer))
    /\ WF_vars(\E consumer \in Ids : Adopt(consumer))
    /\ WF_vars(\E consumer \in Ids : Heartbeat(consumer))
    /\ WF_vars(\E target \in [Parts -> Ids] : Balance(target))
    /\ WF_vars(EndRebalance)

-----------------------------------------------------------------------------
(* What must hold. *)

\* Members that own a partition, and have it since they are members.
Owners(x) == {m \in Present(group) : consumers[m].generation > 0 /\ x \in consumers[m].owned}

\* No partition is owned by two members, whatever generation they have heard of.
SingleOwner == \A x \in Parts : Cardinality(Owners(x)) <= 1

\* While the group is stable, no partition is assigned to two members.
AssignedOnce ==
    group.state = "Stable" => \A m \in Present(group) : \A o \in Present(group) :
        m # o => group.members[m].assignment \intersect group.members[o].assignment = {}

\* While the group is stable, no partition is assigned that another member owned when it joined.
NothingMovesUnrevoked ==
    group.state = "Stable" => \A m \in Present(group) : \A o \in Present(group) :
        (m # o /\ group.members[o].claimedIn > 0)
            => group.members[m].assignment \intersect group.members[o].claims = {}

\* A member that joins again goes on with everything it owns.
JoiningInterruptsNothing == [][
    \A c \in Ids : (consumers'[c].phase = "joining" /\ consumers[c].phase # "out")
        => consumers[c].owned \subseteq consumers'[c].owned ]_vars

\* Each partition comes to be owned by a member, also one that has to move, unless the generations are used up.
UsedUp == group.generation >= Generations
EveryPartitionComesToBeOwned == (~UsedUp) ~> (UsedUp \/ \A x \in Parts : Owners(x) # {})
=============================================================================
