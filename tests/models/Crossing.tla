---- MODULE Crossing ----
EXTENDS Naturals, Sequences
CONSTANTS Cars, TakesTurns, PassesOnGreen, HandsOver, IsPatient, None
VARIABLES lights, waiting, arrived, turn
vars == <<lights, waiting, arrived, turn>>
Lights == 1..2
Init == lights = <<"red", "red">> /\ waiting = <<0, 0>> /\ arrived = 0 /\ turn = 1
Arrive(light) == /\ arrived < Cars
                 /\ waiting' = [waiting EXCEPT ![light] = @ + 1]
                 /\ arrived' = arrived + 1
                 /\ UNCHANGED <<lights, turn>>
Pass(light) == /\ waiting[light] > 0
               /\ (~PassesOnGreen \/ lights[light] = "green") = TRUE
               /\ waiting' = [waiting EXCEPT ![light] = @ - 1]
               /\ UNCHANGED <<lights, arrived, turn>>
TurnGreen(light) == /\ lights[light] = "red"
                    /\ (~TakesTurns \/ turn = light) = TRUE
                    /\ lights' = [lights EXCEPT ![light] = "green"]
                    /\ UNCHANGED <<waiting, arrived, turn>>
TurnRed(light) == /\ lights[light] = "green"
                  /\ (~IsPatient \/ waiting[light] = 0) = TRUE
                  /\ lights' = [lights EXCEPT ![light] = "red"]
                  /\ turn' = IF HandsOver THEN 3 - light ELSE light
                  /\ UNCHANGED <<waiting, arrived>>
Next == \/ \E light \in Lights : Arrive(light)
        \/ \E light \in Lights : Pass(light)
        \/ \E light \in Lights : TurnGreen(light)
        \/ \E light \in Lights : TurnRed(light)
Spec == Init /\ [][Next]_vars
FairSpec == /\ Spec
            /\ \A light \in Lights : WF_vars(Pass(light)) /\ WF_vars(TurnGreen(light))
            /\ WF_vars(\E light \in Lights : TurnRed(light))
NeverBothGreen == lights # <<"green", "green">>
CarsLeaveOnGreen == [][\A light \in Lights : waiting'[light] >= waiting[light] \/ lights[light] = "green"]_vars
EverybodyGetsThrough == (waiting # <<0, 0>>) ~> (waiting = <<0, 0>>)
====
