from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from skbalance._draws.batches import Cut, batches
from skbalance._draws.plan import Plan

pytestmark = pytest.mark.usefixtures("way")

quotas = st.lists(st.integers(1, 300), min_size=1, max_size=8).map(np.array)


def plan_of(quotas, seed=0, replacement=False):
    """A plan whose rows tell their class: row // 1000."""
    counts = np.full(len(quotas), 50)
    pool = (np.arange(50) + 1000 * np.arange(len(quotas))[:, None]).ravel()
    return Plan(counts, quotas, seed, replacement, pool)


def all_batches(plan, epoch, batch_size, drop_last):
    return [
        batch for chunk in batches(plan.epoch(epoch), Cut(batch_size, drop_last)) for batch in chunk
    ]


@given(quotas, st.integers(1, 400), st.booleans(), st.integers(0, 5))
def test_every_batch_holds_its_share_of_every_class_rounded_down_or_up(
    quotas, batch_size, drop_last, epoch
):
    n_samples = int(quotas.sum())
    if drop_last:
        batch_size = min(batch_size, n_samples)
    drawn = all_batches(plan_of(quotas), epoch, batch_size, drop_last)
    n = Cut(batch_size, drop_last).n_steps(n_samples)
    assert len(drawn) == n
    share = quotas * (batch_size / n_samples) if drop_last else quotas / n
    for batch in drawn:
        counts = np.bincount(np.array(batch) // 1000, minlength=len(quotas))
        assert (np.floor(share - 1e-9) <= counts).all()
        assert (counts <= np.ceil(share + 1e-9)).all()


@given(quotas, st.integers(1, 400), st.booleans(), st.integers(0, 5))
def test_batches_hold_the_rows_of_the_epoch(quotas, batch_size, replacement, epoch):
    plan = plan_of(quotas, seed=3, replacement=replacement)
    drawn = all_batches(plan, epoch, batch_size, drop_last=False)
    assert np.ptp([len(batch) for batch in drawn]) <= 1
    assert max(map(len, drawn)) <= batch_size
    rows = np.concatenate(list(plan.epoch(epoch).chunks()))
    assert sorted(chain.from_iterable(drawn)) == sorted(rows.tolist())


@given(quotas, st.integers(1, 400), st.integers(0, 5))
def test_dropping_the_last_batch_drops_draws_of_all_classes_evenly(quotas, batch_size, epoch):
    plan = plan_of(quotas)
    batch_size = min(batch_size, int(quotas.sum()))
    drawn = all_batches(plan, epoch, batch_size, drop_last=True)
    assert {len(batch) for batch in drawn} == {batch_size}
    left = np.bincount(np.concatenate(drawn) // 1000, minlength=len(quotas))
    kept_share = len(drawn) * batch_size / quotas.sum()
    assert np.abs(left - quotas * kept_share).max() < 1
    rows = np.concatenate(list(plan.epoch(epoch).chunks()))
    assert (
        np.bincount(np.concatenate(drawn), minlength=9000) <= np.bincount(rows, minlength=9000)
    ).all()


@given(quotas, st.integers(1, 400), st.booleans(), st.integers(0, 5))
def test_a_batch_repeats_no_row_before_all_others_of_its_class_came(
    quotas, batch_size, drop_last, epoch
):
    batch_size = min(batch_size, int(quotas.sum()))
    for batch in all_batches(plan_of(quotas), epoch, batch_size, drop_last):
        drawn = np.bincount(batch, minlength=1000 * len(quotas)).reshape(-1, 1000)[:, :50]
        assert (np.ptp(drawn, axis=1) <= 1).all()


@pytest.mark.parametrize("batch_size", [3, 256, 5000, 20_000])
def test_batches_of_long_runs_of_a_class_hold_the_rows_of_the_epoch(batch_size):
    # Runs long enough to be drawn by themselves beside short ones, in a chunk of the largest size
    # and a part of one. The largest batches do not fit into a first chunk.
    plan = plan_of(np.array([3, 400_000, 70, 150_000, 9000]), seed=4)
    drawn = all_batches(plan, 2, batch_size, drop_last=False)
    assert len(drawn) == -(-559_073 // batch_size)
    assert np.array_equal(np.sort(np.concatenate(drawn)), np.sort(plan.epoch(2).all_rows()))


def test_a_batch_of_a_rare_class_is_not_one_row_many_times():
    counts = np.array([1200, 48])
    plan = Plan(counts, np.array([624, 624]), 0, pool=np.r_[0:1200, 5000:5048])
    for batch in all_batches(plan, 0, 64, False):
        rare = [row for row in batch if row >= 5000]
        assert len(rare) == len(set(rare)) >= 31


def test_the_order_within_batches_is_random():
    # Two classes of 32 rows in a batch of 64, 400 batches: at each place either class comes in 200,
    # standard error 10; neighbours are of one class in 31 of 63 places. Five standard errors: false
    # alarm 4e-5 over the 64 places.
    drawn = np.array(all_batches(plan_of(np.array([12_800, 12_800])), 0, 64, False)) // 1000
    assert drawn.shape == (400, 64)
    assert np.abs(drawn.sum(axis=0) - 200).max() < 50
    assert abs((drawn[:, 1:] == drawn[:, :-1]).mean() - 31 / 63) < 5 * 0.5 / np.sqrt(drawn.size)


def test_the_order_within_batches_is_random_where_batches_are_a_power_of_two_in_number():
    # Slots of a batch then differ in few bits. 2**18 batches of 4, standard error 1e-3; six of
    # them: false alarm 1e-8 a place.
    drawn = np.array(all_batches(plan_of(np.array([2**19, 2**19])), 0, 4, False)) // 1000
    assert drawn.shape == (2**18, 4)
    assert np.abs(drawn.mean(axis=0) - 0.5).max() < 6e-3


def test_which_rows_share_a_batch_is_random():
    # A class of 50 rows, each once an epoch, in batches of 10: over 2000 epochs a pair shares a
    # batch in 9 of 49 of them.
    plan = plan_of(np.array([50, 50]))
    together = np.zeros((50, 50))
    for epoch in range(2000):
        for batch in all_batches(plan, epoch, 20, False):
            rows = [row for row in batch if row < 1000]
            together[np.ix_(rows, rows)] += 1
    pairs = together[np.triu_indices(50, 1)]
    p = 9 / 49
    # 1225 pairs; six standard errors: false alarm 3e-6.
    assert np.abs(pairs / 2000 - p).max() < 6 * np.sqrt(p * (1 - p) / 2000)


# Rows and draws of a class in an epoch: the ratios that nearly balanced data have, and others.
RATIOS = [
    (1000, 1000),
    (1000, 1003),
    (1006, 1003),
    (990, 1000),
    (1010, 1000),
    (1050, 1000),
    (950, 1000),
    (1200, 1000),
    (800, 1000),
    (1500, 1000),
    (500, 1000),
    (1000, 999),
    (1000, 1001),
    (1001, 500),
    (1000, 333),
    (1001, 100),
    (200, 1000),
    (201, 1000),
    (300, 1007),
    (1001, 1334),
    (1001, 1501),
    (1001, 2503),
]


def pairs_in_batches(plan, epoch, batch_size, n):
    """Pairs of the first ``n`` rows that share a batch, each as one number."""
    found = []
    for batch in all_batches(plan, epoch, batch_size, False):
        rows = np.unique([row for row in batch if row < n])
        first, second = np.triu_indices(len(rows), 1)
        found.append(rows[first] * n + rows[second])
    return np.unique(np.concatenate(found))


@pytest.mark.parametrize(("n", "q"), RATIOS)
def test_rows_that_share_a_batch_share_one_again_as_often_as_by_chance(n, q):
    # A batch takes 10 draws of the class. Of the pairs that share a batch in one epoch and are both
    # drawn in a later one, as many should share a batch there as of all pairs that are drawn in it.
    # Batches hold rows of the extra draws or of the others, so the chance can double where these
    # are about half and half. In trials of 40 seeds over these ratios the variance of hits was 0.6
    # to 1.5 times their mean; six standard errors of such a count: false alarm 1e-7 over all.
    n_batches = q // 10
    allowed = 2.2 if abs(q % n - n / 2) < n / 5 and q > n else 1.1
    for later in 1, 2, 3:
        hits, expected = 0, 0.0
        for seed in range(4):
            quotas = np.array([q, 20 * n_batches - q])
            plan = Plan(np.array([n, 10]), quotas, seed, pool=np.arange(n + 10))
            before, after = (pairs_in_batches(plan, e, 20, n) for e in (3, 3 + later))
            drawn = np.unique(plan.epoch(3 + later).all_rows())
            drawn = drawn[drawn < n]
            together = np.isin(before // n, drawn) & np.isin(before % n, drawn)
            hits += np.isin(before, after).sum()
            expected += together.sum() * len(after) / (len(drawn) * (len(drawn) - 1) / 2)
        assert hits <= allowed * expected + 6 * np.sqrt(1.6 * allowed * expected) + 6


def test_batches_come_in_a_new_order_each_epoch():
    # Batches with one draw more of class 0 should stand anywhere: chi-square over ten stretches,
    # false alarm 1e-4.
    plan = plan_of(np.array([1500, 8500]))
    stands = []
    for epoch in range(50):
        drawn = all_batches(plan, epoch, 100, False)
        stands += [b for b, batch in enumerate(drawn) if sum(row < 1000 for row in batch) != 15]
    assert stands == []  # the share is whole
    plan = plan_of(np.array([1550, 8450]))
    for epoch in range(50):
        drawn = all_batches(plan, epoch, 100, False)
        stands += [b for b, batch in enumerate(drawn) if sum(row < 1000 for row in batch) == 16]
    assert len(stands) == 50 * 50
    assert chisquare(np.bincount(np.array(stands) // 10, minlength=10)).pvalue > 1e-4


@pytest.mark.parametrize("batch_size", [1, 256, 3000])
@pytest.mark.parametrize("drop_last", [False, True])
def test_epochs_of_trillions_are_batched_without_being_listed(batch_size, drop_last):
    plan = Plan(
        np.array([30, 40]), np.array([10**12, 2 * 10**12 + 1]), 0, pool=np.r_[0:30, 1000:1040]
    )
    first = next(batches(plan.epoch(0), Cut(batch_size, drop_last)))
    assert len(first[0]) == batch_size
    of_first = sum(row < 1000 for row in first[0])
    assert batch_size // 3 <= of_first <= -(-batch_size // 3)


GOLDEN = {
    "sorted": [
        [[1000, 1002, 33, 17], [1012, 1028, 3, 28], [1038, 1030, 5, 1035]],
        [[24, 1011, 18, 47, 1046], [1008, 20, 1040, 1015, 31]],
    ],
    "some sorted": [
        [[1010, 1016, 3, 49], [1031, 1008, 13, 0], [1030, 1045, 39, 1005]],
        [[41, 1025, 24, 4, 1015], [1040, 23, 1009, 1014, 17]],
    ],
    "mapped": [
        [[1008, 1030, 13, 0], [1045, 1016, 3, 1005], [1010, 1031, 49, 39]],
        [[1040, 24, 1014, 1009, 17], [23, 1023, 4, 41, 1044]],
    ],
}


def test_batches_are_the_same_everywhere_and_for_ever(way):
    plan = plan_of(np.array([5, 7]), seed=42)
    found = [all_batches(plan, 0, 5, False), all_batches(plan, 3, 5, True)]
    message = "the rows of a seed have changed: raise STREAM_VERSION in skbalance/_draws/keys.py"
    assert found == GOLDEN[way], message
