"""What is computed of each partition, where it is: its classes, and which of its rows are drawn.

A partition knows from the counts of the partitions before it which of a class's rows it holds: a run of ordinals. How often each
of these is drawn, the plan of the whole table tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from skbalance._labels import concatenate, encode
from skbalance._pools import group
from skbalance._rows import take_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Run:
    """The classes of a partition, and which of their rows it holds: ``n`` ordinals of each from ``first`` on."""

    labels: list[Any]
    classes: NDArray[np.intp]
    first: NDArray[np.int64]
    n: NDArray[np.int64]

    @property
    def n_rows(self) -> int:
        return int(self.n.sum())


def count(number, labels):
    """Classes of a partition, and how many rows of each it has."""
    classes, codes = encode_part(labels, number)
    return classes, np.bincount(codes, minlength=len(classes))


def encode_part(labels, number):
    """Classes and codes of a partition; what is wrong with its labels is said of this partition."""
    try:
        return encode(labels)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in partition {number} of y: {error}") from None


def runs_of(counted):
    """Classes of all partitions, and the run of each partition, from the classes and counts of each."""
    some = [classes for classes, _ in counted if len(classes)] or [counted[0][0]]
    classes, codes = encode(concatenate(some))
    filled = np.zeros(len(classes), dtype=np.int64)
    runs, start = [], 0
    for labels, n in counted:
        here = codes[start : start + len(n)].astype(np.intp)
        runs.append(Run(labels.tolist(), here, filled[here], n))
        filled[here] += n
        start += len(n)
    return classes, filled, runs


def rows_drawn(run, number, labels, epoch):
    """Rows of a partition in their order, each as often as the epoch draws it: an array of ints."""
    classes, codes = encode_part(labels, number)
    by_class, n = group(codes, len(classes))
    if classes.tolist() != run.labels or not np.array_equal(n, run.n):
        raise ValueError(f"the labels in partition {number} of y are not those that were counted in fit.")
    times = np.empty(len(codes), dtype=np.int64)
    times[by_class] = epoch.multiplicities_of_runs(run.classes, run.first, n)
    return np.repeat(np.arange(len(codes)), times)


def n_drawn(run, epoch):
    """How many rows of a partition the epoch draws, told from its run alone."""
    return int(epoch.multiplicities_of_runs(run.classes, run.first, run.n).sum())


def take_part(n_rows, number, part, rows):
    """The drawn rows of a partition."""
    if part.shape[0] != n_rows:
        raise ValueError(
            f"X and y must be partitioned alike, but partition {number} of X has {part.shape[0]} rows, of y {n_rows}."
        )
    return take_rows(part, rows)
