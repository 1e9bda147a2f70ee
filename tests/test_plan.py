import math
import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from skbalance._arrays import CHUNK, LONG_RUN, pieces
from skbalance._draws.layout import Layout
from skbalance._draws.plan import N_REMEMBERED, Plan

pytestmark = pytest.mark.usefixtures("way")

RAISE_IT = "the rows of a seed have changed: raise STREAM_VERSION in skbalance/_draws/keys.py"

never = st.just(False)
epochs = st.one_of(st.integers(0, 40), st.integers(0, 2**62))


@st.composite
def plans(draw, replacement=never):
    classes = draw(
        st.lists(st.tuples(st.integers(1, 60), st.integers(1, 150)), min_size=1, max_size=8)
    )
    class_counts, quotas = (np.array(column) for column in zip(*classes, strict=True))
    pool = np.random.default_rng(draw(st.integers(0, 100))).permutation(class_counts.sum())
    return Plan(class_counts, quotas, draw(st.integers(0, 2**64 - 1)), draw(replacement), pool)


def whole(plan, epoch):
    """Rows of an epoch, in the order of positions."""
    return np.concatenate(list(plan.epoch(epoch).chunks()))


def locate(epoch, positions):
    """Class and ordinal that an epoch draws at the positions, also where no rows are listed."""
    classes, nth = epoch.draws(positions)
    starts = epoch.plan.pool_starts[classes]
    return np.broadcast_to(classes, nth.shape), epoch.in_pool(classes, nth) - starts


def times(plan, epoch):
    """How often an epoch draws each row, class after class in the order of the pool."""
    drawn = np.bincount(whole(plan, epoch), minlength=plan.class_counts.sum())[plan.pool]
    return np.split(drawn, np.cumsum(plan.class_counts)[:-1])


@given(plans(st.booleans()), epochs)
def test_an_epoch_draws_each_class_its_quota(plan, epoch):
    assert [of_class.sum() for of_class in times(plan, epoch)] == plan.quotas.tolist()


@given(plans(), epochs)
def test_rows_of_a_class_differ_by_at_most_one_draw_in_any_epoch(plan, epoch):
    assert max(np.ptp(of_class) for of_class in times(plan, epoch)) <= 1


@given(plans(), st.integers(1, 25))
def test_rows_of_a_class_differ_by_at_most_one_draw_over_all_epochs_together(plan, n_epochs):
    together = [
        sum(of_class) for of_class in zip(*(times(plan, e) for e in range(n_epochs)), strict=True)
    ]
    assert max(np.ptp(of_class) for of_class in together) <= 1


def test_evenness_holds_for_every_small_class_and_quota():
    # Exhaustive: borders fall on every place, and on the start of the circle.
    sizes = np.array([(n, q) for n in range(1, 14) for q in range(1, 30)])
    plan = Plan(sizes[:, 0], sizes[:, 1], 5, pool=np.arange(sizes[:, 0].sum()))
    together = np.zeros(sizes[:, 0].sum(), dtype=int)
    of_class = np.cumsum(sizes[:, 0])[:-1]
    for epoch in range(60):
        drawn = np.bincount(whole(plan, epoch), minlength=len(together))
        together += drawn
        assert max(map(np.ptp, np.split(drawn, of_class))) <= 1
        assert max(map(np.ptp, np.split(together, of_class))) <= 1


def test_a_class_drawn_less_than_whole_repeats_no_row_and_is_soon_seen_whole():
    plan = Plan(np.array([1000, 10]), np.array([100, 100]), 3, pool=np.arange(1010))
    majority = [rows[rows < 1000] for rows in (whole(plan, e) for e in range(20))]
    assert all(len(np.unique(rows)) == 100 for rows in majority)
    assert len(np.unique(np.concatenate(majority[:10]))) == 1000


def test_draws_near_the_border_of_32_bits_are_even():
    plan = Plan(np.array([2**32 - 10, 5]), np.array([1000, 5]), 3)
    classes, ordinals = locate(
        plan.epoch(4_294_967), np.arange(1005)
    )  # its border is 296 places before the end
    assert len(set(ordinals[classes == 0].tolist())) == 1000


def test_rows_drawn_often_in_a_later_epoch_are_counted_in_full():
    plan = Plan(
        np.array([2, 3]),
        np.array([2, 3]),
        0,
        schedule=lambda epoch: np.array([2 + 1000 * epoch, 3]),
        most_draws=3003,
    )
    drawn = plan.epoch(1).multiplicities_of_runs(
        np.arange(2), np.zeros(2, dtype=np.int64), np.array([2, 3])
    )
    assert drawn.tolist() == [501, 501, 1, 1, 1]


def test_codes_of_any_width_name_a_class():
    classes = np.repeat(np.arange(200), 7)
    ordinals = np.tile(np.arange(7), 200)
    drawn = Plan(np.full(200, 7), np.full(200, 2), 1).epoch(0)
    assert np.array_equal(
        drawn.multiplicities(classes.astype(np.uint8), ordinals),
        drawn.multiplicities(classes, ordinals),
    )


@given(plans(), epochs)
def test_multiplicities_invert_locate(plan, epoch):
    classes = np.repeat(np.arange(len(plan.quotas)), plan.class_counts)
    ordinals = np.arange(len(classes)) - plan.pool_starts[classes]
    drawn = plan.epoch(epoch).multiplicities(classes, ordinals)
    assert drawn.tolist() == np.concatenate(times(plan, epoch)).tolist()


@given(plans(), epochs, st.data())
def test_multiplicities_of_runs_are_those_of_their_rows(plan, epoch, data):
    # One class by itself goes another way than several.
    first = [data.draw(st.integers(0, n - 1)) for n in plan.class_counts]
    n = [
        data.draw(st.integers(1, of_class - start))
        for start, of_class in zip(first, plan.class_counts, strict=True)
    ]
    drawn = [
        some[start : start + k] for some, start, k in zip(times(plan, epoch), first, n, strict=True)
    ]
    runs = np.arange(len(n)), np.array(first), np.array(n)
    epoch_of_plan = plan.epoch(epoch)
    assert epoch_of_plan.multiplicities_of_runs(*runs).tolist() == np.concatenate(drawn).tolist()
    for c, expected in enumerate(drawn):
        assert epoch_of_plan.multiplicities_of_runs(
            *(array[[c]] for array in runs)
        ).tolist() == list(expected)


@given(plans(st.booleans()), st.integers(0, 100), st.data())
def test_a_position_is_drawn_alone_as_among_all(plan, epoch, data):
    position = data.draw(st.integers(0, plan.n_samples(0) - 1))
    assert plan.epoch(epoch).rows(np.array([position]))[0] == whole(plan, epoch)[position]


@given(plans(st.booleans()), st.integers(0, 100))
def test_positions_that_are_asked_for_are_left_as_they_are(plan, epoch):
    positions = np.arange(plan.n_samples(0), dtype=plan.dtype)
    plan.epoch(epoch).rows(positions)
    assert positions.tolist() == list(range(len(positions)))


@given(plans(st.booleans()), st.integers(0, 100))
def test_words_of_64_bits_keep_the_promises_too(plan, epoch):
    plan.__dict__["dtype"] = np.dtype(np.uint64)
    drawn = times(plan, epoch)
    assert [of_class.sum() for of_class in drawn] == plan.quotas.tolist()
    assert plan.replacement or max(np.ptp(of_class) for of_class in drawn) <= 1


@pytest.mark.parametrize("n_large", [2**32 + 5, 10**13])
def test_tables_past_4_billion_rows_are_drawn_without_being_listed(n_large):
    plan = Plan(np.array([n_large, 7]), np.array([n_large, n_large // 2]), seed=1)
    positions = np.random.default_rng(0).integers(plan.n_samples(0), size=100_000)
    for epoch in 0, 10**15:
        drawn = plan.epoch(epoch)
        classes, ordinals = locate(drawn, positions)
        # The share of class 0 is 2/3: five standard errors, false alarm 6e-7.
        assert abs(np.mean(classes == 0) - 2 / 3) < 5 * np.sqrt(2 / 9 / len(positions))
        assert (ordinals < plan.class_counts[classes]).all()
        large = classes == 0
        assert len(np.unique(ordinals[large])) == len(
            np.unique(positions[large])
        )  # quota = rows: each row once
        assert (drawn.multiplicities(classes[large], ordinals[large]) == 1).all()
        assert set(drawn.multiplicities(classes[~large], ordinals[~large])) <= {
            n_large // 14,
            n_large // 14 + 1,
        }
        assert chisquare(np.bincount((ordinals[large] * 50 // n_large).astype(int))).pvalue > 1e-4


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=300), st.sampled_from([1, 1000, 10**6]))
def test_class_of_agrees_with_binary_search(quotas, factor):
    quotas = np.array(quotas) * np.where(np.arange(len(quotas)) % 3 == 0, factor, 1)
    plan = Plan(np.ones_like(quotas), quotas, 0)
    edges = np.concatenate(
        [plan.layout_of(0).starts, plan.layout_of(0).ends - 1, [plan.n_samples(0) // 2]]
    ).astype(plan.dtype)
    assert (
        plan.layout_of(0).class_of(edges).tolist()
        == np.searchsorted(np.cumsum(quotas), edges, side="right").tolist()
    )


@pytest.mark.parametrize(("n_classes", "most"), [(2, 2**12), (2**10, 2**16), (10**5, 2**20)])
def test_a_table_of_runs_is_bounded_but_no_coarser_than_that(n_classes, most):
    runs = Layout(np.full(n_classes, 2**40 // n_classes), np.uint64)._runs
    assert most // 2 < len(runs._first) <= most


def test_short_runs_behind_a_huge_one_are_told_apart():
    # All in one bucket of the table, so that most of them are found by bisection.
    quotas = np.array([2**40, *range(1, 100)])
    slots = 2**40 + np.arange(quotas[1:].sum(), dtype=np.uint64)
    found = Layout(quotas, np.uint64).class_of(slots)
    assert found.tolist() == np.repeat(range(1, 100), quotas[1:]).tolist()


@pytest.mark.parametrize(
    ("n", "q"), [(2, 1), (3, 2), (9, 4), (16, 3), (17, 11), (30, 15), (60, 7), (100, 40)]
)
def test_which_rows_share_an_epoch_is_uniform(n, q):
    # 40,000 classes alike: each row is drawn in q / n of them, each pair in q (q - 1) / n (n - 1),
    # in epochs whose window lies in one half, cuts both, or wraps. Bounds of six standard errors:
    # false alarm 2e-9 each, 1e-4 over all.
    n_classes = 40_000
    plan = Plan(np.full(n_classes, n), np.full(n_classes, q), 11)
    classes, ordinals = np.repeat(np.arange(n_classes), n), np.tile(np.arange(n), n_classes)
    for epoch in 0, 1, 2, 7:
        hits = (
            plan.epoch(epoch)
            .multiplicities(classes, ordinals)
            .reshape(n_classes, n)
            .astype(np.float64)
        )
        p, p_pair = q / n, q * (q - 1) / (n * (n - 1))
        assert np.abs(hits.mean(axis=0) - p).max() <= 6 * np.sqrt(p * (1 - p) / n_classes)
        pairs = (hits.T @ hits / n_classes)[np.triu_indices(n, 1)]
        assert np.abs(pairs - p_pair).max() <= 6 * np.sqrt(p_pair * (1 - p_pair) / n_classes)


def test_bootstrap_draws_are_uniform_and_independent():
    plan = Plan(np.array([10, 30]), np.array([100_000, 100_000]), 8, True, np.arange(40))
    rows = whole(plan, 0)
    first = rows[rows < 10]
    # Three chi-square tests; false alarm 3e-4 in all.
    assert chisquare(np.bincount(first)).pvalue > 1e-4
    assert chisquare(np.bincount(first[::2] * 10 + first[1::2])).pvalue > 1e-4
    assert chisquare(np.bincount(rows[rows >= 10] - 10)).pvalue > 1e-4


def test_bootstrap_reaches_every_row_of_a_huge_class():
    plan = Plan(np.array([2**40]), np.array([100_000]), 8, replacement=True)
    _, ordinals = locate(plan.epoch(0), np.arange(100_000))
    assert chisquare(np.bincount((ordinals % 64).astype(int))).pvalue > 1e-4  # false alarm 1e-4


def test_classes_come_in_random_order():
    # Of two classes of 50,000 draws each, 25,000 neighbours of a kind: four standard errors, false
    # alarm 6e-5.
    plan = Plan(np.array([100, 100]), np.array([50_000, 50_000]), 0, pool=np.arange(200))
    of_first = (whole(plan, 0) < 100).astype(int)
    alike = np.mean(of_first[1:] == of_first[:-1])
    assert abs(alike - 0.5) < 4 * 0.5 / np.sqrt(len(of_first))


@pytest.mark.parametrize("replacement", [False, True])
def test_epochs_and_seeds_differ_and_do_not_add_up(replacement):
    def sets_of_rows(seed, epoch):
        return tuple(
            np.sort(
                whole(
                    Plan(np.array([500, 9]), np.array([30, 30]), seed, replacement, np.arange(509)),
                    epoch,
                )
            )
        )

    assert len({sets_of_rows(seed, epoch) for seed in range(8) for epoch in range(8)}) == 64


@given(plans(), st.lists(st.integers(0, 60), min_size=1, max_size=4))
def test_borders_by_division_are_those_found_by_going_there(plan, epochs):
    walked = replace(plan, schedule=lambda _: plan.quotas, most_draws=plan.n_samples(0))
    for epoch in epochs:
        for by_division, by_walking in zip(
            plan.border_of(epoch), walked.border_of(epoch), strict=True
        ):
            assert by_division.tolist() == by_walking.tolist()
        assert whole(plan, epoch).tolist() == whole(walked, epoch).tolist()


@st.composite
def scheduled_plans(draw):
    plan = draw(plans())
    changing = draw(
        st.lists(st.lists(st.integers(1, 150), min_size=8, max_size=8), min_size=1, max_size=5)
    )
    quotas = [np.array(some[: len(plan.quotas)]) for some in changing]
    return replace(
        plan, quotas=quotas[0], schedule=lambda epoch: quotas[epoch % len(quotas)], most_draws=1200
    )


@given(scheduled_plans())
def test_evenness_is_kept_while_quotas_change(plan):
    together = np.zeros(plan.class_counts.sum(), dtype=int)
    for epoch in range(15):
        drawn = times(plan, epoch)
        assert [of_class.sum() for of_class in drawn] == plan.quotas_of(epoch).tolist()
        assert max(map(np.ptp, drawn)) <= 1
        together += np.concatenate(drawn)
        assert max(map(np.ptp, np.split(together, np.cumsum(plan.class_counts)[:-1]))) <= 1


@given(scheduled_plans(), st.lists(st.integers(0, 30), min_size=2, max_size=6))
def test_scheduled_epochs_are_the_same_in_any_order(plan, epochs):
    alone = {epoch: whole(replace(plan), epoch).tolist() for epoch in epochs}
    assert all(whole(plan, epoch).tolist() == alone[epoch] for epoch in epochs)


sizes = st.integers(0, 40).flatmap(lambda n_bits: st.integers(2**n_bits, 2 ** (n_bits + 1)))


@given(
    st.lists(st.tuples(sizes, sizes), min_size=1, max_size=4),
    st.one_of(st.integers(0, 2**63 - 2), st.tuples(st.integers(0, 63), st.integers(-2, 2))),
)
def test_borders_are_those_of_whole_numbers_however_large(classes, epoch):
    n, q = (np.array(column) for column in zip(*classes, strict=True))
    if isinstance(epoch, tuple):
        # About powers of two times fewer than the rows of the largest class, where an epoch times a
        # place is about to overflow.
        epoch = min(max(0, 2 ** epoch[0] // int(n.max()) + epoch[1]), 2**63 - 2)
    border, deal = Plan(n, q, 0).border_of(epoch)
    assert border.tolist() == [epoch * q_c % n_c for n_c, q_c in classes]
    assert deal.tolist() == [epoch // (n_c // math.gcd(n_c, q_c)) for n_c, q_c in classes]


@pytest.mark.parametrize(("n", "q", "epoch"), [(5, 2**31 + 7, 3), (10**6, 999_999, 4000)])
def test_borders_of_large_quotas_and_of_late_epochs_do_not_overflow(n, q, epoch):
    border, _ = Plan(np.array([n]), np.array([q]), 0).border_of(epoch)
    assert border.tolist() == [epoch * q % n]


def test_a_circle_is_dealt_anew_whenever_all_its_rows_were_drawn_equally_often():
    # Two epochs of 100 are one round of 200: every second epoch begins a new order.
    plan = Plan(np.array([200]), np.array([100]), 0, pool=np.arange(200))
    subsets = [frozenset(whole(plan, epoch).tolist()) for epoch in range(100)]
    assert len(set(subsets)) == 100
    assert all(not one & other for one, other in zip(subsets[::2], subsets[1::2], strict=True))


def test_a_schedule_is_asked_once_an_epoch_by_a_training_that_keeps_states():
    asked = Counter()

    def quotas(epoch):
        asked[epoch] += 1
        return np.array([10 + epoch % 3, 5])

    plan = Plan(np.array([20, 7]), quotas(0), 0, pool=np.arange(27), schedule=quotas, most_draws=99)
    for epoch in range(200):
        plan.n_samples(epoch)
        plan.epoch(epoch).all_rows()
        plan.fingerprint(epoch)
        plan.fingerprint(epoch + 1)
    assert asked.total() <= 202
    assert max(asked.values()) == 1


def test_a_schedule_is_asked_seldom_by_two_passes_at_different_epochs():
    asked = Counter()

    def quotas(epoch):
        asked[epoch] += 1
        return np.array([10 + epoch % 3, 5])

    plan = Plan(np.array([20, 7]), quotas(0), 0, pool=np.arange(27), schedule=quotas, most_draws=99)
    for epoch in range(100):
        for _ in range(3):
            for here in 100 + epoch, epoch:
                plan.epoch(here).all_rows()
                plan.fingerprint(here)
                plan.fingerprint(here + 1)
    # Twice each: once on the way to the later pass, and once for the pass itself.
    assert asked.total() <= 2 * 200
    assert max(asked.values()) <= 3


def test_a_schedule_s_plan_remembers_the_latest_epochs_alone():
    def quotas(epoch):
        return np.array([3, 1 + epoch % 3])

    plan = Plan(np.array([20, 7]), quotas(0), 0, schedule=quotas, most_draws=6)
    for epoch in range(50):
        plan.fingerprint(epoch)
    start, *latest = plan._known_borders
    assert start[0] == 0
    assert [epoch for epoch, *_ in latest] == [*range(50 - N_REMEMBERED, 50)]


def test_a_plan_survives_a_pickle():
    plan = Plan(np.array([5, 9]), np.array([7, 7]), 3, pool=np.arange(14))
    assert whole(pickle.loads(pickle.dumps(plan)), 2).tolist() == whole(plan, 2).tolist()


def test_an_epoch_travels_without_its_tables():
    plan = Plan(np.array([4000, 6000]), np.array([5000, 5000]), 3, pool=np.arange(10_000))
    epoch = plan.epoch(2)
    sent = pickle.dumps(epoch)
    rows = epoch.rows(np.arange(10_000))
    # Its tables, 40,000 bytes each, have been made by now. (The plan keeps where classes begin.)
    assert len(pickle.dumps(epoch)) < len(sent) + 5000
    assert pickle.loads(sent).rows(np.arange(10_000)).tolist() == rows.tolist()


@given(plans(st.booleans()), epochs)
def test_rows_drawn_class_by_class_are_those_drawn_by_position(plan, epoch):
    assert plan.epoch(epoch).all_rows().tolist() == whole(plan, epoch).tolist()


@pytest.mark.parametrize("replacement", [False, True])
def test_long_runs_of_a_class_are_drawn_like_short_ones(replacement):
    counts, quotas = np.array([5, 30_000, 9, 300, 1700]), np.array([20_000, 8191, 3, 8192, 150_000])
    plan = Plan(counts, quotas, 6, replacement, np.arange(counts.sum()))
    for epoch in 0, 7:
        assert plan.epoch(epoch).all_rows().tolist() == whole(plan, epoch).tolist()


@given(st.lists(st.integers(1, 3 * CHUNK), min_size=1, max_size=30))
def test_pieces_cover_all_and_cut_long_runs_apart(lengths):
    ends = np.cumsum(lengths)
    starts = ends - lengths
    cut = list(pieces(starts, ends, int(ends[-1])))
    assert [start for start, _ in cut] == [0, *(stop for _, stop in cut[:-1])]
    assert cut[-1][1] == ends[-1]
    assert max(stop - start for start, stop in cut) <= CHUNK
    of_long = {
        edge
        for start, end in zip(starts, ends, strict=True)
        if end - start >= LONG_RUN
        for edge in (start, end)
    }
    assert of_long <= {0, *(stop for _, stop in cut)}


def test_chunks_start_small_and_stay_in_the_cache():
    plan = Plan(np.array([5, 9]), np.array([300_000, 1]), 3, pool=np.arange(14))
    sizes = [len(rows) for rows in plan.epoch(0).chunks()]
    assert sizes[0] <= 2**12
    assert max(sizes) == CHUNK
    assert sum(sizes) == 300_001


GOLDEN = {
    ("sorted", False, 0): [2, 1, 887, 191, 1601, 1552, 1475, 1323, 0, 1593, 1135, 3, 3, 1542],
    ("sorted", False, 5): [534, 1500, 1559, 3, 0, 2, 131, 948, 1121, 1, 1569, 1594, 1, 1520],
    ("sorted", True, 0): [1, 2, 27, 957, 1505, 1585, 1134, 1290, 1, 1513, 663, 3, 3, 1536],
    ("sorted", True, 5): [263, 812, 1538, 2, 1, 3, 338, 503, 279, 3, 1592, 1522, 0, 1523],
    ("some sorted", False, 0): [1, 0, 37, 317, 1513, 1584, 509, 1479, 2, 1541, 839, 3, 3, 1599],
    ("some sorted", False, 5): [718, 1229, 1554, 1, 3, 2, 1317, 421, 1148, 0, 1582, 1573, 0, 1518],
    ("some sorted", True, 0): [1, 2, 27, 957, 1505, 1585, 1134, 1290, 1, 1513, 663, 3, 3, 1536],
    ("some sorted", True, 5): [263, 812, 1538, 2, 1, 3, 338, 503, 279, 3, 1592, 1522, 0, 1523],
    ("mapped", False, 0): [317, 2, 3, 37, 1584, 1, 839, 0, 3, 509, 1479, 1599, 1541, 1513],
    ("mapped", False, 5): [1518, 0, 1317, 3, 421, 2, 1229, 0, 1148, 1, 1573, 718, 1582, 1554],
    ("mapped", True, 0): [957, 1, 3, 27, 1585, 1, 663, 2, 3, 1134, 1290, 1536, 1513, 1505],
    ("mapped", True, 5): [1523, 0, 338, 1, 503, 3, 812, 3, 279, 2, 1522, 263, 1592, 1538],
}


@pytest.mark.parametrize("replacement", [False, True])
@pytest.mark.parametrize("epoch", [0, 5])
def test_draws_are_the_same_everywhere_and_for_ever(replacement, epoch, way):
    plan = Plan(np.array([4, 1500, 100]), np.array([5, 5, 4]), 42, replacement, np.arange(1604))
    assert whole(plan, epoch).tolist() == GOLDEN[way, replacement, epoch], RAISE_IT


def test_draws_with_replacement_have_no_inverse():
    plan = Plan(np.array([3, 2]), np.array([2, 2]), 0, replacement=True)
    with pytest.raises(ValueError, match="draws with replacement cannot be inverted"):
        plan.epoch(0).multiplicities(np.array([0]), np.array([0]))


@pytest.mark.parametrize("in_batches", [False, True])
@pytest.mark.parametrize("dtype", [np.uint32, np.uint64])
@pytest.mark.parametrize(("n", "quota"), [(5000, 200_003), (70_000, 210_000)])
def test_a_run_of_a_class_has_the_rows_that_are_found_one_by_one(n, quota, dtype, in_batches):
    # A single entry for the class, so that its parameters are scalars, or one for each draw.
    plan = Plan(np.array([n, 400_000]), np.array([quota, 200_000]), seed=3)
    plan.__dict__["dtype"] = np.dtype(dtype)
    epoch = plan.epoch(2)
    for c in 0, 1:
        nth = np.arange(130_000, 200_000, dtype=plan.dtype)
        run = epoch.in_pool(np.array([c]), nth.copy(), in_batches)
        each = epoch.in_pool(np.full(len(nth), c), nth.copy(), in_batches)
        assert np.array_equal(run, each)
