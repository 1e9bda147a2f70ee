"""Row weights, several labels a row and continuous targets: draws by the weights of rows.

A row weighs ``value * factor_c * n_c ** -strength``, where ``value`` is its sample_weight and n_c
the sum of the values of its class (its bin, its label). Of several labels the heaviest one decides:
repeat factor sampling, Gupta, Dollar and Girshick, "LVIS: a dataset for large vocabulary instance
segmentation", CVPR 2019.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skbalance._arrays import gather, slices
from skbalance._checks import MOST_DRAWS, seed_of
from skbalance._draws.line import Weights
from skbalance._draws.line_plan import LinePlan
from skbalance._draws.quotas import rounded, shares
from skbalance._labels.pools import count_codes, group
from skbalance._planning.parameters import Parameters
from skbalance._planning.planned import Planned, warn_of_row_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy import sparse

# Numbers of draws that are so close, one relative to the other, are the same.
CLOSE = 1e-9

# Weights of rows added up at a time: numpy would make wide copies of all codes at once. (Other
# lengths are other sums, in their last bits, and so other states: see STREAM_VERSION.)
SUMMED_AT_ONCE = 2**16

WHY_NOT_WEIGHTS = "sample_weight also changes how often each row of a class is drawn"
WHY_NOT_SETS = "with several labels a row, there is no one class that has a frequency"
WHY_NOT_BINS = "a continuous target has no classes"


class Rows(NamedTuple):
    """Rows of value above 0, class after class, with each class's number of rows and sum."""

    pool: NDArray[Any]
    counts: NDArray[np.int64]
    sums: NDArray[np.float64]


def plan_of_weighted_classes(
    parameters: Parameters,
    classes: NDArray[Any],
    codes: NDArray[Any],
    values: NDArray[np.float64],
) -> Planned:
    """A plan from the class of each row and weights of rows within their classes."""
    rows = _grouped(codes, len(classes), values)
    planned = _of_classes(parameters, classes, codes, rows, values, WHY_NOT_WEIGHTS)
    warn_of_row_numbers(planned.class_counts)
    return planned


def plan_of_bins(
    parameters: Parameters,
    bins: NDArray[np.int64],
    codes: NDArray[Any],
    edges: NDArray[np.float64],
    values: NDArray[np.float64] | None = None,
) -> Planned:
    """A plan from the bin of each row and, if given, weights of rows within their bins."""
    if len(bins) < 2 and values is None:
        seen = f"numbers in bin {bins[0]} of {len(edges) - 1} alone" if len(bins) else "no rows"
        raise ValueError(f"y must hold numbers in at least 2 bins, got {seen}.")
    rows = _grouped(codes, len(bins), values)
    planned = _of_classes(parameters, bins, codes, rows, values, WHY_NOT_BINS)
    return replace(planned, others={"bin_edges_": edges})


def plan_of_label_sets(
    parameters: Parameters,
    labels: NDArray[Any],
    indicator: sparse.csr_array,
    values: NDArray[np.float64] | None = None,
) -> Planned:
    """A plan from the labels that each row bears; rows that bear none count as one label more."""
    n_borne = np.diff(indicator.indptr)
    bare = n_borne == 0
    if len(labels) + bare.any() < 2 and values is None:
        seen = f"the one label {labels.tolist()[0]!r} in all rows" if len(labels) else "no labels"
        raise ValueError(
            f"y must hold at least 2 labels, or one and rows that bear none, got {seen}."
        )
    ones = np.ones(indicator.shape[0]) if values is None else values
    sums = np.bincount(indicator.indices, np.repeat(ones, n_borne), minlength=len(labels))
    label_counts = np.bincount(indicator.indices, minlength=len(labels))
    factors = parameters.factors(labels.tolist(), label_counts)
    weights_of = _WeightsOfEpoch(
        parameters,
        np.append(sums, ones[bare].sum()),
        np.append(factors, 1.0),
        _RowsOfSets(indicator, values),
        parameters.draws_or_word(len(ones)),
        values,
    )
    weights = weights_of.mean_one(0)[:-1]
    draws_of = _DrawsOfSets(indicator)
    # In words that do not depend on the container; which rows bear lesser labels is told by these.
    borne = indicator.indptr.astype(np.int64), indicator.indices.astype(np.int64)
    plan = _plan(weights_of, *(borne if parameters.varies else ()))
    return Planned(plan, labels, label_counts, weights, draws_of, why_uncorrected=WHY_NOT_SETS)


@dataclass(frozen=True, eq=False)
class _DrawsOfSets:
    """How many draws of an epoch bear each label: how often it draws each row that does, summed."""

    indicator: sparse.csr_array

    def __call__(self, plan: LinePlan, epoch: int) -> Any:
        of_rows = plan.epoch(epoch).multiplicities()
        times = np.zeros(self.indicator.shape[0], dtype=np.int64)
        times[: len(of_rows)] = of_rows
        return self.indicator.T.astype(np.int64) @ times


def _of_classes(
    parameters: Parameters,
    classes: NDArray[Any],
    codes: NDArray[Any],
    rows: Rows,
    values: NDArray[np.float64] | None,
    why_uncorrected: str,
) -> Planned:
    """A plan where each row has one class, whose weights it shares."""
    class_counts = count_codes(codes, len(classes))
    n_samples: int | str
    if parameters.counts_by_label:
        draws = parameters.draws_by_label(classes.tolist(), rows.counts.tolist())
        for label, n_draws, n_rows in zip(classes.tolist(), draws, rows.counts, strict=True):
            if n_draws and not n_rows:
                raise ValueError(
                    f"n_samples[{label!r}] is {n_draws}, but sample_weight is 0 in all rows of "
                    f"{label!r}."
                )
        factors, n_samples = np.array(draws, dtype=float), sum(draws)
    else:
        factors = parameters.factors(classes.tolist(), class_counts)
        n_samples = parameters.draws_or_word(len(codes))
    weights_of = _WeightsOfEpoch(parameters, rows.sums, factors, _Same(rows), n_samples, values)
    plan, weights = _plan(weights_of), weights_of.mean_one(0)
    return Planned(plan, classes, class_counts, weights, why_uncorrected=why_uncorrected)


def _plan(weights_of: _WeightsOfEpoch, *told: NDArray[Any]) -> LinePlan:
    # From a RandomState the seed is drawn last, so that a fit that fails leaves it as it was.
    weights = weights_of(0)
    parameters = weights_of.parameters
    is_fixed = not parameters.varies or isinstance(weights_of.n_samples, int)
    most_draws = weights.n_samples if is_fixed else MOST_DRAWS
    seed, varies = seed_of(parameters.random_state), parameters.varies
    told = (weights_of.factors, *told)
    return LinePlan(weights_of, seed, most_draws, parameters.replacement, varies, told)


@dataclass(frozen=True, eq=False)
class _WeightsOfEpoch:
    """The weights of rows in an epoch.

    ``sums`` are those of the values of each class, or of each label and, last, of rows that bear
    none; ``factors`` multiply their weights, or are their draws where n_samples says so by label.
    ``rows_of`` is a function from the weights of classes to `Rows`.
    """

    parameters: Parameters
    sums: NDArray[np.float64]
    factors: NDArray[np.float64]
    rows_of: Callable[[Any], Rows]
    n_samples: int | str
    values: NDArray[np.float64] | None

    def __call__(self, epoch: int) -> Weights:
        weights = self._weights(epoch)
        pool, counts, sums = self.rows_of(weights)
        masses = weights * sums
        total = masses.sum()
        n_samples = self.n_samples
        if isinstance(n_samples, str):
            n_samples = self._draws_by_word(weights / total, pool, counts)
        return Weights(pool, counts, sums, masses / total, n_samples, self.values)

    def mean_one(self, epoch: int) -> NDArray[np.float64]:
        """Weights of a row of each class, scaled so that their mean over all values is 1."""
        weights = self._weights(epoch)
        sums = self.rows_of(weights).sums
        scaled: NDArray[np.float64] = weights * (sums.sum() / (weights * sums).sum())
        return scaled

    def _weights(self, epoch: int) -> NDArray[np.float64]:
        """What a row of value 1 weighs, by class; 0 where a class has no row to draw."""
        has_rows = self.sums > 0
        weights, sums = np.zeros(len(self.sums)), self.sums[has_rows]
        of_classes = self.factors[has_rows]
        if not self.parameters.counts_by_label:
            of_classes = shares(sums, self.parameters.strength_in(epoch), of_classes)
        weights[has_rows] = of_classes / sums
        return weights

    def _draws_by_word(
        self, weights: NDArray[np.float64], pool: NDArray[Any], counts: NDArray[np.int64]
    ) -> int:
        """Draws that give the lightest row one of them, or the heaviest no more than one."""
        of_rows = np.repeat(weights, counts)
        if self.values is not None:
            of_rows *= gather(self.values, pool)
        if self.n_samples == "under":
            return max(1, _whole(1 / of_rows.max(), floor))
        with np.errstate(divide="ignore", over="ignore"):
            n_draws = 1 / of_rows.min()
        if not n_draws <= MOST_DRAWS:
            raise ValueError(
                f"n_samples='over' asks for {n_draws:.3g} draws an epoch, more than 2**53, to give "
                "the lightest row one of them. Lower the strength, leave out the lightest rows, or "
                "give n_samples as a number."
            )
        return _whole(n_draws, ceil)


def _whole(n_draws: float, rounding: Callable[[float], int]) -> int:
    """The number rounded, but to the nearest one if it is that but for the errors of long sums."""
    nearest = round(n_draws)
    return nearest if abs(n_draws - nearest) <= CLOSE * n_draws else rounding(n_draws)


@dataclass(frozen=True, eq=False)
class _Same:
    """The same rows whatever classes weigh."""

    rows: Rows

    def __call__(self, _: NDArray[np.float64]) -> Rows:
        return self.rows


@dataclass(frozen=True, eq=False)
class _RowsOfSets:
    """Rows by the heaviest label that they bear; of equally heavy ones by the rarest."""

    indicator: sparse.csr_array
    values: NDArray[np.float64] | None

    def __call__(self, weights: NDArray[np.float64]) -> Rows:
        n_labels, borne = self.indicator.shape[1], self.indicator.indices
        counts = np.bincount(borne, minlength=n_labels)
        by_rank = np.lexsort((counts, -rounded(weights[:-1])))
        rank = np.empty(n_labels, dtype=np.int64)
        rank[by_rank] = np.arange(n_labels)
        codes = np.full(self.indicator.shape[0], n_labels)  # for rows that bear no label
        bears = np.diff(self.indicator.indptr) > 0
        starts = self.indicator.indptr[:-1][bears]
        codes[bears] = by_rank[np.minimum.reduceat(rank[borne], starts)]
        return _grouped(codes.astype(np.min_scalar_type(n_labels)), n_labels + 1, self.values)


def _grouped(codes: NDArray[Any], n_classes: int, values: NDArray[np.float64] | None) -> Rows:
    """The rows of value above 0 by their class."""
    pool, counts = group(codes, n_classes)
    if values is None:
        return Rows(pool, counts, counts.astype(np.float64))
    sums = np.zeros(n_classes)
    for here in slices(len(codes), SUMMED_AT_ONCE):
        sums += np.bincount(codes[here], weights=values[here], minlength=n_classes)
    if not values.all():
        pool = pool[gather(values, pool) > 0]
        counts = count_codes(codes[values > 0], n_classes)
    return Rows(pool, counts, sums)
