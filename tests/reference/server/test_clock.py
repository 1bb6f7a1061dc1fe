from nilometer_reference.server.clock import Clock


class Hands:
    """Two clocks that a test sets, in nanoseconds."""

    def __init__(self) -> None:
        self.wall_ms = 1_000_000
        self.monotonic_ms = 5_000

    def clock(self) -> Clock:
        return Clock(lambda: self.wall_ms * 1_000_000, lambda: self.monotonic_ms * 1_000_000)


def test_time_goes_on_with_the_monotonic_clock() -> None:
    hands = Hands()
    clock = hands.clock()
    assert clock.now_ms() == 1_000_000
    hands.monotonic_ms += 250
    hands.wall_ms += 250
    assert clock.now_ms() == 1_000_250


def test_a_wall_clock_that_is_set_back_takes_no_time_back() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall_ms -= 3_600_000
    hands.monotonic_ms += 10
    assert clock.now_ms() == 1_000_010


def test_a_wall_clock_that_is_set_forward_is_followed() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall_ms += 3_600_000
    assert clock.now_ms() == 4_600_000
    hands.monotonic_ms += 10
    assert clock.now_ms() == 4_600_010


def test_small_differences_of_the_clocks_are_not_followed() -> None:
    hands = Hands()
    clock = hands.clock()
    hands.wall_ms += 900
    assert clock.now_ms() == 1_000_000


def test_the_real_clock_never_goes_back() -> None:
    clock = Clock()
    instants = [clock.now_ms() for _ in range(1000)]
    assert instants == sorted(instants)
