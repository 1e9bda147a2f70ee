"""How many draws each class gets: counts, strength and n_samples to shares, weights and quotas."""

import numpy as np

# Above this a float64 no longer holds every whole number, so quotas could not sum to n_samples.
MOST_DRAWS = 2**53

# Fractions are compared at this many decimals: the last bits of a power differ between platforms,
# quotas must not.
DECIMALS = 6


def shares(class_counts, strength):
    """Fraction of the draws that each class gets: proportional to ``n_c ** (1 - strength)``.

    Source: the instance-balanced (0), square-root (0.5) and class-balanced (1) samplers of Kang et
    al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020, with
    exponent ``q = 1 - strength``; 2 is the reversed sampler of Zhou et al., "BBN", CVPR 2020.

    >>> shares([90, 10], strength=1.0).tolist()
    [0.5, 0.5]
    >>> shares([90, 10], strength=0.0).round(6).tolist()
    [0.9, 0.1]
    """
    weights = _scaled_power(class_counts, 1 - strength)
    return weights / weights.sum()


def row_weights(class_counts, strength):
    """Weight of a row of each class: ``n_c ** -strength``, scaled so that its mean over all rows is
    1.

    >>> row_weights([75, 25], strength=1.0).round(3).tolist()
    [0.667, 2.0]
    """
    class_counts = np.asarray(class_counts)
    weights = _scaled_power(class_counts, -strength)
    return weights * (class_counts.sum() / (weights * class_counts).sum())


def quotas(class_counts, strength, n_samples):
    """Whole draws of each class in an epoch.

    ``n_samples`` is a number of draws, or the word ``"over"`` (no class shrinks, the largest keeps
    its size) or ``"under"`` (no class grows, the smallest keeps its size).

    >>> quotas([90, 10], 1.0, 50).tolist(), quotas([90, 10], 1.0, "over").tolist(), quotas([90, 10], 1.0, "under").tolist()
    ([25, 25], [90, 90], [10, 10])
    """
    class_counts = np.asarray(class_counts)
    if n_samples not in ("over", "under"):
        return apportion(shares(class_counts, strength), n_samples)
    kept = class_counts.max() if n_samples == "over" else class_counts.min()
    with np.errstate(over="ignore"):
        ideal = kept * (class_counts / kept) ** (1 - strength)
    total = ideal.sum()
    if not total <= MOST_DRAWS:
        raise ValueError(
            f"n_samples={n_samples!r} with strength={strength} asks for {total:.3g} draws an epoch, more than 2**53. "
            "Lower the strength or give n_samples as a number."
        )
    # Each class is rounded by itself: there is no total that they must meet.
    return np.maximum(1, np.rint(ideal.round(DECIMALS))).astype(np.int64)


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
    order = np.argsort(shares, kind="stable")
    rising = shares[order]
    remaining = np.cumsum(rising[::-1])[::-1]
    # Those set aside are a run of the smallest shares, up to the first that is owed a whole draw of
    # what then remains; the largest always is.
    owed_one = (n_samples - np.arange(len(shares))) * rising >= remaining
    n_aside = int(np.argmax(owed_one))
    result = np.ones(len(shares), dtype=np.int64)
    staying = np.sort(order[n_aside:])
    ideal = (n_samples - n_aside) * (shares[staying] / remaining[n_aside])
    floors = np.floor(ideal)
    n_left = n_samples - n_aside - int(floors.sum())
    fractions = (ideal - floors).round(DECIMALS)
    floors[np.argsort(-fractions, kind="stable")[:n_left]] += 1
    result[staying] = floors
    return result


def _scaled_power(class_counts, exponent):
    """``class_counts ** exponent`` over its largest entry, so that no exponent overflows."""
    class_counts = np.asarray(class_counts, dtype=np.float64)
    return (
        class_counts / (class_counts.max() if exponent >= 0 else class_counts.min())
    ) ** exponent
