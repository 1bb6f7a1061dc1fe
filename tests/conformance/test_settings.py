"""What a run is told."""

from nilometer.settings import BUDGET_S, DEPTH, Profile, Settings, random_run_id, random_seed


def test_a_profile_is_a_budget_and_a_depth():
    assert set(BUDGET_S) == set(DEPTH) == set(Profile)
    assert Settings(profile=Profile.SMOKE).budget == 30
    assert Settings(profile=Profile.CORE).budget == 300
    depths = [Settings(profile=profile).depth for profile in Profile]
    assert depths == sorted(depths)


def test_budget_and_depth_can_be_given():
    assert Settings(budget_s=7.5).budget == 7.5
    assert Settings(cases=9).depth == 9


def test_seeds_are_short_and_run_ids_fit_into_names():
    assert 0 <= random_seed() < 1_000_000
    id = random_run_id()
    assert len(id) == 6
    assert id.isalnum()
    assert id == id.lower()
    assert len({random_run_id() for _ in range(50)}) > 40


def test_only_the_budget_of_smoke_and_one_that_was_given_end_a_run():
    assert Settings(profile=Profile.SMOKE).is_promise
    assert not Settings(profile=Profile.CORE).is_promise
    assert Settings(profile=Profile.CORE, budget_s=5).is_promise
