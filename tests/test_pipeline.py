"""The sampler where scikit-learn users use it."""

import numpy as np
import pandas as pd
import pytest
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.pipeline import Pipeline, make_pipeline
from sklearn.compose import make_column_transformer
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV, KFold, StratifiedKFold, cross_val_score
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbalance import InverseFrequencySampler

X, Y = make_classification(
    n_samples=600, weights=[0.95], flip_y=0.02, class_sep=0.8, random_state=0
)


def pipeline(**parameters):
    return Pipeline(
        [
            ("scale", StandardScaler()),
            ("balance", InverseFrequencySampler(random_state=0, **parameters)),
            ("model", LogisticRegression()),
        ]
    )


def test_a_pipeline_trains_on_the_resampled_rows():
    by_hand = LogisticRegression().fit(
        *InverseFrequencySampler(random_state=0).fit_resample(StandardScaler().fit_transform(X), Y)
    )
    in_pipeline = pipeline().fit(X, Y)
    assert np.allclose(in_pipeline[-1].coef_, by_hand.coef_)
    plain = LogisticRegression().fit(StandardScaler().fit_transform(X), Y)
    assert recall_score(Y, in_pipeline.predict(X)) > recall_score(
        Y, plain.predict(StandardScaler().fit_transform(X))
    )


def test_predict_never_resamples():
    fitted = pipeline(n_samples="under").fit(X, Y)
    assert len(fitted.predict(X[:7])) == 7
    assert np.allclose(fitted.predict_proba(X), fitted[-1].predict_proba(fitted[0].transform(X)))


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_grid_searches_strength_and_n_samples(jobs):
    grid = {
        "balance__strength": [0, 0.5, 1.0, 1.5],
        "balance__n_samples": [None, 0.5, 200, "over", "under"],
    }
    search = GridSearchCV(
        pipeline(), grid, scoring="balanced_accuracy", cv=3, error_score="raise", n_jobs=jobs
    ).fit(X, Y)
    by_strength = (
        pd.DataFrame(search.cv_results_)
        .groupby("param_balance__strength")["mean_test_score"]
        .mean()
    )
    assert by_strength[1.0] > by_strength[0]


def test_a_class_that_a_fold_misses_is_no_error():
    y = np.array(
        ["a"] * 20 + ["b"] * 20 + ["c"] * 10
    )  # unshuffled folds: the last one takes all of "c"
    X = np.random.default_rng(0).normal(size=(50, 3)) + np.repeat([0, 2, 4], [20, 20, 10])[:, None]
    folds = KFold(5)
    assert any("c" not in y[train] for train, _ in folds.split(X))
    search = GridSearchCV(
        pipeline(),
        {"balance__n_samples": [None, 12, 0.9, "over", "under"]},
        cv=folds,
        error_score="raise",
    )
    assert set(search.fit(X, y).classes_) == {"a", "b", "c"}


def test_a_class_with_a_single_row_in_a_fold_is_no_error():
    y = np.array([0] * 40 + [1] * 2)
    X = np.random.default_rng(0).normal(size=(42, 3))
    assert all((y[train] == 1).sum() == 1 for train, _ in StratifiedKFold(2).split(X, y))
    search = GridSearchCV(
        pipeline(),
        {"balance__n_samples": [None, 12, "over", "under"]},
        cv=2,
        error_score="raise",
        scoring="accuracy",
    )
    search.fit(X, y)


def test_frames_with_categories_and_texts_pass_through():
    frame = pd.DataFrame({"kind": pd.Categorical(["x", "y"] * 30), "size": np.arange(60.0)})
    y = pd.Series(["common"] * 50 + ["rare"] * 10)
    model = make_pipeline(
        InverseFrequencySampler(random_state=0),
        make_column_transformer((OneHotEncoder(), ["kind"]), remainder="passthrough"),
        LogisticRegression(),
    )
    assert cross_val_score(model, frame, y, cv=3, error_score="raise").shape == (3,)
    texts = ["good day"] * 50 + ["bad night"] * 10
    model = make_pipeline(
        InverseFrequencySampler(random_state=0), TfidfVectorizer(), LogisticRegression()
    )
    assert model.fit(texts, y).score(texts, y) == 1.0


def test_set_output_of_a_pipeline_passes_the_sampler_by():
    frame = pd.DataFrame(X)
    frame.columns = [f"x{i}" for i in range(X.shape[1])]
    model = pipeline().set_output(transform="pandas").fit(frame, Y)
    assert model[-1].feature_names_in_.tolist() == frame.columns.tolist()


def test_sample_weights_of_a_pipeline_are_not_resampled_but_sample_indices_align_them():
    # The pitfall that the README tells of: the step after the sampler gets weights in the order of
    # the original rows.
    weights = np.where(Y == 1, 5.0, 1.0)
    sampler = InverseFrequencySampler(random_state=0)
    _, y_res = sampler.fit_resample(X, Y)
    assert len(y_res) == len(weights)  # so nothing fails where they are handed over as they are
    aligned = weights[sampler.sample_indices_]
    assert np.array_equal(aligned, np.where(y_res == 1, 5.0, 1.0))
    assert not np.array_equal(weights, aligned)


def test_each_member_of_a_bagging_classifier_has_draws_and_a_seed_of_its_own():
    bagging = BalancedBaggingClassifier(
        sampler=InverseFrequencySampler(n_samples="under"), n_estimators=4, random_state=0
    ).fit(X, Y)
    samplers = [member.named_steps["sampler"] for member in bagging.estimators_]
    assert all(len(set(sampler.sampling_strategy_.values())) == 1 for sampler in samplers)
    assert len({tuple(sampler.sample_indices_) for sampler in samplers}) == 4
