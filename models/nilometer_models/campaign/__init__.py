"""Everything that is claimed about the models, checked by every engine: what `nilometer prove` runs.

rows.py       one result: a model, a variant of its rules, bounds, an engine, counts, a verdict
checks.py     one task: explore, TLC, twins, a bug, a proof
plan.py       the tasks of a model
run.py        tasks in processes beside each other
judge.py      what the rows of a model must say together
manifest.py   what was recorded, and what is different now
"""
