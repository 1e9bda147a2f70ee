"""How many draws each class gets: strength to shares, shares to weights and to quotas."""

import numpy as np

from skbalance._checks import MOST_DRAWS

# Fractions are compared at this many decimals: the last bits of a power differ between platforms,
# quotas must not.
DECIMALS = 6

# Where fractions themselves are drawn by, they keep this many of their first bits.
FIRST_BITS = 40


def rounded(values):
    """Values by their first bits alone, the same on all platforms.

    >>> rounded(np.array([1 / 3])).item() * 3 == 1, float(rounded(9 * (1 / 3 - 1e-16)))
    (False, 3.0)
    """
    mantissas, exponents = np.frexp(values)
    return np.ldexp(np.rint(np.ldexp(mantissas, FIRST_BITS)), exponents - FIRST_BITS)


def shares(class_counts, strength, factors=1.0):
    """Fraction of the draws of each class: proportional to ``factor_c * n_c ** (1 - strength)``.

    Source: the instance-balanced (0), square-root (0.5) and class-balanced (1) samplers of Kang et
    al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, with
    exponent ``q = 1 - strength``; 2 is the reversed sampler of Zhou et al., "BBN", CVPR 2020.

    >>> shares([90, 10], strength=1.0).tolist()
    [0.5, 0.5]
    >>> shares([90, 10], strength=0.0).round(6).tolist()
    [0.9, 0.1]
    >>> shares([90, 10], strength=1.0, factors=np.array([3.0, 1.0])).tolist()
    [0.75, 0.25]
    """
    class_counts = np.asarray(class_counts, dtype=np.float64)
    # Relative to the class with the largest power, so that no exponent overflows.
    largest = class_counts.max() if strength <= 1 else class_counts.min()
    weights = (class_counts / largest) ** (1 - strength) * (factors / np.max(factors))
    total = weights.sum()
    if not total:
        raise ValueError(too_far(strength))
    return weights / total


def cell_shares(counts, groups, classes, strength, factors, group_strength):
    """Fraction of the draws of each cell, which is a group and a class that occur together.

    Groups share the draws by ``N_g ** (1 - group_strength)``, and within each group its classes do
    by ``factor_c * n_gc ** (1 - strength)``. Cells come sorted by group: of each, the arrays hold
    its number of rows and the indices of its group and class.

    >>> cells = np.array([60, 20, 20]), np.array([0, 0, 1]), np.array([0, 1, 1])
    >>> cell_shares(*cells, 1.0, np.ones(2), 1.0).tolist()
    [0.25, 0.25, 0.5]
    """
    counts = counts.astype(np.float64)
    first = np.flatnonzero(np.diff(groups, prepend=-1))
    # Relative to the cell of the group with the largest power, so that no exponent overflows.
    extreme = np.maximum if strength <= 1 else np.minimum
    weights = (counts / extreme.reduceat(counts, first)[groups]) ** (1 - strength)
    weights *= factors[classes] / np.maximum.reduceat(factors[classes], first)[groups]
    sums = np.add.reduceat(weights, first)
    if not sums.all():
        raise ValueError(too_far(strength))
    return shares(np.add.reduceat(counts, first), group_strength)[groups] * weights / sums[groups]


def too_far(strength):
    """The message about classes whose weights cannot be computed side by side."""
    return (
        f"strength={strength} and class_weight pull the classes too far apart for their weights to "
        "be computed. Lower the strength, or give factors that are closer together."
    )


def row_weights(class_counts, shares):
    """Weight of a row of each class: its part of the class's share, scaled to a mean of 1.

    >>> row_weights(np.array([75, 25]), np.array([0.5, 0.5])).round(3).tolist()
    [0.667, 2.0]
    """
    return shares * (class_counts.sum() / class_counts)


def quotas(class_counts, shares, n_samples):
    """Whole draws of each class in an epoch.

    ``n_samples`` is a number of draws, or the word ``"over"`` (no class shrinks, and one keeps its
    size) or ``"under"`` (no class grows, and one keeps its size).

    >>> counts, equal = np.array([90, 10]), np.array([0.5, 0.5])
    >>> [quotas(counts, equal, n_samples).tolist() for n_samples in (50, "over", "under")]
    [[25, 25], [90, 90], [10, 10]]
    """
    if n_samples not in ("over", "under"):
        return apportion(shares, n_samples)
    with np.errstate(divide="ignore", over="ignore"):
        totals = class_counts / shares  # draws in all that leave each class its size
        total = totals.max() if n_samples == "over" else totals.min()
    if not total <= MOST_DRAWS:
        raise ValueError(
            f"n_samples={n_samples!r} asks for {total:.3g} draws an epoch, more than 2**53: some "
            "class is to get too small a share of them. Lower the strength (or the factors of the "
            "other classes), or give n_samples as a number."
        )
    # Each class is rounded by itself, as there is no total to be met.
    return np.maximum(1, np.rint((total * shares).round(DECIMALS))).astype(np.int64)


def apportion(shares, n_samples):
    """Whole numbers that sum to ``n_samples``, none below 1, in proportion to ``shares``.

    A class whose ideal is below one draw gets one and is set aside; the rest share what remains,
    and so on. Then the method of largest remainders (Hamilton's): floors, and what is left over
    goes to the largest fractions, a tie to the lower index.

    >>> apportion(np.array([0.5, 0.3, 0.2]), 7).tolist()
    [4, 2, 1]
    >>> apportion(np.array([0.98, 0.01, 0.01]), 10).tolist()
    [8, 1, 1]
    """
    order = shares.argsort(kind="stable")
    rising = shares[order]
    remaining = rising[::-1].cumsum()[::-1]
    # Setting a class aside leaves less for every class that stays, in proportion: whoever was owed
    # less than one draw still is, and of two classes the smaller goes first. So those set aside are
    # a run of the smallest, up to the first that is owed a draw of what is then left. The largest
    # always is.
    owed_one = (n_samples - np.arange(len(shares))) * rising >= remaining
    n_aside = int(owed_one.argmax())
    result = np.ones(len(shares), dtype=np.int64)
    staying = np.sort(order[n_aside:])
    ideal = (n_samples - n_aside) * (shares[staying] / remaining[n_aside])
    floors = np.floor(ideal)
    result[staying] = floors
    n_left = n_samples - int(result.sum())
    fractions = (ideal - floors).round(DECIMALS)
    n_by_fraction = min(max(n_left, 0), len(staying))
    result[staying[(-fractions).argsort(kind="stable")[:n_by_fraction]]] += 1
    # From about 2**51 draws on, floors err by whole draws. The largest class makes up for it.
    result[order[-1]] += n_left - n_by_fraction
    return result
