"""What the sampler for dask cannot use is refused, with what was seen and in which partition."""

import re

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed
from sklearn.exceptions import NotFittedError

import skbalance

from .dask_tables import (
    FRAME,
    Y,
    as_arrays,
    as_frames,
    in_frames,
    seeded,
    synchronous,  # noqa: F401  # a fixture that every test here uses
)

X_LAZY, Y_LAZY = as_arrays(Y, [50, 50])
FRAME_LAZY = dd.from_pandas(FRAME, npartitions=2)
# Labels that fail a test which computes them.
UNREAD = Y_LAZY.map_blocks(pytest.fail, dtype=Y.dtype, meta=Y[:0])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"strength": -1}, "strength must be a real number >= 0, got -1"),
        ({"n_samples": 2}, "must leave each of the 3 classes a draw, got n_samples=2"),
    ],
)
def test_wrong_parameters_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        seeded(**parameters).fit(X_LAZY, Y_LAZY)


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        (X_LAZY, None, ValueError, "requires y to be passed, but the target y is None"),
        (X_LAZY, Y, TypeError, "y must be a dask DataFrame, Series or array, got ndarray"),
        (None, FRAME_LAZY.index, TypeError, "y must be a dask .*, got Index"),
        (FRAME, Y_LAZY, TypeError, "X must be a dask DataFrame, Series or array, got DataFrame"),
        (X_LAZY[:0, 0].sum(), Y_LAZY, ValueError, r"X must have rows .* of shape \(\)"),
        (X_LAZY[:, :0], Y_LAZY, ValueError, r"X must have rows and columns, .* \(100, 0\)"),
        (FRAME_LAZY[[]], Y_LAZY, ValueError, "X must have columns, got a frame without"),
    ],
)
def test_what_is_no_collection_of_rows_is_refused(X, y, error, message):
    with pytest.raises(error, match=message):
        seeded().fit(X, y)


@pytest.mark.parametrize(
    ("parameters", "sample_weight", "message"),
    [
        ({"replacement": True}, None, "replacement must be False for dask collections, got True"),
        ({}, X_LAZY[:, 0], "sample_weight must be None for dask collections, got Array"),
        ({}, np.ones(100), "sample_weight must be None for dask collections, got ndarray"),
        (
            {"target_type": "multilabel"},
            None,
            "target_type must be 'class' for dask collections, got 'multilabel'",
        ),
        (
            {"target_type": "continuous", "bins": "fd"},
            None,
            "target_type must be 'class' for dask collections, got 'continuous'",
        ),
    ],
)
def test_what_only_the_sampler_in_memory_takes_is_refused_unseen(
    parameters, sample_weight, message
):
    way_out = (
        ": skbalance.InverseFrequencySampler takes it, in memory. Of a table it needs the labels "
        "alone, fit(None, y.compute(), ...), and draw() gives the numbers of the rows."
    )
    for fit in seeded(**parameters).fit, seeded(**parameters).fit_resample:
        with pytest.raises(ValueError, match=re.escape(message + way_out)):
            fit(X_LAZY, UNREAD, sample_weight)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"bins": 5}, "bins=5 has no effect unless target_type='continuous'"),
        ({"group_strength": 0.5}, "group_strength=0.5 has no effect without groups"),
    ],
)
def test_parameters_that_have_nothing_to_decide_are_refused_unseen(parameters, message):
    with pytest.raises(ValueError, match=message):
        seeded(**parameters).fit(X_LAZY, UNREAD)


HINT = "Take both as frames from one table and make arrays of the results, or give one the other's"


@pytest.mark.parametrize(
    ("X", "y", "seen"),
    [
        (X_LAZY.rechunk(20), Y_LAZY, "5 and 2 partitions"),
        (X_LAZY.rechunk({0: (51, 49)}), Y_LAZY, r"partitions \(51, 49\) and \(50, 50\)"),
        (
            FRAME_LAZY,
            dd.from_pandas(FRAME, npartitions=5).repartition(divisions=[1000, 1010, 1099])["text"],
            r"partitions \(1000, 1050, 1099\) and \(1000, 1010, 1099\)",
        ),
    ],
)
def test_collections_that_are_not_partitioned_alike_are_refused(X, y, seen):
    with pytest.raises(ValueError, match=rf"partitioned alike, got {seen}\. {HINT}"):
        seeded().fit(X, y)


@pytest.mark.parametrize(
    ("y", "error", "message"),
    [
        (
            da.from_array(np.arange(4.0), chunks=2),
            ValueError,
            r"in partition \d of y: Unknown label type",
        ),
        (
            in_frames(pd.Series(["a", "b", "a", None]), [2, 2]),
            ValueError,
            "in partition 1 of y: y has missing labels .* at row 1",
        ),
        (
            da.from_array(np.array([1, "a"], dtype=object), chunks=1),
            TypeError,
            "one kind, .* got int and str",
        ),
        (
            in_frames(pd.Series(["a", "a"]), [1, 1]),
            ValueError,
            "at least 2 classes, got the one class 'a'",
        ),
        (
            in_frames(pd.Series([], dtype=object), [0, 0]),
            ValueError,
            "at least 2 classes, got no rows",
        ),
    ],
)
def test_labels_that_are_no_classes_are_refused(y, error, message):
    with pytest.raises(error, match=message):
        seeded().fit(None, y)


def test_what_cannot_be_resampled_is_refused():
    with pytest.raises(NotFittedError):
        seeded().resample()
    with pytest.raises(NotFittedError):
        seeded().draw()
    with pytest.raises(ValueError, match="fit_resample needs rows to pick from, got X=None"):
        seeded().fit_resample(None, Y_LAZY)
    with pytest.raises(
        ValueError, match="resample needs rows to pick from, but the sampler was fitted with X=None"
    ):
        seeded().fit(None, Y_LAZY).resample()
    with pytest.raises(ValueError, match=r"epoch must be an int from 0 to .*, got -1"):
        seeded().fit(X_LAZY, Y_LAZY).resample(-1)


@pytest.mark.parametrize("n_X", [59, 61])
def test_partitions_of_other_lengths_are_refused_when_they_are_there(n_X):
    X, _ = as_frames(np.resize(Y, 40 + n_X), [40, n_X])
    _, y = as_frames(Y, [40, 60])
    for result in seeded().fit_resample(X, y):
        with pytest.raises(
            ValueError, match=f"alike, but partition 1 of X has {n_X} rows, of y 60"
        ):
            result.compute()


@pytest.mark.parametrize("others", [Y[::-1], np.where(Y == "rare", "common", Y), np.char.upper(Y)])
def test_labels_that_are_others_than_in_fit_are_refused(others):
    answers = [Y, others]  # one for each time that the partition is computed
    changing = da.from_delayed(delayed(lambda: answers.pop(0), pure=False)(), Y.shape, Y.dtype)
    sampler = seeded().fit(None, da.concatenate([Y_LAZY, changing]))
    drawn = sampler.draw()
    with pytest.raises(
        ValueError, match="the labels in partition 2 of y are not those that were counted in fit"
    ):
        drawn.compute()


def test_a_fit_that_fails_leaves_what_was_fitted():
    X, y = as_frames(Y, [40, 60])
    sampler = seeded().fit(X, y)
    before = sampler.resample(1)[0].compute()
    for X_bad, y_bad in (
        (X.rename(columns={"row": 3}).assign(text="a"), y),
        (X, in_frames(pd.Series(["a"] * 100), [40, 60])),
    ):
        with pytest.raises(
            (TypeError, ValueError),
            match=r"only supported if all input features have string names|2 classes",
        ):
            sampler.fit(X_bad, y_bad)
        assert sampler.resample(1)[0].compute().equals(before)
        assert sampler.feature_names_in_.tolist() == ["row"]


def test_the_sampler_in_memory_refuses_dask_and_names_this_one():
    with pytest.raises(
        TypeError,
        match=r"proba is a dask collection .* map it over the partitions, or pass proba\.compute",
    ):
        seeded().fit(None, Y_LAZY).correct_proba(da.full((3, 3), 1 / 3))
    for X, y, name in (
        (X_LAZY, Y, "X"),
        (None, Y_LAZY, "y"),
        (None, FRAME_LAZY["text"], "y"),
    ):
        with pytest.raises(
            TypeError,
            match=rf"{name} is a dask collection .* take skbalance\.dask\.InverseFrequencySampler",
        ):
            skbalance.InverseFrequencySampler().fit(X, y)
