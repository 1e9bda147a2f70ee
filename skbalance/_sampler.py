"""InverseFrequencySampler: checks its parameters, and composes the modules that know labels, quotas, draws and rows."""

from __future__ import annotations

from math import isfinite
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import numpy as np
from imblearn.base import BaseSampler
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from skbalance import _quotas
from skbalance._labels import encode, group
from skbalance._plan import Epoch, Plan
from skbalance._rows import check_rows, take_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skbalance.torch import BalancedSampler


class InverseFrequencySampler(BaseSampler):
    """Rows resampled so that rare classes come up as often as you choose.

    Each row weighs one over its class's frequency, to the power of ``strength``. Which row is drawn is a pure function
    of seed, epoch and position, so `fit_resample`, `draw` and the torch samplers give the same rows. Draws are as even as
    whole numbers allow: each class gets its share of the draws rounded, and no row of a class is drawn again before
    all the others were, not even across epochs.

    Parameters
    ----------
    strength : float, default=1.0
        How far to move from the data's own distribution (0) to equal classes (1); 0.5 is square-root sampling, above 1
        rare classes outnumber common ones. At least 0.
    n_samples : int, float, {"over", "under"} or None, default=None
        Draws in an epoch: None is as many as there are rows, an int is their number, a float a fraction of the
        rows (so 1 is one draw, 1.0 as many as rows). ``"over"`` never shrinks a class and ``"under"`` never grows one; at
        strength 1 all classes then get the size of the largest or of the smallest. No class is left without a draw.
    replacement : bool, default=False
        Whether each draw within a class is independent of the others (a stratified bootstrap). The classes'
        numbers of draws are the same either way.
    random_state : int, RandomState instance or None, default=None
        An int (0 to 2**64 - 1) is the seed itself and gives the same rows on every platform. From None or a
        RandomState a new seed is taken in each `fit`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted; for one-hot labels the numbers of the columns in use.
    class_counts_ : ndarray of shape (n_classes,), int64
        Rows of each class, aligned with ``classes_``.
    class_weight_ : dict
        Label to weight of one of its rows. The mean over all rows is 1; at strength 1 these are scikit-learn's
        ``"balanced"`` weights.
    sampling_strategy_ : dict
        Label to number of draws in an epoch.
    sample_indices_ : ndarray of shape (n_draws,), int64
        Rows that `fit_resample` drew, in its order. Not set by `fit`.
    n_features_in_ : int
        Columns of `X`, where it has columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`, where it has them and all are strings.

    See Also
    --------
    imblearn.over_sampling.RandomOverSampler : Independent draws; over-samples only.
    torch.utils.data.WeightedRandomSampler : Independent draws by weights.

    References
    ----------
    Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020 (shares proportional
    to a power of the class sizes).

    Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (permutations computed element by element).

    Examples
    --------
    >>> import numpy as np
    >>> from skbalance import InverseFrequencySampler
    >>> X, y = np.arange(20).reshape(10, 2), ["ham"] * 8 + ["spam"] * 2
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(X, y)
    >>> sampler.sampling_strategy_
    {'ham': 5, 'spam': 5}
    >>> sampler.sample_indices_.shape, X_res.shape, y_res.count("spam")
    ((10,), (10, 2), 5)
    """

    # What BaseSampler asks of every sampler; here `strength` and `n_samples` take its place.
    sampling_strategy = "auto"
    _sampling_type = "bypass"

    def __init__(
        self,
        *,
        strength: float = 1.0,
        n_samples: float | str | None = None,
        replacement: bool = False,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.strength = strength
        self.n_samples = n_samples
        self.replacement = replacement
        self.random_state = random_state

    def fit(self, X: Any, y: Any) -> InverseFrequencySampler:
        """Count the classes and plan the draws; nothing is drawn yet.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...) or None
            Only its length and its column names are looked at.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels: integers, strings, bools or other sortable objects, in any container.

        Returns
        -------
        self : InverseFrequencySampler

        Raises
        ------
        TypeError, ValueError
            A parameter, `X` or `y` of the wrong kind or value, labels missing or not classes (floats), fewer than two
            classes, fewer draws than classes.

        Examples
        --------
        >>> InverseFrequencySampler(strength=0.5).fit(None, [0, 0, 0, 0, 1]).sampling_strategy_
        {0: 3, 1: 2}
        """
        strength = self._check_parameters()
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None: labels are what it balances."
            )
        if X is not None:
            check_rows(X)
            check_consistent_length(X, y)
        classes, codes = encode(y)
        if len(classes) < 2:
            seen = f"the one class {classes.tolist()[0]!r}" if len(codes) else "no rows"
            raise ValueError(f"y must hold rows of at least 2 classes, got {seen}.")
        pool, class_counts = group(codes, len(classes))
        quotas = _quotas.quotas(class_counts, strength, self._draws_or_word(len(codes), len(classes)))
        plan = Plan(class_counts, quotas, self._new_seed(), bool(self.replacement), pool)

        # Only now, so that a fit that fails leaves the sampler as it was.
        for stale in "sample_indices_", "n_features_in_", "feature_names_in_":
            self.__dict__.pop(stale, None)
        if X is not None:
            validate_data(self, X, skip_check_array=True)
        labels = classes.tolist()
        weights = _quotas.row_weights(class_counts, strength)
        self.classes_ = classes
        self.class_counts_ = class_counts.copy()
        self.class_weight_ = dict(zip(labels, weights.tolist(), strict=True))
        self.sampling_strategy_ = dict(zip(labels, quotas.tolist(), strict=True))
        self._plan = plan
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Fit, and return the rows and labels of epoch 0.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows to pick from: a numpy array of two or more dimensions, a pandas or polars frame, a scipy sparse matrix, a
            torch tensor, a list. Values are not looked at, so NaN and text are fine.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels, as in `fit`.

        Returns
        -------
        X_resampled, y_resampled : of the kinds of `X` and `y`
            The rows ``sample_indices_`` of each, with their dtypes and, in pandas, their index. Sparse formats whose rows
            cannot be picked (COO, BSR, DIA, DOK) come back as CSR.

        Raises
        ------
        TypeError, ValueError
            As in `fit`.

        Examples
        --------
        >>> X_res, y_res = InverseFrequencySampler(n_samples="over").fit_resample([[1], [2], [3]], ["a", "a", "b"])
        >>> sorted(y_res)
        ['a', 'a', 'b', 'b']
        """
        if X is None:
            raise ValueError(
                "fit_resample needs rows to pick from, got X=None; fit(None, y) and draw() need only labels."
            )
        self.fit(X, y)
        return self._fit_resample(X, y)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """The part that BaseSampler leaves to each sampler."""
        self.sample_indices_ = self.draw()
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def draw(self, epoch: int = 0) -> NDArray[np.int64]:
        """Rows of any epoch, without those before it.

        Parameters
        ----------
        epoch : int, default=0
            Number of the epoch, at least 0.

        Returns
        -------
        indices : ndarray of shape (n_draws,), int64

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.

        Examples
        --------
        >>> sampler = InverseFrequencySampler(random_state=0).fit(None, [0, 0, 0, 1])
        >>> sampler.draw(epoch=1).shape
        (4,)
        """
        check_is_fitted(self, "_plan")
        chunks = Epoch(self._plan, check_epoch(epoch)).chunks()
        indices = np.empty(self._plan.n_samples, dtype=np.int64)
        filled = 0
        for rows in chunks:
            indices[filled : filled + len(rows)] = rows
            filled += len(rows)
        return indices

    def to_torch_sampler(self, dataset: Any = None) -> BalancedSampler:
        """A sampler for a torch DataLoader whose epochs are ``draw(0)``, ``draw(1)``, ...

        Parameters
        ----------
        dataset : array-like of shape (n_rows,) or None, default=None
            Labels of the dataset, to fit on first as in ``fit(None, labels)``; None uses the fitted state.

        Returns
        -------
        sampler : skbalance.torch.BalancedSampler
            It yields ints, ``set_epoch`` chooses the next epoch, and a later `fit` does not touch it.

        Raises
        ------
        ImportError
            Without torch (the extra ``torch``).
        NotFittedError
            With None, before `fit`.
        TypeError, ValueError
            As in `fit`.

        Examples
        --------
        >>> sampler = InverseFrequencySampler(random_state=0)
        >>> torch_sampler = sampler.to_torch_sampler([0, 0, 0, 1])
        >>> list(torch_sampler) == sampler.draw(0).tolist()
        True
        """
        from skbalance.torch import BalancedSampler

        if dataset is not None:
            self.fit(None, dataset)
        check_is_fitted(self, "_plan")
        return BalancedSampler(self._plan)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        tags.sampler_tags.sample_indices = True
        return tags

    def _check_parameters(self):
        """Raise unless strength, n_samples and replacement are of the right kind; return the strength as a float."""
        if not _is_real(self.strength):
            raise TypeError(f"strength must be a real number >= 0, got {self.strength!r}.")
        strength = _as_float(self.strength)
        if not (isfinite(strength) and strength >= 0):
            raise ValueError(f"strength must be a real number >= 0, got {self.strength!r}.")
        if not isinstance(self.replacement, (bool, np.bool_)):
            raise TypeError(f"replacement must be True or False, got {self.replacement!r}.")
        n_samples: Any = self.n_samples
        wanted = f"n_samples must be an int, a float, 'over', 'under' or None, got {n_samples!r}."
        if not (n_samples is None or isinstance(n_samples, str) or _is_real(n_samples)):
            raise TypeError(wanted)
        if isinstance(n_samples, str) and n_samples not in ("over", "under"):
            raise ValueError(wanted)
        if _is_real(n_samples) and not 0 < n_samples < float("inf"):
            raise ValueError(f"n_samples must be a finite number above 0, got {n_samples!r}.")
        return strength

    def _draws_or_word(self, n_rows, n_classes):
        """``n_samples`` as `_quotas.quotas` takes it: a whole number of draws, "over" or "under"."""
        if isinstance(self.n_samples, str):
            return self.n_samples
        if self.n_samples is None:
            return n_rows
        n_draws: Any = self.n_samples
        seen = f"n_samples={n_draws!r}"
        if not isinstance(n_draws, Integral):
            n_draws = _as_float(n_draws) * n_rows
            seen += f" of {n_rows} rows, {n_draws:.3g} draws"
        if n_draws > _quotas.MOST_DRAWS:
            raise ValueError(f"n_samples must be at most 2**53 draws, got {seen}.")
        n_draws = round(n_draws)
        if n_draws < n_classes:
            raise ValueError(
                f"n_samples must leave each of the {n_classes} classes a draw, got {seen}. An int is a number of draws, "
                "a float a fraction of the rows."
            )
        return n_draws

    def _new_seed(self):
        if isinstance(self.random_state, Integral) and not isinstance(self.random_state, bool):
            if not 0 <= int(self.random_state) < 2**64:
                raise ValueError(f"random_state must be an int from 0 to 2**64 - 1, got {self.random_state!r}.")
            return int(self.random_state)
        if self.random_state is None or isinstance(self.random_state, np.random.RandomState):
            return int(check_random_state(self.random_state).randint(2**63 - 1, dtype=np.int64))
        raise TypeError(f"random_state must be an int, a numpy RandomState or None, got {self.random_state!r}.")


def check_epoch(epoch: Any) -> int:
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
