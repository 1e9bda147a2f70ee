"""The sampler over partitions draws what the sampler in memory draws, and leaves rows where and
what they are."""

import os
import pickle
import signal
import time
from itertools import pairwise

import cloudpickle
import dask
import dask.array as da
import dask.dataframe as dd
import joblib
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed
from distributed import Client, LocalCluster
from hypothesis import given, settings
from hypothesis import strategies as st
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import recall_score
from sklearn.model_selection import GridSearchCV

import skbalance
from skbalance import ClassBalanceDisplay
from skbalance._draws.plan import Epoch
from skbalance.dask import InverseFrequencySampler

LABELS = np.array(["common"] * 80 + ["middling"] * 15 + ["rare"] * 5)
Y = np.random.default_rng(0).permutation(LABELS)
FRAME = pd.DataFrame({"row": np.arange(100), "text": Y}, index=np.arange(1000, 1100))


@pytest.fixture(autouse=True)
def synchronous():
    with dask.config.set(scheduler="synchronous"):
        yield


def in_frames(pandas, lengths):
    """A dask frame or series with partitions of those lengths, of which some may be 0."""
    ends = np.cumsum(lengths)
    parts = [delayed(pandas.iloc[end - n : end]) for end, n in zip(ends, lengths, strict=True)]
    return dd.from_delayed(parts, meta=pandas.iloc[:0])


def as_frames(y, lengths):
    rows = pd.DataFrame({"row": np.arange(len(y))})
    return in_frames(rows, lengths), in_frames(pd.Series(y), lengths)


def as_arrays(y, lengths):
    return da.arange(len(y), chunks=(tuple(lengths),))[:, None], da.from_array(
        np.asarray(y), chunks=(tuple(lengths),)
    )


def as_frame_and_array(y, lengths):
    return as_frames(y, lengths)[0], as_arrays(y, lengths)[1]


def seeded(**parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters})


X_LAZY, Y_LAZY = as_arrays(Y, [50, 50])

lengths = st.lists(st.integers(0, 30), min_size=1, max_size=8).filter(lambda some: sum(some) >= 12)


@settings(max_examples=300)
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
    X_res, y_res = (some.compute() for some in sampler.resample(epoch))
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
    rows = InverseFrequencySampler(random_state=3).fit_resample(X, partitioned)[0].compute().ravel()
    assert np.array_equal(
        rows, np.sort(skbalance.InverseFrequencySampler(random_state=3).fit(None, y).draw())
    )


def test_frames_keep_dtypes_names_index_and_divisions():
    frame = FRAME.assign(kind=pd.Categorical(Y), when=pd.Timestamp("2026-01-01"), missing=np.nan)
    frame.index.name = "number"
    table = dd.from_pandas(frame, npartitions=7)
    X_res, y_res = seeded().fit_resample(table, table["kind"])
    assert (X_res.divisions, y_res.divisions) == (table.divisions, table.divisions)
    X_there, y_there = dask.compute(X_res, y_res)
    drawn = np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, Y).draw())
    pd.testing.assert_frame_equal(X_there, table.compute().iloc[drawn])
    pd.testing.assert_series_equal(y_there, frame["kind"].iloc[drawn])
    assert (X_res.dtypes == table.dtypes).all()
    assert X_res.loc[1010:1060].compute().equals(X_there.loc[1010:1060])


def test_divisions_that_are_unknown_stay_unknown():
    X, y = as_frames(Y, [40, 0, 60])
    X_res, y_res = seeded().fit_resample(X, y)
    assert not X_res.known_divisions
    assert not y_res.known_divisions


def test_arrays_know_the_lengths_of_their_chunks():
    X, y = as_arrays(Y, [40, 0, 25, 35])
    images = da.broadcast_to(X[:, :, None], (100, 6, 2)).rechunk({1: 2, 2: 1})
    unknown = y.copy()
    unknown._chunks = ((np.nan,) * 4,)
    for some in y, unknown:  # also where those of the labels are not known
        X_res, y_res = seeded().fit_resample(images, some)
        assert X_res.shape == (100, 6, 2)
        assert X_res.chunks[0] == y_res.chunks[0]
        assert X_res.numblocks == (4, 1, 1)  # also the empty one
        assert X_res.chunks[0] == tuple(len(block.compute()) for block in X_res[:, 0, 0].blocks)
        assert (X_res.dtype, y_res.dtype) == (images.dtype, y.dtype)


def test_sparse_rows_and_one_hot_labels_are_taken():
    rows = sparse.random(100, 30, density=0.2, format="csr", random_state=0)
    ends = [0, 40, 70, 100]
    blocks = [
        da.from_delayed(delayed(rows[a:b]), shape=(b - a, 30), meta=rows[:0])
        for a, b in pairwise(ends)
    ]
    one_hot = (Y[:, None] == np.unique(Y)).astype(int)
    y = da.from_array(one_hot, chunks=((40, 30, 30), 2))
    X_res, y_res = dask.compute(*seeded().fit_resample(da.concatenate(blocks), y))
    drawn = np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, one_hot).draw())
    assert (X_res != rows[drawn]).nnz == 0
    assert np.array_equal(y_res, one_hot[drawn])


def test_a_column_of_labels_stays_a_column():
    table = dd.from_pandas(FRAME, npartitions=3)
    _, y_res = seeded().fit_resample(table[["row"]], table[["text"]])
    assert isinstance(y_res, dd.DataFrame)
    assert y_res.compute()["text"].value_counts().to_dict() == {
        "common": 34,
        "middling": 33,
        "rare": 33,
    }


@pytest.mark.parametrize("dtype", ["category", "string", "object", "int8", "bool", "Int64"])
def test_labels_may_be_of_any_dtype(dtype):
    numbers = np.unique(Y, return_inverse=True)[1]
    y = pd.Series(Y if dtype in ("category", "string", "object") else numbers, dtype=None).astype(
        dtype
    )
    X, partitioned = in_frames(FRAME, [30, 70]), in_frames(y, [30, 70])
    X_res, y_res = dask.compute(*seeded().fit_resample(X, partitioned))
    assert np.array_equal(
        X_res["row"], np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, y).draw())
    )
    assert y_res.dtype == partitioned.dtype


def test_epochs_go_on_where_the_one_before_stopped():
    sampler = seeded(n_samples="under").fit(*as_arrays(Y, [50, 50]))
    drawn = np.concatenate([sampler.resample(epoch)[0].compute().ravel() for epoch in range(16)])
    assert (np.bincount(drawn)[Y == "common"] == 1).all()  # 80 rows, 5 an epoch


@pytest.fixture
def watched(tmp_path):
    """A frame and labels in two partitions each, and which of these have been computed so far."""

    def part(name, number):
        (tmp_path / f"{name} {number} {time.monotonic_ns()}").touch()
        return FRAME[name].iloc[number * 50 : number * 50 + 50]

    def collection(name):
        parts = [delayed(part)(name, number) for number in range(2)]
        return dd.from_delayed(parts, meta=FRAME[name].iloc[:0], verify_meta=False)

    def computed():
        return sorted(path.name.rsplit(" ", 1)[0] for path in tmp_path.iterdir())

    return collection("row"), collection("text"), computed


def test_nothing_but_labels_is_computed_before_it_is_asked_for(watched):
    X, y, computed = watched
    sampler = seeded().fit(X, y)
    assert computed() == ["text 0", "text 1"]
    results = sampler.resample(1)
    assert computed() == ["text 0", "text 1"]
    dask.compute(*results)
    assert computed() == [
        "row 0",
        "row 1",
        "text 0",
        "text 0",
        "text 1",
        "text 1",
    ]  # labels once more, for both


def test_a_partition_of_the_result_needs_that_partition_of_the_table_alone(watched):
    X, y, computed = watched
    X_res, _ = seeded().fit_resample(X, y)
    X_res.partitions[1].compute()
    assert computed() == ["row 1", "text 0", "text 1", "text 1"]


def store(table, folder, n_parts):
    for number, part in enumerate(np.array_split(np.arange(len(table)), n_parts)):
        table.iloc[part].to_parquet(folder / f"{number}.parquet")


def test_small_partitions_of_a_file_are_not_read_as_one(tmp_path):
    wide = pd.DataFrame(
        {f"x{i}": np.random.default_rng(i).normal(size=100) for i in range(30)} | {"y": Y}
    )
    store(wide, tmp_path, 10)
    table = dd.read_parquet(tmp_path)
    X, y = table.drop(columns="y"), table["y"]
    assert y.optimize().npartitions < table.npartitions  # as dask would read it
    X_res, y_res = seeded().fit_resample(X, y)
    assert X_res.npartitions == y_res.npartitions == 10
    drawn = np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, Y).draw())
    assert np.array_equal(X_res.compute().to_numpy(), wide.drop(columns="y").to_numpy()[drawn])
    assert np.array_equal(y_res.compute(), Y[drawn])


def test_displays_and_corrections_take_it():
    sampler = seeded().fit(None, Y_LAZY)
    in_memory = skbalance.InverseFrequencySampler().fit(None, Y)
    assert ClassBalanceDisplay.from_sampler(sampler).counts.tolist() == [80, 15, 5]
    proba = np.full((1, 3), 1 / 3)
    assert np.array_equal(sampler.correct_proba(proba), in_memory.correct_proba(proba))


def test_fitted_samplers_are_pickled_and_cloned():
    X, y = as_arrays(Y, [50, 50])
    sampler = seeded(strength=0.5).fit(X, y)
    for again in pickle.loads(pickle.dumps(sampler)), cloudpickle.loads(cloudpickle.dumps(sampler)):
        assert np.array_equal(again.draw(2).compute(), sampler.draw(2).compute())
    assert clone(sampler).get_params() == sampler.get_params()
    assert not hasattr(clone(sampler), "classes_")
    assert repr(sampler) == "InverseFrequencySampler(random_state=0, strength=0.5)"


def test_columns_are_known():
    table = dd.from_pandas(FRAME, npartitions=2)
    sampler = seeded().fit(table, table["text"])
    assert sampler.n_features_in_ == 2
    assert sampler.feature_names_in_.tolist() == ["row", "text"]
    sampler.fit(None, table["text"])
    assert not hasattr(sampler, "n_features_in_")
    assert seeded().fit(*as_arrays(Y, [100])).n_features_in_ == 1


@pytest.mark.parametrize(
    ("parameters", "X", "y", "error", "message"),
    [
        (
            {"replacement": True},
            X_LAZY,
            Y_LAZY,
            ValueError,
            "replacement must be False for dask collections, got True",
        ),
        (
            {"strength": -1},
            X_LAZY,
            Y_LAZY,
            ValueError,
            r"strength must be a real number >= 0, got -1",
        ),
        ({}, X_LAZY, None, ValueError, "requires y to be passed, but the target y is None"),
        ({}, X_LAZY, Y, TypeError, "y must be a dask DataFrame, Series or array, got ndarray"),
        (
            {},
            None,
            dd.from_pandas(FRAME, npartitions=2).index,
            TypeError,
            "y must be a dask .*, got Index",
        ),
        (
            {},
            FRAME,
            Y_LAZY,
            TypeError,
            "X must be a dask DataFrame, Series or array, got DataFrame",
        ),
        (
            {},
            X_LAZY[:0, 0].sum(),
            Y_LAZY,
            ValueError,
            r"X must have rows and columns, got an array of shape \(\)",
        ),
        (
            {},
            X_LAZY[:, :0],
            Y_LAZY,
            ValueError,
            r"X must have rows and columns, got an array of shape \(100, 0\)",
        ),
        (
            {},
            dd.from_pandas(FRAME, npartitions=2)[[]],
            Y_LAZY,
            ValueError,
            "X must have columns, got a frame without",
        ),
        (
            {},
            X_LAZY.rechunk(20),
            Y_LAZY,
            ValueError,
            r"alike, got 5 and 2 partitions\. Take both as frames from one table and make arrays of the results, or give one the other's divisions",
        ),
        (
            {},
            X_LAZY.rechunk({0: (51, 49)}),
            Y_LAZY,
            ValueError,
            r"got partitions \(51, 49\) and \(50, 50\)",
        ),
        (
            {},
            dd.from_pandas(FRAME, npartitions=2),
            dd.from_pandas(FRAME, npartitions=5).repartition(divisions=[1000, 1010, 1099])["text"],
            ValueError,
            r"got partitions \(1000, 1050, 1099\) and \(1000, 1010, 1099\)",
        ),
        (
            {},
            None,
            da.from_array(np.arange(4.0), chunks=2),
            ValueError,
            r"in partition \d of y: Unknown label type",
        ),
        (
            {},
            None,
            in_frames(pd.Series(["a", "b", "a", None]), [2, 2]),
            ValueError,
            "in partition 1 of y: y has missing labels .* at row 1",
        ),
        (
            {},
            None,
            in_frames(pd.Series(["a", "a"]), [1, 1]),
            ValueError,
            "at least 2 classes, got the one class 'a'",
        ),
        (
            {},
            None,
            da.from_array(np.array([1, "a"], dtype=object), chunks=1),
            TypeError,
            "one kind, .* got int and str",
        ),
        (
            {},
            None,
            in_frames(pd.Series([], dtype=object), [0, 0]),
            ValueError,
            "at least 2 classes, got no rows",
        ),
        (
            {"n_samples": 2},
            None,
            Y_LAZY,
            ValueError,
            "must leave each of the 3 classes a draw, got n_samples=2",
        ),
    ],
)
def test_what_cannot_be_fitted_is_refused(parameters, X, y, error, message):
    with pytest.raises(error, match=message):
        seeded(**parameters).fit(X, y)


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
    for some in seeded().fit_resample(X, y):
        with pytest.raises(
            ValueError, match=f"alike, but partition 1 of X has {n_X} rows, of y 60"
        ):
            some.compute()


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


def test_only_the_columns_in_use_are_read(tmp_path):
    def read(number, columns=None):
        (tmp_path / f"{number} {columns}").touch()
        part = FRAME.iloc[number * 50 : number * 50 + 50]
        return part if columns is None else part[columns]

    table = dd.from_map(read, [0, 1], meta=FRAME.iloc[:0])
    InverseFrequencySampler().fit(table[["row"]], table["text"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0 ['text']", "1 ['text']"]


SHUFFLES = {
    "shuffle": lambda table: table.shuffle("key"),
    "sort": lambda table: table.sort_values("key"),
    "set_index": lambda table: table.set_index("key"),
    "merge": lambda table: table.merge(table[["key"]].drop_duplicates(), on="key"),
}


@pytest.mark.parametrize("shuffle", SHUFFLES.values(), ids=SHUFFLES)
@pytest.mark.parametrize("persist", [False, True])
def test_rows_keep_their_labels_where_dask_shuffles_the_table(shuffle, persist):
    n = 4000
    frame = pd.DataFrame(
        {"row": np.arange(n), "key": np.arange(n) % 50, "label": np.arange(n) % 10 == 0}
    )
    with dask.config.set(scheduler="threads"):  # where orders differ
        table = shuffle(dd.from_pandas(frame, npartitions=8))
        table = table.persist() if persist else table
        try:
            X, y = dask.compute(*seeded().fit_resample(table[["row"]], table["label"]))
        except ValueError as refusal:
            seen = None if persist else str(refusal)
        else:
            seen = np.array_equal(X["row"] % 10 == 0, y)
        assert seen is True or "are not those that were counted in fit. Persist the table" in seen


def test_rows_and_labels_are_of_one_shuffle():
    # Labels by which a table is shuffled come out alike in whatever order its rows do, so that only
    # the index can tell.
    frame = pd.DataFrame({"row": np.arange(20_000), "label": np.arange(20_000) % 7})
    with dask.config.set(scheduler="threads"):
        table = dd.from_pandas(frame, npartitions=8).shuffle("label", npartitions=50)
        X, y = dask.compute(*seeded().fit_resample(table[["row"]], table["label"]))
    assert X.index.equals(y.index)


def test_objects_stay_objects():
    table = dd.from_pandas(FRAME, npartitions=3)
    lists = table["row"].map_partitions(
        lambda part: part.map(lambda value: [value]), meta=("lists", object)
    )
    numbers = (table["row"] % 3).astype(object)
    X_res, y_res = seeded().fit_resample(lists.to_frame(), numbers)
    assert X_res.dtypes["lists"] == y_res.dtype == object
    X_there, y_there = dask.compute(X_res, y_res)
    assert [row for (row,) in X_there["lists"]] == seeded().fit(
        None, numbers
    ).draw().compute().tolist()
    assert set(y_there) == {0, 1, 2}


def test_results_are_collections_like_any_other():
    table = dd.from_pandas(FRAME, npartitions=3)
    X_res, y_res = seeded().fit_resample(table[["row"]], table["text"])
    expected = X_res.compute()["row"].to_numpy()
    assert np.array_equal(X_res.to_dask_array(lengths=True).compute().ravel(), expected)
    assert np.array_equal(X_res.values.compute().ravel(), expected)
    assert len(X_res) == len(X_res.persist()) == X_res["row"].count().compute() == 100
    assert X_res.assign(y=y_res).groupby("y").size().compute().to_dict() == {
        "common": 34,
        "middling": 33,
        "rare": 33,
    }
    again = seeded(n_samples="under").fit_resample(X_res, y_res)
    assert len(again[0].compute()) == 99


def test_rows_and_labels_are_joined_row_by_row_also_where_divisions_are_unknown(tmp_path):
    store(FRAME.reset_index(drop=True), tmp_path, 4)
    for path in tmp_path.iterdir():  # files that count their rows from 0 each, as they often come
        pd.read_parquet(path).reset_index(drop=True).to_parquet(path)
    table = dd.read_parquet(tmp_path)
    X_res, y_res = seeded().fit_resample(table[["row"]], table["text"])
    assert not X_res.known_divisions
    with dask.config.set(scheduler="threads"):
        joined, rare = dask.compute(X_res.assign(y=y_res), X_res[y_res == "rare"])
    assert np.array_equal(joined["y"], Y[joined["row"]])
    assert len(joined) == 100
    assert set(Y[rare["row"]]) == {"rare"}
    assert len(rare) == 33


def test_what_loc_leaves_of_a_table_is_drawn_from():
    table = dd.from_pandas(FRAME, npartitions=7).loc[1010:1089]
    sampler = seeded().fit(table[["row"]], table["text"])
    drawn = np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, Y[10:90]).draw())
    assert np.array_equal(sampler.draw().compute(), drawn)
    assert np.array_equal(sampler.resample()[0].compute()["row"], drawn + 10)
    X = da.arange(80, chunks=(tuple(table.map_partitions(len).compute()),))
    assert np.array_equal(sampler.fit(X, table["text"]).resample()[0].compute(), drawn)


def test_empty_partitions_do_not_change_the_kind_of_classes():
    parts = [delayed(pd.Series)(labels) for labels in ([], [0, 1], [1])]
    y = dd.from_delayed(parts, meta=pd.Series([0]), verify_meta=False)
    assert seeded().fit(None, y).classes_.dtype.kind == "i"


def test_partitions_may_be_empty_and_of_other_kinds():
    parts = [
        np.empty(0),
        np.array([1, 2, 1]),
        np.empty(0, dtype=object),
        np.array([2, 1], dtype=object),
    ]
    y = da.concatenate(
        [da.from_delayed(delayed(part), (np.nan,), int) for part in parts],
        allow_unknown_chunksizes=True,
    )
    assert seeded(n_samples="over").fit(None, y).draw().compute().tolist() == sorted(
        skbalance.InverseFrequencySampler(n_samples="over", random_state=0)
        .fit(None, [1, 2, 1, 2, 1])
        .draw()
    )


def test_an_epoch_stands_once_in_the_graph():
    X_res, _ = seeded().fit_resample(*as_arrays(Y, [10] * 10))
    assert (
        sum(
            isinstance(getattr(task, "value", None), Epoch)
            for task in X_res.__dask_graph__().values()
        )
        == 1
    )


def test_partitions_are_those_of_the_collection_even_if_dask_simplifies_it_to_others(monkeypatch):
    rows = pd.DataFrame({"row": np.arange(100), "y": Y})
    table = dd.from_map(lambda start: rows.iloc[start : start + 50], [0, 50], meta=rows.iloc[:0])
    X, y = table[["row"]], table["y"]
    monkeypatch.setattr(dd.Series, "simplify", lambda self: self.repartition(npartitions=1))
    assert y.simplify().npartitions == 1
    rows = seeded().fit_resample(X, y)[0].compute()["row"]
    assert np.array_equal(
        rows, np.sort(skbalance.InverseFrequencySampler(random_state=0).fit(None, Y).draw())
    )


@pytest.mark.parametrize("container", [as_frames, as_arrays])
def test_an_epoch_may_be_a_numpy_int(container):
    sampler = seeded().fit(*container(Y, [40, 60]))
    assert np.array_equal(sampler.draw(np.int64(3)).compute(), sampler.draw(3).compute())
    assert np.array_equal(
        sampler.resample(np.int64(3))[0].compute(), sampler.resample(3)[0].compute()
    )


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
        (None, dd.from_pandas(FRAME, 2)["text"], "y"),
    ):
        with pytest.raises(
            TypeError,
            match=rf"{name} is a dask collection .* take skbalance\.dask\.InverseFrequencySampler",
        ):
            skbalance.InverseFrequencySampler().fit(X, y)


@pytest.fixture(scope="module")
def client():
    with (
        dask.config.set(
            {"distributed.scheduler.work-stealing": False}
        ),  # else an idle worker takes over whole partitions
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture
def on_cluster(client):
    with dask.config.set(scheduler="distributed"):
        yield client


def slowly(labels):
    time.sleep(0.1)
    return labels


def test_a_cluster_draws_the_same_also_when_a_worker_is_killed(on_cluster):
    random = np.random.default_rng(1)
    y = random.choice(5, 200_000, p=[0.6, 0.3, 0.07, 0.02, 0.01])
    chunks = ((*[10_000] * 19, 0, 10_000),)
    X, labels = da.arange(len(y), chunks=chunks), da.from_array(y, chunks=chunks)
    expected = [
        np.sort(skbalance.InverseFrequencySampler(random_state=7).fit(None, y).draw(epoch))
        for epoch in (0, 1)
    ]
    sampler = InverseFrequencySampler(random_state=7).fit(
        X, labels.map_blocks(slowly, dtype=labels.dtype)
    )
    assert np.array_equal(sampler.resample(0)[0].compute(), expected[0])

    pids = on_cluster.run(os.getpid)
    rows = on_cluster.compute(sampler.resample(1)[0])
    time.sleep(0.5)  # of the second that each of two workers is busy
    assert not rows.done()
    os.kill(next(iter(pids.values())), signal.SIGKILL)
    assert np.array_equal(rows.result(timeout=60), expected[1])
    on_cluster.wait_for_workers(2, timeout=60)
    assert set(on_cluster.run(os.getpid).values()) != set(pids.values())


def test_resampled_partitions_do_not_wait_in_memory_for_each_other(on_cluster, tmp_path):  # noqa: ARG001
    def note(part, step):
        (tmp_path / f"{step} {time.monotonic_ns()}").touch()
        return part

    def times(step):
        return [int(path.name.split()[1]) for path in tmp_path.glob(f"{step} *")]

    meta = FRAME.iloc[:0]
    table = dd.from_pandas(pd.concat([FRAME] * 30), npartitions=30, sort=False)
    X = table.map_partitions(note, "read", meta=meta)
    X_res, _ = seeded().fit_resample(X, table["text"])
    X_res.map_partitions(note, "use", meta=meta).map_partitions(len).compute()
    assert len(times("read")) == len(times("use")) == 30
    assert sorted(times("use"))[4] < sorted(times("read"))[25]


def test_a_table_on_disk_trains_a_model_partition_by_partition(on_cluster, tmp_path):  # noqa: ARG001
    X, y = make_classification(6000, n_informative=4, weights=[0.96], class_sep=1.5, random_state=0)
    table = pd.DataFrame(X, columns=[f"x{i}" for i in range(20)]).assign(
        y=np.array(["common", "rare"])[y]
    )
    store(table.iloc[:4000], tmp_path, 6)

    stored = dd.read_parquet(tmp_path)
    sampler = InverseFrequencySampler(random_state=0).fit(stored.drop(columns="y"), stored["y"])
    model = SGDClassifier(random_state=0)
    for epoch in range(5):
        for X_part, y_part in zip(
            *(some.to_delayed() for some in sampler.resample(epoch)), strict=True
        ):
            X_there, y_there = dask.compute(X_part, y_part)
            order = np.random.default_rng(epoch).permutation(len(X_there))
            model.partial_fit(X_there.iloc[order], y_there.iloc[order], classes=sampler.classes_)
    plain = SGDClassifier(random_state=0).fit(table.iloc[:4000, :20], table["y"][:4000])
    recall = [
        recall_score(table["y"][4000:], some.predict(table.iloc[4000:, :20]), pos_label="rare")
        for some in (model, plain)
    ]
    assert recall[0] > recall[1] + 0.1


def test_a_grid_over_strength_is_searched_on_the_cluster(on_cluster):  # noqa: ARG001
    X, y = make_classification(600, n_informative=4, weights=[0.9], random_state=0)
    model = make_pipeline(skbalance.InverseFrequencySampler(random_state=0), LogisticRegression())
    grid = {"inversefrequencysampler__strength": [0, 0.5, 1]}
    search = GridSearchCV(model, grid, scoring="balanced_accuracy", cv=3, error_score="raise")
    with joblib.parallel_config("dask"):
        search.fit(X, y)
    here = clone(search).fit(X, y)
    assert search.best_params_ == here.best_params_
    assert np.array_equal(
        search.cv_results_["mean_test_score"], here.cv_results_["mean_test_score"]
    )
