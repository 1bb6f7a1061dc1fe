"""Known bugs that can be switched on, one at a time, in a process of its own: `--bug B028`.

The core does not know of them. A fault puts a faulty function in the place of one of the core's when the process
starts (`switch.py`), and counts how often it has made a difference. Read `catalogue.py` for the list; ids, mechanisms
and sources are those of the public issues named there.
"""
