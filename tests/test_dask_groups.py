"""Two levels on dask: draws shared among groups, and within each group among its classes."""

import pickle

import cloudpickle
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
    GROUPED,
    SITES,
    Y,
    drawn_in_memory,
    in_frames,
    seeded,
    store,
    synchronous,  # noqa: F401  # a fixture that every test here uses
)


def as_series(values, lengths):
    return in_frames(pd.Series(values), lengths)


def as_array(values, lengths):
    return da.from_array(np.asarray(values), chunks=(tuple(lengths),))


ROWS = as_array(np.arange(100), [40, 0, 60])
LABELS = as_array(Y, [40, 0, 60])
GROUPS = as_array(SITES, [40, 0, 60])

KINDS = {
    "strings": np.array(["south", "north", "west", "east"]).take,
    "integers": (np.array([7, 0, -3, 10]) * 10**12).take,
    "bools": lambda numbers: numbers > 1,
    "categories": lambda numbers: pd.Categorical.from_codes(numbers, ["d", "b", "a", "c", "none"]),
}


@settings(max_examples=100)
@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=8).filter(lambda n: sum(n) >= 20),
    st.integers(0, 2**32),
    st.sampled_from([as_series, as_array]),
    st.sampled_from([as_series, as_array]),
    st.sampled_from(sorted(KINDS)),
    st.booleans(),
    st.fixed_dictionaries(
        {
            # Moderate, as "over" takes millions of draws where cells are far apart.
            "strength": st.sampled_from([0, 0.5, 1, 1.5, lambda epoch: epoch / 4]),
            "group_strength": st.sampled_from([0, 0.5, 1, 1.5]),
            "class_weight": st.sampled_from([None, {"a": 3, "d": 0.5}, lambda n: n**-0.5]),
            "n_samples": st.sampled_from([None, 20, 1.0, 3.2, "over", "under"]),
        }
    ),
    st.integers(0, 5),
)
def test_it_draws_what_the_sampler_in_memory_draws(
    lengths, seed, container, container_of_groups, kind, is_sorted, parameters, epoch
):
    random = np.random.default_rng(seed)
    n_rows = sum(lengths)
    y, groups = (random.choice(4, n_rows, p=random.dirichlet(np.ones(4))) for _ in range(2))
    if is_sorted:  # so that partitions miss groups
        groups.sort()
    y = np.array(["a", "b", "c", "d"])[y]
    y[:2] = "a", "b"
    groups = KINDS[kind](groups)
    parameters = {**parameters, "random_state": int(seed)}
    memory = skbalance.InverseFrequencySampler(**parameters).fit(None, y, groups=groups)
    sampler = InverseFrequencySampler(**parameters).fit(
        as_array(np.arange(n_rows), lengths),
        container(y, lengths),
        groups=container_of_groups(groups, lengths),
    )
    rows, y_res = (result.compute() for result in sampler.resample(epoch))
    assert np.array_equal(rows, np.sort(memory.draw(epoch)))
    assert np.array_equal(y_res, y[rows])
    assert np.array_equal(sampler.draw(epoch).compute(), rows)
    assert sampler.groups_.tolist() == memory.groups_.tolist()
    assert sampler.cell_counts_.tolist() == memory.cell_counts_.tolist()
    assert sampler.cell_draws_.tolist() == memory.cell_draws_.tolist()
    assert sampler.classes_.tolist() == memory.classes_.tolist()
    assert sampler.class_counts_.tolist() == memory.class_counts_.tolist()
    assert sampler.class_weight_ == memory.class_weight_
    assert sampler.sampling_strategy_ == memory.sampling_strategy_


def test_many_cells_and_many_rows_are_drawn_as_in_memory():
    random = np.random.default_rng(0)
    y, groups = random.integers(0, 40, 200_000) ** 2 // 300, random.integers(0, 900, 200_000)
    groups[20_000:] //= 450  # cells of more than 2**14 rows beside thousands of small ones
    lengths = [7000, 1, 0, 192_999]
    sampler = seeded(random_state=3).fit(
        None, as_array(y, lengths), None, as_array(groups, lengths)
    )
    assert (sampler.cell_counts_ > 0).sum() > 3000
    expected = drawn_in_memory(y, groups=groups, random_state=3)
    assert np.array_equal(sampler.draw().compute(), expected)


def test_epochs_go_on_where_the_one_before_stopped_in_each_cell():
    sampler = seeded(n_samples="under", strength=0.5).fit(None, LABELS, groups=GROUPS)
    drawn = np.concatenate([sampler.draw(epoch).compute() for epoch in range(20)])
    times = pd.Series(np.bincount(drawn, minlength=100)).groupby([SITES, Y])
    assert (times.max() - times.min() <= 1).all()


@pytest.mark.parametrize("dtype", ["category", "string", "object", "int8", "Int64"])
def test_groups_may_be_of_any_dtype(dtype):
    of_texts = dtype in ("category", "string", "object")
    sites = SITES if of_texts else np.unique(SITES, return_inverse=True)[1]
    groups = pd.Series(sites).astype(dtype)
    table = in_frames(GROUPED.assign(site=groups.array), [30, 70])
    for column in table["site"], table[["site"]]:
        sampler = seeded().fit(None, table["text"], groups=column)
        assert np.array_equal(sampler.draw().compute(), drawn_in_memory(Y, groups=groups))
        assert sampler.groups_.dtype.kind == ("O" if of_texts else "i")


def test_partitions_of_groups_may_be_empty_and_of_other_kinds():
    partitions = [
        np.empty(0),
        np.array([1, 2, 1]),
        np.empty(0, dtype=object),
        np.array([2, 3], dtype=object),
    ]
    groups = da.concatenate(
        [da.from_delayed(delayed(part), (np.nan,), int) for part in partitions],
        allow_unknown_chunksizes=True,
    )
    y = as_array(["a", "b", "a", "a", "b"], [0, 3, 0, 2])
    drawn = seeded(n_samples=20).fit(None, y, groups=groups).draw().compute()
    expected = drawn_in_memory(["a", "b", "a", "a", "b"], groups=[1, 2, 1, 2, 3], n_samples=20)
    assert np.array_equal(drawn, expected)


def test_all_rows_may_be_of_one_class_or_of_one_group():
    alike = np.array(["same"] * 100)
    for y, groups in (alike, SITES), (Y, alike):
        sampler = seeded().fit(None, as_array(y, [40, 60]), groups=as_array(groups, [40, 60]))
        assert np.array_equal(sampler.draw().compute(), drawn_in_memory(y, groups=groups))


def test_arrays_know_the_lengths_of_their_chunks():
    X_res, y_res = seeded().fit_resample(ROWS, LABELS, groups=GROUPS)
    assert X_res.chunks == y_res.chunks == seeded().fit(None, LABELS, None, GROUPS).draw().chunks
    assert X_res.chunks[0] == tuple(len(block.compute()) for block in X_res.blocks)


def test_groups_come_from_a_stored_table_like_its_other_columns(tmp_path):
    store(GROUPED, tmp_path, 10)
    table = dd.read_parquet(tmp_path)
    X_res, y_res = seeded().fit_resample(table[["row"]], table["text"], groups=table["site"])
    joined = X_res.assign(y=y_res).compute()
    assert np.array_equal(joined["row"], drawn_in_memory(Y, groups=SITES))
    assert np.array_equal(joined["y"], Y[joined["row"]])


def test_a_fit_without_groups_forgets_those_of_the_fit_before():
    sampler = seeded().fit(ROWS, LABELS, groups=GROUPS).fit(ROWS, LABELS)
    assert np.array_equal(sampler.resample()[0].compute(), drawn_in_memory(Y))
    for name in "groups_", "cell_counts_", "cell_draws_":
        assert not hasattr(sampler, name)
    assert hasattr(sampler, "log_prior_shift_")


def test_samplers_fitted_with_groups_are_pickled_and_cloned():
    sampler = seeded(group_strength=0.5).fit(ROWS, LABELS, groups=GROUPS)
    for again in pickle.loads(pickle.dumps(sampler)), cloudpickle.loads(cloudpickle.dumps(sampler)):
        assert np.array_equal(again.resample(2)[0].compute(), sampler.resample(2)[0].compute())
    assert repr(clone(sampler)) == "InverseFrequencySampler(group_strength=0.5, random_state=0)"


def test_displays_take_it_and_corrections_say_why_they_do_not():
    sampler = seeded().fit(None, LABELS, groups=GROUPS)
    display = ClassBalanceDisplay.from_sampler(sampler)
    assert display.resampled_counts.tolist() == sampler.cell_draws_.sum(axis=0).tolist()
    assert not hasattr(sampler, "log_prior_shift_")
    with pytest.raises(ValueError, match="groups also change how often"):
        sampler.correct_proba(np.full((1, 3), 1 / 3))


# What is refused.


@pytest.mark.parametrize(
    ("groups", "error", "message"),
    [
        (SITES, TypeError, "groups must be a dask DataFrame, Series or array, got ndarray"),
        ("site", TypeError, r"groups must be a dask .* pass the column itself, X\['site'\]"),
        (
            as_array(SITES, [50, 50]),
            ValueError,
            "groups and y must be partitioned alike, got 2 and 3 partitions. Take both as frames",
        ),
        (
            as_array(SITES, [40, 1, 59]),
            ValueError,
            r"groups and y must be partitioned alike, got partitions \(40, 1, 59\) and \(40, 0, 60",
        ),
        (
            as_series(SITES[:99], [40, 0, 59]),
            ValueError,
            "groups and y must be partitioned alike, but partition 2 of groups has 59 rows, of y "
            "60. Filter and repartition the table before groups and y are taken from it",
        ),
        (
            as_series(np.where(np.arange(100) == 42, None, SITES), [40, 0, 60]),
            ValueError,
            "in partition 2 of groups: groups has missing labels .* at row 2",
        ),
        (
            as_array(np.linspace(0, 1, 100), [40, 0, 60]),
            ValueError,
            r"in partition \d of groups: Unknown label type",
        ),
        (
            as_array(np.array([1] * 40 + ["a"] * 60, dtype=object), [40, 0, 60]),
            TypeError,
            "in the partitions of groups: labels must be of one kind",
        ),
    ],
)
def test_what_are_no_groups_of_the_rows_is_refused(groups, error, message):
    with pytest.raises(error, match=message):
        seeded().fit(ROWS, LABELS, groups=groups)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_samples": 7}, "leave each of the 8 cells .* a draw, got n_samples=7"),
        ({"n_samples": {"rare": 5}}, "with groups, give n_samples as a number or a word"),
        ({"bins": 5}, "bins=5 has no effect unless target_type='continuous'"),
        ({"target_type": "multilabel"}, "target_type must be 'class' for dask collections"),
    ],
)
def test_what_does_not_go_with_groups_is_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        seeded(**parameters).fit(None, LABELS, groups=GROUPS)


def test_one_cell_is_not_enough():
    alike = as_array(["same"] * 4, [2, 2])
    nothing = as_series(pd.Series([], dtype=object), [0, 0])
    for y, seen in (alike, "got 1 of them"), (nothing, "got no rows"):
        with pytest.raises(ValueError, match=f"at least 2 classes or groups, {seen}"):
            seeded().fit(None, y, groups=y)


@pytest.mark.parametrize("changing", ["y", "groups"])
@pytest.mark.parametrize("change", [np.flip, np.char.upper, lambda values: values[1:]])
def test_labels_and_groups_that_are_others_than_in_fit_are_refused(changing, change):
    given = {"y": Y, "groups": SITES}
    answers = [given[changing], change(given[changing])]  # one for each time that it is computed
    computed = delayed(lambda: answers.pop(0), pure=False)()
    columns = {name: da.from_array(values, chunks=100) for name, values in given.items()}
    columns[changing] = da.from_delayed(computed, (np.nan,), given[changing].dtype)
    X_res, _ = seeded().fit_resample(da.arange(100, chunks=100), **columns)
    with pytest.raises(
        ValueError,
        match=f"the labels in partition 0 of {changing} are not those that were counted in fit",
    ):
        X_res.compute()
