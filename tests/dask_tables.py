"""Small tables as dask collections, and what is drawn from them in memory, for the tests of dask.

Its name begins otherwise than those of the tests, so that pytest does not collect it.
"""

import dask
import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest
from dask.delayed import delayed

import skbalance
from skbalance.dask import InverseFrequencySampler

LABELS = np.array(["common"] * 80 + ["middling"] * 15 + ["rare"] * 5)
Y = np.random.default_rng(0).permutation(LABELS)
SITES = np.random.default_rng(1).permutation(["north"] * 60 + ["south"] * 30 + ["west"] * 10)
FRAME = pd.DataFrame({"row": np.arange(100), "text": Y}, index=np.arange(1000, 1100))
GROUPED = FRAME.assign(site=SITES)


@pytest.fixture(autouse=True)
def synchronous():
    """For every test of a module that imports it: dask computes in this thread."""
    with dask.config.set(scheduler="synchronous"):
        yield


def seeded(**parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters})


def drawn_in_memory(y, epoch=0, groups=None, **parameters):
    """The rows that the sampler in memory draws, in the table's order."""
    sampler = skbalance.InverseFrequencySampler(**{"random_state": 0, **parameters})
    return np.sort(sampler.fit(None, y, groups=groups).draw(epoch))


def in_frames(pandas, lengths):
    """A dask frame or series with partitions of those lengths, some of which may be 0."""
    ends = np.cumsum(lengths)
    partitions = [delayed(pandas.iloc[end - n : end]) for end, n in zip(ends, lengths, strict=True)]
    return dd.from_delayed(partitions, meta=pandas.iloc[:0])


def as_frames(y, lengths):
    rows = pd.DataFrame({"row": np.arange(len(y))})
    return in_frames(rows, lengths), in_frames(pd.Series(y), lengths)


def as_arrays(y, lengths):
    chunks = (tuple(lengths),)
    return da.arange(len(y), chunks=chunks)[:, None], da.from_array(np.asarray(y), chunks=chunks)


def as_frame_and_array(y, lengths):
    return as_frames(y, lengths)[0], as_arrays(y, lengths)[1]


def store(table, folder, n_files):
    """Write the table as Parquet files, its rows in order."""
    for number, rows in enumerate(np.array_split(np.arange(len(table)), n_files)):
        table.iloc[rows].to_parquet(folder / f"{number}.parquet")
