"""What is computed of each partition, where it is: its classes, and which of its rows are drawn.

From the counts of the partitions before it, a partition knows which of a class's rows it holds: a
run of ordinals. How often each of these is drawn, the plan of the whole table tells.
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


class Counted(NamedTuple):
    """What the first pass tells of a partition: its classes, how many rows of each it has, and a
    checksum of its labels.
    """

    classes: NDArray[Any]
    counts: NDArray[np.int64]
    checksum: int


@dataclass(frozen=True)
class Holding:
    """Which rows a partition holds of the whole table: ``counts`` ordinals of its classes, numbered
    as in the table, from ``first`` on.
    """

    classes: NDArray[np.intp]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    checksum: int

    @property
    def n_rows(self) -> int:
        return int(self.counts.sum())


def count(part_number, labels):
    """Count the classes of a partition."""
    classes, codes = encode_part(part_number, labels)
    return Counted(classes, count_codes(codes, len(classes)), checksum_of(classes, codes))


def checksum_of(classes, codes):
    return crc32(codes, crc32(repr(classes.tolist()).encode()))


def encode_part(part_number, labels):
    """Classes and codes of a partition; what is wrong with its labels is said of this partition,
    whose rows count from 0.
    """
    try:
        return encode(labels)
    except (TypeError, ValueError) as error:
        raise type(error)(f"in partition {part_number} of y: {error}") from None


def holdings_of(counted):
    """Classes of all partitions, their counts, and what each partition holds of them."""
    some = [part.classes for part in counted if len(part.classes)] or [counted[0].classes]
    classes, codes = encode(concatenate(some))
    filled = np.zeros(len(classes), dtype=np.int64)
    holdings, start = [], 0
    for part in counted:
        here = codes[start : start + len(part.classes)].astype(np.intp)
        holdings.append(Holding(here, filled[here], part.counts, part.checksum))
        filled[here] += part.counts
        start += len(part.classes)
    return classes, filled, holdings


def times_drawn(holding, part_number, labels, epoch):
    """How often the epoch draws each row of a partition: unsigned integers, as narrow as can be."""
    classes, codes = encode_part(part_number, labels)
    if checksum_of(classes, codes) != holding.checksum:
        raise ValueError(
            f"the labels in partition {part_number} of y are not those that were counted in fit. Persist the table before fit if "
            "it changes from one computation to the next, as its order may after a shuffle."
        )
    times = epoch.multiplicities_of_runs(holding.classes, holding.first, holding.counts)
    return ungroup(times, codes, len(classes))


def n_drawn(holding, epoch):
    """How many rows of a partition the epoch draws, told without its labels."""
    return int(epoch.multiplicities_of_runs(holding.classes, holding.first, holding.counts).sum())


def rows_drawn(start, times):
    """The rows of a partition in their order, counted from ``start``, each as often as it is drawn:
    an int64 array.
    """
    rows, filled = np.empty(int(times.sum()), dtype=np.int64), 0
    for here in slices(len(times)):
        some = np.flatnonzero(
            times[here] != 0
        )  # rows that are not drawn would only slow the repetition
        repeated = np.repeat(some, times[here].take(some))
        np.add(repeated, start + here.start, out=rows[filled : filled + len(repeated)])
        filled += len(repeated)
    return rows


def resampled_part(holding, part_number, X_part, y_part, epoch):
    """Rows and labels of a partition, each as often as it is drawn; what `check_alike` could not
    know of lengths is checked here.
    """
    times = times_drawn(holding, part_number, y_part, epoch)
    if X_part.shape[0] != len(times):
        raise ValueError(
            f"X and y must be partitioned alike, but partition {part_number} of X has {X_part.shape[0]} rows, of y {len(times)}. "
            "Filter and repartition the table before X and y are taken from it."
        )
    rows = rows_drawn(0, times)
    return take_rows(X_part, rows), take_rows(y_part, rows)
