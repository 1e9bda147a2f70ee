"""The sampler over partitions draws what the sampler in memory draws."""

import pickle

import cloudpickle
import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone

import skbalance
from skbalance import ClassBalanceDisplay
from skbalance.dask import InverseFrequencySampler

from .dask_tables import (
    FRAME,
    Y,
    as_arrays,
    as_frame_and_array,
    as_frames,
    drawn_in_memory,
    in_frames,
    seeded,
    synchronous,  # noqa: F401  # a fixture that every test here uses
)

lengths = st.lists(st.integers(0, 30), min_size=1, max_size=8).filter(lambda n: sum(n) >= 12)


@settings(max_examples=100)
@given(
    lengths,
    st.integers(0, 2**32),
    st.sampled_from([as_frames, as_arrays, as_frame_and_array]),
    st.sampled_from([0, 0.5, 1, 2.5, lambda epoch: epoch / 3]),
    st.sampled_from([None, 12, 0.7, 3.2, "over", "under"]),
    st.integers(0, 5),
)
def test_it_draws_what_the_sampler_in_memory_draws(
    lengths, seed, container, strength, n_samples, epoch
):
    random = np.random.default_rng(seed)
    n_classes = random.integers(2, 5)
    y = np.array(["a", "b", "c", "d"])[
        random.choice(n_classes, sum(lengths), p=random.dirichlet(np.ones(n_classes)))
    ]
    y[random.permutation(len(y))[:2]] = "a", "b"
    if isinstance(n_samples, float):
        n_samples = max(n_samples, 4.5 / len(y))
    parameters = {"strength": strength, "n_samples": n_samples, "random_state": int(seed)}
    memory = skbalance.InverseFrequencySampler(**parameters).fit(None, y)
    sampler = InverseFrequencySampler(**parameters).fit(*container(y, lengths))
    X_res, y_res = (result.compute() for result in sampler.resample(epoch))
    rows = np.asarray(X_res).ravel()
    assert np.array_equal(rows, np.sort(memory.draw(epoch)))
    assert np.array_equal(y_res, y[rows])
    assert np.array_equal(sampler.draw(epoch).compute(), rows)
    assert sampler.classes_.tolist() == memory.classes_.tolist()
    assert sampler.class_counts_.tolist() == memory.class_counts_.tolist()
    assert sampler.class_weight_ == memory.class_weight_
    assert sampler.sampling_strategy_ == memory.sampling_strategy_
    assert np.array_equal(sampler.log_prior_shift_, memory.log_prior_shift_)


@pytest.mark.parametrize("n_rows", [20_000, 300_000])
def test_many_classes_and_many_rows_are_drawn_as_in_memory(n_rows):
    y = np.random.default_rng(0).integers(0, 3000, n_rows) ** 2 // 1000
    y[n_rows // 10 :] //= 4000  # three classes of more than 2**16 rows, of 300,000
    X, partitioned = as_arrays(y, [7000, 1, 0, n_rows - 7001])
    rows = seeded(random_state=3).fit_resample(X, partitioned)[0].compute().ravel()
    assert np.array_equal(rows, drawn_in_memory(y, random_state=3))


def test_epochs_go_on_where_the_one_before_stopped():
    sampler = seeded(n_samples="under").fit(*as_arrays(Y, [50, 50]))
    drawn = np.concatenate([sampler.resample(epoch)[0].compute().ravel() for epoch in range(16)])
    assert (np.bincount(drawn)[Y == "common"] == 1).all()  # 80 rows, 5 an epoch


@pytest.mark.parametrize("container", [as_frames, as_arrays])
def test_an_epoch_may_be_a_numpy_int(container):
    sampler = seeded().fit(*container(Y, [40, 60]))
    assert np.array_equal(sampler.draw(np.int64(3)).compute(), sampler.draw(3).compute())
    assert np.array_equal(
        sampler.resample(np.int64(3))[0].compute(), sampler.resample(3)[0].compute()
    )


@pytest.mark.parametrize("dtype", ["category", "string", "object", "int8", "bool", "Int64"])
def test_labels_may_be_of_any_dtype(dtype):
    numbers = np.unique(Y, return_inverse=True)[1]
    of_texts = dtype in ("category", "string", "object")
    y = pd.Series(Y if of_texts else numbers).astype(dtype)
    X, partitioned = in_frames(FRAME, [30, 70]), in_frames(y, [30, 70])
    X_res, y_res = dask.compute(*seeded().fit_resample(X, partitioned))
    assert np.array_equal(X_res["row"], drawn_in_memory(y))
    assert y_res.dtype == partitioned.dtype


def test_empty_partitions_do_not_change_the_kind_of_classes():
    partitions = [delayed(pd.Series)(labels) for labels in ([], [0, 1], [1])]
    y = dd.from_delayed(partitions, meta=pd.Series([0]), verify_meta=False)
    assert seeded().fit(None, y).classes_.dtype.kind == "i"


def test_partitions_may_be_empty_and_of_other_kinds():
    partitions = [
        np.empty(0),
        np.array([1, 2, 1]),
        np.empty(0, dtype=object),
        np.array([2, 1], dtype=object),
    ]
    y = da.concatenate(
        [da.from_delayed(delayed(labels), (np.nan,), int) for labels in partitions],
        allow_unknown_chunksizes=True,
    )
    drawn = seeded(n_samples="over").fit(None, y).draw().compute()
    assert np.array_equal(drawn, drawn_in_memory([1, 2, 1, 2, 1], n_samples="over"))


def test_columns_are_known():
    table = dd.from_pandas(FRAME, npartitions=2)
    sampler = seeded().fit(table, table["text"])
    assert sampler.n_features_in_ == 2
    assert sampler.feature_names_in_.tolist() == ["row", "text"]
    sampler.fit(None, table["text"])
    assert not hasattr(sampler, "n_features_in_")
    assert seeded().fit(*as_arrays(Y, [100])).n_features_in_ == 1


def test_fitted_samplers_are_pickled_and_cloned():
    X, y = as_arrays(Y, [50, 50])
    sampler = seeded(strength=0.5).fit(X, y)
    for again in pickle.loads(pickle.dumps(sampler)), cloudpickle.loads(cloudpickle.dumps(sampler)):
        assert np.array_equal(again.draw(2).compute(), sampler.draw(2).compute())
    assert clone(sampler).get_params() == sampler.get_params()
    assert not hasattr(clone(sampler), "classes_")
    assert repr(sampler) == "InverseFrequencySampler(random_state=0, strength=0.5)"


def test_displays_and_corrections_take_it():
    sampler = seeded().fit(None, as_arrays(Y, [50, 50])[1])
    in_memory = skbalance.InverseFrequencySampler().fit(None, Y)
    assert ClassBalanceDisplay.from_sampler(sampler).counts.tolist() == [80, 15, 5]
    proba = np.full((1, 3), 1 / 3)
    assert np.array_equal(sampler.correct_proba(proba), in_memory.correct_proba(proba))
