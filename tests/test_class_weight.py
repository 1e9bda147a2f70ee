"""Factors of classes (`class_weight`), draws of classes (a dict as `n_samples`), everywhere."""

import inspect
import pickle
from collections import Counter

import dask.array as da
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from imblearn.over_sampling import RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from left_out import needs_torch, optional, skip_without_torch
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from skbalance import ClassBalanceDisplay, InverseFrequencySampler, PriorCorrectedClassifier
from skbalance.dask import InverseFrequencySampler as DaskSampler

torch = optional("torch")
BalancedDataLoader = optional("skbalance.torch").BalancedDataLoader

Y = np.repeat(["ham", "spam", "eggs"], [80, 15, 5])
COUNTS = {"eggs": 5, "ham": 80, "spam": 15}


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


def drawn(sampler, y=Y, epoch=0):
    return dict(Counter(y[sampler.draw(epoch)].tolist()))


def effective_numbers(counts, b=0.9):
    """Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019."""
    return (1 - b) / (1 - b**counts)


def test_factors_multiply_the_shares_of_equal_classes():
    sampler = fitted(class_weight={"ham": 3, "eggs": 2})  # spam has factor 1
    assert sampler.sampling_strategy_ == {"eggs": 33, "ham": 50, "spam": 17} == drawn(sampler)


def test_at_strength_0_factors_are_the_class_weights_of_torch():
    sampler = fitted(strength=0, class_weight={"eggs": 16, "spam": 16 / 3}, n_samples=240)
    assert sampler.sampling_strategy_ == {"eggs": 80, "ham": 80, "spam": 80}


def test_a_function_gets_the_counts_in_the_order_of_the_classes():
    seen = []

    def factors(counts):
        seen.append(counts)
        return effective_numbers(counts)

    sampler = fitted(strength=0, class_weight=factors)
    assert [counts.tolist() for counts in seen] == [[5, 80, 15]]
    weights = np.array(list(sampler.class_weight_.values()))
    assert np.allclose(weights / weights[0], effective_numbers(seen[0]) / effective_numbers(5))


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=9),
    st.lists(st.floats(1e-3, 1e3), min_size=9, max_size=9),
    st.floats(0, 2),
)
def test_weights_and_quotas_follow_the_formula(counts, factors, strength):
    counts, factors = np.array(counts), np.array(factors[: len(counts)])
    y = np.repeat(np.arange(len(counts)), counts)
    by_label = dict(enumerate(factors.tolist()))
    sampler = fitted(y, strength=strength, class_weight=by_label, n_samples=10_000)
    weights = factors * counts**-strength
    found = np.array(list(sampler.class_weight_.values()))
    assert np.allclose(found / found[0], weights / weights[0], rtol=1e-9)
    ideal = 10_000 * weights * counts / (weights * counts).sum()
    quotas = np.array(list(sampler.sampling_strategy_.values()))
    assert quotas.sum() == 10_000
    if ideal.min() >= 1:
        assert np.abs(quotas - ideal).max() < 1 + 1e-6
    by_function = fitted(
        y, strength=strength, class_weight=lambda _: factors, n_samples=10_000
    ).sampling_strategy_
    assert by_function == sampler.sampling_strategy_


@given(
    st.lists(st.integers(1, 300), min_size=2, max_size=9),
    st.lists(st.floats(1e-3, 1e3), min_size=9, max_size=9),
    st.floats(0, 2),
)
def test_over_never_shrinks_and_under_never_grows_a_class_whatever_the_factors(
    counts, factors, strength
):
    y = np.repeat(np.arange(len(counts)), counts)
    by_label = dict(enumerate(factors[: len(counts)]))
    for word, is_right in (("over", np.greater_equal), ("under", np.less_equal)):
        sampler = fitted(y, strength=strength, class_weight=by_label, n_samples=word)
        assert is_right(list(sampler.sampling_strategy_.values()), counts).all()


def test_a_ratio_is_what_imbalanced_learn_makes_of_a_float():
    y = np.repeat([0, 1], [100, 10])
    over, _ = RandomOverSampler(sampling_strategy=0.4).fit_resample(y[:, None], y)
    under, _ = RandomUnderSampler(sampling_strategy=0.4).fit_resample(y[:, None], y)
    for word, peer in (("over", over), ("under", under)):
        sampler = fitted(y, class_weight={1: 0.4}, n_samples=word)
        assert sampler.sampling_strategy_ == dict(Counter(peer[:, 0].tolist()))


@pytest.mark.parametrize(
    "parameters",
    [
        {"class_weight": {"ham": 3}},
        {"class_weight": effective_numbers, "strength": 0},
        {"class_weight": {"ham": 3}, "strength": lambda epoch: epoch / 4},
        {"n_samples": {"eggs": 40, "ham": 9}},
    ],
    ids=["dict", "function", "schedule", "counts"],
)
def test_the_torch_samplers_and_dask_draw_what_the_sampler_draws(parameters):
    sampler = fitted(**parameters)
    on_dask = DaskSampler(random_state=0, **parameters).fit(None, da.from_array(Y, chunks=30))
    assert on_dask.class_weight_ == sampler.class_weight_
    for epoch in range(3):
        assert on_dask.draw(epoch).compute().tolist() == sorted(sampler.draw(epoch))
    skip_without_torch()
    rows, batches = sampler.to_torch_sampler(), sampler.to_torch_batch_sampler(batch_size=20)
    ranks = [sampler.to_torch_sampler(num_replicas=2, rank=rank) for rank in range(2)]
    for epoch in range(3):
        expected = sampler.draw(epoch)
        assert list(rows) == expected.tolist()
        assert sorted(row for batch in batches for row in batch) == sorted(expected)
        in_turn = [row for step in zip(*ranks, strict=True) for row in step]
        assert in_turn[: len(expected)] == expected.tolist()


@needs_torch
def test_batches_hold_the_shares_that_factors_make():
    y = np.repeat([0, 1], [900, 100])
    batches = fitted(y, class_weight={0: 3}).to_torch_batch_sampler(batch_size=20)
    assert {sum(row >= 900 for row in batch) for batch in batches} == {5}


@needs_torch
def test_states_of_other_factors_are_refused():
    state = fitted(class_weight={"ham": 3}).to_torch_sampler().state_dict()
    fitted(class_weight={"ham": 3}).to_torch_sampler().load_state_dict(state)
    with pytest.raises(ValueError, match=r"the state belongs to other labels .*, other parameters"):
        fitted(class_weight={"ham": 2}).to_torch_sampler().load_state_dict(state)


def test_probabilities_are_corrected_for_factors_and_counts():
    for parameters in {"class_weight": {"ham": 9}}, {"n_samples": {"ham": 30, "eggs": 60}}:
        sampler = fitted(**parameters)
        quotas = np.array(list(sampler.sampling_strategy_.values()))
        counts = np.array(list(COUNTS.values()))
        # Of a model that predicts the frequencies of the draws, the original ones.
        assert np.allclose(sampler.correct_proba([quotas / quotas.sum()]), [counts / counts.sum()])
    model = PriorCorrectedClassifier(
        DummyClassifier(), sampler=InverseFrequencySampler(class_weight={"ham": 9}, random_state=0)
    )
    proba = model.fit(Y[:, None], Y).predict_proba(Y[:1, None])
    assert np.allclose(proba, [[0.05, 0.8, 0.15]])


@pytest.mark.parametrize("labels", [(1, 2), (-1, 1), (0, 1)])
@pytest.mark.parametrize("parameters", [{"class_weight": 9}, {"n_samples": 500}])
def test_float_labels_are_named_as_the_numbers_that_they_are(labels, parameters):
    y = np.repeat(labels, [90, 10])
    for key in labels:
        by_label = {name: {key: value} for name, value in parameters.items()}
        sampler = InverseFrequencySampler(random_state=0, **by_label)
        found = [
            PriorCorrectedClassifier(DummyClassifier(), sampler=sampler).fit(y[:, None], some)
            for some in (y, y.astype(float))
        ]
        ints, floats = (model.sampler_.sampling_strategy_ for model in found)
        assert ints == floats
        assert found[1].classes_.dtype == np.float64


def test_weights_too_far_apart_to_be_computed_are_refused():
    sampler = InverseFrequencySampler(strength=400, class_weight={0: 1e300, 1: 1e-300})
    for n_samples in None, 50, "over", "under":
        with pytest.raises(
            ValueError, match=r"strength=400\.0 and class_weight pull the classes too"
        ):
            sampler.set_params(n_samples=n_samples).fit(None, np.repeat([0, 1], [100, 10]))


def test_rows_of_counted_classes_weigh_1_on_average():
    sampler = InverseFrequencySampler(n_samples={"ham": 5, "spam": 15})
    weights = sampler.fit(None, ["ham"] * 90 + ["spam"] * 10).class_weight_
    assert weights == pytest.approx({"ham": 25 / 90, "spam": 75 / 10})


def test_factors_of_no_shape_are_refused_for_a_single_class_too():
    sampler = InverseFrequencySampler(class_weight=lambda _: [1, [2, 3]])
    with pytest.raises(ValueError, match="must be one factor for each of the 1 classes, got"):
        sampler.fit(None, ["a", "a"], sample_weight=[1.0, 2.0])


def test_counts_of_narrow_integers_are_summed_in_full():
    y = np.repeat([0, 1], [30, 10])
    counts = {0: np.uint8(200), 1: np.uint8(100)}
    assert fitted(y, n_samples=counts).sampling_strategy_ == {0: 200, 1: 100}
    many = dict.fromkeys(range(1100), np.int64(2**53))
    with pytest.raises(ValueError, match=f"at most 2\\*\\*53 draws, got {1100 * 2**53}"):
        fitted(np.arange(1100), n_samples=many)


@needs_torch
def test_states_tell_factors_that_an_epoch_does_not_show():
    def at(factor):
        return fitted(
            n_samples=20, strength=lambda epoch: float(epoch), class_weight={"eggs": factor}
        )

    assert at(1.0).sampling_strategy_ == at(1.3).sampling_strategy_
    with pytest.raises(ValueError, match=r"other parameters or another seed"):
        at(1.3).to_torch_sampler().load_state_dict(at(1.0).to_torch_sampler().state_dict())


def test_a_subclass_may_take_what_this_class_answers():
    class Focused(InverseFrequencySampler):
        def __init__(self, focus, sampling_strategy="none", **parameters):
            super().__init__(**parameters)
            self.focus, self.strategy = focus, sampling_strategy

    assert Focused(3, sampling_strategy="mine").strategy == "mine"


def test_the_display_shows_the_draws():
    display = ClassBalanceDisplay.from_sampler(fitted(n_samples={"eggs": 40}))
    assert display.resampled_counts.tolist() == [40, 80, 15]


def test_the_loader_takes_both():
    y = torch.tensor([0] * 90 + [1] * 10)
    data = torch.utils.data.TensorDataset(torch.arange(100), y)
    loader = BalancedDataLoader(data, batch_size=10, class_weight={1: 1 / 3}, n_samples=40)
    assert Counter(int(label) for _, labels in loader for label in labels) == {0: 30, 1: 10}
    loader = BalancedDataLoader(data, batch_size=10, n_samples={0: 20})
    assert Counter(int(label) for _, labels in loader for label in labels) == {0: 20, 1: 10}


def test_a_grid_searches_a_list_of_dicts():
    X, y = make_classification(300, weights=[0.9], flip_y=0.1, random_state=0)
    model = make_pipeline(InverseFrequencySampler(random_state=0), LogisticRegression())
    grid = {"inversefrequencysampler__class_weight": [None, {0: 9}, {1: 2.0}]}
    search = GridSearchCV(model, grid, scoring="balanced_accuracy", error_score="raise").fit(X, y)
    assert len(set(search.cv_results_["mean_test_score"].tolist())) > 1


def test_parameters_are_kept_as_given_by_clones_and_pickles():
    sampler = InverseFrequencySampler(class_weight={"ham": 3}, n_samples=30)
    assert clone(sampler).get_params() == sampler.get_params()
    again = pickle.loads(pickle.dumps(fitted(class_weight={"ham": 3})))
    assert again.draw(5).tolist() == fitted(class_weight={"ham": 3}).draw(5).tolist()


def test_counts_are_those_of_imbalanced_learn_over_and_under_at_once():
    sampler = fitted(n_samples={"eggs": 40, "ham": 30})
    assert sampler.sampling_strategy_ == {"eggs": 40, "ham": 30, "spam": 15} == drawn(sampler)
    _, over = RandomOverSampler(sampling_strategy={"eggs": 40}).fit_resample(Y[:, None], Y)
    assert drawn(fitted(n_samples={"eggs": 40})) == Counter(over.tolist())
    _, under = RandomUnderSampler(sampling_strategy={"ham": 30}).fit_resample(Y[:, None], Y)
    assert drawn(fitted(n_samples={"ham": 30})) == Counter(under.tolist())


@pytest.mark.parametrize("name", ["class_weight", "n_samples"])
def test_labels_that_a_fold_misses_are_let_pass_unless_all_are_missing(name):
    given = {"ham": 40, "bacon": 7}
    assert (
        fitted(**{name: given}).sampling_strategy_
        == fitted(**{name: {"ham": 40}}).sampling_strategy_
    )
    with pytest.raises(
        ValueError,
        match=rf"{name} must name labels of y, got none of them: it names 'bacon', 1, y holds "
        "'eggs', 'ham', 'spam'",
    ):
        fitted(**{name: {"bacon": 7, 1: 2}})


@pytest.mark.parametrize(
    "beside", [{"strength": 0.5}, {"strength": lambda _: 1.0}, {"class_weight": {"ham": 2}}]
)
def test_counts_leave_strength_and_class_weight_nothing_to_decide(beside):
    with pytest.raises(ValueError, match="n_samples as a dict says how often each class is drawn"):
        fitted(n_samples={"ham": 30}, **beside)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"class_weight": "balanced"}, TypeError, "class_weight must be a dict .* got 'balanced'"),
        ({"class_weight": [1, 2, 3]}, TypeError, r"class_weight must be a dict .* got \[1, 2, 3\]"),
        (
            {"class_weight": 3},
            TypeError,
            "class_weight must be a dict from label to factor, .* got 3",
        ),
        (
            {"class_weight": {"ham": 0}},
            ValueError,
            r"class_weight\['ham'\] must be .* above 0, got 0",
        ),
        (
            {"class_weight": {"ham": -1.5}},
            ValueError,
            r"class_weight\['ham'\] must be .* got -1\.5",
        ),
        ({"class_weight": {"ham": float("nan")}}, ValueError, r"above 0, got nan"),
        ({"class_weight": {"ham": float("inf")}}, ValueError, r"a finite number above 0, got inf"),
        ({"class_weight": {"ham": 10**400}}, ValueError, r"a finite number above 0, got 1000"),
        ({"class_weight": {"ham": "3"}}, TypeError, r"class_weight\['ham'\] must be .* got '3'"),
        ({"class_weight": {"ham": True}}, TypeError, r"class_weight\['ham'\] must be .* got True"),
        (
            {"class_weight": lambda n: n[:2]},
            ValueError,
            r"one factor for each of the 3 classes, got",
        ),
        (
            {"class_weight": lambda _: 1.0},
            ValueError,
            r"one factor for each of the 3 classes, got 1\.0",
        ),
        ({"class_weight": lambda n: n - 5}, ValueError, r"of 'eggs' must be .* above 0, got 0"),
        ({"class_weight": lambda n: n * np.nan}, ValueError, r"of 'eggs' must be .* got nan"),
        ({"class_weight": lambda _: list("abc")}, ValueError, r"one factor for each .* got \['a'"),
        (
            {"n_samples": {"ham": 0}},
            ValueError,
            r"n_samples\['ham'\] must be an int from 1 on, got 0",
        ),
        ({"n_samples": {"ham": 2.0}}, TypeError, r"n_samples\['ham'\] must be an int .* got 2\.0"),
        ({"n_samples": {"ham": True}}, TypeError, r"n_samples\['ham'\] must be an int .* got True"),
        (
            {"n_samples": {"ham": 2**60}},
            ValueError,
            r"n_samples\['ham'\] must be an int .* got 11529",
        ),
        ({"n_samples": dict.fromkeys(COUNTS, 2**53)}, ValueError, r"sum to at most 2\*\*53 draws"),
        ({"n_samples": {"ham": None}}, TypeError, r"n_samples\['ham'\] must be an int .* got None"),
    ],
)
def test_bad_factors_and_counts_are_refused(parameters, error, message):
    for make in InverseFrequencySampler, DaskSampler:
        y = Y if make is InverseFrequencySampler else da.from_array(Y, chunks=30)
        with pytest.raises(error, match=message):
            make(**parameters).fit(None, y)
    with pytest.raises(error, match=message):
        BalancedDataLoader(
            torch.utils.data.TensorDataset(torch.arange(100)), labels=Y, **parameters
        )


@pytest.mark.parametrize(
    ("strategy", "instead"),
    [
        ({1: 500}, r"give it n_samples=\{1: 500\}"),
        (0.5, r"give it class_weight=\{rare: 0\.5\} with n_samples='over' or 'under'"),
        ("auto", "n_samples='over' .* or 'under'"),
        ("all", "n_samples='over' .* or 'under'"),
        ("not majority", "'over' .* or .*rows of the smallest class} for all .* but the largest"),
        ("not minority", "'under' .* or .*rows of the largest class} for all .* but the smallest"),
        ("minority", "n_samples={label of the smallest class: number of rows of the largest}"),
        ("majority", "n_samples={label of the largest class: number of rows of the smallest}"),
        (lambda y: Counter(y), r"n_samples=strategy\(y\)"),
        (None, "give it n_samples, strength or class_weight"),
    ],
)
def test_a_sampling_strategy_is_answered_with_the_way_to_say_it_here(strategy, instead):
    message = rf"InverseFrequencySampler has no parameter sampling_strategy\. .*{instead}"
    for make in InverseFrequencySampler, DaskSampler:
        with pytest.raises(TypeError, match=message):
            make(sampling_strategy=strategy)
        with pytest.raises(ValueError, match=message):
            make().set_params(sampling_strategy=strategy)


def test_arguments_are_keywords_and_are_shown_as_such():
    with pytest.raises(TypeError, match=r"InverseFrequencySampler takes keyword arguments .* 0\.5"):
        InverseFrequencySampler(0.5)

    class WithMore(InverseFrequencySampler):
        def __init__(self, *, more=0, **parameters):
            super().__init__(**parameters)
            self.more = more

    assert list(inspect.signature(WithMore).parameters) == ["more", "parameters"]
    assert WithMore(more=1, class_weight={"ham": 3}).fit(None, Y).sampling_strategy_["ham"] == 60
    shown = inspect.signature(InverseFrequencySampler).parameters
    assert list(shown) == list(inspect.signature(InverseFrequencySampler.__init__).parameters)[1:]
    assert "sampling_strategy" not in shown
    assert "Not a parameter" in InverseFrequencySampler.sampling_strategy.__doc__
    assert InverseFrequencySampler().sampling_strategy == "auto"
