import time

from nilometer.requirements.groups._groups import within


def test_what_happens_in_time_has_happened():
    seen = iter([False, False, True])
    assert within(5, lambda: next(seen))


def test_what_does_not_happen_is_given_up_in_time():
    began = time.monotonic()
    assert not within(0.1, lambda: False)
    assert time.monotonic() - began < 5
