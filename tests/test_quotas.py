from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler
from reference import apportioned
from sklearn.utils.class_weight import compute_class_weight

from skbalance._draws import quotas as of_shares
from skbalance._draws.quotas import apportion, cell_shares, shares

counts = st.lists(st.integers(1, 10**6), min_size=2, max_size=30).map(np.array)
strengths = st.floats(0, 4)


def quotas(class_counts, strength, n_samples):
    """Quotas by the shares of a strength."""
    class_counts = np.array(class_counts)
    return of_shares.quotas(class_counts, shares(class_counts, strength), n_samples)


def row_weights(class_counts, strength):
    """Weights by the shares of a strength."""
    return of_shares.row_weights(np.array(class_counts), shares(class_counts, strength))


@settings(max_examples=500)
@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=12), st.integers(0, 3), st.integers(0, 500)
)
@example([131, 243], 2, 10 - 2)  # fractions that two decimals would call a tie
def test_quotas_follow_the_rule_to_the_letter(class_counts, strength, extra):
    n_samples = len(class_counts) + extra
    exact = [Fraction(n) ** (1 - strength) for n in class_counts]
    assert quotas(class_counts, strength, n_samples).tolist() == apportioned(exact, n_samples)


@given(counts, strengths, st.integers(0, 10**7))
def test_quotas_sum_to_n_samples_and_leave_no_class_out(class_counts, strength, extra):
    n_samples = len(class_counts) + extra
    q = quotas(class_counts, strength, n_samples)
    assert q.sum() == n_samples
    assert q.min() >= 1


@given(counts)
def test_strength_0_keeps_the_data(class_counts):
    assert np.array_equal(quotas(class_counts, 0.0, int(class_counts.sum())), class_counts)
    assert np.array_equal(quotas(class_counts, 0.0, "over"), class_counts)
    assert np.array_equal(quotas(class_counts, 0.0, "under"), class_counts)


@given(st.lists(st.integers(1, 1000), min_size=2).map(np.array), st.floats(0, 3))
def test_over_never_shrinks_and_under_never_grows_a_class(class_counts, strength):
    assert (quotas(class_counts, strength, "over") >= class_counts).all()
    assert (quotas(class_counts, strength, "under") <= class_counts).all()
    assert (quotas(class_counts, strength, "under") >= 1).all()


@pytest.mark.parametrize(
    ("word", "peer"), [("over", RandomOverSampler()), ("under", RandomUnderSampler())]
)
def test_words_give_the_class_counts_of_imbalanced_learn(word, peer):
    class_counts = [50, 7, 31]
    y = np.repeat([0, 1, 2], class_counts)
    _, y_peer = peer.fit_resample(y[:, None], y)
    assert dict(enumerate(quotas(class_counts, 1.0, word).tolist())) == Counter(y_peer.tolist())


@given(counts, strengths, st.randoms(use_true_random=False))
def test_shares_do_not_depend_on_the_order_of_classes(class_counts, strength, random):
    order = list(range(len(class_counts)))
    random.shuffle(order)
    assert np.allclose(
        shares(class_counts, strength)[order], shares(class_counts[order], strength), rtol=1e-12
    )


@given(counts, strengths)
def test_shares_sum_to_one_and_are_the_power_of_the_counts(class_counts, strength):
    p = shares(class_counts, strength)
    assert p.sum() == pytest.approx(1)
    expected = (1 - strength) * (np.log(class_counts) - np.log(class_counts[0]))
    assert np.allclose(np.log(p) - np.log(p[0]), expected, atol=1e-9)


def test_ties_go_to_the_lower_class_even_where_floats_err():
    # Ideals of 10/3 each: one draw is left over. Ideals of 0.1 * 3 and 0.3 differ in the last bit
    # only.
    assert apportion(np.array([1 / 3, 1 / 3, 1 / 3]), 10).tolist() == [4, 3, 3]
    assert apportion(np.array([0.35, 0.1 * 3 + 0.05, 0.3]), 10).tolist() == [4, 3, 3]


@pytest.mark.parametrize(("off", "drawn"), [(2e-6, [500, 501]), (2e-7, [501, 500])])
def test_fractions_are_equal_if_six_decimals_are(off, drawn):
    assert apportion(np.array([500.5 - off, 500.5 + off]) / 1001, 1001).tolist() == drawn


def test_weights_at_strength_1_are_the_balanced_weights_of_scikit_learn():
    class_counts = [5, 20, 75]
    y = np.repeat([0, 1, 2], class_counts)
    assert np.allclose(
        row_weights(class_counts, 1.0), compute_class_weight("balanced", classes=np.arange(3), y=y)
    )


@given(counts, strengths)
def test_weights_have_mean_1_over_rows(class_counts, strength):
    weights = row_weights(class_counts, strength)
    assert (weights * class_counts).sum() / class_counts.sum() == pytest.approx(1)


@pytest.mark.parametrize("strength", [60.0, 1e308])
def test_no_strength_overflows(strength):
    class_counts = [10, 1000, 10**6]
    assert quotas(class_counts, strength, 100).tolist() == [98, 1, 1]
    assert np.isfinite(row_weights(class_counts, strength)).all()


def test_a_power_that_overflows_is_refused_without_a_warning():
    with pytest.raises(ValueError, match="asks for inf draws an epoch"):
        quotas([1, 10**6], 400.0, "over")


def test_cells_of_a_group_that_all_weigh_nothing_are_refused():
    counts, groups, classes = np.array([5, 4, 1]), np.array([0, 1, 1]), np.array([0, 0, 1])
    factors = np.array([1e200, 1e-200])
    with pytest.raises(ValueError, match="strength=2000 and class_weight pull the classes too far"):
        cell_shares(counts, groups, classes, 2000, factors, 1.0)


def test_a_strength_that_asks_for_too_many_draws_is_refused():
    with pytest.raises(
        ValueError,
        match=r"n_samples='over' asks for 1e\+54 draws an epoch, more than 2\*\*53: some class",
    ):
        quotas([1, 10**6], 9.0, "over")


@pytest.mark.parametrize(
    ("class_counts", "strength", "n_samples"),
    [
        ([1, 2], 2.366784466416995, 2**53),
        ([1, 2, 3, 4, 5, 6, 7], 1.0, 7_724_667_326_653_164),
        (list(range(1, 51)), 1.0, 2_426_578_022_070_251),
        (list(range(1, 1001)), 0.3, 2**53 - 1),
    ],
)
def test_quotas_sum_to_n_samples_where_floats_err_by_whole_draws(class_counts, strength, n_samples):
    found = quotas(class_counts, strength, n_samples)
    assert sum(found.tolist()) == n_samples
    ideal = n_samples * shares(class_counts, strength)
    assert np.allclose(found, ideal, rtol=1e-9)


@given(counts, st.integers(0, 2**53 - 30))
def test_quotas_of_any_size_sum_to_n_samples(class_counts, extra):
    n_samples = len(class_counts) + extra
    assert sum(quotas(class_counts, 0.7, n_samples).tolist()) == n_samples
