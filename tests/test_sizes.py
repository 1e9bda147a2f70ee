"""Every size at which a word could wrap, on both sides: draws, and their inverse."""

import numpy as np
import pytest

from skbalance._draws.batches import Cut, batches
from skbalance._draws.plan import Plan
from skbalance._draws.ranks import Ranks

EDGES = [2**n_bits + offset for n_bits in (8, 16, 31, 32, 53) for offset in (-1, 0, 1)]
SIZES = [*EDGES, 3 * 10**9, 2**32 + 2**31, 2**54 + 3]


def ordinals_of(plan, epoch, c, nth):
    return plan.epoch(epoch).ordinals(np.array([c]), nth.astype(plan.dtype))


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
