"""What parameters may be: each value is checked, and comes back as the one kind that the pure
modules take.
"""

from math import isfinite
from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state

from skbalance._draws.quotas import MOST_DRAWS


def check_strength(strength, name="strength"):
    """The strength as a float.

    >>> check_strength(1)
    1.0
    """
    message = f"{name} must be a real number >= 0, got {strength!r}."
    if not _is_real(strength):
        raise TypeError(message)
    if not (isfinite(_as_float(strength)) and strength >= 0):
        raise ValueError(message)
    return float(strength)


def strength_at(strength, epoch):
    """The strength in an epoch, checked: a number is the same in all, a function is asked.

    >>> strength_at(0.5, 3), strength_at(lambda epoch: epoch / 4, 3)
    (0.5, 0.75)
    """
    if callable(strength):
        return check_strength(strength(epoch), f"strength({epoch})")
    return check_strength(strength)


def check_n_samples(n_samples):
    """Raise unless n_samples is of the right kind and, where no data are needed to tell, of the
    right value.
    """
    message = f"n_samples must be an int, a float, 'over', 'under' or None, got {n_samples!r}."
    if not (n_samples is None or isinstance(n_samples, str) or _is_real(n_samples)):
        raise TypeError(message)
    if isinstance(n_samples, str) and n_samples not in ("over", "under"):
        raise ValueError(message)
    if _is_real(n_samples) and not 0 < n_samples < float("inf"):
        raise ValueError(f"n_samples must be a finite number above 0, got {n_samples!r}.")


def draws_or_word(n_samples, n_rows, n_classes):
    """A checked ``n_samples`` as a whole number of draws, or as the word that it is.

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
        seen += f" of {n_rows} rows, {n_samples:.3g} draws"
    if n_samples > MOST_DRAWS:
        raise ValueError(f"n_samples must be at most 2**53 draws, got {seen}.")
    n_draws = round(n_samples)
    if n_draws < n_classes:
        raise ValueError(
            f"n_samples must leave each of the {n_classes} classes a draw, got {seen}. An int is a number of draws, a float "
            "a fraction of the rows."
        )
    return int(n_draws)


def check_replacement(replacement):
    """The replacement as a bool."""
    if not isinstance(replacement, (bool, np.bool_)):
        raise TypeError(f"replacement must be True or False, got {replacement!r}.")
    return bool(replacement)


def seed_of(random_state):
    """The seed that an int is, or 63 bits drawn from a RandomState or, for None, from numpy's
    global one.
    """
    if isinstance(random_state, Integral) and not isinstance(random_state, bool):
        if not 0 <= int(random_state) < 2**64:
            raise ValueError(
                f"random_state must be an int from 0 to 2**64 - 1, got {random_state!r}."
            )
        return int(random_state)
    if random_state is None or isinstance(random_state, np.random.RandomState):
        return int(check_random_state(random_state).randint(2**63 - 1, dtype=np.int64))
    raise TypeError(
        f"random_state must be an int, a numpy RandomState or None, got {random_state!r}."
    )


def check_epoch(epoch):
    """The epoch as an int, in the range for which borders between epochs are computed."""
    message = f"epoch must be an int from 0 to 2**63 - 2, got {epoch!r}."
    if not isinstance(epoch, Integral) or isinstance(epoch, bool):
        raise TypeError(message)
    if not 0 <= int(epoch) < 2**63 - 1:
        raise ValueError(message)
    return int(epoch)


def _is_real(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _as_float(value):
    try:
        return float(value)
    except OverflowError:  # an int or a fraction past the largest float
        return float("inf")
