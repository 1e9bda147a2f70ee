"""Every size at which a word could wrap, on both sides: draws, and their inverse."""

import numpy as np
import pytest

from skbalance import InverseFrequencySampler
from skbalance._draws.batches import Cut, batches
from skbalance._draws.line import Weights
from skbalance._draws.line_plan import LinePlan
from skbalance._draws.plan import Plan
from skbalance._draws.ranks import Ranks

EDGES = [2**n_bits + offset for n_bits in (8, 16, 31, 32, 53) for offset in (-1, 0, 1)]
SIZES = [*EDGES, 3 * 10**9, 2**32 + 2**31, 2**54 + 3]


def ordinals_of(plan, epoch, c, nth):
    classes = np.array([c])
    return plan.epoch(epoch).in_pool(classes, nth.astype(plan.dtype)) - plan.pool_starts[classes]


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("part", [1, 3, 2 / 3, 1.0, 1.5])
def test_draws_and_their_inverse_agree_at_every_size(n, part):
    """Rows of a class of n, of which an epoch draws the part, or a few: the inverse finds them."""
    quota = part if isinstance(part, int) else int(part * n)
    plan = Plan(np.array([n, 5]), np.array([quota, 5]), seed=7)
    random = np.random.default_rng(0)
    nth = np.unique(np.r_[0, quota - 1, random.integers(0, quota, 2000)])
    epochs = 0, 1, 2, 10**6 + 1
    for epoch in epochs:
        ordinals = ordinals_of(plan, epoch, 0, nth)
        assert (ordinals < n).all()
        # Different draws within a round take different rows.
        in_round = nth < n
        assert len(np.unique(ordinals[in_round])) == in_round.sum()
        times = plan.epoch(epoch).multiplicities(np.zeros(len(nth), dtype=np.intp), ordinals)
        assert (times >= 1).all()
        assert (times <= -(-quota // n)).all()


@pytest.mark.parametrize("n", SIZES)
def test_a_schedule_has_words_for_every_epoch(n):
    # In epoch 2 the draws start where the class has few rows left, so they wrap.
    quotas = [np.array([n - 3, 5]), np.array([n // 2, 5]), np.array([n // 3 + 4, 5])]
    most = int(max(some.sum() for some in quotas))
    plan = Plan(np.array([n, 5]), quotas[0], 7, schedule=lambda e: quotas[e % 3], most_draws=most)
    zeros = np.zeros(1000, dtype=np.intp)
    for epoch in range(4):
        nth = np.random.default_rng(epoch).integers(0, quotas[epoch % 3][0], 1000)
        ordinals = ordinals_of(plan, epoch, 0, nth)
        assert len(np.unique(ordinals)) == len(np.unique(nth))
        assert (plan.epoch(epoch).multiplicities(zeros, ordinals) == 1).all()


@pytest.mark.parametrize("n", SIZES)
def test_rows_are_told_to_be_drawn_as_often_as_they_are_on_average(n):
    # Rows at random, of which a third are drawn once: 20,000 of them, standard error 0.0033. Five
    # of them on both sides: false alarm 6e-7 for each size. Small classes are counted whole.
    quota = n // 3
    plan = Plan(np.array([n, 5]), np.array([quota, 5]), seed=3)
    ordinals = np.random.default_rng(0).integers(0, n, 20_000) if n > 2**20 else np.arange(n)
    for epoch in 0, 4:
        times = plan.epoch(epoch).multiplicities(np.zeros(len(ordinals), dtype=np.intp), ordinals)
        assert set(times.tolist()) <= {0, 1}
        exact = times.mean() == quota / n
        assert exact if n <= 2**20 else abs(times.mean() - 1 / 3) < 0.0167


@pytest.mark.parametrize(("n", "dtype"), [(2**32 - 3, np.uint32), (2**32 - 2, np.uint64)])
def test_words_are_as_narrow_as_the_rows_of_a_class_and_its_draws_allow(n, dtype):
    assert Plan(np.array([n, 1]), np.array([2, 1]), seed=0).dtype == dtype


@pytest.mark.parametrize("n_samples", SIZES)
def test_positions_reach_every_slot_of_an_epoch(n_samples):
    plan = Plan(np.array([3, 5]), np.array([n_samples - n_samples // 3, n_samples // 3]), seed=5)
    positions = np.unique(
        np.r_[0, n_samples - 1, np.random.default_rng(1).integers(0, n_samples, 3000)]
    )
    epoch = plan.epoch(3)
    classes, nth = epoch.draws(positions)
    assert (nth < plan.quotas[classes]).all()
    assert len(set(zip(classes.tolist(), nth.tolist(), strict=True))) == len(positions)


@pytest.mark.parametrize("n_samples", [n for n in SIZES if n > 300])
@pytest.mark.parametrize("batch_size", [1, 64, 5000])
@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_hold_their_shares_at_every_size(n_samples, batch_size, drop_last):
    if batch_size > n_samples:
        return
    quotas = np.array([n_samples - n_samples // 4, n_samples // 4])
    plan = Plan(np.array([9, 11]), quotas, seed=5, pool=np.arange(20))
    cut = Cut(batch_size, drop_last)
    n, n_kept = cut.n_batches(n_samples), cut.n_kept(n_samples)
    for begin in {0, n // 2, n - 2}:
        lists = next(batches(plan.epoch(1), cut, begin, Ranks()))
        for batch in lists[:3]:
            of_second = sum(row >= 9 for row in batch)
            assert len(batch) in (n_kept // n, -(-n_kept // n))
            # With drop_last, the share of what is kept, itself rounded down or up.
            off = int(drop_last)
            assert len(batch) // 4 - off <= of_second <= -(-len(batch) // 4) + off


# Draws by the weights of rows: 2**53 of them are the most that a plan can have.
N_DRAWS = [n for n in SIZES if n <= 2**53]
VALUES = np.array([1.0, 3.0, 0.25, 2.0, 1e-3, 7.0, 7.0])
CLASSES = np.array([0, 0, 0, 1, 1, 1, 1])


def line_plan(n_samples, replacement=False):
    """A plan of two classes, of which the first has a third of the draws."""
    counts, shares = np.bincount(CLASSES), np.array([1 / 3, 2 / 3])
    sums = np.bincount(CLASSES, VALUES)
    weights = Weights(np.arange(7), counts, sums, shares, n_samples, VALUES)
    return LinePlan(lambda _: weights, 11, n_samples, replacement)


@pytest.mark.parametrize("n_samples", N_DRAWS)
def test_rows_are_drawn_by_their_weights_at_every_size(n_samples):
    # To one part in 2**39: shares go by their first 40 bits.
    expected = n_samples * VALUES / np.bincount(CLASSES, VALUES)[CLASSES] / [3, 3, 3, *[1.5] * 4]
    plan = line_plan(n_samples)
    for number in 0, 1, 77, 2**63 - 2:
        epoch = plan.epoch(number)
        times = epoch.multiplicities()
        assert sum(times.tolist()) == n_samples == len(epoch)
        assert (np.abs(times - expected) < 1 + expected / 2**39).all()


def test_weights_that_stay_are_asked_for_once_in_epoch_0():
    known, asked = line_plan(10).weights_of(0), []
    plan = LinePlan(lambda epoch: asked.append(epoch) or known, 11, 10)
    for epoch in 5, 0, 2**40:
        assert plan.n_samples(epoch) == 10
        plan.epoch(epoch)
    assert asked == [0]


@pytest.mark.parametrize("replacement", [False, True])
def test_rows_that_a_small_epoch_leaves_out_are_counted_too(replacement):
    times = line_plan(1, replacement).epoch(0).multiplicities()
    assert sorted(times.tolist()) == [0, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("n_samples", N_DRAWS)
def test_every_slot_holds_the_row_that_is_drawn_so_often(n_samples):
    epoch = line_plan(n_samples).epoch(5)
    rows = epoch._line.rows
    ends = np.cumsum(epoch.multiplicities()[rows])
    random = np.random.default_rng(2).integers(0, n_samples, 1000)
    slots = np.unique(np.r_[random, 0, n_samples - 1, ends - 1, np.minimum(ends, n_samples - 1)])
    slots = slots[slots >= 0]
    expected = rows[np.searchsorted(ends, slots, side="right")]
    found = epoch.rows_of(*epoch.layout.draws(slots.astype(epoch.plan.dtype)))
    assert found.tolist() == expected.tolist()
    positions = np.unique(np.r_[0, n_samples - 1, random])
    classes, nth = epoch.draws(positions)
    quotas = epoch.layout.quotas[classes]
    assert (nth < quotas).all()
    assert len(set(zip(classes.tolist(), nth.tolist(), strict=True))) == len(positions)
    assert epoch.rows(positions).tolist() == epoch.rows_of(classes, nth).tolist()


@pytest.mark.parametrize("n_samples", N_DRAWS)
def test_random_points_stay_in_their_class_at_every_size(n_samples):
    epoch = line_plan(n_samples, replacement=True).epoch(5)
    positions = np.random.default_rng(0).integers(0, n_samples, 20_000)
    rows = epoch.rows(positions)
    classes, _ = epoch.draws(positions)
    assert (CLASSES[rows] == classes).all()
    # Each row by its weight: six standard errors of 20,000 draws, false alarm 1e-8.
    shares = VALUES / np.bincount(CLASSES, VALUES)[CLASSES] / [3, 3, 3, *[1.5] * 4]
    found = np.bincount(rows, minlength=7) / len(rows)
    if n_samples > 1000:
        assert (np.abs(found - shares) <= 6 * np.sqrt(shares / len(rows))).all()


@pytest.mark.parametrize("n_samples", [n for n in N_DRAWS if n > 300])
@pytest.mark.parametrize("batch_size", [1, 64, 5000])
@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_by_weight_hold_their_shares_at_every_size(n_samples, batch_size, drop_last):
    if batch_size > n_samples:
        return
    epoch, cut = line_plan(n_samples).epoch(1), Cut(batch_size, drop_last)
    n, n_kept = cut.n_batches(n_samples), cut.n_kept(n_samples)
    for begin in {0, n // 2, n - 2}:
        lists = next(batches(epoch, cut, begin, Ranks()))
        for batch in lists[:3]:
            of_first = int((CLASSES[batch] == 0).sum())
            assert len(batch) in (n_kept // n, -(-n_kept // n))
            # With drop_last, the share of what is kept, itself rounded down or up.
            off = int(drop_last)
            assert len(batch) // 3 - off <= of_first <= -(-len(batch) // 3) + off


@pytest.mark.parametrize("n_samples", [1, 2, 255, 2**31, 2**32 + 1, 2**53])
def test_one_row_has_all_draws(n_samples):
    one = np.array([1])
    weights = Weights(np.array([0]), one, one * 5.0, one / 1.0, n_samples, np.array([5.0]))
    epoch = LinePlan(lambda _: weights, 3, n_samples).epoch(9)
    assert epoch.multiplicities().tolist() == [n_samples]
    positions = np.unique(np.array([0, n_samples // 2, n_samples - 1]))
    assert set(epoch.rows(positions).tolist()) == {0}


@pytest.mark.parametrize("scale", [1e-320, 1e-150, 1.0, 1e150, 4e307])
def test_weights_of_any_scale_are_relative(scale):
    weights = np.array([1.0, 2.0, 3.0, 4.0]) * scale
    sampler = InverseFrequencySampler(strength=0, n_samples=10, random_state=0)
    sampler.fit(None, [0, 0, 1, 1], sample_weight=weights)
    assert np.bincount(sampler.draw(3)).tolist() == [1, 2, 3, 4]


def test_weights_may_lie_200_powers_of_ten_apart():
    # Every class has a quarter of the draws, however light its rows.
    y = np.repeat([0, 1, 2, 3], 5)
    weights = np.repeat([1e-100, 1e100, 1.0, 1e-30], 5)
    sampler = InverseFrequencySampler(random_state=0, n_samples=40)
    sampler.fit(None, y, sample_weight=weights)
    assert np.bincount(sampler.draw(7)).tolist() == [2] * 20
    # By weight alone, one class has them all.
    sampler = InverseFrequencySampler(strength=0, random_state=0, n_samples=40)
    sampler.fit(None, y, sample_weight=weights)
    assert np.bincount(sampler.draw(7)).tolist() == [0] * 5 + [8] * 5
    with pytest.raises(ValueError, match=r"must lie within a factor of 1e\+200, got 1e-150 and 1e"):
        sampler.fit(None, [0, 1], sample_weight=[1e-150, 1e150])


def test_a_million_light_rows_leave_a_heavy_one_its_draws():
    weights = np.full(1_000_001, 1e-9)
    weights[123_456] = 1.0
    sampler = InverseFrequencySampler(strength=0, n_samples=5000, random_state=0)
    sampler.fit(None, np.zeros(len(weights), dtype=int), sample_weight=weights)
    drawn = np.bincount(np.concatenate([sampler.draw(epoch) for epoch in range(50)]))
    assert 249_750 - 3 <= drawn[123_456] <= 249_751 + 3
    drawn[123_456] = 0
    assert drawn.max() == 1
    sampler.set_params(n_samples="over").fit(None, weights * 0 == 1, sample_weight=weights)
    assert sampler.sampling_strategy_ == {False: 1_001_000_000}
    some = sampler._plan.epoch(3).rows(np.arange(10**9, 10**9 + 10_000))
    assert (some == 123_456).mean() > 0.99


def test_thousands_of_classes_get_their_draws():
    random = np.random.default_rng(0)
    y = np.r_[np.arange(5000), random.zipf(1.5, 60_000) % 5000]
    weights = random.lognormal(sigma=2, size=len(y))
    sampler = InverseFrequencySampler(strength=0.5, n_samples=30_000, random_state=0)
    sampler.fit(None, y, sample_weight=weights)
    sums = np.bincount(y, weights)
    expected = 30_000 * sums**0.5 / (sums**0.5).sum()
    of_rows = expected[y] * weights / sums[y]
    for epoch in 0, 1, 50:
        rows = sampler.draw(epoch)
        assert np.abs(np.bincount(y[rows], minlength=5000) - expected).max() < 1
        assert np.abs(np.bincount(rows, minlength=len(y)) - of_rows).max() < 1


def test_words_meet_whole_numbers_of_draws_whatever_is_added_up():
    # 10 million weights, whose sum is off by more than a rounding: the lightest rows get one draw.
    weights = np.tile([0.1, 0.3], 5_000_000)
    sampler = InverseFrequencySampler(strength=0, n_samples="over", random_state=0)
    sampler.fit(None, weights > 1, sample_weight=weights)
    assert sampler.sampling_strategy_ == {False: 20_000_000}
    sampler.set_params(n_samples="under").fit(None, weights > 1, sample_weight=weights)
    assert sampler.sampling_strategy_ == {False: 20_000_000 // 3}
