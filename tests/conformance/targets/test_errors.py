"""Errors of targets."""

from nilometer.targets import errors


def test_every_error_is_a_target_error_with_a_slug_of_its_own():
    kinds = [errors.UnknownTarget, errors.StartFailed, errors.NotRunning, errors.NotSupported]
    assert all(issubclass(kind, errors.TargetError) for kind in kinds)
    assert len({kind.slug for kind in [errors.TargetError, *kinds]}) == len(kinds) + 1
