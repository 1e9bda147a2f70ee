"""What happens inside one partition of a table: counting its cells and picking its rows.

A cell is a class or, with groups, a group and a class that occur together. A row is drawn as often
as its cell and its ordinal there say, and its ordinal depends on the partitions before its own. So
each partition counts its cells first. The counts of all partitions, taken together, tell each of
them which ordinals its rows have, and from then on it can be resampled by itself. Everything here
is plain functions of data in memory; none of it knows dask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from zlib import crc32

import numpy as np

from skbalance._arrays import slices
from skbalance._labels.codes import encode, encode_cells
from skbalance._labels.containers import concatenate
from skbalance._labels.pools import count_codes, ungroup
from skbalance._labels.rows import take_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray


class CellCounts(NamedTuple):
    """What one partition reports: its cells, its rows in each, and a checksum of each column.

    The columns are y or, with groups, groups and y. By the name of a column, ``labels`` are its
    sorted labels and ``label_of`` has the index of the one that each cell has there.
    """

    labels: Mapping[str, NDArray[Any]]
    label_of: Mapping[str, NDArray[np.intp]]
    counts: NDArray[np.int64]
    checksums: Mapping[str, int]


@dataclass(frozen=True)
class Partition:
    """Which rows of the whole table a partition holds.

    Of the cell ``cells[i]``, numbered as in the whole table, it holds the ``counts[i]`` rows whose
    ordinals start at ``first[i]``.
    """

    number: int
    cells: NDArray[np.intp]
    first: NDArray[np.int64]
    counts: NDArray[np.int64]
    checksums: Mapping[str, int]

    @property
    def n_rows(self) -> int:
        return int(self.counts.sum())


def count_cells(number, y, groups=None):
    """Count the cells in the labels, and groups, of the partition with this number.

    >>> report = count_cells(0, ["ham", "spam", "ham"])
    >>> report.labels["y"].tolist(), report.counts.tolist()
    (['ham', 'spam'], [2, 1])
    >>> report = count_cells(0, ["ham", "spam", "ham"], groups=["web", "mail", "web"])
    >>> report.labels["groups"].tolist(), report.counts.tolist()
    (['mail', 'web'], [1, 2])
    >>> report.label_of["groups"].tolist(), report.label_of["y"].tolist()
    ([0, 1], [1, 0])
    """
    columns = _encode_columns(number, y, groups)
    for name, (_, codes) in columns.items():
        _check_lengths(number, name, len(codes), len(columns["y"][1]))
    label_of, codes = _cells_of(columns)
    return CellCounts(
        labels={name: labels for name, (labels, _) in columns.items()},
        label_of=label_of,
        counts=count_codes(codes, len(label_of["y"])),
        checksums={name: _checksum(*column) for name, column in columns.items()},
    )


def combine_counts(reports):
    """Labels and cells of the whole table as in `CellCounts`, counts, and the partitions.

    >>> reports = [count_cells(0, ["ham", "spam"]), count_cells(1, ["ham", "eggs"])]
    >>> labels, _, counts, partitions = combine_counts(reports)
    >>> labels["y"].tolist(), counts.tolist()
    (['eggs', 'ham', 'spam'], [1, 2, 1])
    >>> partitions[1].cells.tolist(), partitions[1].first.tolist()
    ([0, 1], [0, 1])
    """
    columns = {name: _combine_labels(name, reports) for name in reports[0].labels}
    label_of, codes = _cells_of(columns)
    counted = np.zeros(len(label_of["y"]), dtype=np.int64)
    partitions, start = [], 0
    for number, report in enumerate(reports):
        stop = start + len(report.counts)
        own = codes[start:stop].astype(np.intp)
        partitions.append(Partition(number, own, counted[own], report.counts, report.checksums))
        counted[own] += report.counts
        start = stop
    labels = {name: labels for name, (labels, _) in columns.items()}
    return labels, label_of, counted, partitions


def row_multiplicities(partition, epoch, y, groups=None):
    """How often the epoch draws each row of a partition: the narrowest unsigned integers."""
    columns = _encode_columns(partition.number, y, groups)
    for name, column in columns.items():
        if _checksum(*column) != partition.checksums[name]:
            raise ValueError(
                f"the labels in partition {partition.number} of {name} are not those that were "
                "counted in fit. Persist the table before fit if it changes from one computation "
                "to the next, as its order may after a shuffle."
            )
    label_of, codes = _cells_of(columns)
    return ungroup(_run_multiplicities(partition, epoch), codes, len(label_of["y"]))


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


def resample_partition(partition, epoch, X, y, groups=None):
    """The rows and the labels of a partition, each as often as the epoch draws it."""
    multiplicities = row_multiplicities(partition, epoch, y, groups)
    # Lengths may be unknown until now: those of frames always are, those of arrays may be.
    _check_lengths(partition.number, "X", X.shape[0], len(multiplicities))
    rows = drawn_rows(0, multiplicities)
    return take_rows(X, rows), take_rows(y, rows)


def _encode_columns(number, y, groups):
    """Labels and codes of a partition's columns, by name: cells are sorted by the first one first.

    The rows that an error names are counted from 0 in each partition.
    """
    columns = {"y": y} if groups is None else {"groups": groups, "y": y}
    return {
        name: _encode(column, name, f"in partition {number}") for name, column in columns.items()
    }


def _combine_labels(name, reports):
    """Labels of a column of the whole table, and the code of each reported cell there."""
    parts = [report.labels[name] for report in reports]
    # An empty partition may have a dtype of its own, which must not change that of the labels.
    filled = [part for part in parts if len(part)] or parts[:1]
    labels, codes = _encode(concatenate(filled), name, "in the partitions")
    ends = np.cumsum([len(part) for part in parts])
    of_cells = [
        report.label_of[name] + end - len(part)
        for report, part, end in zip(reports, parts, ends, strict=True)
    ]
    return labels, codes[np.concatenate(of_cells)]


def _encode(column, name, where):
    """Labels and codes of a column; an error says where they are."""
    try:
        return encode(column, name)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{where} of {name}: {error}") from None


def _cells_of(columns):
    """Cells in use, as the index of their label in each column, and the code of each row."""
    of_columns, codes = encode_cells(list(columns.values()))
    return dict(zip(columns, of_columns, strict=True)), codes


def _check_lengths(number, name, n_rows, n_labels):
    """Raise unless a partition has as many rows of this name as labels."""
    if n_rows != n_labels:
        raise ValueError(
            f"{name} and y must be partitioned alike, but partition {number} of {name} has "
            f"{n_rows} rows, of y {n_labels}. Filter and repartition the table before {name} and y "
            "are taken from it."
        )


def _checksum(labels, codes):
    """A number that changes with the labels or with their order."""
    return crc32(codes, crc32(repr(labels.tolist()).encode()))


def _run_multiplicities(partition, epoch):
    """How often the epoch draws each row of a partition, cell by cell, by ordinal in each."""
    return epoch.multiplicities_of_runs(partition.cells, partition.first, partition.counts)
