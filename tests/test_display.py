"""Pictures that hold what they show, for few classes and for many."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from imblearn.pipeline import make_pipeline
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

from skbalance import ClassBalanceDisplay, InverseFrequencySampler, StrengthCurveDisplay

Y = np.array(["common"] * 90 + ["rare"] * 10)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


def heights(display):
    return [[bar.get_height() for bar in container] for container in display.ax_.containers]


def test_bars_are_the_counts_before_and_after():
    display = ClassBalanceDisplay.from_sampler(fitted())
    assert heights(display) == [[90, 10], [50, 50]]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["common", "rare"]
    assert [text.get_text() for text in display.ax_.get_legend().get_texts()] == ["before", "after"]
    assert [text.get_text() for text in display.ax_.texts] == ["90", "10", "50", "50"]
    assert display.figure_ is display.ax_.figure


def test_bars_are_how_often_a_row_is_drawn():
    display = ClassBalanceDisplay.from_sampler(fitted(), quantity="draws_per_row")
    assert np.allclose(heights(display), [[50 / 90, 5]])
    assert display.ax_.get_ylabel() == "draws of a row"


def test_labels_of_any_resampler_are_shown():
    sampler = fitted(n_samples="over")
    display = ClassBalanceDisplay.from_labels(Y, Y[sampler.draw()])
    assert heights(display) == [[90, 10], [90, 90]]
    assert display.classes.tolist() == ["common", "rare"]
    assert heights(ClassBalanceDisplay.from_labels(Y, Y[:90])) == [[90, 10], [90, 0]]


def test_many_classes_are_curves_by_rank():
    y = np.repeat(np.arange(1000), np.geomspace(2, 3000, 1000).astype(int))
    sampler = fitted(y)
    display = ClassBalanceDisplay.from_sampler(sampler)
    before, after = display.ax_.lines
    assert np.array_equal(before.get_ydata(), np.sort(sampler.class_counts_)[::-1])
    assert np.array_equal(after.get_ydata(), np.array(list(sampler.sampling_strategy_.values()))[::-1])
    assert display.ax_.get_yscale() == "log"
    assert len(display.ax_.get_xticklabels()) < 20
    assert "of 1,000" in display.ax_.get_xlabel()


def test_axes_may_be_given_and_plots_be_repeated():
    _, axes = plt.subplots(1, 2)
    display = ClassBalanceDisplay.from_sampler(fitted(), ax=axes[0])
    assert display.ax_ is axes[0]
    assert display.plot(axes[1], quantity="draws_per_row") is display
    assert display.ax_ is axes[1]


def test_an_epoch_is_shown_as_it_is_drawn():
    sampler = fitted(strength=lambda epoch: float(epoch))
    assert heights(ClassBalanceDisplay.from_sampler(sampler)) == [[90, 10], [90, 10]]
    assert heights(ClassBalanceDisplay.from_sampler(sampler, epoch=1)) == [[90, 10], [50, 50]]


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(ValueError, match="quantity must be 'rows' or 'draws_per_row', got 'counts'"):
        ClassBalanceDisplay.from_sampler(fitted(), quantity="counts")
    with pytest.raises(NotFittedError):
        ClassBalanceDisplay.from_sampler(InverseFrequencySampler())
    with pytest.raises(TypeError, match="sampler must be an InverseFrequencySampler, got LogisticRegression"):
        ClassBalanceDisplay.from_sampler(LogisticRegression())
    with pytest.raises(ValueError, match="y must hold the labels of y_resampled, got none with label 'new'"):
        ClassBalanceDisplay.from_labels(Y, [*Y, "new"])
    with pytest.raises(ValueError, match="must have one entry a class, got 2, 2 and 1"):
        ClassBalanceDisplay(classes=[0, 1], counts=[1, 2], resampled_counts=[3])
    with pytest.raises(ValueError, match="every class must have rows before, got none of 1"):
        ClassBalanceDisplay(classes=[0, 1], counts=[1, 0], resampled_counts=[3, 3])


NAME = "inversefrequencysampler__strength"


@pytest.fixture(scope="module")
def search():
    X, y = make_classification(300, weights=[0.9], random_state=0)
    model = make_pipeline(InverseFrequencySampler(random_state=0), LogisticRegression())
    grid = {NAME: [1, 0, 0.5], "logisticregression__C": [0.01, 1]}
    return GridSearchCV(model, grid, scoring="balanced_accuracy").fit(X, y)


def test_the_curve_holds_the_best_candidate_of_each_strength(search):
    display = StrengthCurveDisplay.from_search(search)
    assert display.strengths.tolist() == [0, 0.5, 1]
    results = search.cv_results_
    for strength, mean, std in zip(display.strengths, display.mean_scores, display.std_scores, strict=True):
        some = np.flatnonzero(results[f"param_{NAME}"] == strength)
        best = some[np.argmax(results["mean_test_score"][some])]
        assert (mean, std) == (results["mean_test_score"][best], results["std_test_score"][best])
    (line,) = display.ax_.lines
    assert np.array_equal(line.get_ydata(), display.mean_scores)
    assert display.ax_.get_ylabel() == "balanced accuracy"
    assert display.ax_.get_xlabel() == "strength"


def test_axes_and_parameter_may_be_given(search):
    _, ax = plt.subplots()
    assert StrengthCurveDisplay.from_search(search, parameter=NAME, ax=ax).ax_ is ax


def test_one_of_several_metrics_is_chosen(search):
    X, y = make_classification(100, weights=[0.9], random_state=0)
    several = GridSearchCV(search.estimator, {NAME: [0, 1]}, scoring=["accuracy", "roc_auc"], refit=False).fit(X, y)
    display = StrengthCurveDisplay.from_search(several, metric="roc_auc")
    assert display.mean_scores.tolist() == several.cv_results_["mean_test_roc_auc"].tolist()
    assert display.score_name == "roc auc"
    with pytest.raises(ValueError, match=r"metric must say which of \['accuracy', 'roc_auc'\] to plot, got None"):
        StrengthCurveDisplay.from_search(several)


def test_searches_without_a_curve_are_refused(search):
    X, y = make_classification(100, random_state=0)
    with pytest.raises(NotFittedError):
        StrengthCurveDisplay.from_search(GridSearchCV(search.estimator, {}))
    other = GridSearchCV(LogisticRegression(), {"C": [1, 2]}).fit(X, y)
    with pytest.raises(ValueError, match=r"parameter must say which of \['C'\] to plot, got None"):
        StrengthCurveDisplay.from_search(other)
    with pytest.raises(ValueError, match=r"parameter must be one of the search's \['C'\], got 'D'"):
        StrengthCurveDisplay.from_search(other, parameter="D")
    functions = GridSearchCV(search.estimator, {NAME: [lambda epoch: 0.5 + 0 * epoch]}).fit(X, y)
    with pytest.raises(TypeError, match="strengths must be numbers to be plotted, got <function"):
        StrengthCurveDisplay.from_search(functions)
