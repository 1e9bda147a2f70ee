"""What values may be: each check returns the value as the one kind that the rest works with.

RULE: numpy only, and nothing of this library. Values are checked once, where the user hands them
in; `TypeError` for the wrong kind, `ValueError` for the wrong value.
"""

from collections.abc import Mapping, Sequence
from math import inf, isfinite
from numbers import Integral, Real

import numpy as np

# Beyond this a float64 no longer holds every whole number.
MOST_DRAWS = 2**53

# What y may be: one class a row, several labels a row, or one number a row.
TARGET_TYPES = "class", "multilabel", "continuous"

# Rules of numpy's `histogram_bin_edges` for the width of bins.
BIN_RULES = "auto", "doane", "fd", "rice", "scott", "sqrt", "stone", "sturges"

# Borders between epochs are computed for the epoch after this one, too, in 64 bits.
LAST_EPOCH = 2**63 - 2


def check_int(value, wanted, least=0, most=inf):
    """The value as an int; ``wanted`` says which ints will do.

    >>> check_int(np.int64(3), "batch_size must be an int >= 1", least=1)
    3
    """
    if type(value) is int and least <= value <= most:  # as most are
        return value
    message = f"{wanted}, got {value!r}."
    if not isinstance(value, Integral) or isinstance(value, bool):
        raise TypeError(message)
    if not least <= int(value) <= most:
        raise ValueError(message)
    return int(value)


def check_bool(value, name):
    """The value as a bool; 0 and 1 are none."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}.")
    return bool(value)


def check_epoch(epoch):
    """The number of an epoch as an int."""
    return check_int(epoch, "epoch must be an int from 0 to 2**63 - 2", most=LAST_EPOCH)


def check_strength(strength, name="strength"):
    """The strength as a float.

    >>> check_strength(1)
    1.0
    """
    is_real = _is_real(strength)
    if is_real and isfinite(_as_float(strength)) and strength >= 0:
        return float(strength)
    message = f"{name} must be a real number >= 0, got {strength!r}."
    raise ValueError(message) if is_real else TypeError(message)


def strength_at(strength, epoch):
    """The strength in an epoch: a number is the same in all, a function is asked.

    >>> strength_at(0.5, 3), strength_at(lambda epoch: epoch / 4, 3)
    (0.5, 0.75)
    """
    if not callable(strength):
        return check_strength(strength)
    try:
        value = strength(epoch)
    except TypeError as error:
        raise TypeError(
            f"strength({epoch}) failed: {error}. A function of the epoch takes its number."
        ) from error
    return check_strength(value, f"strength({epoch})")


def check_class_weight(class_weight):
    """class_weight as it is, once it is a function, None, or a dict of factors above 0."""
    if isinstance(class_weight, Mapping):
        for label, factor in class_weight.items():
            check_factor(factor, f"class_weight[{label!r}]")
    elif class_weight is not None and not callable(class_weight):
        raise TypeError(
            "class_weight must be a dict from label to factor, a function of the class counts or "
            f"None, got {class_weight!r}. (Classes are balanced by default, at strength 1.)"
        )
    return class_weight


def check_factor(factor, name):
    """The factor by which rows of a class weigh more, as a float.

    >>> check_factor(3, "class_weight['rare']")
    3.0
    """
    message = f"{name} must be a finite number above 0, got {factor!r}."
    if not _is_real(factor):
        raise TypeError(message)
    if not 0 < _as_float(factor) < inf:
        raise ValueError(message)
    return float(factor)


def check_word(value, name, words):
    """Raise unless the value is one of the words."""
    is_word = isinstance(value, str)
    if is_word and value in words:
        return
    *others, last = map(repr, words)
    message = f"{name} must be {', '.join(others)} or {last}, got {value!r}."
    raise ValueError(message) if is_word else TypeError(message)


def check_target_type(target_type):
    """Raise unless it is one of the kinds of target."""
    check_word(target_type, "target_type", TARGET_TYPES)


def check_bins(bins):
    """Raise unless bins are a number of bins, the name of a rule or edges that rise."""
    message = (
        "bins must be an int from 1 on, the name of one of numpy's rules "
        f"({', '.join(BIN_RULES)}) or an array of finite edges that rise, got {bins!r}."
    )
    if isinstance(bins, Integral) and not isinstance(bins, bool):
        check_int(bins, message.partition(", got")[0], least=1)
    elif isinstance(bins, str):
        if bins not in BIN_RULES:
            raise ValueError(message)
    elif not (hasattr(bins, "__array__") or isinstance(bins, Sequence)) or isinstance(bins, Real):
        raise TypeError(message)
    else:
        _check_edges(bins, message)


def _check_edges(edges, message):
    is_masked = np.ma.is_masked(edges)
    try:
        edges = np.asarray(edges)
    except (TypeError, ValueError, RuntimeError) as error:  # a ragged list; a tensor with gradient
        raise ValueError(message) from error
    if edges.dtype.kind not in "iuf":
        raise TypeError(message)
    if is_masked or edges.ndim != 1 or len(edges) < 2 or not np.isfinite(edges).all():
        raise ValueError(message)
    if not (edges[1:] > edges[:-1]).all():
        raise ValueError(message)


def check_n_samples(n_samples):
    """n_samples, once it is of a right kind and, as far as needs no data, value."""
    if n_samples is None:  # as it mostly is
        return None
    message = (
        "n_samples must be an int, a float, 'over', 'under', a dict from label to draws or None, "
        f"got {n_samples!r}."
    )
    if isinstance(n_samples, Mapping):
        return {
            label: check_int(n, f"n_samples[{label!r}] must be an int from 1 on", 1, MOST_DRAWS)
            for label, n in n_samples.items()
        }
    if not (isinstance(n_samples, str) or _is_real(n_samples)):
        raise TypeError(message)
    if isinstance(n_samples, str) and n_samples not in ("over", "under"):
        raise ValueError(message)
    if _is_real(n_samples) and not 0 < n_samples < inf:
        raise ValueError(f"n_samples must be a finite number above 0, got {n_samples!r}.")
    return n_samples


def draws_or_word(n_samples, n_rows, n_parts, parts="classes"):
    """A checked ``n_samples`` as a number of draws, at least one for each part, or as its word.

    >>> draws_or_word(None, 10, 2), draws_or_word(0.5, 10, 2), draws_or_word("over", 10, 2)
    (10, 5, 'over')
    """
    if isinstance(n_samples, str):
        return n_samples
    if n_samples is None:
        return n_rows
    seen = f"n_samples={n_samples!r}"
    if not isinstance(n_samples, Integral):
        n_samples = _as_float(n_samples) * n_rows
        seen += f" of {n_rows} rows, {n_samples:.3g} in all"
    if n_samples > MOST_DRAWS:
        raise ValueError(f"n_samples must be at most 2**53 draws, got {seen}.")
    n_draws = round(n_samples)
    if n_draws < n_parts:
        wanted = f"leave each of the {n_parts} {parts} a draw" if n_parts > 1 else "leave a draw"
        raise ValueError(
            f"n_samples must {wanted}, got {seen}. An int is a number of draws, a float a fraction "
            "of the rows."
        )
    return int(n_draws)


def seed_of(random_state):
    """The seed that an int is, or 63 bits from a RandomState or, for None, numpy's global one."""
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        wanted = "random_state must be an int from 0 to 2**64 - 1"
        return check_int(random_state, wanted, most=2**64 - 1)
    if random_state is None:
        return int(np.random.randint(2**63 - 1, dtype=np.int64))  # noqa: NPY002
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**63 - 1, dtype=np.int64))
    raise TypeError(
        f"random_state must be an int, a numpy RandomState or None, got {random_state!r}. (From a "
        "numpy Generator, int(generator.integers(2**63)) is an int.)"
    )


def _is_real(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _as_float(value):
    try:
        return float(value)
    except OverflowError:  # an int or a fraction beyond the largest float
        return inf
