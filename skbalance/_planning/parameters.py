"""Parameters of a sampler, checked, and what they say of labels, epochs and draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np

from skbalance._checks import (
    MOST_DRAWS,
    check_bins,
    check_bool,
    check_class_weight,
    check_factor,
    check_n_samples,
    check_strength,
    check_target_type,
    draws_or_word,
    strength_at,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """How rows are to be balanced: the parameters of an `InverseFrequencySampler`, checked."""

    strength: float | Callable[[int], float] = 1.0
    n_samples: float | str | Mapping[Any, int] | None = None
    replacement: bool = False
    class_weight: Mapping[Any, float] | Callable[[Any], Any] | None = None
    group_strength: float = 1.0
    target_type: str = "class"
    bins: Any = 10
    random_state: int | np.random.RandomState | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "n_samples", check_n_samples(self.n_samples))
        check_class_weight(self.class_weight)
        object.__setattr__(self, "replacement", check_bool(self.replacement, "replacement"))
        check_strength(self.group_strength, "group_strength")
        check_target_type(self.target_type)
        check_bins(self.bins)
        weighs = self.varies or self._strength_at_0 != 1 or self.class_weight is not None
        if weighs and self.counts_by_label:
            raise ValueError(
                "n_samples as a dict says how often each class is drawn, so strength and "
                f"class_weight have no effect, got strength={self.strength!r} and "
                f"class_weight={self.class_weight!r}."
            )
        if self.counts_by_label and self.target_type == "multilabel":
            raise ValueError(
                "n_samples as a dict says how often each class is drawn, but draws of a row with "
                "several labels count for each of them: give target_type='multilabel' n_samples "
                "as a number or a word, and class_weight for single labels."
            )

    def check_used(self, has_groups: bool) -> None:
        """Raise for a parameter that has no effect, though its user gave it."""
        if self.counts_by_label and has_groups:
            raise ValueError(
                "n_samples as a dict says how often each class is drawn, which groups decide, too: "
                "with groups, give n_samples as a number or a word."
            )
        if self.group_strength != 1 and not has_groups:
            raise ValueError(
                f"group_strength={self.group_strength!r} has no effect without groups, the "
                "group of each row: give fit (or the torch sampler, or the loader) groups=..., too."
            )
        is_default = isinstance(self.bins, Integral) and self.bins == 10
        if not is_default and self.target_type != "continuous":
            raise ValueError(
                f"bins={self.bins!r} has no effect unless target_type='continuous', got "
                f"target_type={self.target_type!r}."
            )

    @property
    def _of_y(self) -> str:
        """What the classes of the target are."""
        return "bins of y (numbers from 0)" if self.target_type == "continuous" else "labels of y"

    @property
    def varies(self) -> bool:
        """Whether an epoch may be unlike the one before."""
        return callable(self.strength)

    @property
    def counts_by_label(self) -> bool:
        """Whether n_samples says how often each class is drawn."""
        return isinstance(self.n_samples, Mapping)

    @cached_property
    def _strength_at_0(self) -> float:
        """The strength in epoch 0, which several places want: a function may be slow to answer."""
        strength: float = strength_at(self.strength, 0)
        return strength

    def strength_in(self, epoch: int) -> float:
        """The strength in an epoch."""
        return strength_at(self.strength, epoch) if epoch else self._strength_at_0

    def draws_or_word(self, n_rows: int, n_parts: int = 1, parts: str = "classes") -> int | str:
        """Draws in an epoch, or the word that says how many."""
        n_samples: int | str = draws_or_word(self.n_samples, n_rows, n_parts, parts)
        return n_samples

    def draws_by_label(self, labels: list[Any], default: list[int]) -> list[int]:
        """Draws of each class, where n_samples is a dict, or else the default."""
        assert isinstance(self.n_samples, Mapping)
        draws = _by_label(self.n_samples, labels, default, "n_samples", self._of_y)
        if sum(draws) > MOST_DRAWS:
            raise ValueError(f"n_samples must sum to at most 2**53 draws, got {sum(draws)}.")
        return draws

    def factors(self, labels: list[Any], class_counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """The factor by which the rows of each class weigh more than strength says."""
        if self.class_weight is None:
            return np.ones(len(labels))
        if isinstance(self.class_weight, Mapping):
            ones = [1.0] * len(labels)
            by_label = _by_label(self.class_weight, labels, ones, "class_weight", self._of_y)
            return np.array(by_label, dtype=float)
        given = _asked(self.class_weight, class_counts)
        try:
            factors = np.asarray(given)
        except (TypeError, ValueError, RuntimeError):  # ragged; a tensor with a gradient
            factors = np.empty(0)
        is_masked = np.ma.is_masked(given)
        if factors.shape != class_counts.shape or factors.dtype.kind not in "iuf" or is_masked:
            raise ValueError(
                f"class_weight(counts) must be one factor for each of the {len(labels)} classes, "
                f"got {given!r}."
            )
        found = zip(labels, factors.tolist(), strict=True)
        return np.array(
            [check_factor(f, f"class_weight(counts) of {label!r}") for label, f in found]
        )


def _asked(class_weight: Callable[[Any], Any], class_counts: NDArray[np.int64]) -> Any:
    """What a function answers to the class counts, of which it gets a copy."""
    try:
        return class_weight(class_counts.copy())
    except TypeError as error:
        raise TypeError(
            f"class_weight(counts) failed: {error}. A function takes the array of class counts."
        ) from error


def _by_label(
    given: Mapping[Any, Any], labels: list[Any], default: list[Any], name: str, of_y: str
) -> list[Any]:
    """What a dict says of each label, or else the default; a fold may miss some of its labels."""
    if given and not any(label in given for label in labels):
        raise ValueError(
            f"{name} must name {of_y}, got none of them: it names {_some(given)}, y holds "
            f"{_some(labels)}."
        )
    return [given.get(label, other) for label, other in zip(labels, default, strict=True)]


def _some(labels: Iterable[Any]) -> str:
    """The first few labels, as a message shows them."""
    first = [repr(label) for label in islice(labels, 6)]
    return ", ".join(first[:5]) + (" and more" if len(first) > 5 else "")
