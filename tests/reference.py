"""The slow, obvious reference: how often each row is to be drawn, from the formulas, row by row.

A class or a bin is a row's only label here, so that one rule serves weights of rows, several labels
and continuous targets.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

# The one label more that rows without labels count for.
NONE = "no label"

# Numbers this close are equal but for their rounding.
EPSILON = 1e-9


def row_weights(label_sets, sample_weight, strength, factors):
    """Weights of rows: sample_weight times the largest ``factor * n ** -strength`` of their labels.

    n is the sum of sample_weight over the rows that bear the label.
    """
    of_labels = label_weights(label_sets, sample_weight, strength, factors)
    return [
        value and value * max(of_labels[label] for label in labels or [NONE])
        for labels, value in zip(label_sets, sample_weight, strict=True)
    ]


def label_weights(label_sets, sample_weight, strength, factors):
    """What a row of sample_weight 1 weighs for the sake of each label."""
    sums = defaultdict(float)
    for labels, value in zip(label_sets, sample_weight, strict=True):
        for label in labels or [NONE]:
            sums[label] += value
    return {label: factors.get(label, 1) * n**-strength for label, n in sums.items() if n > 0}


def heaviest_labels(label_sets, sample_weight, strength, factors):
    """The heaviest label of each row: of equally heavy ones the rarest, then the first."""
    of_labels = label_weights(label_sets, sample_weight, strength, factors)
    n_rows = defaultdict(int)
    for labels in label_sets:
        for label in labels:
            n_rows[label] += 1

    def order(label):
        return -float(f"{of_labels.get(label, 0):.9g}"), n_rows[label], label

    return [min(labels, key=order) if labels else NONE for labels in label_sets]


def row_weights_by_counts(classes, sample_weight, draws):
    """Weights of rows where classes get their draws, or else as many as they have rows to draw."""
    n_rows, sums = defaultdict(int), defaultdict(float)
    for label, value in zip(classes, sample_weight, strict=True):
        n_rows[label] += value > 0
        sums[label] += value
    return [
        value and value / sums[label] * draws.get(label, n_rows[label])
        for label, value in zip(classes, sample_weight, strict=True)
    ]


def n_draws(weights, n_samples):
    """Draws of an epoch: "over" gives the lightest row one of them, "under" the heaviest."""
    if n_samples is None:
        return len(weights)
    if n_samples == "over":
        return down_and_up(sum(weights) / min(weight for weight in weights if weight))[1]
    if n_samples == "under":
        return max(1, down_and_up(sum(weights) / max(weights))[0])
    return n_samples if isinstance(n_samples, int) else round(n_samples * len(weights))


def expected_draws(weights, n_samples):
    """How often each row is drawn on average: its part of the draws is that of its weight."""
    total = sum(weights)
    return [n_samples * weight / total for weight in weights]


def down_and_up(number):
    """The number rounded down and up, the same where it is whole but for the rounding of floats."""
    off = EPSILON * max(1, number)
    return floor(number + off), ceil(number - off)


def bin_of(number, edges):
    """The bin that holds a number: from its lower edge up to its upper, which the last includes."""
    for n, (low, high) in enumerate(pairwise(edges)):
        if low <= number < high or (number == high == edges[-1]):
            return n
    raise ValueError(f"{number} is in no bin of {edges}")


def cell_shares(cell_counts, strength, group_strength, factors):
    """Each cell's share of the draws: the group's share, and the cell's part of it; exact fractions
    for whole strengths.

    ``cell_counts`` is a dict from (group, class) to number of rows.
    """
    sizes, parts = defaultdict(int), defaultdict(Fraction)
    weights = {}
    for (group, label), n in cell_counts.items():
        weights[group, label] = Fraction(factors.get(label, 1)) * Fraction(n) ** (1 - strength)
        sizes[group] += n
        parts[group] += weights[group, label]
    of_groups = {group: Fraction(n) ** (1 - group_strength) for group, n in sizes.items()}
    return {
        (group, label): of_groups[group] / sum(of_groups.values()) * weight / parts[group]
        for (group, label), weight in weights.items()
    }


def apportioned(shares, n_samples):
    """Whole draws by the rule, word by word.

    Who is owed less than one draw gets one and leaves; the rest share what remains, and so on. Then
    floors, and what is left over goes to the largest fractions, of equal ones to the first. (They
    are equal if six decimals are.)
    """
    given_one = set()
    while True:
        rest = [c for c in range(len(shares)) if c not in given_one]
        left, total = n_samples - len(given_one), sum(shares[c] for c in rest)
        ideal = {c: left * shares[c] / total for c in rest}
        leaving = {c for c in rest if ideal[c] < 1}
        if not leaving:
            break
        given_one |= leaving
    result = [1] * len(shares)
    for c in rest:
        result[c] = int(ideal[c])
    fractions = {c: round(ideal[c] - result[c], 6) for c in rest}
    n_left = n_samples - sum(result)
    for c in sorted(rest, key=lambda c: (-fractions[c], c))[:n_left]:
        result[c] += 1
    return result
