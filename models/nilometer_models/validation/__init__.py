"""Is what a broker did a run of a model?

events.py    the event log: what a broker says about each step, as lines of JSON
reading.py   how a model understands events: names to actions, arguments, what is observed afterwards
frontier.py  the set of model states that are consistent with the log so far; empty: refused
corrupt.py   runs that did not happen, made of one that did: a validator that takes them is worth nothing
"""
