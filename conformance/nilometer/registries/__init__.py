"""A schema registry as the subject of a run, beside a broker: same plan, runner, verdicts and reports.

routes.py       which routes it serves, found out without writing anything
subject.py      the subject: actors, life signs, cleaning
connecting.py   from a running target to the subject
"""
