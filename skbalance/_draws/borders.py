"""Where epochs start on the circles of the classes; what a border means for their order is told in
`_plan`.
"""

from typing import NamedTuple

import numpy as np


class Border(NamedTuple):
    """Where an epoch starts on the circle of each class: arrays of shape (n_classes,)."""

    place: np.ndarray
    half: np.ndarray  # 0 or 1: the half that holds the place
    since: np.ndarray  # the first epoch of the run of epochs whose borders all fell into this half
    dealt: np.ndarray  # the last epoch that started at the start of the circle


def border_by_division(plan, epoch):
    """The border of an epoch where quotas never change.

    From one epoch to the next the border moves by ``step``, forwards or backwards by at most half a
    circle, so it cannot leap over a half, and the run of epochs whose borders fell into this half
    can be counted by a division. After a period it is back at the start.
    """
    largest = max(epoch, 1) * int(plan.class_counts.max())
    # Twice a place, and an epoch times a step, must not overflow; narrow divisions are the faster
    # ones.
    wide = (
        np.int32
        if max(largest, plan.quotas.max()) < 2**30
        else np.int64
        if largest < 2**62
        else object
    )
    n, q, middle = (array.astype(wide) for array in (plan.class_counts, plan.quotas, plan.middles))
    step = q % n
    place = epoch * step % n
    step = np.where(2 * step <= n, step, step - n)
    half = (place >= middle).astype(np.intp)
    low, high = np.where(half, middle, 0), np.where(half, n, middle)
    run = np.where(step >= 0, place - low, high - 1 - place) // np.maximum(abs(step), 1)
    since = np.where(
        place == low, epoch, epoch - run
    )  # on the edge of a half, a border does not cut it
    return Border(
        place.astype(np.int64), half, since.astype(np.int64), epoch - epoch % plan.periods
    )


class BorderWalk:
    """The borders of a plan with a schedule, epoch by epoch from the last one asked for, or from
    the start.
    """

    def __init__(self, plan):
        self._plan = plan
        zero = np.zeros_like(plan.class_counts)
        self._start = 0, Border(zero, (plan.middles == 0).astype(np.intp), zero, zero)
        self._last = self._start

    def to(self, epoch):
        plan = self._plan
        now, border = self._last if self._last[0] <= epoch else self._start
        while now < epoch:
            place = (border.place + plan.quotas_of(now)) % plan.class_counts
            now += 1
            half = (place >= plan.middles).astype(np.intp)
            stays = (half == border.half) & (place != np.where(half, plan.middles, 0))
            since, dealt = (
                np.where(stays, border.since, now),
                np.where(place == 0, now, border.dealt),
            )
            border = Border(place, half, since, dealt)
        self._last = now, border
        return border
