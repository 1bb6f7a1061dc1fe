----------------------------- MODULE IsrChanges -----------------------------
(***************************************************************************)
(* One partition, one leader, and a controller that grants changes of the  *)
(* set of in-sync replicas (ISR).  The leader asks (AlterPartition), goes  *)
(* on meanwhile, and hears of the outcome from an answer or from metadata, *)
(* whichever comes first.  Until it knows, its high watermark waits for    *)
(* every replica that the controller may take for a member: the maximal    *)
(* ISR (KIP-497).  The controller itself removes brokers that are fenced,  *)
(* stop or restart.                                                        *)
(*                                                                         *)
(* A request is repeated until an answer arrives: it may be decided again, *)
(* and an answer may be lost.  Metadata comes in order, but late.          *)
(***************************************************************************)
EXTENDS Integers, Sequences, FiniteSets

CONSTANTS
    Replicas,          \* how many replicas; their ids are 1..Replicas, and 1 leads
    Minimum,           \* min.insync.replicas
    Records,           \* records that the leader ever appends
    Changes,           \* ISR changes that the leader ever asks for
    Fences,            \* brokers that are ever fenced or stopped
    Restarts,          \* restarts of followers
    None,              \* no replica, or no answer yet
    AddedCount,                     \* the maximal ISR holds the replica that is being added (KIP-497)
    RemovedCount,                   \* ... and still the one that is being removed
    AnswerMovesHighWatermark,       \* after an answer the leader looks at its high watermark again (KAFKA-13091)
    MembersAreEligible,             \* no member is fenced or about to stop (KIP-841)
    RequestsNameBrokerEpochs,       \* requests say which incarnation of each member is meant (KIP-903)
    WaitsForAnswer,                 \* the leader has one change in flight
    ExpandWaitsForHighWatermark,    \* a new member holds everything below the high watermark
    RemovalBumpsEpoch,              \* a removal by the controller makes older requests stale
    MinimumHoldsHighWatermark,      \* the high watermark stands still below the minimum (KIP-966)
    MetadataSettlesChange,          \* newer metadata ends the change in flight
    MetadataApplies                 \* "newer", "same_or_newer" (Partition.makeLeader today) or "any"

VARIABLES
    controller,  \* its image: [isr, partitionEpoch, brokerEpochs, fenced, stopping]
    metadata,    \* images that the leader has not heard of, the oldest first
    leader,      \* [isr, partitionEpoch, adding, removing, highWatermark, knownEnds, knownEpochs, caughtUp, brokers]
    logEnds,     \* replica -> its log end in truth.  Every log is a prefix of the leader's: nobody else writes.
    requests,    \* requests without an answer: [follower, isr, memberEpochs, partitionEpoch, answer]
    asked,       \* how much of Changes,
    fenced,      \* of Fences
    restarted    \* and of Restarts is used up

vars == <<controller, metadata, leader, logEnds, requests, asked, fenced, restarted>>

Ids == 1..Replicas
Followers == 2..Replicas
Unknown == -1                     \* a broker epoch that the leader has not heard

-----------------------------------------------------------------------------
(* What follows from the state.  `l` is what a leader knows. *)

LeaderEnd == logEnds[1]
AtMost(a, b) == IF a < b THEN a ELSE b
EffectiveMinimum == AtMost(Minimum, Replicas)

MaximalIsr(l) ==
    (l.isr \union (IF AddedCount /\ l.adding # None THEN {l.adding} ELSE {}))
        \ (IF ~RemovedCount /\ l.removing # None THEN {l.removing} ELSE {})

\* May replica r be a member, by what an image says of the brokers?
MayBeMember(image, r, brokerEpoch) ==
    /\ MembersAreEligible => r \notin image.fenced \union image.stopping
    /\ brokerEpoch \in {Unknown, image.brokerEpochs[r]}

\* ... as far as the leader knows: it must have fetched as the incarnation that the leader knows of.
IsEligible(l, f) == l.knownEpochs[f] # Unknown /\ MayBeMember(l.brokers, f, l.knownEpochs[f])

\* The followers that the high watermark waits for: the maximal ISR, and who is about to join it.
Counted(l) == {f \in Followers : f \in MaximalIsr(l) \/ (f \in l.caughtUp /\ IsEligible(l, f))}

\* The leader with its high watermark where it may be.  It never falls.
Advanced(l) ==
    LET ends == {l.knownEnds[r] : r \in {1} \union Counted(l)}
        end == CHOOSE e \in ends : \A other \in ends : e <= other
        isHeld == MinimumHoldsHighWatermark /\ Cardinality(l.isr) < EffectiveMinimum
    IN  IF isHeld \/ end <= l.highWatermark THEN l ELSE [l EXCEPT !.highWatermark = end]

-----------------------------------------------------------------------------
(* Leader and followers. *)

\* The leader appends a record.
Produce ==
    /\ LeaderEnd < Records
    /\ logEnds' = [logEnds EXCEPT ![1] = @ + 1]
    /\ leader' = Advanced([leader EXCEPT !.knownEnds[1] = LeaderEnd + 1])
    /\ UNCHANGED <<controller, metadata, requests, asked, fenced, restarted>>

\* A follower fetches: it tells the leader its log end and broker epoch, and takes the next record.
Fetch(follower) ==
    LET own == logEnds[follower]
        noted == [leader EXCEPT
            !.knownEnds[follower] = own,
            !.knownEpochs[follower] = controller.brokerEpochs[follower],
            !.caughtUp = IF own = LeaderEnd THEN @ \union {follower} ELSE @]
    IN  /\ (noted # leader \/ own < LeaderEnd) = TRUE
        /\ leader' = IF noted.knownEnds = leader.knownEnds THEN noted ELSE Advanced(noted)
        /\ logEnds' = [logEnds EXCEPT ![follower] = AtMost(own + 1, LeaderEnd)]
        /\ UNCHANGED <<controller, metadata, requests, asked, fenced, restarted>>

\* A follower has not had everything for longer than replica.lag.time.max.ms.
FallBehind(follower) ==
    /\ follower \in leader.caughtUp
    /\ leader.knownEnds[follower] < LeaderEnd
    /\ leader' = [leader EXCEPT !.caughtUp = @ \ {follower}]
    /\ UNCHANGED <<controller, metadata, logEnds, requests, asked, fenced, restarted>>

-----------------------------------------------------------------------------
(* The leader asks for a change. *)

AskedFor(follower) == {r \in requests : r.follower = follower}

MayAsk(follower) ==
    /\ asked < Changes
    /\ AskedFor(follower) = {}
    /\ WaitsForAnswer => (leader.adding = None /\ leader.removing = None /\ requests = {})

Ask(follower, isr, l) ==
    LET epochs == [l.knownEpochs EXCEPT ![1] = controller.brokerEpochs[1]]
        named == [r \in Ids |-> IF r \in isr /\ RequestsNameBrokerEpochs THEN epochs[r] ELSE Unknown]
    IN  /\ leader' = l
        /\ requests' = requests \union {[follower |-> follower, isr |-> isr, memberEpochs |-> named,
                                         partitionEpoch |-> l.partitionEpoch, answer |-> None]}
        /\ asked' = asked + 1
        /\ UNCHANGED <<controller, metadata, logEnds, fenced, restarted>>

\* The leader asks the controller to add a follower that holds everything that may be committed.
RequestExpand(follower) ==
    /\ MayAsk(follower) = TRUE
    /\ follower \notin leader.isr
    /\ IsEligible(leader, follower) = TRUE
    /\ (ExpandWaitsForHighWatermark => leader.knownEnds[follower] >= leader.highWatermark) = TRUE
    /\ Ask(follower, leader.isr \union {follower}, [leader EXCEPT !.adding = follower, !.removing = None])

\* The leader asks the controller to remove a member that has been behind for too long.
RequestShrink(follower) ==
    /\ MayAsk(follower) = TRUE
    /\ follower \in leader.isr
    /\ follower \notin leader.caughtUp
    /\ leader.knownEnds[follower] < LeaderEnd
    /\ Ask(follower, leader.isr \ {follower}, [leader EXCEPT !.adding = None, !.removing = follower])

-----------------------------------------------------------------------------
(* The controller. *)

Publish(image) ==
    /\ controller' = image
    /\ metadata' = metadata \o <<image>>

Verdict(request) ==
    IF request.partitionEpoch # controller.partitionEpoch THEN "stale"
    ELSE IF \A m \in request.isr : MayBeMember(controller, m, request.memberEpochs[m]) THEN "accepted"
    ELSE "ineligible"

\* The controller decides about the request that concerns a follower, perhaps not for the first time.
Decide(follower) == \E request \in AskedFor(follower) :
    /\ request.answer # Verdict(request)
    /\ requests' = (requests \ {request}) \union {[request EXCEPT !.answer = Verdict(request)]}
    /\ IF Verdict(request) = "accepted"
       THEN Publish([controller EXCEPT !.isr = request.isr, !.partitionEpoch = @ + 1])
       ELSE UNCHANGED <<controller, metadata>>
    /\ UNCHANGED <<leader, logEnds, asked, fenced, restarted>>

\* An image without r in the ISR.
Without(image, r) ==
    IF r \notin image.isr THEN image
    ELSE [image EXCEPT !.isr = @ \ {r}, !.partitionEpoch = IF RemovalBumpsEpoch THEN @ + 1 ELSE @]

\* The controller fences a broker that it does not hear from; it may still fetch.
Fence(follower) ==
    /\ fenced < Fences
    /\ follower \notin controller.fenced
    /\ Publish([Without(controller, follower) EXCEPT !.fenced = @ \union {follower}])
    /\ fenced' = fenced + 1
    /\ UNCHANGED <<leader, logEnds, requests, asked, restarted>>

\* The controller hears from a fenced broker that has caught up with the metadata.
Unfence(follower) ==
    /\ follower \in controller.fenced
    /\ Publish([controller EXCEPT !.fenced = @ \ {follower}])
    /\ UNCHANGED <<leader, logEnds, requests, asked, fenced, restarted>>

\* A broker asks the controller for a controlled shutdown, and still fetches meanwhile.
Stop(follower) ==
    /\ fenced < Fences
    /\ follower \notin controller.stopping
    /\ Publish([Without(controller, follower) EXCEPT !.stopping = @ \union {follower}])
    /\ fenced' = fenced + 1
    /\ UNCHANGED <<leader, logEnds, requests, asked, restarted>>

\* A broker restarts, perhaps without its log, and registers: out of the ISR, fenced, with a new broker epoch.
Restart(follower, loses) ==
    /\ restarted < Restarts
    /\ (loses => logEnds[follower] > 0) = TRUE
    /\ Publish([Without(controller, follower) EXCEPT
            !.brokerEpochs[follower] = @ + 1, !.fenced = @ \union {follower}, !.stopping = @ \ {follower}])
    /\ logEnds' = IF loses THEN [logEnds EXCEPT ![follower] = 0] ELSE logEnds
    /\ restarted' = restarted + 1
    /\ UNCHANGED <<leader, requests, asked, fenced>>

-----------------------------------------------------------------------------
(* The leader hears of it. *)

\* The leader knows the ISR, and no change is in flight.
Settled(l, isr, epoch) == [l EXCEPT !.isr = isr, !.partitionEpoch = epoch, !.adding = None, !.removing = None]

\* The leader hears the controller's answer to its request about a follower.
LearnAnswer(follower) == \E request \in AskedFor(follower) :
    /\ request.answer # None
    /\ requests' = requests \ {request}
       \* A change that newer metadata has overtaken is no longer in flight: its answer says nothing new.
    /\ LET isInFlight == follower \in {leader.adding, leader.removing}
           agreed == Settled(leader, request.isr, request.partitionEpoch + 1)
       IN  leader' = CASE isInFlight /\ request.answer = "accepted" ->
                            IF AnswerMovesHighWatermark THEN Advanced(agreed) ELSE agreed
                       [] isInFlight /\ request.answer = "ineligible" ->
                            Settled(leader, leader.isr, leader.partitionEpoch)
                       [] OTHER -> leader
    /\ UNCHANGED <<controller, metadata, logEnds, asked, fenced, restarted>>

\* Does the leader take over what the metadata says of the partition?  Some says only something of brokers.
Obeys(image) ==
    /\ image.partitionEpoch # leader.brokers.partitionEpoch
    /\ MetadataSettlesChange \/ (leader.adding = None /\ leader.removing = None)
    /\ CASE MetadataApplies = "newer" -> image.partitionEpoch > leader.partitionEpoch
         [] MetadataApplies = "same_or_newer" -> image.partitionEpoch >= leader.partitionEpoch
         [] OTHER -> TRUE

\* The leader hears of the next thing that the controller has published.
LearnMetadata ==
    /\ metadata # <<>>
    /\ LET image == Head(metadata)
           informed == [leader EXCEPT !.brokers = image]
       IN  leader' = IF Obeys(image) THEN Advanced(Settled(informed, image.isr, image.partitionEpoch)) ELSE informed
    /\ metadata' = Tail(metadata)
    /\ UNCHANGED <<controller, logEnds, requests, asked, fenced, restarted>>

-----------------------------------------------------------------------------
\* Any ISR with the leader in it; empty logs.
Init ==
    /\ \E others \in SUBSET Followers :
        /\ controller = [isr |-> {1} \union others, partitionEpoch |-> 0, brokerEpochs |-> [r \in Ids |-> 1],
                         fenced |-> {}, stopping |-> {}]
        /\ leader = [isr |-> {1} \union others, partitionEpoch |-> 0, adding |-> None, removing |-> None,
                     highWatermark |-> 0, knownEnds |-> [r \in Ids |-> 0], knownEpochs |-> [r \in Ids |-> Unknown],
                     caughtUp |-> others, brokers |-> controller]
    /\ metadata = <<>>
    /\ logEnds = [r \in Ids |-> 0]
    /\ requests = {}
    /\ asked = 0
    /\ fenced = 0
    /\ restarted = 0

Next ==
    \/ Produce
    \/ \E follower \in Followers : Fetch(follower)
    \/ \E follower \in Followers : FallBehind(follower)
    \/ \E follower \in Followers : RequestExpand(follower)
    \/ \E follower \in Followers : RequestShrink(follower)
    \/ \E follower \in Followers : Decide(follower)
    \/ \E follower \in Followers : Fence(follower)
    \/ \E follower \in Followers : Unfence(follower)
    \/ \E follower \in Followers : Stop(follower)
    \/ \E follower \in Followers : \E loses \in BOOLEAN : Restart(follower, loses)
    \/ \E follower \in Followers : LearnAnswer(follower)
    \/ LearnMetadata

Spec == Init /\ [][Next]_vars

\* What is sent is heard some time.
FairSpec ==
    /\ Spec
    /\ \A follower \in Followers : WF_vars(Decide(follower)) /\ WF_vars(LearnAnswer(follower))
    /\ WF_vars(LearnMetadata)

-----------------------------------------------------------------------------
(* What must hold. *)

\* Whoever the controller may elect is one that the leader's high watermark waits for.
MaximalIsrCoversControllerIsr == controller.isr \subseteq MaximalIsr(leader)

\* Every member of the controller's ISR holds everything below the leader's high watermark.
HighWatermarkWithinControllerIsr == \A m \in controller.isr : logEnds[m] >= leader.highWatermark

\* The leader waits for the answer to one request at most.
OneChangeInFlight == Cardinality(requests) <= 1

\* No member of the controller's ISR is fenced or about to stop.
NoFencedMember == controller.isr \intersect (controller.fenced \union controller.stopping) = {}

\* Partition epochs do not go back, and no ISR of the controller's changes without a new one.
PartitionEpochsGrow == [][
    /\ controller.isr # controller'.isr => controller.partitionEpoch < controller'.partitionEpoch
    /\ controller.partitionEpoch <= controller'.partitionEpoch
    /\ leader.partitionEpoch <= leader'.partitionEpoch ]_vars

\* When the leader's ISR has changed, its high watermark is where the new ISR lets it be.
HighWatermarkMovesWithTheIsr == [][ leader.isr # leader'.isr => Advanced(leader') = leader' ]_vars

\* The high watermark moves only while the leader's committed ISR has min.insync.replicas members.
HighWatermarkWaitsForTheMinimum == [][
    leader.highWatermark < leader'.highWatermark => Cardinality(leader'.isr) >= EffectiveMinimum ]_vars

\* A change in flight comes to an end, whatever is lost or comes late.
AChangeIsResolved == (leader.adding # None \/ leader.removing # None) ~> (leader.adding = None /\ leader.removing = None)
=============================================================================
