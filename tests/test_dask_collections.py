"""Resampled collections keep what they were, and are collections like any other."""

from itertools import pairwise

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
from dask.delayed import delayed
from scipy import sparse

from .dask_tables import (
    FRAME,
    Y,
    as_arrays,
    as_frames,
    drawn_in_memory,
    seeded,
    store,
    synchronous,  # noqa: F401  # a fixture that every test here uses
)

BALANCED = {"common": 34, "middling": 33, "rare": 33}


def test_frames_keep_dtypes_names_index_and_divisions():
    frame = FRAME.assign(kind=pd.Categorical(Y), when=pd.Timestamp("2026-01-01"), missing=np.nan)
    frame.index.name = "number"
    table = dd.from_pandas(frame, npartitions=7)
    X_res, y_res = seeded().fit_resample(table, table["kind"])
    assert (X_res.divisions, y_res.divisions) == (table.divisions, table.divisions)
    X_there, y_there = dask.compute(X_res, y_res)
    drawn = drawn_in_memory(Y)
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
    for labels in y, unknown:  # also where those of the labels are not known
        X_res, y_res = seeded().fit_resample(images, labels)
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
    drawn = drawn_in_memory(one_hot)
    assert (X_res != rows[drawn]).nnz == 0
    assert np.array_equal(y_res, one_hot[drawn])


def test_a_column_of_labels_stays_a_column():
    table = dd.from_pandas(FRAME, npartitions=3)
    _, y_res = seeded().fit_resample(table[["row"]], table[["text"]])
    assert isinstance(y_res, dd.DataFrame)
    assert y_res.compute()["text"].value_counts().to_dict() == BALANCED


def test_objects_stay_objects():
    table = dd.from_pandas(FRAME, npartitions=3)
    lists = table["row"].map_partitions(
        lambda rows: rows.map(lambda row: [row]), meta=("lists", object)
    )
    numbers = (table["row"] % 3).astype(object)
    X_res, y_res = seeded().fit_resample(lists.to_frame(), numbers)
    assert X_res.dtypes["lists"] == y_res.dtype == object
    X_there, y_there = dask.compute(X_res, y_res)
    drawn = seeded().fit(None, numbers).draw().compute()
    assert [row for (row,) in X_there["lists"]] == drawn.tolist()
    assert set(y_there) == {0, 1, 2}


def test_results_are_collections_like_any_other():
    table = dd.from_pandas(FRAME, npartitions=3)
    X_res, y_res = seeded().fit_resample(table[["row"]], table["text"])
    expected = X_res.compute()["row"].to_numpy()
    assert np.array_equal(X_res.to_dask_array(lengths=True).compute().ravel(), expected)
    assert np.array_equal(X_res.values.compute().ravel(), expected)
    assert len(X_res) == len(X_res.persist()) == X_res["row"].count().compute() == 100
    assert X_res.assign(y=y_res).groupby("y").size().compute().to_dict() == BALANCED
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
