import copy
import pickle
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from left_out import WITHOUT_TORCH, needs_torch, skip_without_torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import get_tags
from sklearn.utils.validation import check_is_fitted

from skbalance import InverseFrequencySampler

Y = ["ham"] * 90 + ["spam"] * 10
X = np.arange(200).reshape(100, 2)


@given(
    st.lists(st.integers(0, 5), min_size=2, max_size=200).filter(lambda y: len(set(y)) > 1),
    st.floats(0, 2),
    st.booleans(),
    st.one_of(
        st.none(), st.integers(6, 300), st.floats(1.0, 3.0), st.sampled_from(["over", "under"])
    ),
)
def test_fit_resample_and_draw_and_the_torch_sampler_give_the_same_rows(
    y, strength, replacement, n_samples
):
    if isinstance(n_samples, float):
        n_samples = max(n_samples, 6 / len(y))
    sampler = InverseFrequencySampler(
        strength=strength, replacement=replacement, n_samples=n_samples, random_state=1
    )
    X_res, y_res = sampler.fit_resample(np.arange(len(y))[:, None], y)
    assert X_res[:, 0].tolist() == sampler.sample_indices_.tolist()
    assert y_res == [y[i] for i in sampler.sample_indices_]
    assert np.array_equal(sampler.draw(), sampler.sample_indices_)
    drawn = {label: y_res.count(label) for label in sampler.classes_.tolist()}
    assert drawn == sampler.sampling_strategy_
    if not WITHOUT_TORCH:
        torch_sampler = sampler.to_torch_sampler()
        for epoch in range(3):
            assert list(torch_sampler) == sampler.draw(epoch).tolist()


def test_fitted_attributes_say_what_they_hold():
    sampler = InverseFrequencySampler(random_state=0).fit(X, Y)
    assert sampler.classes_.tolist() == ["ham", "spam"]
    assert sampler.class_counts_.tolist() == [90, 10]
    assert sampler.class_counts_.dtype == np.int64
    assert sampler.sampling_strategy_ == {"ham": 50, "spam": 50}
    assert sampler.class_weight_ == pytest.approx({"ham": 100 / 180, "spam": 100 / 20})
    assert sampler.n_features_in_ == 2
    assert not hasattr(sampler, "sample_indices_")
    assert all(type(label) is str for label in sampler.sampling_strategy_)


def test_feature_names_are_remembered():
    sampler = InverseFrequencySampler().fit(pd.DataFrame(X, columns=["a", "b"]), Y)
    assert sampler.feature_names_in_.tolist() == ["a", "b"]
    assert sampler.get_feature_names_out().tolist() == ["a", "b"]


def test_a_new_fit_forgets_the_old_draws_and_columns():
    sampler = InverseFrequencySampler()
    sampler.fit_resample(pd.DataFrame(X, columns=["a", "b"]), Y)
    sampler.fit(None, Y)
    for stale in "sample_indices_", "n_features_in_", "feature_names_in_":
        assert not hasattr(sampler, stale)


@pytest.mark.parametrize(
    ("n_samples", "n_drawn"),
    [
        (None, 100),
        (2, 2),
        (17, 17),
        (np.int32(17), 17),
        (0.5, 50),
        (1.0, 100),
        (2.5, 250),
        (Fraction(1, 4), 25),
        ("over", 180),
        ("under", 20),
    ],
)
def test_n_samples_sets_the_length_of_an_epoch(n_samples, n_drawn):
    sampler = InverseFrequencySampler(n_samples=n_samples)
    assert len(sampler.fit_resample(X, Y)[1]) == n_drawn
    assert len(sampler.draw(3)) == n_drawn
    assert sum(sampler.sampling_strategy_.values()) == n_drawn


def test_strength_goes_from_the_data_to_reversed():
    quotas = [
        InverseFrequencySampler(strength=s).fit(None, Y).sampling_strategy_ for s in (0, 0.5, 1, 2)
    ]
    assert quotas == [
        {"ham": 90, "spam": 10},
        {"ham": 75, "spam": 25},
        {"ham": 50, "spam": 50},
        {"ham": 10, "spam": 90},
    ]


def test_the_names_of_classes_do_not_matter_while_their_order_stands():
    by_word = InverseFrequencySampler(random_state=4).fit(None, Y).draw()
    by_number = (
        InverseFrequencySampler(random_state=4)
        .fit(None, [7 if label == "ham" else 11 for label in Y])
        .draw()
    )
    assert np.array_equal(by_word, by_number)


def test_seeds_repeat_and_differ():
    def draw(random_state):
        return InverseFrequencySampler(random_state=random_state).fit(None, Y).draw().tolist()

    assert draw(5) == draw(5) == draw(np.int64(5))
    assert draw(np.random.RandomState(5)) == draw(np.random.RandomState(5))
    assert len({tuple(draw(seed)) for seed in (0, 1, 2**32, 2**64 - 1)}) == 4
    assert draw(None) != draw(None)


def test_without_a_seed_each_fit_is_new_but_each_epoch_stands():
    sampler = InverseFrequencySampler().fit(None, Y)
    first = sampler.draw(2)
    assert np.array_equal(sampler.draw(2), first)
    assert not np.array_equal(sampler.fit(None, Y).draw(2), first)


def test_seeds_of_chance_have_63_bits():
    for random_state in None, np.random.RandomState(0):
        sampler = InverseFrequencySampler(random_state=random_state)
        seeds = [sampler.fit(None, Y)._plan.seed for _ in range(40)]
        assert max(seeds) > 2**62  # false alarm 2 ** -40


def test_a_fit_that_fails_leaves_the_sampler_as_it_was():
    sampler = InverseFrequencySampler(random_state=0)
    sampler.fit_resample(pd.DataFrame(X, columns=["a", "b"]), Y)
    before = pickle.dumps(sampler)
    for bad in (
        (None, ["z"] * 5),
        (X, ["z"] * 100),
        (np.ones((5, 7)), [0, 1, 2, 3, None]),
        (X[:50], Y),
    ):
        with pytest.raises(ValueError, match=r"."):
            sampler.fit(*bad)
        assert pickle.dumps(sampler) == before
    unfitted = InverseFrequencySampler()
    with pytest.raises(ValueError, match="2 classes"):
        unfitted.fit(X, ["z"] * 100)
    with pytest.raises(NotFittedError):
        check_is_fitted(unfitted)


def test_tags_say_what_it_takes():
    tags = get_tags(InverseFrequencySampler()).input_tags
    assert tags.allow_nan
    assert tags.string
    assert tags.sparse
    assert tags.three_d_array


def test_the_most_draws_can_be_planned():
    sampler = InverseFrequencySampler(n_samples=2**53).fit(None, Y)
    assert sum(sampler.sampling_strategy_.values()) == 2**53


def test_clone_and_params_round_trip():
    sampler = InverseFrequencySampler(
        strength=0.3, n_samples=0.5, replacement=True, random_state=3
    ).fit(X, Y)
    copied = clone(sampler)
    assert copied.get_params() == sampler.get_params()
    assert not hasattr(copied, "classes_")
    assert copied.set_params(strength=2).strength == 2


def test_fitted_samplers_survive_pickle_and_copy():
    sampler = InverseFrequencySampler(random_state=3).fit(X, Y)
    for other in pickle.loads(pickle.dumps(sampler)), copy.deepcopy(sampler):
        assert np.array_equal(other.draw(4), sampler.draw(4))


@needs_torch
def test_refitting_or_changing_attributes_does_not_touch_what_was_made_before():
    sampler = InverseFrequencySampler(random_state=3).fit(X, Y)
    expected = sampler.draw().tolist()
    torch_sampler = sampler.to_torch_sampler()
    sampler.class_counts_[:] = 1
    sampler.fit(None, [0, 1, 1])
    assert list(torch_sampler) == expected


def test_repr_and_html_name_the_sampler():
    assert "InverseFrequencySampler" in InverseFrequencySampler()._repr_html_()
    assert repr(InverseFrequencySampler(strength=0.5)) == "InverseFrequencySampler(strength=0.5)"


def test_ten_thousand_classes_one_of_them_with_a_single_row():
    y = np.concatenate([np.repeat(np.arange(10_000), 3), [10_000]])
    sampler = InverseFrequencySampler(random_state=0).fit(None, y)
    drawn = np.bincount(y[sampler.draw()], minlength=10_001)
    assert np.ptp(drawn) <= 1
    assert len(sampler.draw()) == len(y)


nan, inf = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("parameter", "value", "error", "message"),
    [
        ("strength", -0.5, ValueError, r"strength must be a real number >= 0, got -0\.5\."),
        ("strength", nan, ValueError, "strength must be a real number >= 0, got nan"),
        ("strength", inf, ValueError, "strength must be a real number >= 0, got inf"),
        ("strength", "1", TypeError, "strength must be a real number >= 0, got '1'"),
        ("strength", None, TypeError, "strength must be a real number >= 0, got None"),
        ("strength", True, TypeError, "strength must be a real number >= 0, got True"),
        ("strength", 1j, TypeError, "strength must be a real number >= 0, got 1j"),
        ("n_samples", 0, ValueError, "n_samples must be a finite number above 0, got 0"),
        ("n_samples", -3, ValueError, "n_samples must be a finite number above 0, got -3"),
        ("n_samples", nan, ValueError, "n_samples must be a finite number above 0, got nan"),
        ("n_samples", inf, ValueError, "n_samples must be a finite number above 0, got inf"),
        (
            "n_samples",
            1,
            ValueError,
            "n_samples must leave each of the 2 classes a draw, got n_samples=1. An int is",
        ),
        (
            "n_samples",
            0.01,
            ValueError,
            r"each of the 2 classes a draw, got n_samples=0\.01 of 100 rows, 1 in all",
        ),
        (
            "n_samples",
            10**30,
            ValueError,
            r"n_samples must be at most 2\*\*53 draws, got n_samples=1000",
        ),
        (
            "n_samples",
            1e300,
            ValueError,
            r"n_samples must be at most 2\*\*53 draws, got n_samples=1e\+300",
        ),
        ("n_samples", 2**53 + 1, ValueError, r"n_samples must be at most 2\*\*53 draws"),
        ("n_samples", 10**400, ValueError, r"n_samples must be at most 2\*\*53 draws"),
        (
            "n_samples",
            1e308,
            ValueError,
            r"must be at most 2\*\*53 draws, got n_samples=1e\+308 of 100 rows, inf in all",
        ),
        ("strength", 10**400, ValueError, "strength must be a real number >= 0, got 1000"),
        (
            "n_samples",
            "both",
            ValueError,
            "n_samples must be an int, a float, 'over', 'under', a dict .* or None, got 'both'",
        ),
        (
            "n_samples",
            True,
            TypeError,
            "n_samples must be an int, a float, 'over', 'under', a dict .* or None, got True",
        ),
        ("n_samples", [5], TypeError, r"n_samples must be an int, .* got \[5\]"),
        ("replacement", 1, TypeError, "replacement must be True or False, got 1"),
        ("replacement", "yes", TypeError, "replacement must be True or False, got 'yes'"),
        (
            "random_state",
            -1,
            ValueError,
            r"random_state must be an int from 0 to 2\*\*64 - 1, got -1",
        ),
        (
            "random_state",
            2**64,
            ValueError,
            r"random_state must be an int from 0 to 2\*\*64 - 1, got 18446744073709551616",
        ),
        (
            "random_state",
            1.5,
            TypeError,
            r"random_state must be an int, a numpy RandomState or None, got 1\.5",
        ),
        (
            "random_state",
            True,
            TypeError,
            "random_state must be an int, a numpy RandomState or None, got True",
        ),
        (
            "random_state",
            np.random.default_rng(0),
            TypeError,
            "random_state must be an int, .* got Generator",
        ),
    ],
)
def test_bad_parameters_are_refused(parameter, value, error, message):
    for method in "fit", "fit_resample":
        with pytest.raises(error, match=message):
            getattr(InverseFrequencySampler(**{parameter: value}), method)(X, Y)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (
            ["ham"] * 100,
            ValueError,
            "y must hold rows of at least 2 classes, got the one class 'ham'",
        ),
        ([], ValueError, "y must hold rows of at least 2 classes, got no rows"),
        (None, ValueError, "requires y to be passed, but the target y is None"),
        ([0.5] * 100, ValueError, "Unknown label type"),
        (["ham"] * 99 + [None], ValueError, "missing labels .* at row 99"),
    ],
)
def test_bad_labels_are_refused(y, error, message):
    with pytest.raises(error, match=message):
        InverseFrequencySampler().fit(None, y)


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[100, 99\]"):
        InverseFrequencySampler().fit(X, Y[:-1])


@pytest.mark.parametrize("method", ["draw", pytest.param("to_torch_sampler", marks=needs_torch)])
def test_use_before_fit_is_refused(method):
    with pytest.raises(NotFittedError, match="InverseFrequencySampler instance is not fitted yet"):
        getattr(InverseFrequencySampler(), method)()


@pytest.mark.parametrize(
    ("epoch", "error"),
    [
        (-1, ValueError),
        (2**63, ValueError),
        (0.0, TypeError),
        ("0", TypeError),
        (True, TypeError),
        (None, TypeError),
    ],
)
def test_bad_epochs_are_refused(epoch, error):
    sampler = InverseFrequencySampler().fit(X, Y)
    with pytest.raises(error, match=r"epoch must be an int from 0 to 2\*\*63 - 2, got "):
        sampler.draw(epoch)
    skip_without_torch()
    with pytest.raises(error, match=r"epoch must be an int from 0 to 2\*\*63 - 2, got "):
        sampler.to_torch_sampler().set_epoch(epoch)


def test_the_last_epochs_can_be_drawn():
    sampler = InverseFrequencySampler(random_state=0).fit(X, Y)
    for epoch in 2**31 - 1, 2**62, 2**63 - 2:
        assert (
            len(set(sampler.draw(epoch).tolist())) == 60
        )  # 50 of 90 rows once, 10 rows five times


class Lazy:
    """A stand-in for a dask collection."""

    def __len__(self):
        raise AssertionError("was loaded")

    __array__ = __len__


Lazy.__module__ = "dask.dataframe"


def test_lazy_collections_are_refused_and_not_loaded():
    with pytest.raises(TypeError, match=r"y is a dask collection \(Lazy\), .* pass y\.compute\(\)"):
        InverseFrequencySampler().fit(None, Lazy())
    with pytest.raises(TypeError, match=r"X is a dask collection \(Lazy\), .* pass X\.compute\(\)"):
        InverseFrequencySampler().fit_resample(Lazy(), Y)


def test_draws_are_the_same_everywhere_and_for_ever():
    sampler = InverseFrequencySampler(n_samples=12, random_state=42).fit(None, Y)
    assert sampler.draw().tolist() == [3, 28, 94, 62, 90, 98, 93, 33, 96, 99, 88, 85]
    assert sampler.draw(7).tolist() == [90, 94, 48, 95, 66, 92, 61, 25, 97, 42, 7, 98]
