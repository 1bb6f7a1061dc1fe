"""Formal models of Kafka's protocols, and the engines that check them. Read `machine.py` first.

    from nilometer_models import explore, protocols
    from nilometer_models.protocols import replication

    model = replication.model(replicas=2, log_size=1, records=1, max_epoch=1)
    model.explore()                                                      # everything that is reachable
    model.with_bug("B001").shortest(violating="committed_within_isr")    # docs/tutorial/find-a-data-loss.md

protocols/    the models, a folder each
machine.py    what a model is
explore.py    every reachable state: search.py is the loop, liveness.py what must come, verdicts.py what it says
traces.py     paths, as tables; trace_files.py as JSON
notebook.py   what `model` can do at a prompt; position.py a walk by hand
invariants/   safety goals, one text for explorer and proof: logic.py
tlc/          TLC on the TLA+ modules, and both readings compared edge by edge
prover/       proofs for any size, by z3
validation/   whether what a broker did is a run of a model
campaign/     all of it at once: `nilometer prove`
"""

from nilometer_models import explore

__all__ = ["explore"]
