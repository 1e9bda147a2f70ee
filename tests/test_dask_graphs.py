"""What dask computes for a result, and what its graphs must offer for that."""

import time

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed
from scipy import sparse

from skbalance.dask._collections import (
    delayed_partitions,
    empty_like,
    is_partitionwise,
    with_true_aliases,
)

from .dask_tables import (
    FRAME,
    GROUPED,
    Y,
    drawn_in_memory,
    seeded,
    store,
    synchronous,  # noqa: F401  # a fixture that every test here uses
)

COLUMN_OF = {"X": "row", "y": "text", "groups": "site"}
with_and_without_groups = pytest.mark.parametrize(
    "names", [["y"], ["groups", "y"]], ids=["without groups", "with groups"]
)


@pytest.fixture
def watched(tmp_path, names):
    """Rows, labels and perhaps groups in two partitions, and which of these have been computed."""

    def partition(name, number):
        (tmp_path / f"{name} {number} {time.monotonic_ns()}").touch()
        return GROUPED[COLUMN_OF[name]].iloc[number * 50 : number * 50 + 50]

    def collection(name):
        partitions = [delayed(partition)(name, number) for number in range(2)]
        meta = GROUPED[COLUMN_OF[name]].iloc[:0]
        return dd.from_delayed(partitions, meta=meta, verify_meta=False)

    def computed():
        return sorted(path.name.rsplit(" ", 1)[0] for path in tmp_path.iterdir())

    return collection("X"), {name: collection(name) for name in names}, computed


def both_of(*names):
    """Both partitions of the collections of those names."""
    return sorted(f"{name} {number}" for name in names for number in range(2))


@with_and_without_groups
def test_nothing_but_labels_is_computed_before_it_is_asked_for(watched, names):
    X, columns, computed = watched
    sampler = seeded().fit(X, **columns)
    assert computed() == both_of(*names)
    results = sampler.resample(1)
    assert computed() == both_of(*names)
    dask.compute(*results)
    # The labels once more, and only once for both results.
    assert computed() == both_of("X", *names, *names)


@with_and_without_groups
def test_a_partition_of_the_result_needs_that_partition_of_the_table_alone(watched, names):
    X, columns, computed = watched
    X_res, _ = seeded().fit_resample(X, **columns)
    X_res.partitions[1].compute()
    assert computed() == sorted([*both_of(*names), "X 1", *(f"{name} 1" for name in names)])


@with_and_without_groups
def test_an_epoch_stands_once_in_the_graph(names):
    table = dd.from_pandas(GROUPED, npartitions=10)
    columns = {name: table[COLUMN_OF[name]] for name in names}
    X_res, _ = seeded().fit_resample(table[["row"]], **columns)
    values = (getattr(task, "value", None) for task in X_res.__dask_graph__().values())
    assert [type(value).__name__ for value in values].count("Epoch") == 1


@with_and_without_groups
def test_only_the_columns_in_use_are_read(tmp_path, names):
    def read(number, columns=None):
        (tmp_path / f"{number} {columns}").touch()
        rows = GROUPED.iloc[number * 50 : number * 50 + 50]
        return rows if columns is None else rows[columns]

    table = dd.from_map(read, [0, 1], meta=GROUPED.iloc[:0])
    seeded().fit(table[["row"]], **{name: table[COLUMN_OF[name]] for name in names})
    expected = [f"{number} ['{COLUMN_OF[name]}']" for number in (0, 1) for name in names]
    assert sorted(path.name for path in tmp_path.iterdir()) == expected


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
    drawn = drawn_in_memory(Y)
    assert np.array_equal(X_res.compute().to_numpy(), wide.drop(columns="y").to_numpy()[drawn])
    assert np.array_equal(y_res.compute(), Y[drawn])


def test_partitions_are_those_of_the_collection_even_if_dask_simplifies_it_to_others(monkeypatch):
    rows = pd.DataFrame({"row": np.arange(100), "y": Y})
    table = dd.from_map(lambda start: rows.iloc[start : start + 50], [0, 50], meta=rows.iloc[:0])
    X, y = table[["row"]], table["y"]
    monkeypatch.setattr(dd.Series, "simplify", lambda self: self.repartition(npartitions=1))
    assert y.simplify().npartitions == 1
    assert np.array_equal(seeded().fit_resample(X, y)[0].compute()["row"], drawn_in_memory(Y))


def test_what_loc_leaves_of_a_table_is_drawn_from():
    table = dd.from_pandas(FRAME, npartitions=7).loc[1010:1089]
    sampler = seeded().fit(table[["row"]], table["text"])
    drawn = drawn_in_memory(Y[10:90])
    assert np.array_equal(sampler.draw().compute(), drawn)
    assert np.array_equal(sampler.resample()[0].compute()["row"], drawn + 10)
    X = da.arange(80, chunks=(tuple(table.map_partitions(len).compute()),))
    assert np.array_equal(sampler.fit(X, table["text"]).resample()[0].compute(), drawn)


SHUFFLES = {
    "shuffle": lambda table: table.shuffle("key"),
    "sort": lambda table: table.sort_values("key"),
    "set_index": lambda table: table.set_index("key"),
    "merge": lambda table: table.merge(table[["key"]].drop_duplicates(), on="key"),
}


@pytest.mark.parametrize("shuffle", SHUFFLES.values(), ids=SHUFFLES)
@pytest.mark.parametrize("persist", [False, True])
@pytest.mark.parametrize("group", [None, "site"])
def test_rows_keep_their_labels_where_dask_shuffles_the_table(shuffle, persist, group):
    n = 4000
    rows = np.arange(n)
    frame = pd.DataFrame({"row": rows, "key": rows % 50, "site": rows % 3, "label": rows % 10 == 0})
    with dask.config.set(scheduler="threads"):  # where orders differ
        table = shuffle(dd.from_pandas(frame, npartitions=8))
        table = table.persist() if persist else table
        X, y = table[["row"]], table["label"]
        groups = None if group is None else table[group]
        try:
            X, y = dask.compute(*seeded().fit_resample(X, y, groups=groups))
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


# Contracts: what dask does not promise, but `skbalance.dask._collections` relies on.

FRAME_LAZY = dd.from_pandas(FRAME.assign(key=np.arange(100) % 7), npartitions=4)
PARTITIONWISE = {
    "column": lambda table: table["row"],
    "filter": lambda table: table[table["row"] > 3],
    "arithmetic": lambda table: table["row"] * 2 + table["key"],
    "map_partitions": lambda table: table.map_partitions(lambda rows: rows.head(3)),
    "from_map": lambda _: dd.from_map(lambda start: FRAME.iloc[start:], [0, 50], meta=FRAME[:0]),
}
REARRANGING = SHUFFLES | {"repartition": lambda table: table.repartition(npartitions=2)}


@pytest.mark.parametrize("made", PARTITIONWISE.values(), ids=PARTITIONWISE)
def test_dask_s_partitionwise_steps_are_known_by_their_class(made):
    assert all(map(is_partitionwise, made(FRAME_LAZY).expr.walk()))


@pytest.mark.parametrize("made", REARRANGING.values(), ids=REARRANGING)
def test_dask_s_steps_that_move_rows_are_told_from_those(made):
    assert not all(map(is_partitionwise, made(FRAME_LAZY).expr.walk()))


def test_dask_s_partitions_of_a_frame_are_delayed_objects_with_key_and_graph():
    partitions = delayed_partitions(FRAME_LAZY)
    assert len(partitions) == 4
    for number, partition in enumerate(partitions):
        assert partition.key in dict(partition.dask)
        assert partition.compute()["row"].tolist() == list(range(25 * number, 25 * number + 25))


def test_dask_knows_what_a_collection_looks_like_without_its_rows():
    empty = FRAME_LAZY.compute().iloc[:0]
    pd.testing.assert_frame_equal(empty_like(FRAME_LAZY), empty)
    pd.testing.assert_series_equal(empty_like(FRAME_LAZY["text"]), empty["text"])
    images = empty_like(da.zeros((10, 3, 2), chunks=5, dtype=np.float32))
    assert (images.dtype, images.ndim, len(images)) == (np.float32, 3, 0)
    sparse_rows = da.from_delayed(
        delayed(sparse.csr_array)(np.eye(4)), (4, 4), meta=sparse.csr_array((0, 0))
    )
    assert sparse.issparse(empty_like(sparse_rows))


def test_every_task_after_dask_s_loc_has_its_own_key():
    tasks = dict(FRAME_LAZY.loc[1010:1089].to_delayed(optimize_graph=False)[0].dask)
    mended = with_true_aliases(tasks)
    assert mended.keys() == tasks.keys()
    for key, task in mended.items():
        assert task in tasks if isinstance(task, tuple) else task.key == key


def test_data_in_a_graph_are_not_taken_for_aliases():
    persisted = FRAME_LAZY.persist()
    tasks = dict(persisted.to_delayed(optimize_graph=False)[0].dask)
    assert any(isinstance(task, pd.DataFrame) for task in tasks.values())
    assert all(with_true_aliases(tasks)[key] is task for key, task in tasks.items())
