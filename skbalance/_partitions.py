"""What happens inside one partition of a table: counting its classes and picking its rows.

A row is drawn as often as its class and its ordinal say, and its ordinal depends on the partitions
before its own. So each partition counts its classes first. The counts of all partitions, taken
together, tell each of them which ordinals its rows have, and from then on it can be resampled by
itself. Everything here is plain functions of data in memory; none of it knows dask.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np

from skbalance._arrays import slices
from skbalance._labels.codes import encode
from skbalance._labels.containers import concatenate
from skbalance._labels.pools import count_codes, ungroup
from skbalance._labels.rows import take_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class ClassCounts(NamedTuple):
    """What one partition reports: its classes, its rows of each, and a checksum of its labels."""

    classes: NDArray[Any]
    counts: NDArray[np.int64]
    checksum: int


@dataclass(frozen=True)
class Partition:
    """Which rows of the whole table a partition holds.

    Of the class ``classes[i]``, numbered as in the whole table, it holds the ``counts[i]`` rows
    whose ordinals start at ``first[i]``.
    """

    number: int
    classes: NDArray[np.intp]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    checksum: int

    @property
    def n_rows(self) -> int:
        return int(self.counts.sum())


def count_classes(number, labels):
    """Count the classes in the labels of the partition with this number.

    >>> classes, counts, _ = count_classes(0, ["ham", "spam", "ham"])
    >>> classes.tolist(), counts.tolist()
    (['ham', 'spam'], [2, 1])
    """
    classes, codes = _encode(number, labels)
    return ClassCounts(classes, count_codes(codes, len(classes)), _checksum(classes, codes))


def combine_counts(reports):
    """The classes of the whole table, their counts, and its partitions.

    >>> reports = [count_classes(0, ["ham", "spam"]), count_classes(1, ["ham", "eggs"])]
    >>> classes, counts, partitions = combine_counts(reports)
    >>> classes.tolist(), counts.tolist()
    (['eggs', 'ham', 'spam'], [1, 2, 1])
    >>> partitions[1].classes.tolist(), partitions[1].first.tolist()
    ([0, 1], [0, 1])
    """
    # An empty partition may have a dtype of its own, which must not change that of the classes.
    of_filled = [report.classes for report in reports if len(report.classes)]
    classes, codes = encode(concatenate(of_filled or [reports[0].classes]))
    counted = np.zeros(len(classes), dtype=np.int64)
    partitions, start = [], 0
    for number, report in enumerate(reports):
        stop = start + len(report.classes)
        own = codes[start:stop].astype(np.intp)
        partitions.append(Partition(number, own, counted[own], report.counts, report.checksum))
        counted[own] += report.counts
        start = stop
    return classes, counted, partitions


def row_multiplicities(partition, labels, epoch):
    """How often the epoch draws each row of a partition: the narrowest unsigned integers."""
    classes, codes = _encode(partition.number, labels)
    if _checksum(classes, codes) != partition.checksum:
        raise ValueError(
            f"the labels in partition {partition.number} of y are not those that were counted in "
            "fit. Persist the table before fit if it changes from one computation to the next, as "
            "its order may after a shuffle."
        )
    return ungroup(_run_multiplicities(partition, epoch), codes, len(classes))


def n_draws(partition, epoch):
    """How many rows of a partition the epoch draws; its labels are not needed for that."""
    return int(_run_multiplicities(partition, epoch).sum())


def drawn_rows(first_row, multiplicities):
    """Numbers of the rows that are drawn, in order, each as often as it is drawn: int64.

    >>> drawn_rows(100, np.array([2, 0, 1])).tolist()
    [100, 100, 102]
    """
    rows, filled = np.empty(int(multiplicities.sum()), dtype=np.int64), 0
    for chunk in slices(len(multiplicities)):
        # Rows that are not drawn would only slow np.repeat down.
        drawn = np.flatnonzero(multiplicities[chunk] != 0)
        repeated = np.repeat(drawn, multiplicities[chunk].take(drawn))
        stop = filled + len(repeated)
        np.add(repeated, first_row + chunk.start, out=rows[filled:stop])
        filled = stop
    return rows


def resample_partition(partition, X, y, epoch):
    """The rows and the labels of a partition, each as often as the epoch draws it."""
    multiplicities = row_multiplicities(partition, y, epoch)
    # Lengths may be unknown until now: those of frames always are, those of arrays may be.
    if X.shape[0] != len(multiplicities):
        raise ValueError(
            f"X and y must be partitioned alike, but partition {partition.number} of X has "
            f"{X.shape[0]} rows, of y {len(multiplicities)}. Filter and repartition the table "
            "before X and y are taken from it."
        )
    rows = drawn_rows(0, multiplicities)
    return take_rows(X, rows), take_rows(y, rows)


def _encode(number, labels):
    """Classes and codes of a partition's labels; an error names the partition.

    The rows that an error names are counted from 0 in each partition.
    """
    try:
        return encode(labels)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in partition {number} of y: {error}") from None


def _checksum(classes, codes):
    """A number that changes with the labels or with their order."""
    return crc32(codes, crc32(repr(classes.tolist()).encode()))


def _run_multiplicities(partition, epoch):
    """How often the epoch draws each row of a partition, class by class, by ordinal in each."""
    return epoch.multiplicities_of_runs(partition.classes, partition.first, partition.counts)
