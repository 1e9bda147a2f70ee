"""PriorCorrectedClassifier where scikit-learn users use it."""

import dask.array as da
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from imblearn.combine import SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.under_sampling import (
    ClusterCentroids,
    EditedNearestNeighbours,
    NearMiss,
    RandomUnderSampler,
    TomekLinks,
)
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import make_classification
from sklearn.decomposition import PCA
from sklearn.ensemble import BaggingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import balanced_accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from skbalance import InverseFrequencySampler, PriorCorrectedClassifier

X, Y = make_classification(4000, n_informative=4, weights=[0.93], flip_y=0.02, random_state=0)
X, X_TEST, Y, Y_TEST = train_test_split(X, Y, stratify=Y, random_state=0)
SEEDED = InverseFrequencySampler(random_state=0)


def model(**parameters):
    return PriorCorrectedClassifier(LogisticRegression(), **{"sampler": SEEDED, **parameters})


@parametrize_with_checks(
    [
        model(),
        model(predict_prior="original"),
        PriorCorrectedClassifier(
            DecisionTreeClassifier(random_state=0), sampler=RandomOverSampler(random_state=0)
        ),
    ]
)
def test_it_is_a_classifier_of_scikit_learn(estimator, check):
    check(estimator)


def test_probabilities_are_those_of_the_sampler_s_correction():
    fitted = model().fit(X, Y)
    sampler = clone(SEEDED)
    by_hand = LogisticRegression().fit(*sampler.fit_resample(X, Y))
    assert np.allclose(
        fitted.predict_proba(X_TEST), sampler.correct_proba(by_hand.predict_proba(X_TEST))
    )
    assert np.allclose(fitted.log_prior_shift_, sampler.log_prior_shift_)
    assert np.allclose(fitted.predict_log_proba(X_TEST), np.log(fitted.predict_proba(X_TEST)))


@pytest.mark.parametrize(
    "sampler",
    [
        SEEDED,
        RandomOverSampler(random_state=0),
        RandomUnderSampler(random_state=0),
    ],
)
def test_it_corrects_samplers_that_pick_rows_at_random(sampler):
    fitted = model(sampler=sampler).fit(X, Y)
    plain = log_loss(Y_TEST, LogisticRegression().fit(X, Y).predict_proba(X_TEST))
    assert log_loss(Y_TEST, fitted.predict_proba(X_TEST)) < 1.1 * plain
    assert log_loss(Y_TEST, fitted.estimator_.predict_proba(X_TEST)) > 1.4 * plain


@pytest.mark.parametrize(
    ("sampler", "seen"),
    [
        (SMOTE(random_state=0), "SMOTE makes new rows"),
        (ADASYN(random_state=0), "ADASYN makes new rows"),
        (SMOTETomek(random_state=0), "SMOTETomek makes new rows"),
        (ClusterCentroids(random_state=0), "ClusterCentroids makes new rows"),
        (RandomOverSampler(shrinkage=1, random_state=0), "RandomOverSampler makes new rows"),
        (TomekLinks(), "TomekLinks picks rows by what their neighbours"),
        (EditedNearestNeighbours(), "EditedNearestNeighbours picks rows by what their neighbours"),
        (NearMiss(), "NearMiss picks rows by what their neighbours"),
    ],
    ids=str,
)
def test_samplers_that_change_the_rows_of_a_class_are_warned_of(sampler, seen):
    with pytest.warns(UserWarning, match=f"^{seen}.* RandomUnderSampler pick rows of a class at "):
        fitted = model(sampler=sampler).fit(X[:600], Y[:600])
    assert np.allclose(fitted.predict_proba(X_TEST).sum(axis=1), 1)


class Picking(BaseEstimator):
    """A sampler of one's own, which says what it picks."""

    def fit_resample(self, X, y):
        self.sample_indices_ = np.flatnonzero((y == 1) | (np.arange(len(y)) % 9 == 0))
        return X[self.sample_indices_], y[self.sample_indices_]


def test_a_sampler_of_one_s_own_that_says_what_it_picks_is_not_warned_of():
    fitted = model(sampler=Picking()).fit(X, Y)
    assert abs(fitted.predict_proba(X_TEST)[:, 1].mean() - Y.mean()) < 0.03


def test_rows_between_the_two_priors_are_predicted_rare_though_more_likely_common():
    fitted = model().fit(X, Y)
    differs = fitted.predict(X_TEST) != fitted.predict_proba(X_TEST).argmax(axis=1)
    rare = fitted.predict_proba(X_TEST)[differs, 1]
    assert differs.mean() > 0.05
    assert (fitted.predict(X_TEST)[differs] == 1).all()
    assert rare.max() < 0.5
    assert rare.min() == pytest.approx(Y.mean(), abs=0.01)


def test_predict_follows_the_prior_that_was_asked_for():
    resampled, original = model().fit(X, Y), model(predict_prior="original").fit(X, Y)
    assert np.array_equal(resampled.predict(X_TEST), resampled.estimator_.predict(X_TEST))
    assert np.array_equal(original.predict(X_TEST), original.predict_proba(X_TEST).argmax(axis=1))
    assert (
        balanced_accuracy_score(Y_TEST, resampled.predict(X_TEST))
        > balanced_accuracy_score(Y_TEST, original.predict(X_TEST)) + 0.1
    )
    assert original.score(X_TEST, Y_TEST) > resampled.score(X_TEST, Y_TEST)


def test_a_grid_searches_strength_and_the_classifier_s_parameters():
    pipeline = make_pipeline(StandardScaler(), model())
    name = "priorcorrectedclassifier__"
    grid = {
        f"{name}sampler__strength": [0, 1],
        f"{name}estimator__C": [0.1, 1],
        f"{name}predict_prior": ["resampled", "original"],
    }
    search = GridSearchCV(
        pipeline, grid, scoring="balanced_accuracy", cv=3, error_score="raise"
    ).fit(X, Y)
    assert search.best_params_[f"{name}sampler__strength"] == 1
    assert search.best_params_[f"{name}predict_prior"] == "resampled"


def test_a_calibration_display_takes_it():
    display = CalibrationDisplay.from_estimator(
        model().fit(X, Y), X_TEST, Y_TEST, n_bins=5, strategy="quantile"
    )
    assert np.abs(display.prob_true - display.prob_pred).max() < 0.1
    plt.close(display.figure_)


def test_frames_keep_their_names_and_labels_may_be_texts():
    frame, labels = (
        pd.DataFrame(X, columns=[f"x{i}" for i in range(X.shape[1])]),
        np.array(["no", "yes"])[Y],
    )
    fitted = model().fit(frame, pd.Series(labels))
    assert fitted.classes_.tolist() == ["no", "yes"]
    assert fitted.feature_names_in_.tolist() == list(frame)
    assert set(fitted.predict(frame)) == {"no", "yes"}
    fitted.fit(X, Y)
    assert not hasattr(fitted, "feature_names_in_")


@pytest.mark.parametrize("labels", [np.array([1, 2, 3]), np.array(["a", "b", "c"])])
def test_the_sampler_sees_the_labels_as_they_are(labels):
    y = labels[np.arange(300) % 10 // 5 + (np.arange(300) % 30 == 5)]
    counts = np.unique(y, return_counts=True)[1]
    sampler = RandomOverSampler(sampling_strategy={labels[1]: 400}, random_state=0)
    fitted = model(sampler=sampler).fit(X[:300], y)
    resampled = np.array([counts[0], 400, counts[2]])
    assert np.allclose(
        fitted.log_prior_shift_, np.log(counts / counts.sum()) - np.log(resampled / resampled.sum())
    )
    assert set(fitted.sampler_.sampling_strategy) == {labels[1]}
    assert set(fitted.predict(X)) <= set(labels)


def test_without_probabilities_there_are_still_predictions_and_scores():
    fitted = PriorCorrectedClassifier(LinearSVC(), sampler=SEEDED).fit(X, Y)
    assert set(fitted.predict(X_TEST)) == {0, 1}
    assert not hasattr(fitted, "predict_proba")
    assert not hasattr(fitted, "predict_log_proba")
    assert np.array_equal(fitted.decision_function(X_TEST) > 0, fitted.predict(X_TEST) == 1)
    assert roc_auc_score(Y_TEST, fitted.decision_function(X_TEST)) > 0.7
    assert not hasattr(
        model().fit(X, Y), "decision_function"
    )  # it would rank by the resampled prior
    fitted.estimator = LogisticRegression()  # only the next fit makes use of it
    assert not hasattr(fitted, "predict_proba")


def test_rows_that_a_classifier_gives_no_probability_keep_none():
    class Undecided(DecisionTreeClassifier):
        def predict_proba(self, X):
            return super().predict_proba(X) * (np.arange(len(X)) > 0)[:, None]

    proba = PriorCorrectedClassifier(Undecided(), sampler=SEEDED).fit(X, Y).predict_proba(X_TEST)
    assert proba[0].tolist() == [0, 0]
    assert np.allclose(proba[1:].sum(axis=1), 1)


def test_a_fit_that_fails_leaves_what_was_fitted():
    fitted = model().fit(X, Y)
    before = fitted.predict_proba(X_TEST)
    with pytest.raises(ValueError, match="NaN"):
        fitted.fit(np.full_like(X, np.nan)[:, :3], Y)
    assert np.array_equal(fitted.predict_proba(X_TEST), before)
    assert fitted.sampler_.n_features_in_ == X.shape[1]


def test_it_takes_a_sampler_of_its_own():
    assert isinstance(
        PriorCorrectedClassifier(LogisticRegression()).fit(X, Y).sampler_, InverseFrequencySampler
    )


@pytest.mark.parametrize(
    "estimator",
    [
        LogisticRegression(),
        make_pipeline(StandardScaler(), DecisionTreeClassifier(max_depth=3)),
    ],
)
def test_its_own_sampler_is_seeded_where_the_estimator_is(estimator):
    seeded = BaggingClassifier(PriorCorrectedClassifier(estimator), 3, random_state=0)
    first, second = (clone(seeded).fit(X, Y) for _ in range(2))
    assert np.array_equal(first.predict_proba(X_TEST), second.predict_proba(X_TEST))
    draws = [member.sampler_.draw().tolist() for member in first.estimators_]
    assert draws[0] != draws[1]


def test_its_own_sampler_takes_the_first_seed_by_name():
    # One of several, and the same one in every release.
    two = make_pipeline(PCA(random_state=1), LogisticRegression(random_state=2))
    assert PriorCorrectedClassifier(two).fit(X, Y).sampler_.random_state == 2


def test_its_own_sampler_draws_anew_where_no_seed_is_given():
    unseeded = PriorCorrectedClassifier(LogisticRegression())
    draws = [unseeded.fit(X, Y).sampler_.draw().tolist() for _ in range(2)]
    assert draws[0] != draws[1]


def test_labels_that_samplers_take_otherwise_are_classes():
    minus_one = model().fit(X, np.where(Y == 1, 1, -1))
    assert minus_one.classes_.tolist() == [-1, 1]
    floats = model().fit(X, Y.astype(float))
    assert floats.classes_.tolist() == [0.0, 1.0]
    assert floats.predict(X_TEST).dtype == np.float64
    with pytest.raises(ValueError, match="Unknown label type: continuous"):
        model().fit(X, Y + 0.5)


class Dropping(BaseEstimator):
    def fit_resample(self, X, y):
        return X[y == 0], y[y == 0]


def test_what_cannot_be_corrected_is_refused():
    with pytest.raises(
        ValueError, match="predict_prior must be 'resampled' or 'original', got 'both'"
    ):
        model(predict_prior="both").fit(X, Y)
    with pytest.raises(
        ValueError, match=r"the sampler must keep rows of every class, but it left none of \[1\]"
    ):
        model(sampler=Dropping()).fit(X, Y)
    with pytest.raises(TypeError, match="sampler must have a method fit_resample, got 3"):
        model(sampler=3).fit(X, Y)
    with pytest.raises(
        ValueError, match=r"not of a kernel between rows, .* got SVC\(kernel='precomputed'\)"
    ):
        PriorCorrectedClassifier(SVC(kernel="precomputed")).fit(X[:50] @ X[:50].T, Y[:50])
    with pytest.raises(NotFittedError):
        model().predict(X)


def test_probabilities_that_the_estimator_lacks_cannot_decide():
    fitted = model(predict_prior="original").fit(X, Y)
    for without in PriorCorrectedClassifier(LinearSVC(), predict_prior="original"), fitted:
        without.estimator = LinearSVC()
        with pytest.raises(
            ValueError,
            match="predict_prior='original' needs an estimator with predict_proba, got LinearSVC",
        ):
            without.fit(X, Y)


@pytest.mark.parametrize(
    ("estimator", "seen"),
    [
        (LinearRegression(), r"LinearRegression\(\)"),
        (None, "None"),
        ("lr", "'lr'"),
        (LogisticRegression, "<class .*LogisticRegression'>"),
    ],
    ids=str,
)
def test_what_is_no_classifier_is_shown_and_refused(estimator, seen):
    wrong = PriorCorrectedClassifier(estimator)
    with pytest.raises(TypeError, match=f"estimator must be a classifier, got {seen}"):
        wrong.fit(X, Y)
    # What scikit-learn asks of a model before fit, for one to show it in a notebook.
    assert is_classifier(wrong)
    assert "PriorCorrectedClassifier" in wrong._repr_html_()
    assert hasattr(wrong, "predict_proba") == hasattr(estimator, "predict_proba")
    assert not hasattr(wrong, "decision_function")


def test_dask_collections_are_refused_with_the_way_out():
    lazy_X, lazy_y = da.from_array(X, chunks=1000), da.from_array(Y, chunks=1000)
    for name, rows, labels in ("X", lazy_X, Y), ("y", X, lazy_y):
        with pytest.raises(
            TypeError,
            match=rf"{name} is a dask collection \(Array\), .* "
            r"resample with skbalance\.dask\.InverseFrequencySampler",
        ):
            model().fit(rows, labels)
