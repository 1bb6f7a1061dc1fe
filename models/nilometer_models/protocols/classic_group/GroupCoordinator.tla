--------------------------- MODULE GroupCoordinator ---------------------------
(***************************************************************************)
(* What the coordinator of a classic group does with requests, time-outs   *)
(* and its log: operators on a record `w` with the fields group, log,      *)
(* processes and issued, which follow one another within one step, as in   *)
(* `GroupMetadataManager.java`.  ClassicGroup.tla says when.               *)
(***************************************************************************)
EXTENDS Integers, FiniteSets

CONSTANTS
    Dynamic,           \* processes without instance id: 1..Dynamic
    Static,            \* processes with one, after them
    Instances,         \* instance ids, which the static processes share in turn
    Partitions,        \* partitions of the one topic
    Records,           \* records of each partition
    Generations,       \* the highest generation
    MemberIds,         \* member ids that are ever given out
    Expiries, Lost, Reloads,  \* how often: a member expires, an answer is lost, another coordinator takes over
    None,                                    \* no member, no answer
    RequiresKnownMemberId,                   \* KIP-394: first an id, then a member
    ReplacesStaticInEveryState,              \* KAFKA-8500: a returning instance gets a new member id
    StaticReturnRebalancesWhileCompleting,   \* KAFKA-9801: ... and is not left without assignment
    ReplacementRetiresOldId,                 \* KIP-345: the old one is no member any more
    ReplacementIsWritten,                    \* KIP-345: nor is it after a reload
    RetryReplacesParkedJoin,                 \* JoinGroup that is sent again is the one that is answered
    CompletionKeepsLastJoiner,               \* who completes the rebalance is part of it
    GenerationSurvivesEmpty,                 \* an empty group goes on counting
    SyncOnlyWhileCompleting,                 \* assignments are for the generation under way
    CommitChecksGeneration,                  \* commits come from members, in their generation
    DeliveryStopsAtRevocation                \* KAFKA-14196: what is committed last was delivered last

Procs == 1..(Dynamic + Static)
Ids == 1..MemberIds
Parts == 1..Partitions
Gone == -1          \* the process of a parked request whose connection is gone
InstanceOf(p) == IF p <= Dynamic THEN 0 ELSE ((p - Dynamic - 1) % Instances) + 1
Start == [x \in Parts |-> 0]

-----------------------------------------------------------------------------
(* Questions. *)

Present(ms) == {m \in Ids : ms[m] # None}
Smallest(S) == IF S = {} THEN 0 ELSE CHOOSE x \in S : \A y \in S : x <= y
Largest(S) == IF S = {} THEN 0 ELSE CHOOSE x \in S : \A y \in S : x >= y
IsMember(g, id) == id # 0 /\ id \in Present(g.members)
HolderOf(g, instance) == Largest({m \in Present(g.members) : g.members[m].instance = instance})
AllJoined(g) == g.pending = {} /\ \A m \in Present(g.members) : g.members[m].joining # 0

\* Why a request with this member id is refused, whatever its generation.
Refusal(g, p, id) ==
    LET holder == HolderOf(g, InstanceOf(p))
    IN  CASE InstanceOf(p) # 0 /\ holder = 0 -> "UNKNOWN_MEMBER_ID"
          [] InstanceOf(p) # 0 /\ holder # 0 /\ holder # id -> "FENCED_INSTANCE_ID"
          [] OTHER -> IF IsMember(g, id) THEN "NONE" ELSE "UNKNOWN_MEMBER_ID"

RefusalIn(g, p, id, generation) ==
    IF Refusal(g, p, id) # "NONE" THEN Refusal(g, p, id)
    ELSE IF generation # g.generation THEN "ILLEGAL_GENERATION" ELSE "NONE"

\* The leader's assignor: partitions go round the members in the order of their ids.
Rank(m, S) == Cardinality({y \in S : y < m})
ShareOf(m, roster) == {x \in Parts : (x - 1) % Cardinality(roster) = Rank(m, roster)}

Kept(g) == [m \in Ids |-> IF g.members[m] = None THEN None
            ELSE [instance |-> g.members[m].instance, assignment |-> g.members[m].assignment]]
RecordOf(g) == [generation |-> g.generation, leader |-> g.leader, members |-> Kept(g)]

-----------------------------------------------------------------------------
(* What processes hear. *)

\* An error, and what it makes a process forget.
Rejected(q, error) ==
    [phase |-> IF error = "FENCED_INSTANCE_ID" THEN "fenced" ELSE "unjoined",
     memberId |-> IF error \in {"ILLEGAL_GENERATION", "REBALANCE_IN_PROGRESS"} THEN q.memberId ELSE 0,
     generation |-> IF error = "REBALANCE_IN_PROGRESS" THEN q.generation ELSE 0,
     owned |-> {}, position |-> Start, answer |-> None]

Refuse(w, p, error) == [w EXCEPT !.processes[p] = Rejected(@, error)]

AnswerOf(id, generation, roster, assignment) ==
    [memberId |-> id, generation |-> generation, roster |-> roster, assignment |-> assignment]

AnswerJoin(w, p, id, roster) == [w EXCEPT !.processes[p].answer = AnswerOf(id, w.group.generation, roster, {})]
AnswerSync(w, p, assignment) ==
    [w EXCEPT !.processes[p].answer = AnswerOf(w.processes[p].memberId, w.processes[p].generation, {}, assignment)]

-----------------------------------------------------------------------------
(* The rebalance. *)

Written(w) == [w EXCEPT !.log = RecordOf(w.group)]

\* The member is gone; a leader's office passes to some other member.
Without(g, id) ==
    LET ms == [g.members EXCEPT ![id] = None]
    IN  [g EXCEPT !.members = ms, !.pending = @ \ {id}, !.unsynced = @ \ {id},
                  !.leader = IF @ = id THEN Smallest(Present(ms)) ELSE @]

\* The next generation consists of who has joined, and of static members that have not.
Complete(w) ==
    LET g == w.group
        stays == {m \in Present(g.members) : g.members[m].joining # 0 \/ g.members[m].instance # 0}
        joined == {m \in stays : g.members[m].joining # 0}
        leader == IF g.leader \in joined THEN g.leader ELSE Smallest(joined)
        next == g.generation + 1
        WaitsFor(p) == {m \in joined : g.members[m].joining = p}
    IN  CASE stays = {} -> Written([w EXCEPT !.group =
                [g EXCEPT !.state = "Empty", !.initial = FALSE, !.leader = 0, !.unsynced = {},
                          !.members = [m \in Ids |-> None],
                          !.generation = IF GenerationSurvivesEmpty THEN next ELSE 0]])
          [] stays # {} /\ joined = {} ->    \* static members only: it waits on
                [w EXCEPT !.group.members = [m \in Ids |-> IF m \in stays THEN g.members[m] ELSE None],
                          !.group.leader = IF @ \in stays THEN @ ELSE Smallest(stays)]
          [] OTHER ->
                [w EXCEPT !.group =
                    [g EXCEPT !.state = "CompletingRebalance", !.initial = FALSE, !.generation = next,
                              !.leader = leader, !.unsynced = stays,
                              !.members = [m \in Ids |-> IF m \notin stays THEN None
                                           ELSE [g.members[m] EXCEPT !.joining = 0, !.isNew = FALSE]]],
                          !.processes = [p \in Procs |-> IF WaitsFor(p) = {} THEN w.processes[p]
                            ELSE LET m == Smallest(WaitsFor(p))
                                 IN  [w.processes[p] EXCEPT !.answer =
                                        AnswerOf(m, next, IF m = leader THEN stays ELSE {}, {})]]]

\* The first rebalance of a group waits for its time-out, so that more members can come.
MaybeComplete(w) ==
    IF w.group.state = "PreparingRebalance" /\ ~w.group.initial /\ AllJoined(w.group) THEN Complete(w) ELSE w

\* A rebalance begins.  Members that wait for their assignment are told to join again.
Prepare(w) ==
    LET g == w.group
        breaksOff == g.state = "CompletingRebalance"
        Waits(p) == \E m \in Present(g.members) : g.members[m].syncing = p
        ms == [m \in Ids |-> IF g.members[m] = None \/ ~breaksOff THEN g.members[m]
               ELSE [g.members[m] EXCEPT !.syncing = 0, !.assignment = {}]]
    IN  MaybeComplete([w EXCEPT
            !.group = [g EXCEPT !.state = "PreparingRebalance", !.initial = (g.state = "Empty"),
                                !.unsynced = {}, !.members = ms],
            !.processes = [p \in Procs |-> IF breaksOff /\ Waits(p)
                                           THEN Rejected(w.processes[p], "REBALANCE_IN_PROGRESS")
                                           ELSE w.processes[p]]])

RebalanceOrComplete(w) == IF w.group.state # "PreparingRebalance" THEN Prepare(w) ELSE MaybeComplete(w)

-----------------------------------------------------------------------------
(* JoinGroup. *)

MemberOf(instance, assignment, p, isNew) ==
    [instance |-> instance, assignment |-> assignment, joining |-> p, syncing |-> 0, isNew |-> isNew]

Add(w, p, id) ==
    RebalanceOrComplete([w EXCEPT !.group.members[id] = MemberOf(InstanceOf(p), {}, p, TRUE),
                                  !.group.leader = IF @ = 0 THEN id ELSE @,
                                  !.group.pending = @ \ {id}])

\* JoinGroup with a member id.
JoinAgain(w, p, id) ==
    LET g == w.group
        replaces == g.members[id].joining = 0 \/ RetryReplacesParkedJoin
        parked == [w EXCEPT !.group.members[id].joining = IF replaces THEN p ELSE @]
    IN  CASE id \in g.pending -> Add(w, p, id)
          [] id \notin g.pending /\ Refusal(g, p, id) # "NONE" -> Refuse(w, p, Refusal(g, p, id))
          [] OTHER ->
             CASE g.state = "PreparingRebalance" ->
                    IF ~CompletionKeepsLastJoiner /\ ~g.initial /\ AllJoined(parked.group)
                    THEN MaybeComplete(Refuse([parked EXCEPT !.group = Without(@, id)], p, "UNKNOWN_MEMBER_ID"))
                    ELSE MaybeComplete(parked)
               [] g.state = "Stable" /\ g.leader = id -> Prepare([w EXCEPT !.group.members[id].joining = p])
               [] OTHER -> AnswerJoin(w, p, id, IF g.leader = id THEN Present(g.members) ELSE {})

\* A static member returns without its member id: it gets a new one, and its assignment (KIP-345).
TakeOver(w, p, holder) ==
    LET g == w.group
        old == g.members[holder]
        id == w.issued + 1
        ms == [g.members EXCEPT ![id] = MemberOf(old.instance, old.assignment, p, FALSE),
                                ![holder] = IF ReplacementRetiresOldId THEN None ELSE old]
        taken == [w EXCEPT !.group.members = ms,
                           !.group.leader = IF @ = holder THEN id ELSE @,
                           !.issued = id,
                           !.processes = [q \in Procs |-> IF q \in {old.joining, old.syncing}
                                            THEN Rejected(w.processes[q], "FENCED_INSTANCE_ID")
                                            ELSE w.processes[q]]]
        \* A leader is told to skip the assignment (KIP-814): its roster is empty.
        told == AnswerJoin([taken EXCEPT !.group.members[id].joining = 0], p, id, {})
    IN  CASE g.state = "PreparingRebalance" -> MaybeComplete(taken)
          [] g.state = "CompletingRebalance" /\ StaticReturnRebalancesWhileCompleting -> Prepare(taken)
          [] OTHER -> IF g.state = "Stable" /\ ReplacementIsWritten THEN Written(told) ELSE told

\* A JoinGroup request is handled.
HandleJoin(before, p) ==
    LET w == [before EXCEPT !.processes[p] = [@ EXCEPT !.phase = "joining", !.owned = {}, !.position = Start]]
        own == w.processes[p].memberId
        instance == InstanceOf(p)
        holder == IF instance = 0 THEN 0 ELSE HolderOf(w.group, instance)
        id == w.issued + 1
        given == [w EXCEPT !.issued = id]
    IN  CASE own # 0 -> JoinAgain(w, p, own)
          [] own = 0 /\ holder # 0 ->
                IF w.group.state = "Stable" \/ ReplacesStaticInEveryState THEN TakeOver(w, p, holder)
                ELSE JoinAgain(w, p, holder)
          [] OTHER ->
                IF instance # 0 \/ ~RequiresKnownMemberId THEN Add(given, p, id)
                ELSE [given EXCEPT !.group.pending = @ \union {id},     \* KIP-394
                                   !.processes[p].answer = AnswerOf(id, 0, {}, {})]

-----------------------------------------------------------------------------
(* SyncGroup. *)

\* The leader's assignment is written, and sent to all that wait.  Who is not on its roster gets nothing.
AssignAll(w, roster) ==
    LET g == w.group
        share == [m \in Ids |-> IF m \in roster THEN ShareOf(m, roster) ELSE {}]
        Waiting(p) == {m \in Present(g.members) : g.members[m].syncing = p}
    IN  Written([w EXCEPT
            !.group = [g EXCEPT !.state = "Stable", !.members = [m \in Ids |-> IF g.members[m] = None THEN None
                        ELSE [g.members[m] EXCEPT !.assignment = share[m], !.syncing = 0]]],
            !.processes = [p \in Procs |-> IF Waiting(p) = {} THEN w.processes[p]
                ELSE LET q == w.processes[p]
                     IN  [q EXCEPT !.answer =
                            AnswerOf(q.memberId, q.generation, {}, share[Smallest(Waiting(p))])]]])

HandleSync(before, p) ==
    LET heard == before.processes[p].answer
        id == heard.memberId
        w == [before EXCEPT !.processes[p] =
                [@ EXCEPT !.phase = "syncing", !.memberId = id, !.generation = heard.generation, !.answer = None]]
        g == w.group
        error == RefusalIn(g, p, id, heard.generation)
        seen == [w EXCEPT !.group.unsynced = @ \ {id}]
        parked == [seen EXCEPT !.group.members[id].syncing = p]
    IN  CASE error # "NONE" -> Refuse(w, p, error)
          [] error = "NONE" /\ g.state = "PreparingRebalance" /\ SyncOnlyWhileCompleting ->
                Refuse(w, p, "REBALANCE_IN_PROGRESS")
          [] error = "NONE" /\ g.state = "Stable" -> AnswerSync(seen, p, g.members[id].assignment)
          [] OTHER -> IF g.leader = id THEN AssignAll(parked, heard.roster) ELSE parked

-----------------------------------------------------------------------------
(* Members go. *)

\* Nothing was heard of a member, or nobody has come with an id that was given out.
Expire(w, id) ==
    LET g == w.group
        parked == IF g.members[id] = None THEN 0 ELSE g.members[id].joining
        gone == [w EXCEPT !.group = Without(g, id),
                          !.processes = [p \in Procs |-> IF p = parked
                                            THEN Rejected(w.processes[p], "UNKNOWN_MEMBER_ID") ELSE w.processes[p]]]
    IN  CASE g.state \in {"Stable", "CompletingRebalance"} /\ id \notin g.pending -> Prepare(gone)
          [] g.state = "PreparingRebalance" /\ AllJoined(gone.group) -> Complete(gone)
          [] OTHER -> gone

DropUnsynced(w) ==
    LET g == w.group
        ms == [m \in Ids |-> IF m \in g.unsynced THEN None ELSE g.members[m]]
    IN  Prepare([w EXCEPT !.group = [g EXCEPT !.members = ms, !.unsynced = {},
                    !.leader = IF @ \in g.unsynced THEN Smallest(Present(ms)) ELSE @]])
=============================================================================
