---------------------------- MODULE MetadataQuorum ----------------------------
(***************************************************************************)
(* The quorum of controllers that keeps Kafka's metadata: Raft with a log  *)
(* that followers fetch (KIP-595), snapshots (KIP-630), a voter set that   *)
(* is itself a record of the log (KIP-853), and pre-votes (KIP-996).       *)
(*                                                                         *)
(* At the grain of the protocol: a vote and a fetch read one replica and   *)
(* write another in one step.  A deposed leader goes on until it hears of  *)
(* a later epoch, or misses the fetches of a majority.                     *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,      \* how many replicas; their ids are 1..Replicas
    Voters,        \* how many of them are voters to begin with
    MaxEpoch,      \* highest epoch; it begins with 0
    Records,       \* records of the controller that are ever written
    Changes,       \* changes of the voter set
    Crashes,       \* with 0 everything is flushed at once
    Cuts,          \* replicas that are cut off, for good
    Snapshots,     \* snapshots that are ever written
    Campaigners,   \* who ever stands for election
    Quiet,         \* who votes, but follows nobody
    Begun,         \* replica 1 leads epoch 1 to begin with
    None,          \* "nobody", for a vote or a leader
    RestartResigns,        \* a leader comes back resigned (KAFKA-10527)
    FlushBeforeReply,      \* only what is flushed counts (KAFKA-10533)
    CheckQuorumTimer,      \* a leader looks whether a majority fetches (KAFKA-15489)
    ChangeWaitsForEpoch,   \* a change needs a committed record of the epoch (KIP-853)
    OneChangeAtATime,      \* ... and that the last change is committed
    SnapshotEnd,           \* "exclusive": a snapshot is named by its end offset (KAFKA-14618)
    SnapshotOfCommitted,   \* a snapshot ends at the high watermark (KIP-630)
    OneVote,               \* a vote an epoch
    LogUpToDate,           \* no vote for a log that is behind
    VotersCampaign,        \* only voters stand for election
    CommitOwnEpoch,        \* the high watermark moves over a record of the leader's epoch only
    HighWatermarkGrows,    \* a follower keeps its own while its leader's is behind
    VoteIsDurable,         \* a restart does not forget the vote
    DivergenceTruncates    \* a follower cuts what its leader does not have

VARIABLES
    replicas,   \* replica -> [role, epoch, voted, leader, log, flushed, highWatermark, start, snapshot, granted, ends].
                \* The log is kept from offset 0; what is below `start` stands for the contents of the snapshot.
    committed,  \* the longest log that was ever below a high watermark: what must never change
    cut,        \* replicas that hear nobody
    written, changes, crashes, snapshots

vars == <<replicas, committed, cut, written, changes, crashes, snapshots>>

OnlyReplicas == UNCHANGED <<committed, cut, written, changes, crashes, snapshots>>

Ids == 1..Replicas
Unknown == [r \in Ids |-> -1]

-----------------------------------------------------------------------------
Min(a, b) == IF a < b THEN a ELSE b
Max(a, b) == IF a < b THEN b ELSE a
MaxOf(S) == CHOOSE x \in S : \A y \in S : y <= x
Log(r) == replicas[r].log
End(r) == Len(replicas[r].log)             \* offsets count from 0, sequences from 1
Leads(r) == replicas[r].role = "leader"
Hear(one, other) == one # other /\ one \notin cut /\ other \notin cut
Prefix(log, end) == SubSeq(log, 1, Min(end, Len(log)))

\* The last voter set of a log, committed or not; without one, that of the bootstrap snapshot.
Changed(log) == {i \in 1..Len(log) : log[i].kind = "voters"}
VotersOf(log) == IF Changed(log) = {} THEN 1..Voters ELSE log[MaxOf(Changed(log))].voters
LastChange(log) == IF Changed(log) = {} THEN -1 ELSE MaxOf(Changed(log)) - 1
Majority(voters) == Cardinality(voters) \div 2 + 1

LastEpoch(log) == IF log = <<>> THEN 0 ELSE log[Len(log)].epoch
IsUpToDate(log, other) == \/ LastEpoch(log) > LastEpoch(other)
                          \/ LastEpoch(log) = LastEpoch(other) /\ Len(log) >= Len(other)
\* The offset at which a leader's own epoch begins in its log.
EpochStart(r) == Cardinality({i \in 1..End(r) : Log(r)[i].epoch < replicas[r].epoch})

\* Up to where a follower's log can stay: the end of the last epoch that both have.
EndOfEpoch(log, epoch) == Cardinality({i \in 1..Len(log) : log[i].epoch <= epoch})
EpochsOf(log) == {log[i].epoch : i \in 1..Len(log)}
AgreedEnd(own, theirs) ==
    LET common == EpochsOf(own) \intersect EpochsOf(theirs)
    IN  IF common = {} THEN 0 ELSE Min(EndOfEpoch(own, MaxOf(common)), EndOfEpoch(theirs, MaxOf(common)))

Appended(replica, record) ==
    LET log == replica.log \o <<record>>
    IN  [replica EXCEPT !.log = log, !.flushed = IF Crashes > 0 THEN @ ELSE Len(log)]
Record(epoch, kind, value, voters) == [epoch |-> epoch, kind |-> kind, value |-> value, voters |-> voters]

\* A replica in a later epoch of which it knows no leader.
Entered(replica, epoch) == [replica EXCEPT !.role = "unattached", !.epoch = epoch, !.voted = None, !.leader = None,
                                           !.granted = {}, !.ends = Unknown]
Heard(replica, epoch) == IF replica.epoch < epoch THEN Entered(replica, epoch) ELSE replica

-----------------------------------------------------------------------------
\* The election or fetch time-out of a voter ends: it asks whether it would be elected (KIP-996).
Prospect(replica) ==
    /\ replicas[replica].role \in {"unattached", "follower", "candidate"}
    /\ (VotersCampaign => replica \in VotersOf(Log(replica))) = TRUE
    /\ replicas[replica].epoch < MaxEpoch
    /\ replicas' = [replicas EXCEPT ![replica].role = "prospective"]
    /\ OnlyReplicas

\* A pre-vote comes from whoever does not lead and is not ahead: any follower's fetch may have timed out.
WouldVote(voter, candidate) == Hear(voter, candidate) /\ ~Leads(voter) /\ IsUpToDate(Log(candidate), Log(voter))

\* A prospective voter that a majority would vote for begins a new epoch and votes for itself.
Campaign(replica) ==
    LET voters == VotersOf(Log(replica))
        willing == {voter \in voters : voter = replica \/ WouldVote(voter, replica)}
    IN  /\ replicas[replica].role = "prospective"
        /\ Cardinality(willing) >= Majority(voters)
        /\ replicas[replica].epoch < MaxEpoch
        /\ replicas' = [replicas EXCEPT ![replica].role = "candidate", ![replica].epoch = @ + 1,
                                        ![replica].voted = replica, ![replica].leader = None,
                                        ![replica].granted = {replica}]
        /\ OnlyReplicas

Votes(voter, candidate) ==
    LET one == replicas[voter]
        other == replicas[candidate]
    IN  /\ LogUpToDate => IsUpToDate(other.log, one.log)
        /\ \/ one.epoch < other.epoch
           \/ /\ one.role \in {"unattached", "prospective"} /\ one.leader = None
              /\ voter \notin other.granted
              /\ OneVote => one.voted \in {None, candidate}

\* A replica hears a candidate, and votes for it: once in an epoch, and for nobody whose log is behind.
Vote(voter, candidate) ==
    LET one == replicas[voter]
        other == replicas[candidate]
        votes == Votes(voter, candidate)
        heard == Heard(one, other.epoch)
    IN  /\ other.role = "candidate" /\ Hear(voter, candidate)
        /\ (one.epoch < other.epoch \/ (one.epoch = other.epoch /\ votes)) = TRUE
        /\ replicas' = IF ~votes THEN [replicas EXCEPT ![voter] = heard]
                       ELSE [replicas EXCEPT ![voter] = [heard EXCEPT !.role = "unattached", !.voted = candidate],
                                             ![candidate].granted = @ \union {voter}]
        /\ OnlyReplicas

\* A candidate with the votes of a majority leads, and appends the leader-change record of its epoch.
BecomeLeader(replica) ==
    LET one == replicas[replica]
        voters == VotersOf(one.log)
    IN  /\ one.role = "candidate"
        /\ Cardinality(one.granted \intersect voters) >= Majority(voters)
        /\ replicas' = [replicas EXCEPT ![replica] =
                Appended([one EXCEPT !.role = "leader", !.leader = replica, !.granted = {}],
                         Record(one.epoch, "leader", 0, {}))]
        /\ OnlyReplicas

\* A replica hears of the leader of its epoch, or of a later one (BeginQuorumEpoch, or an answer to a fetch).
Follow(replica, leader) ==
    LET one == replicas[replica]
        other == replicas[leader]
    IN  /\ Leads(leader) /\ Hear(replica, leader)
        /\ replica \notin Quiet
        /\ one.epoch <= other.epoch
        /\ ~(one.epoch = other.epoch /\ one.role \in {"follower", "leader", "resigned"})
        /\ replicas' = [replicas EXCEPT ![replica] =
                [Heard(one, other.epoch) EXCEPT !.role = "follower", !.leader = leader, !.granted = {}]]
        /\ OnlyReplicas

-----------------------------------------------------------------------------
\* The leader appends a record of the controller.
Write(leader) ==
    /\ Leads(leader) /\ written < Records
    /\ written' = written + 1
    /\ replicas' = [replicas EXCEPT ![leader] = Appended(@, Record(@.epoch, "data", written + 1, {}))]
    /\ UNCHANGED <<committed, cut, changes, crashes, snapshots>>

\* What a replica has appended is durable from now on.
Flush(replica) ==
    /\ replicas[replica].flushed # End(replica)
    /\ replicas' = [replicas EXCEPT ![replica].flushed = End(replica)]
    /\ OnlyReplicas

MayFetch(replica, leader) ==
    /\ replicas[replica].role = "follower" /\ replicas[replica].leader = leader
    /\ Leads(leader) /\ replicas[replica].epoch = replicas[leader].epoch /\ Hear(replica, leader)

\* A diverging follower cuts its log; another one tells its end, and takes the next record.
Fetched(replica, leader) ==
    LET one == replicas[replica]
        other == replicas[leader]
        end == Len(one.log)
        agreed == AgreedEnd(one.log, other.log)
        log == IF end < Len(other.log) THEN one.log \o <<other.log[end + 1]>> ELSE one.log
        mark == Min(other.highWatermark, Len(log))
    IN  IF DivergenceTruncates /\ agreed < end
        THEN [replicas EXCEPT ![replica].log = Prefix(@, agreed), ![replica].flushed = Min(@, agreed)]
        ELSE [replicas EXCEPT
                ![leader].ends[replica] = end,
                ![replica].log = log,
                ![replica].flushed = IF FlushBeforeReply \/ Crashes = 0 THEN Len(log) ELSE @,
                ![replica].highWatermark = IF HighWatermarkGrows THEN Max(@, mark) ELSE mark]

\* A follower asks for what comes behind its log, and so tells its leader how far it has replicated.
Fetch(replica, leader) ==
    /\ MayFetch(replica, leader)
    /\ End(replica) >= replicas[leader].start
    /\ Fetched(replica, leader) # replicas
    /\ replicas' = Fetched(replica, leader)
    /\ OnlyReplicas

\* A follower whose log ends before its leader's begins takes the leader's snapshot instead (KIP-630).
FetchSnapshot(replica, leader) ==
    LET end == replicas[leader].snapshot
    IN  /\ MayFetch(replica, leader)
        /\ End(replica) < replicas[leader].start
        /\ replicas[replica].snapshot # end
        /\ replicas' = [replicas EXCEPT ![replica] = [@ EXCEPT !.log = Prefix(Log(leader), end), !.flushed = end,
                                                               !.highWatermark = end, !.start = end, !.snapshot = end]]
        /\ OnlyReplicas

\* First offset that the leader does not know to be on a replica: its own durable end, or where a fetch began.
Replicated(leader, r) == IF r = leader THEN replicas[leader].flushed ELSE replicas[leader].ends[r]
Counted(leader, r) == IF r = leader /\ ~FlushBeforeReply THEN End(leader) ELSE Replicated(leader, r)

\* What a majority of the voters holds.
NextMark(leader) ==
    LET voters == VotersOf(Log(leader))
        Holders(end) == {v \in voters : Counted(leader, v) >= end}
    IN  MaxOf({end \in {Counted(leader, v) : v \in voters} : Cardinality(Holders(end)) >= Majority(voters)})

\* What a majority of the voters holds is committed, if it has a record of the leader's own epoch.
IncreaseHighWatermark(leader) ==
    LET mark == NextMark(leader)
    IN  /\ Leads(leader)
        /\ mark > replicas[leader].highWatermark
        /\ (CommitOwnEpoch => mark > EpochStart(leader)) = TRUE
        /\ committed' = IF mark >= Len(committed) THEN Prefix(Log(leader), mark) ELSE committed
        /\ replicas' = [replicas EXCEPT ![leader].highWatermark = mark]
        /\ UNCHANGED <<cut, written, changes, crashes, snapshots>>

-----------------------------------------------------------------------------
Resigned(leader) == [replicas EXCEPT ![leader].role = "resigned", ![leader].ends = Unknown]

\* A leader from which no majority of the voters has fetched for long resigns.
CheckQuorum(leader) ==
    LET voters == VotersOf(Log(leader))
    IN  /\ Leads(leader) /\ CheckQuorumTimer
        /\ Cardinality({v \in voters : v = leader \/ MayFetch(v, leader)}) < Majority(voters)
        /\ replicas' = Resigned(leader)
        /\ OnlyReplicas

\* A leader whose removal from the voter set is committed resigns (KIP-853).
Resign(leader) ==
    /\ Leads(leader)
    /\ leader \notin VotersOf(Prefix(Log(leader), replicas[leader].highWatermark))
    /\ replicas' = Resigned(leader)
    /\ OnlyReplicas

\* A resigned leader has waited for others to be elected: it goes on in the next epoch, in which nobody leads.
LeaveOffice(replica) ==
    /\ replicas[replica].role = "resigned" /\ replicas[replica].epoch < MaxEpoch
    /\ replicas' = [replicas EXCEPT ![replica] = Entered(@, @.epoch + 1)]
    /\ OnlyReplicas

MayChange(leader) ==
    /\ Leads(leader)
    /\ ChangeWaitsForEpoch => replicas[leader].highWatermark > EpochStart(leader)
    /\ OneChangeAtATime => LastChange(Log(leader)) < replicas[leader].highWatermark
    /\ changes < Changes

Change(leader, voters) ==
    /\ changes' = changes + 1
    /\ replicas' = [replicas EXCEPT ![leader] = Appended(@, Record(@.epoch, "voters", 0, voters))]
    /\ UNCHANGED <<committed, cut, written, crashes, snapshots>>

\* The leader adds an observer that has all of its log.
AddVoter(leader, voter) ==
    /\ MayChange(leader) = TRUE
    /\ voter \notin VotersOf(Log(leader))
    /\ Replicated(leader, voter) = End(leader)
    /\ Change(leader, VotersOf(Log(leader)) \union {voter})

\* The leader removes a voter, it may be itself; the last one stays.
RemoveVoter(leader, voter) ==
    /\ MayChange(leader) = TRUE
    /\ voter \in VotersOf(Log(leader))
    /\ VotersOf(Log(leader)) # {voter}
    /\ Change(leader, VotersOf(Log(leader)) \ {voter})

-----------------------------------------------------------------------------
SnapshotOffset(r) == IF SnapshotOfCommitted THEN replicas[r].highWatermark ELSE replicas[r].flushed

\* A replica writes a snapshot of what is below its high watermark, and drops these records from its log.
Snapshot(replica) ==
    LET end == SnapshotOffset(replica)
    IN  /\ end > replicas[replica].start
        /\ snapshots < Snapshots
        /\ snapshots' = snapshots + 1
        /\ replicas' = [replicas EXCEPT ![replica] =
                [@ EXCEPT !.start = end, !.flushed = Max(@, end),
                          !.snapshot = IF SnapshotEnd = "exclusive" THEN end ELSE end - 1]]
        /\ UNCHANGED <<committed, cut, written, changes, crashes>>

\* A replica crashes, loses what was not flushed, and comes back as what its quorum state file says.
Restart(replica) ==
    LET one == replicas[replica]
        role == CASE one.leader = replica ->
                        IF one.role = "leader" /\ ~RestartResigns THEN "leader" ELSE "resigned"
                  [] one.leader = None -> IF one.voted = replica THEN "candidate" ELSE "unattached"
                  [] OTHER -> "follower"
    IN  /\ crashes < Crashes
        /\ crashes' = crashes + 1
        /\ replicas' = [replicas EXCEPT ![replica] =
                [one EXCEPT !.role = role, !.log = Prefix(@, one.flushed),
                            !.voted = IF VoteIsDurable THEN @ ELSE None, !.highWatermark = one.start,
                            !.granted = IF role = "candidate" THEN {replica} ELSE {}, !.ends = Unknown]]
        /\ UNCHANGED <<committed, cut, written, changes, snapshots>>

\* A replica hears nobody any more.
Cut(replica) ==
    /\ replica \notin cut /\ Cardinality(cut) < Cuts
    /\ cut' = cut \union {replica}
    /\ UNCHANGED <<replicas, committed, written, changes, crashes, snapshots>>

-----------------------------------------------------------------------------
Nobody == [role |-> "unattached", epoch |-> 0, voted |-> None, leader |-> None, log |-> <<>>, flushed |-> 0,
           highWatermark |-> 0, start |-> 0, snapshot |-> 0, granted |-> {}, ends |-> Unknown]
Elector == [Nobody EXCEPT !.epoch = 1, !.voted = 1]
First == Appended([Elector EXCEPT !.role = "leader", !.leader = 1], Record(1, "leader", 0, {}))

Init ==
    /\ replicas = IF Begun THEN [r \in Ids |-> IF r = 1 THEN First ELSE Elector] ELSE [r \in Ids |-> Nobody]
    /\ committed = <<>> /\ cut = {} /\ written = 0 /\ changes = 0 /\ crashes = 0 /\ snapshots = 0

Next ==
    \/ \E replica \in Campaigners : Prospect(replica)
    \/ \E replica \in Campaigners : Campaign(replica)
    \/ \E voter \in Ids : \E candidate \in Campaigners : Vote(voter, candidate)
    \/ \E replica \in Campaigners : BecomeLeader(replica)
    \/ \E replica \in Ids : \E leader \in Campaigners : Follow(replica, leader)
    \/ \E leader \in Campaigners : Write(leader)
    \/ \E replica \in Ids : Flush(replica)
    \/ \E replica \in Ids : \E leader \in Campaigners : Fetch(replica, leader)
    \/ \E replica \in Ids : \E leader \in Campaigners : FetchSnapshot(replica, leader)
    \/ \E leader \in Campaigners : IncreaseHighWatermark(leader)
    \/ \E leader \in Campaigners : CheckQuorum(leader)
    \/ \E leader \in Campaigners : Resign(leader)
    \/ \E replica \in Campaigners : LeaveOffice(replica)
    \/ \E leader \in Campaigners : \E voter \in Ids : AddVoter(leader, voter)
    \/ \E leader \in Campaigners : \E voter \in Ids : RemoveVoter(leader, voter)
    \/ \E replica \in Ids : Snapshot(replica)
    \/ \E replica \in Ids : Restart(replica)
    \/ \E replica \in Ids : Cut(replica)

Spec == Init /\ [][Next]_vars
FairSpec == Spec /\ \A leader \in Campaigners : WF_vars(CheckQuorum(leader))

-----------------------------------------------------------------------------
\* No two replicas lead in the same epoch.
OneLeaderPerEpoch == \A one, other \in Ids :
    (one # other /\ Leads(one) /\ Leads(other)) => replicas[one].epoch # replicas[other].epoch

\* Where two logs have the same epoch at an offset, they have the same records up to there.
LogMatching == \A one, other \in Ids : \A end \in 1..Min(End(one), End(other)) :
    Log(one)[end].epoch = Log(other)[end].epoch => Prefix(Log(one), end) = Prefix(Log(other), end)

\* A leader has everything that was committed before its epoch began.
LeaderCompleteness == committed # <<>> => \A r \in Ids :
    (Leads(r) /\ replicas[r].epoch >= LastEpoch(committed)) => Prefix(Log(r), Len(committed)) = committed

\* What is below a leader's high watermark is durable on a majority of its last or its committed voters.
MajorityOfVotersHasHighWatermark == \A leader \in Ids : Leads(leader) =>
    LET mark == replicas[leader].highWatermark
        below == Prefix(Log(leader), mark)
        has == {r \in Ids : replicas[r].flushed >= mark /\ Prefix(Log(r), mark) = below}
    IN  \E voters \in {VotersOf(Log(leader)), VotersOf(below)} :
            Cardinality(has \intersect voters) >= Majority(voters)

\* Whoever stands for election is in the voter set of its own log.
OnlyVotersCampaign == \A r \in Ids :
    replicas[r].role \in {"prospective", "candidate"} => r \in VotersOf(Log(r))

\* The log begins where the last snapshot ends.
SnapshotEndsAtLogStart == \A r \in Ids : replicas[r].snapshot = replicas[r].start

\* What a replica shows, the fold of its snapshot and its log to the high watermark, is what was committed.
ImageIsFoldOfLog == \A r \in Ids :
    LET end == Max(replicas[r].start, replicas[r].highWatermark)
    IN  End(r) >= end /\ Prefix(Log(r), end) = Prefix(committed, end)

\* The high watermark of a replica that goes on running does not go back.
HighWatermarkNeverFalls == [][
    crashes' > crashes \/ \A r \in Ids : replicas'[r].highWatermark >= replicas[r].highWatermark ]_vars

\* What was committed stays: only more is committed.
CommittedPrefixImmutable == [][ Prefix(committed', Len(committed)) = committed ]_vars

\* No replica's epoch goes back, and in an epoch nobody changes its vote.
EpochsGrow == [][ \A r \in Ids :
    \/ replicas[r].epoch < replicas'[r].epoch
    \/ /\ replicas[r].epoch = replicas'[r].epoch
       /\ replicas[r].voted \in {None, replicas'[r].voted} ]_vars

\* A leader that hears from no majority of the voters gives up its office.
ACutOffLeaderStepsDown == (\E r \in cut : Leads(r)) ~> ~(\E r \in cut : Leads(r))
=============================================================================
