---------------------------- MODULE Replication ----------------------------
(***************************************************************************)
(* A replicated partition: a log on each replica, a high watermark, the    *)
(* set of in-sync replicas (ISR) and leader epochs, at the grain of the    *)
(* protocol: a fetch reads the leader and writes the follower in one step. *)
(*                                                                         *)
(* A deposed leader goes on until it hears of its successor, and what the  *)
(* controller decides is heard late, twice, or never.                      *)
(*                                                                         *)
(* The rules that have changed over the years are constants.  Truncation   *)
(* "high_watermark" is Kafka before KIP-101, "leader_epoch" is KIP-101,    *)
(* "matching_epochs" is KIP-279; with every fence on it is KIP-320.        *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,          \* how many replicas; their ids are 1..Replicas
    LogSize,           \* slots of each log
    Records,           \* records that are ever written; their ids are 1..Records
    MaxEpoch,          \* highest leader epoch, counted from 0
    None,              \* "nobody", where a leader is expected
    Truncation,                     \* how a new follower finds where to cut its log
    TruncationFenced,               \* the leader it asks must be in its epoch (KIP-320)
    FetchFenced,                    \* a fetch counts only within one epoch (KIP-320)
    HighWatermarkFenced,            \* so do followers, for the high watermark (KIP-320)
    IsrChangeFenced,                \* the controller takes ISR changes from its leader only
    ExpandWaitsForHighWatermark,    \* a new ISR member holds what is committed
    ExpandWaitsForEpochStart,       \* ... and what was there when the epoch began (KAFKA-7128)
    HighWatermarkWaitsForIsr,       \* committed is what the whole ISR holds
    CleanElection,                  \* leaders come from the ISR
    TruncationLowersHighWatermark,  \* a log that is cut takes its high watermark with it
    HighWatermarkOnlyGrows,         \* a new leader keeps it until its followers have said what they hold
    OldDecisionsIgnored,            \* a replica obeys only decisions later than the one it knows
    DeposedLeaderStepsDown,         \* a leader that hears of another one's election follows it
    RecordsCarryLeaderEpoch,        \* not the epoch of the record before them (KIP-101)
    DropEndsOffice,                 \* a leader that leaves the ISR leads no more
    LastMemberStays                 \* the ISR keeps its last member, also when it has failed

VARIABLES
    logs,       \* replica -> sequence of [record, epoch].  No batches, no log start offset.
    replicas,   \* replica -> what it believes: [highWatermark, epoch, leader, isr, epochStart]
    decision,   \* the controller's own [leader, epoch, isr], which is true
    published,  \* every decision that elected or dropped somebody; never forgotten, so it may come late
    written     \* records written so far, by whoever believed to lead

vars == <<logs, replicas, decision, published, written>>

Ids == 1..Replicas

-----------------------------------------------------------------------------
(* What follows from the state. *)

LogEnd(r) == Len(logs[r])                      \* first offset that is not in the log
Entry(r, offset) == logs[r][offset + 1]        \* offsets count from 0, sequences from 1
Leads(r) == replicas[r].leader = r             \* r believes to lead, rightly or not
Follows(f, l) == f # l /\ replicas[f].leader = l
Min(a, b) == IF a < b THEN a ELSE b

KnowsEpoch(log, epoch) == \E i \in 1..Len(log) : log[i].epoch = epoch
EndOfEpoch(log, epoch) == Cardinality({i \in 1..Len(log) : log[i].epoch <= epoch})
Cut(log, end) == SubSeq(log, 1, end)

\* KIP-279: back through the follower's epochs to the last one that both know.
MatchingEnd(own, theirs) ==
    LET common == {i \in 1..Len(own) : KnowsEpoch(theirs, own[i].epoch)}
    IN  IF common = {} THEN 0
        ELSE LET last == CHOOSE i \in common : \A j \in common : own[j].epoch <= own[i].epoch
             IN  Min(EndOfEpoch(theirs, own[last].epoch), EndOfEpoch(own, own[last].epoch))

TruncationOffset(follower, leader) ==
    LET own == logs[follower]
        theirs == logs[leader]
        mark == replicas[follower].highWatermark
    IN  CASE Truncation = "none" -> Len(own)
          [] Truncation = "high_watermark" \/ (Truncation # "none" /\ own = <<>>) -> Min(mark, Len(own))
          [] Truncation = "leader_epoch" /\ own # <<>> ->
                LET last == own[Len(own)].epoch
                IN  IF KnowsEpoch(theirs, last) THEN Min(EndOfEpoch(theirs, last), Len(own)) ELSE mark
          [] OTHER -> MatchingEnd(own, theirs)

\* Is a decision of this epoch news to replica r?
IsNews(r, epoch) == IF OldDecisionsIgnored THEN epoch > replicas[r].epoch ELSE epoch # replicas[r].epoch

-----------------------------------------------------------------------------
(* The controller decides. *)

Decide(leader, isr) ==
    LET made == [leader |-> leader, epoch |-> decision.epoch + 1, isr |-> isr]
    IN  /\ decision' = made
        /\ published' = published \union {made}

\* The controller elects a leader from the ISR, in the next epoch.
ElectLeader(leader) ==
    /\ leader # decision.leader
    /\ (CleanElection => leader \in decision.isr) = TRUE
    /\ decision.epoch < MaxEpoch
    /\ Decide(leader, IF leader \in decision.isr THEN decision.isr ELSE {leader})
    /\ UNCHANGED <<logs, replicas, written>>

\* The controller takes a failed replica out of the ISR, and out of office; the last member stays in the ISR.
DropReplica(replica) ==
    /\ replica \in decision.isr
    /\ (decision.isr = {replica} => decision.leader = replica) = TRUE
    /\ decision.epoch < MaxEpoch
    /\ Decide(IF decision.leader = replica /\ DropEndsOffice THEN None ELSE decision.leader,
              IF decision.isr = {replica} /\ LastMemberStays THEN decision.isr ELSE decision.isr \ {replica})
    /\ UNCHANGED <<logs, replicas, written>>

-----------------------------------------------------------------------------
(* A replica hears of a decision. *)

\* The elected replica hears of its election and takes over.
BecomeLeader(epoch) == \E d \in {made \in published : made.epoch = epoch} :
    /\ d.leader # None
    /\ IsNews(d.leader, d.epoch)
    /\ replicas' = [replicas EXCEPT ![d.leader] =
            [@ EXCEPT !.epoch = d.epoch, !.leader = d.leader, !.isr = d.isr, !.epochStart = LogEnd(d.leader)]]
    /\ UNCHANGED <<logs, decision, published, written>>

\* A replica hears of another one's election, and cuts its log to where it agrees with the new leader.
BecomeFollower(replica, epoch) == \E d \in {made \in published : made.epoch = epoch} :
    /\ d.leader # replica
    /\ IsNews(replica, d.epoch)
    /\ (IF d.leader = None THEN TRUE
        ELSE /\ Leads(d.leader)
             /\ (TruncationFenced => replicas[d.leader].epoch = d.epoch)) = TRUE
    /\ LET staysInOffice == Leads(replica) /\ ~DeposedLeaderStepsDown
           end == IF d.leader = None \/ staysInOffice THEN LogEnd(replica) ELSE TruncationOffset(replica, d.leader)
           lowers == d.leader # None /\ TruncationLowersHighWatermark
           mark == replicas[replica].highWatermark
       IN  /\ logs' = [logs EXCEPT ![replica] = Cut(@, end)]
           /\ replicas' = [replicas EXCEPT ![replica] =
                IF staysInOffice THEN [@ EXCEPT !.epoch = d.epoch]
                ELSE [highWatermark |-> IF lowers THEN Min(mark, end) ELSE mark,
                      epoch |-> d.epoch, leader |-> d.leader, isr |-> {}, epochStart |-> 0]]
    /\ UNCHANGED <<decision, published, written>>

-----------------------------------------------------------------------------
(* Leaders and followers work. *)

\* A replica that believes to lead appends a new record.
Produce(leader) ==
    /\ Leads(leader)
    /\ written < Records
    /\ LogEnd(leader) < LogSize
    /\ written' = written + 1
    /\ LET log == logs[leader]
           epoch == IF RecordsCarryLeaderEpoch THEN replicas[leader].epoch
                    ELSE IF log = <<>> THEN 0 ELSE log[Len(log)].epoch
       IN  logs' = [logs EXCEPT ![leader] = @ \o <<[record |-> written + 1, epoch |-> epoch]>>]
    /\ UNCHANGED <<replicas, decision, published>>

\* Do the two agree on the epoch, if fetches are fenced?
OneEpoch(follower, leader) == FetchFenced => replicas[follower].epoch = replicas[leader].epoch

\* A follower takes the next record from its leader, and the leader's high watermark as far as its log goes.
Fetch(follower, leader) ==
    /\ Follows(follower, leader)
    /\ Leads(leader)
    /\ OneEpoch(follower, leader) = TRUE
    /\ LET isMore == LogEnd(follower) < LogEnd(leader)
           log == IF isMore THEN logs[follower] \o <<Entry(leader, LogEnd(follower))>> ELSE logs[follower]
           mark == Min(replicas[leader].highWatermark, Len(log))
       IN  /\ (isMore \/ mark > replicas[follower].highWatermark) = TRUE
           /\ logs' = [logs EXCEPT ![follower] = log]
           /\ replicas' = [replicas EXCEPT ![follower] = [@ EXCEPT !.highWatermark = mark]]
    /\ UNCHANGED <<decision, published, written>>

\* Does `member` count as holding `offset` for the high watermark of `leader`?
Counts(leader, member, offset) ==
    \/ member = leader
    \/ /\ Follows(member, leader)
       /\ HighWatermarkFenced => replicas[member].epoch = replicas[leader].epoch
       /\ LogEnd(member) > offset

\* Does the leader give up its high watermark, because a member has not yet said that it holds it?
FallsBack(leader) ==
    /\ ~HighWatermarkOnlyGrows
    /\ replicas[leader].highWatermark > 0
    /\ \E m \in replicas[leader].isr : ~Counts(leader, m, replicas[leader].highWatermark - 1)

\* The leader moves its high watermark over a record that its whole ISR holds.
IncreaseHighWatermark(leader) ==
    /\ Leads(leader)
    /\ LET offset == replicas[leader].highWatermark
           allHold == HighWatermarkWaitsForIsr => \A m \in replicas[leader].isr : Counts(leader, m, offset)
       IN  /\ (FallsBack(leader) \/ (offset < LogEnd(leader) /\ allHold)) = TRUE
           /\ replicas' = [replicas EXCEPT ![leader].highWatermark = IF FallsBack(leader) THEN offset - 1 ELSE offset + 1]
    /\ UNCHANGED <<logs, decision, published, written>>

-----------------------------------------------------------------------------
(* The leader changes the ISR: it and the controller agree at once.         *)
(* `isr_changes` is the model in which they do not.                         *)

MayChangeIsr(leader) ==
    /\ Leads(leader)
    /\ IsrChangeFenced => (decision.leader = leader /\ decision.epoch = replicas[leader].epoch)

ChangeIsr(leader, isr) ==
    /\ replicas' = [replicas EXCEPT ![leader] = [@ EXCEPT !.isr = isr]]
    /\ decision' = [decision EXCEPT !.isr = isr]
    /\ UNCHANGED <<logs, published, written>>

\* The leader takes a follower that is behind out of the ISR.
ShrinkIsr(leader, follower) ==
    /\ follower # leader
    /\ follower \in replicas[leader].isr
    /\ MayChangeIsr(leader) = TRUE
    /\ ~(Follows(follower, leader) /\ LogEnd(follower) >= LogEnd(leader))
    /\ ChangeIsr(leader, replicas[leader].isr \ {follower})

\* The leader adds a follower that holds everything that may be committed.
ExpandIsr(leader, follower) ==
    /\ follower \notin replicas[leader].isr
    /\ MayChangeIsr(leader) = TRUE
    /\ Follows(follower, leader)
    /\ OneEpoch(follower, leader) = TRUE
    /\ (ExpandWaitsForHighWatermark => LogEnd(follower) >= replicas[leader].highWatermark) = TRUE
    /\ (ExpandWaitsForEpochStart => LogEnd(follower) >= replicas[leader].epochStart) = TRUE
    /\ ChangeIsr(leader, replicas[leader].isr \union {follower})

-----------------------------------------------------------------------------
Init ==
    /\ logs = [r \in Ids |-> <<>>]
    /\ replicas = [r \in Ids |-> [highWatermark |-> 0, epoch |-> -1, leader |-> None, isr |-> {}, epochStart |-> 0]]
    /\ decision = [leader |-> None, epoch |-> -1, isr |-> Ids]
    /\ published = {}
    /\ written = 0

Next ==
    \/ \E leader \in Ids : ElectLeader(leader)
    \/ \E replica \in Ids : DropReplica(replica)
    \/ \E epoch \in 0..MaxEpoch : BecomeLeader(epoch)
    \/ \E replica \in Ids : \E epoch \in 0..MaxEpoch : BecomeFollower(replica, epoch)
    \/ \E leader \in Ids : Produce(leader)
    \/ \E follower \in Ids : \E leader \in Ids : Fetch(follower, leader)
    \/ \E leader \in Ids : IncreaseHighWatermark(leader)
    \/ \E leader \in Ids : \E follower \in Ids : ShrinkIsr(leader, follower)
    \/ \E leader \in Ids : \E follower \in Ids : ExpandIsr(leader, follower)

Spec == Init /\ [][Next]_vars

\* What is decided is heard some time, what is written is fetched.
FairSpec ==
    /\ Spec
    /\ WF_vars(\E epoch \in 0..MaxEpoch : BecomeLeader(epoch))
    /\ WF_vars(\E replica \in Ids : \E epoch \in 0..MaxEpoch : BecomeFollower(replica, epoch))
    /\ WF_vars(\E follower \in Ids : \E leader \in Ids : Fetch(follower, leader))
    /\ WF_vars(\E leader \in Ids : IncreaseHighWatermark(leader))

-----------------------------------------------------------------------------
(* What must hold. *)

\* Everything below the high watermark of a replica that believes to lead is on every member of the ISR, equal.
CommittedWithinIsr ==
    \A leader \in Ids : Leads(leader) =>
        \A member \in decision.isr : \A offset \in 0..(replicas[leader].highWatermark - 1) :
            /\ offset < LogEnd(leader)
            /\ offset < LogEnd(member)
            /\ Entry(leader, offset) = Entry(member, offset)

\* Where two logs have the same leader epoch at an offset, they have the same record there.
LogMatching ==
    \A one \in Ids : \A other \in Ids : \A offset \in 0..(Min(LogEnd(one), LogEnd(other)) - 1) :
        Entry(one, offset).epoch = Entry(other, offset).epoch => Entry(one, offset) = Entry(other, offset)

\* A replica's high watermark never lies beyond its log end offset.
HighWatermarkWithinLog == \A r \in Ids : replicas[r].highWatermark <= LogEnd(r)

\* Leader epochs never fall along a log.
EpochsNeverFallAlongLog ==
    \A r \in Ids : \A i \in 1..(Len(logs[r]) - 1) : logs[r][i].epoch <= logs[r][i + 1].epoch

\* No two replicas believe to lead in the same epoch.
OneLeaderPerEpoch ==
    \A one \in Ids : \A other \in Ids :
        (one # other /\ Leads(one) /\ Leads(other)) => replicas[one].epoch # replicas[other].epoch

\* The leader that the controller has recorded, if there is one, is in the ISR.
LeaderWithinIsr == decision.leader # None => decision.leader \in decision.isr

\* The ISR has a member: without eligible leader replicas nobody could be elected from an empty one.
IsrNotEmpty == decision.isr # {}

\* While a replica leads in an epoch, its high watermark does not go back.
HighWatermarkOfALeaderNeverFalls == [][
    \A r \in Ids :
        (/\ replicas[r].leader = r /\ replicas'[r].leader = r
         /\ replicas[r].epoch = replicas'[r].epoch)
            => replicas[r].highWatermark <= replicas'[r].highWatermark ]_vars

\* Neither the controller's epoch nor any replica's goes back.
LeaderEpochsGrow == [][
    /\ decision.epoch <= decision'.epoch
    /\ \A r \in Ids : replicas[r].epoch <= replicas'[r].epoch ]_vars

\* When nobody is elected any more, all logs become equal and wholly committed, whatever they were.
FollowersComeToEqualTheLeader ==
    (decision.leader # None /\ decision.epoch = MaxEpoch)
        ~> (\A r \in Ids : logs[r] = logs[1] /\ replicas[r].highWatermark = Len(logs[1]))
=============================================================================
