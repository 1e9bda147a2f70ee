"""One class a row: whole draws for each class, or for each class in each group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skbalance._checks import MOST_DRAWS, seed_of
from skbalance._draws import quotas as _quotas
from skbalance._draws.plan import Plan
from skbalance._planning.parameters import Parameters
from skbalance._planning.planned import Planned, warn_of_row_numbers

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHY_NOT_GROUPS = "groups also change how often rows of each group come up within a class"


class Cells(NamedTuple):
    """Groups and classes that occur together, sorted by group and then by class.

    ``groups`` and ``classes`` are sorted labels; of each cell ``group_of`` and ``class_of`` are
    indices into them, ``counts`` its numbers of rows.
    """

    groups: NDArray[Any]
    classes: NDArray[Any]
    group_of: NDArray[np.intp]
    class_of: NDArray[np.intp]
    counts: NDArray[np.int64]

    def draws_of(self, plan: Plan, epoch: int) -> Any:
        """Draws of each class in an epoch, those in all groups together."""
        return self.table(plan.quotas_of(epoch)).sum(axis=0)

    def table(self, values: NDArray[np.int64]) -> NDArray[np.int64]:
        """Values of the cells as an array of shape (n_groups, n_classes), 0 where there is none."""
        table = np.zeros((len(self.groups), len(self.classes)), dtype=np.int64)
        table[self.group_of, self.class_of] = values
        return table


def plan_of_classes(
    parameters: Parameters,
    classes: NDArray[Any],
    class_counts: NDArray[np.int64],
    pool: NDArray[Any] | None = None,
) -> Planned:
    """A plan from classes of which the numbers of rows are known."""
    if len(classes) < 2:
        seen = f"the one class {classes.tolist()[0]!r}" if len(classes) else "no rows"
        raise ValueError(f"y must hold rows of at least 2 classes, got {seen}.")
    if parameters.counts_by_label:
        draws = parameters.draws_by_label(classes.tolist(), class_counts.tolist())
        quotas = np.array(draws, dtype=np.int64)
        plan = _plan(parameters, class_counts, quotas, pool)
        shares = quotas / quotas.sum()
    else:
        factors = parameters.factors(classes.tolist(), class_counts)
        shares_at = partial(_quotas.shares, class_counts, factors=factors)
        n_samples = parameters.draws_or_word(int(class_counts.sum()), len(classes))
        shares, plan = _plan_by_shares(
            parameters, class_counts, shares_at, n_samples, factors, pool
        )
    weights = _quotas.row_weights(class_counts, shares)
    warn_of_row_numbers(class_counts)
    return Planned(plan, classes, class_counts, weights)


def plan_of_cells(
    parameters: Parameters, cells: Cells, pool: NDArray[Any] | None = None
) -> Planned:
    """A plan from groups and classes of which the numbers of rows in each other are known."""
    n_cells = len(cells.counts)
    if n_cells < 2:
        seen = f"{n_cells} of them" if n_cells else "no rows"
        raise ValueError(
            f"y and groups must hold rows of at least 2 classes or groups, got {seen}."
        )
    cell_counts = cells.table(cells.counts)
    class_counts = cell_counts.sum(axis=0)
    factors = parameters.factors(cells.classes.tolist(), class_counts)
    shares_at = _SharesOfCells(cells, factors, float(parameters.group_strength))
    what = "cells (a group and a class that occur together)"
    n_samples = parameters.draws_or_word(int(cells.counts.sum()), n_cells, what)
    # The strength of groups is told apart in states, too.
    told = np.append(factors, shares_at.group_strength)
    shares, plan = _plan_by_shares(parameters, cells.counts, shares_at, n_samples, told, pool)
    class_shares = np.bincount(cells.class_of, weights=shares)
    warn_of_row_numbers(class_counts)
    return Planned(
        plan,
        cells.classes,
        class_counts,
        _quotas.row_weights(class_counts, class_shares),
        cells.draws_of,
        {
            "groups_": cells.groups,
            "cell_counts_": cell_counts,
            "cell_draws_": cells.table(plan.quotas),
        },
        WHY_NOT_GROUPS,
    )


def _plan_by_shares(
    parameters: Parameters,
    counts: NDArray[np.int64],
    shares_at: Callable[[float], Any],
    n_samples: int | str,
    factors: NDArray[np.float64],
    pool: NDArray[Any] | None,
) -> tuple[NDArray[np.float64], Plan]:
    """The shares of epoch 0, and the plan of all epochs, where strength decides them."""
    of_epoch = _QuotasOfEpoch(parameters, counts, shares_at, n_samples)
    shares = of_epoch.shares(0)
    plan = _plan(parameters, counts, _quotas.quotas(counts, shares, n_samples), pool)
    if parameters.varies:
        plan = replace(plan, schedule=of_epoch, most_draws=of_epoch.most_draws, factors=factors)
    return shares, plan


def _plan(
    parameters: Parameters,
    counts: NDArray[np.int64],
    quotas: NDArray[np.int64],
    pool: NDArray[Any] | None,
) -> Plan:
    # From a RandomState the seed is drawn last, so that a fit that fails leaves it as it was.
    return Plan(counts, quotas, seed_of(parameters.random_state), parameters.replacement, pool)


@dataclass(frozen=True, eq=False)
class _SharesOfCells:
    """Each cell's share of the draws, by strength."""

    cells: Cells
    factors: NDArray[np.float64]
    group_strength: float

    def __call__(self, strength: float) -> Any:
        _, _, group_of, class_of, counts = self.cells
        return _quotas.cell_shares(
            counts, group_of, class_of, strength, self.factors, self.group_strength
        )


@dataclass(frozen=True, eq=False)
class _QuotasOfEpoch:
    """The quotas of an epoch, where they may change from one to the next."""

    parameters: Parameters
    counts: NDArray[np.int64]
    shares_at: Callable[[float], Any]
    n_samples: int | str

    def shares(self, epoch: int) -> NDArray[np.float64]:
        """Each class's, or each cell's, share of the draws of an epoch."""
        shares: NDArray[np.float64] = self.shares_at(self.parameters.strength_in(epoch))
        return shares

    def __call__(self, epoch: int) -> Any:
        return _quotas.quotas(self.counts, self.shares(epoch), self.n_samples)

    @property
    def most_draws(self) -> int:
        """A bound of the draws of any epoch."""
        if self.n_samples == "under":
            return int(self.counts.sum())
        return MOST_DRAWS if self.n_samples == "over" else int(self.n_samples)
