--------------------------- MODULE CommittedOffsets ---------------------------
(***************************************************************************)
(* The committed offset of a group for one partition, and everything that  *)
(* may take it away: expiry (KIP-211), deletion of the offset (KIP-496),   *)
(* of the group or of the topic, whose name may be used again (KIP-516).   *)
(*                                                                         *)
(* Commits come from anybody, in any generation that there was or without  *)
(* one: the group decides which count.  What members do between is in      *)
(* ClassicGroup.tla.                                                       *)
(***************************************************************************)
EXTENDS Integers

CONSTANTS
    Commits,           \* commits that are ever accepted
    Generations,       \* the highest generation
    Ticks,             \* ticks of the clock
    Retention,         \* ticks for which offsets are kept
    TopicIds,          \* topics of the one name, one after the other
    Deletions, Transactions, Copies,  \* how often: something is deleted, staged, copied
    None,                        \* no offset, no answer
    CommitChecksGeneration,      \* commits come in the generation of the group, or without one while it is empty
    CommitWaitsForAssignment,    \* ... and not while the assignment is awaited
    MetadataIsStored,            \* with its metadata string
    FetchReadsLeader,            \* and not a copy that lags
    BoundToTopicId,              \* KAFKA-19154: not to the name
    ExpirySparesRebalancing,     \* KAFKA-13636: the subscription is not known then
    ExpirySparesSubscribed,      \* KIP-211: what is read does not expire
    ExpiryCountsFromEmptiness,   \* KIP-211: the group, not the commit, grows old
    ExpirySparesStaged,          \* a transaction is about to replace it
    DeletionSparesSubscribed     \* KIP-496: GROUP_SUBSCRIBED_TO_TOPIC

VARIABLES
    now,          \* the clock, from 1
    group,        \* [state, generation, since, subscribed]; since: when it became empty
    topicId,      \* the topic that there is; 0 for none
    created,      \* topics of the name so far
    unheard,      \* ids of deleted topics of which the coordinator has not heard
    offset,       \* [commit, metadata, generation, topicId, at]; the commit stands for the offset
    copy,         \* of the offset, on a replica
    staged,       \* a transaction has staged an offset
    answer,       \* what OffsetFetch answered last: [asked, found]
    committed, deleted, stagedSoFar, copied

vars == <<now, group, topicId, created, unheard, offset, copy, staged, answer,
          committed, deleted, stagedSoFar, copied>>

-----------------------------------------------------------------------------
(* Questions. *)

\* The offset belongs to that topic.
IsOf(stored, id) == IF stored = None THEN FALSE ELSE stored.topicId = id \/ ~BoundToTopicId

Accepts(generation) ==
    CASE ~CommitChecksGeneration \/ (generation = 0 /\ group.state = "Empty") -> TRUE
      [] OTHER -> /\ generation # 0
                  /\ group.state # "Empty"
                  /\ generation = group.generation
                  /\ CommitWaitsForAssignment => group.state # "CompletingRebalance"

\* The offset expires now (OffsetMetadataManager.cleanupExpiredOffsets).
Expires ==
    IF offset = None THEN FALSE
    ELSE /\ staged => ~ExpirySparesStaged
         /\ group.state \in {"PreparingRebalance", "CompletingRebalance"} => ~ExpirySparesRebalancing
         /\ (group.state = "Stable" /\ group.subscribed) => ~ExpirySparesSubscribed
         /\ LET from == IF group.state = "Empty" /\ ExpiryCountsFromEmptiness THEN group.since ELSE offset.at
            IN  now - from >= Retention

-----------------------------------------------------------------------------
(* Steps. *)

\* A commit arrives, in some generation or without one.
Commit(generation) ==
    /\ topicId # 0
    /\ Accepts(generation) = TRUE
    /\ committed < Commits
    /\ committed' = committed + 1
    /\ offset' = [commit |-> committed + 1, metadata |-> IF MetadataIsStored THEN committed + 1 ELSE 0,
                  generation |-> generation, topicId |-> topicId, at |-> now]
    /\ UNCHANGED <<now, group, topicId, created, unheard, copy, staged, answer, deleted, stagedSoFar, copied>>

\* A consumer asks for the committed offset of the topic that there is.
Fetch ==
    /\ topicId # 0
    /\ LET stored == IF FetchReadsLeader THEN offset ELSE copy
           told == [asked |-> topicId, found |-> IF IsOf(stored, topicId) THEN stored ELSE None]
       IN  /\ answer # told
           /\ answer' = told
    /\ UNCHANGED <<now, group, topicId, created, unheard, offset, copy, staged,
                   committed, deleted, stagedSoFar, copied>>

OnlyGroup ==
    UNCHANGED <<now, topicId, created, unheard, offset, copy, staged, answer, committed, deleted, stagedSoFar, copied>>

\* Members come or change.
StartRebalance ==
    /\ group.state # "PreparingRebalance"
    /\ group.generation < Generations
    /\ group' = [group EXCEPT !.state = "PreparingRebalance", !.since = 0]
    /\ OnlyGroup

\* All have joined: the next generation begins, and its assignment is awaited.
CompleteJoin ==
    /\ group.state = "PreparingRebalance"
    /\ group' = [group EXCEPT !.state = "CompletingRebalance", !.generation = @ + 1]
    /\ OnlyGroup

\* The assignment has come.  Some member is subscribed to the topic, or none is any more.
BecomeStable(subscribed) ==
    /\ group.state = "CompletingRebalance"
    /\ group' = [group EXCEPT !.state = "Stable", !.subscribed = subscribed]
    /\ OnlyGroup

\* The last member has gone.
BecomeEmpty ==
    /\ group.state = "PreparingRebalance"
    /\ group' = [state |-> "Empty", generation |-> group.generation + 1, since |-> now, subscribed |-> FALSE]
    /\ OnlyGroup

\* Time passes.
Tick ==
    /\ now <= Ticks
    /\ now' = now + 1
    /\ UNCHANGED <<group, topicId, created, unheard, offset, copy, staged, answer,
                   committed, deleted, stagedSoFar, copied>>

\* The coordinator sweeps, and finds that the offset has expired.
Expire ==
    /\ Expires = TRUE
    /\ offset' = None
    /\ UNCHANGED <<now, group, topicId, created, unheard, copy, staged, answer,
                   committed, deleted, stagedSoFar, copied>>

Deleted ==
    /\ deleted < Deletions
    /\ deleted' = deleted + 1
    /\ offset' = None
    /\ staged' = FALSE
    /\ UNCHANGED <<now, group, topicId, created, unheard, copy, answer, committed, stagedSoFar, copied>>

\* An administrator deletes the offset (KIP-496).  What a transaction has staged goes too.
DeleteOffset ==
    /\ (offset # None \/ staged) = TRUE
    /\ (group.subscribed => ~DeletionSparesSubscribed) = TRUE
    /\ Deleted

\* An administrator deletes the group, which has no members: its offsets are gone (KIP-229).
DeleteGroup ==
    /\ group.state = "Empty"
    /\ Deleted

\* The topic is deleted.  The coordinator will hear of it.
DeleteTopic ==
    /\ topicId # 0
    /\ created < TopicIds
    /\ topicId' = 0
    /\ unheard' = unheard \union {topicId}
    /\ UNCHANGED <<now, group, created, offset, copy, staged, answer, committed, deleted, stagedSoFar, copied>>

\* A topic of the same name is created.  It has another id.
CreateTopic ==
    /\ topicId = 0
    /\ created < TopicIds
    /\ created' = created + 1
    /\ topicId' = created + 1
    /\ UNCHANGED <<now, group, unheard, offset, copy, staged, answer, committed, deleted, stagedSoFar, copied>>

\* The coordinator hears that topics were deleted, and forgets their offsets.
HearDeletion ==
    /\ unheard # {}
    /\ unheard' = {}
    /\ offset' = IF \E id \in unheard : IsOf(offset, id) THEN None ELSE offset
    /\ UNCHANGED <<now, group, topicId, created, copy, staged, answer, committed, deleted, stagedSoFar, copied>>

\* A transaction stages an offset for the partition (TxnOffsetCommit).
Stage ==
    /\ ~staged
    /\ stagedSoFar < Transactions
    /\ staged' = TRUE
    /\ stagedSoFar' = stagedSoFar + 1
    /\ UNCHANGED <<now, group, topicId, created, unheard, offset, copy, answer, committed, deleted, copied>>

\* The transaction is aborted; one that commits is like a commit here.
Abort ==
    /\ staged
    /\ staged' = FALSE
    /\ UNCHANGED <<now, group, topicId, created, unheard, offset, copy, answer,
                   committed, deleted, stagedSoFar, copied>>

\* A copy of the coordinator's state catches up.  Nobody should read it.
UpdateCopy ==
    /\ copy # offset
    /\ copied < Copies
    /\ copied' = copied + 1
    /\ copy' = offset
    /\ UNCHANGED <<now, group, topicId, created, unheard, offset, staged, answer, committed, deleted, stagedSoFar>>

-----------------------------------------------------------------------------
Init ==
    /\ now = 1
    /\ group = [state |-> "Empty", generation |-> 0, since |-> 1, subscribed |-> FALSE]
    /\ topicId = 1
    /\ created = 1
    /\ unheard = {}
    /\ offset = None
    /\ copy = None
    /\ staged = FALSE
    /\ answer = None
    /\ committed = 0
    /\ deleted = 0
    /\ stagedSoFar = 0
    /\ copied = 0

Next ==
    \/ \E generation \in 0..Generations : Commit(generation)
    \/ Fetch
    \/ StartRebalance
    \/ CompleteJoin
    \/ \E subscribed \in {FALSE, TRUE} : BecomeStable(subscribed)
    \/ BecomeEmpty
    \/ Tick
    \/ Expire
    \/ DeleteOffset
    \/ DeleteGroup
    \/ DeleteTopic
    \/ CreateTopic
    \/ HearDeletion
    \/ Stage
    \/ Abort
    \/ UpdateCopy

Spec == Init /\ [][Next]_vars

-----------------------------------------------------------------------------
(* What must hold. *)

Found == IF answer = None THEN None ELSE answer.found

\* What a fetch answers has the metadata with which it was committed.
MetadataComesBack == IF Found = None THEN TRUE ELSE Found.metadata = Found.commit

\* A fetch answers what was committed for the topic that was asked, and not for one before it of the same name.
AnswersAreOfThisTopic == IF Found = None THEN TRUE ELSE Found.topicId = answer.asked

\* A fetch answers the last commit, or none if that was for another topic, or is gone.
FetchAnswersTheLatest == [][
    answer' # answer =>
        answer'.found = (IF offset = None THEN None ELSE IF offset.topicId = answer'.asked THEN offset ELSE None) ]_vars

\* A commit counts in the generation of the group, or without one while the group is empty; and not in between.
CommitsAreFenced == [][
    committed' # committed =>
        IF group.state = "Empty" THEN offset'.generation = 0
        ELSE offset'.generation = group.generation /\ group.state # "CompletingRebalance" ]_vars

HasExpired ==
    IF offset = None \/ staged THEN FALSE
    ELSE \/ group.state = "Empty" /\ now - group.since >= Retention
         \/ group.state = "Stable" /\ ~group.subscribed /\ now - offset.at >= Retention

\* An offset goes when it was deleted, or its topic was; or when the group has not needed it for long enough.
NothingVanishesEarly == [][
    (offset # None /\ offset' = None /\ deleted' = deleted) => (offset.topicId \in unheard \/ HasExpired) ]_vars

\* No administrator takes away the offset of a topic that a member is subscribed to.
DeletionSparesWhatIsNeeded == [][
    (offset # None /\ offset' = None /\ deleted' # deleted) => ~group.subscribed ]_vars
=============================================================================
