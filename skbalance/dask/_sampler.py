"""InverseFrequencySampler for dask collections: two passes over their partitions."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._partitions import (
    count,
    holdings_of,
    n_drawn,
    resampled_part,
    rows_drawn,
    times_drawn,
)
from skbalance.dask._collections import (
    bound,
    check_alike,
    check_collection,
    collection_of,
    collections_of,
    constant,
    parts_of,
    rowless,
    whole_rows,
)


class InverseFrequencySampler(Balancer):
    """Rows of a dask collection, resampled so that rare classes come up as often as you choose.

    The sampler of that name in `skbalance`, for tables that no single machine holds. For the same
    labels in the same order, the same parameters and the same seed it draws the same rows, each as
    often, however the table is partitioned and whoever computes it. They stay in their partitions
    and in the table's order: nothing is moved or shuffled. Only the counts of classes come to the
    client.

    Parameters
    ----------
    strength : float or callable, default=1.0
        How far to move from the data's own distribution (0) to equal classes (1), at least 0; or a
        function from the number of the epoch to the strength in it, which is asked several times,
        and must answer alike.
    n_samples : int, float, {"over", "under"} or None, default=None
        Draws in an epoch: None is as many as there are rows, an int is their number, a float a
        fraction of the rows. ``"over"`` never shrinks a class and ``"under"`` never grows one. No
        class is left without a draw.
    replacement : bool, default=False
        Only False: to find out how often independent draws hit its rows, each partition would have
        to repeat the draws of all.
    random_state : int, RandomState instance or None, default=None
        An int (0 to 2**64 - 1) is the seed itself. From None or a RandomState a new seed is taken
        in each `fit`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels of all partitions, sorted; for one-hot labels the numbers of the columns
        in use.
    class_counts_ : ndarray of shape (n_classes,), int64
        Rows of each class, aligned with ``classes_``.
    class_weight_ : dict
        Label to weight of one of its rows, in epoch 0; the mean over all rows is 1.
    sampling_strategy_ : dict
        Label to number of draws in an epoch, in epoch 0 where strength is a function.
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over that in the draws of epoch 0.
    n_features_in_ : int
        Columns of `X`, where it has columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`, where it has them and all are strings.

    See Also
    --------
    skbalance.InverseFrequencySampler : The same in memory.

    Notes
    -----
    It is no sampler of imbalanced-learn: scikit-learn's models, and so their pipelines, want rows
    in memory.

    In a table that is sorted by class the draws are, too. Where the order matters, as in training
    by stochastic gradient descent, shuffle each partition when it is there.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> from skbalance.dask import InverseFrequencySampler
    >>> table = dd.from_pandas(pd.DataFrame({"x": range(10), "y": ["ham"] * 8 + ["spam"] * 2}), npartitions=3)
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(table[["x"]], table["y"])
    >>> y_res.compute().value_counts().to_dict()
    {'ham': 5, 'spam': 5}
    """

    def fit(self, X: Any, y: Any) -> InverseFrequencySampler:
        """Count the classes of all partitions, and plan the draws.

        Parameters
        ----------
        X : dask DataFrame, Series, array of shape (n_rows, ...), or None
            Rows, partitioned as `y` is. They are kept for `resample`, and none is computed. None is
            enough for `draw`.
        y : dask Series, DataFrame or array of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows,
        n_columns)
            Labels: integers, strings, bools, categories or other sortable objects. They are
            computed once, where they are.

        Returns
        -------
        self : InverseFrequencySampler

        Raises
        ------
        TypeError, ValueError
            A parameter, `X` or `y` of the wrong kind or value; `X` and `y` partitioned in different
            ways; labels missing or not classes (floats), of which the message tells the partition;
            fewer than two classes, fewer draws than classes.

        Examples
        --------
        >>> import dask.array as da
        >>> InverseFrequencySampler().fit(None, da.repeat(da.arange(3, chunks=2), 2)).class_counts_
        array([2, 2, 2])
        """
        parameters = self._checked_parameters(y)
        if self.replacement:
            raise ValueError(
                "replacement must be False for dask collections, got True: skbalance.InverseFrequencySampler draws with "
                "replacement, in memory."
            )
        check_collection(y, "y")
        if X is not None:
            check_collection(X, "X")
            check_alike(X, y)
            X = whole_rows(X)
        y = whole_rows(y)
        counted = compute(*(bound(count, number)(part) for number, part in enumerate(parts_of(y))))
        classes, class_counts, holdings = holdings_of(counted)
        plan = parameters.plan_of_counts(classes, class_counts)
        self._set_fitted(parameters, classes, plan, None if X is None else rowless(X))
        self._X, self._y, self._holdings = X, y, holdings
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """Fit, and return the rows and labels of epoch 0: ``fit(X, y).resample(epoch=0)``.

        Parameters
        ----------
        X : dask DataFrame, Series or array of shape (n_rows, ...)
            Rows, partitioned as `y` is.
        y : dask Series, DataFrame or array
            Labels, as in `fit`.

        Returns
        -------
        X_resampled, y_resampled : of the kinds of `X` and `y`
            As in `resample`.

        Raises
        ------
        TypeError, ValueError
            As in `fit`.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> X, y = da.arange(8, chunks=3)[:, None], da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> X_res, y_res = InverseFrequencySampler(n_samples="over", random_state=0).fit_resample(X, y)
        >>> X_res[y_res == 1].compute().ravel().tolist()
        [6, 6, 6, 7, 7, 7]
        """
        if X is None:
            raise ValueError(
                "fit_resample needs rows to pick from, got X=None; fit(None, y) and draw() need only labels."
            )
        return self.fit(X, y).resample()

    def resample(self, epoch: int = 0) -> tuple[Any, Any]:
        """The rows and labels of any epoch of the collections that were fitted, lazily.

        Where strength is a function, it is asked for the strengths of all epochs before.

        Parameters
        ----------
        epoch : int, default=0
            Number of the epoch, at least 0.

        Returns
        -------
        X_resampled, y_resampled : of the kinds of the fitted `X` and `y`
            Each partition's rows in their order, each as often as it is drawn, with dtypes, index
            and names. Divisions are those of the fitted collections. Arrays know the lengths of
            their chunks, for which the rows that are drawn are counted at once, on the cluster and
            without reading `X` or `y`. Both are made together, whichever is asked for: compute them
            at once, or persist them. Frames with the same divisions are joined row by row
            (``X_resampled.assign(y=y_resampled)``); after ``persist``, ``partitions`` or
            ``repartition`` of each alone, dask goes by the index.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2; a fit without `X`. When the result is
            computed: partitions of `X` and `y` of different lengths, or labels that are others than
            in `fit`.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> X, y = da.arange(8, chunks=3)[:, None], da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> sampler = InverseFrequencySampler(n_samples=4, random_state=0).fit(X, y)
        >>> sorted(row for epoch in range(3) for row in sampler.resample(epoch)[0].compute().ravel().tolist())
        [0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7]
        """
        check_is_fitted(self, "_plan")
        if self._X is None:
            raise ValueError(
                "resample needs rows to pick from, but the sampler was fitted with X=None."
            )
        lazy_epoch = constant(self._plan.epoch(epoch))
        of_each = zip(parts_of(self._X), parts_of(self._y), self._holdings, strict=True)
        pairs = [
            bound(resampled_part, holding, number)(X_part, y_part, lazy_epoch)
            for number, (X_part, y_part, holding) in enumerate(of_each)
        ]
        lengths = (
            self._lengths(lazy_epoch)
            if isinstance(self._X, da.Array) or isinstance(self._y, da.Array)
            else None
        )
        X_res, y_res = collections_of(pairs, self._X, self._y, lengths)
        return X_res, y_res

    def draw(self, epoch: int = 0) -> Any:
        """Numbers of the rows that an epoch draws, counted through all partitions, lazily.

        Parameters
        ----------
        epoch : int, default=0
            Number of the epoch, at least 0.

        Returns
        -------
        indices : dask array of shape (n_draws,), int64
            A chunk for each partition, ascending, repeated rows side by side. The in-memory sampler
            draws the same rows in random order.

        Raises
        ------
        NotFittedError
            Before `fit`.
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> y = da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> InverseFrequencySampler(n_samples="over").fit(None, y).draw().compute().tolist()
        [0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7]
        """
        check_is_fitted(self, "_plan")
        lazy_epoch = constant(self._plan.epoch(epoch))
        starts = np.cumsum([0, *(holding.n_rows for holding in self._holdings)])[:-1].tolist()
        rows = [
            bound(rows_drawn, start)(times)
            for start, times in zip(starts, self._times_drawn(lazy_epoch), strict=True)
        ]
        return collection_of(rows, da.empty(0, dtype=np.int64), self._lengths(lazy_epoch))

    def _times_drawn(self, lazy_epoch: Any) -> list[Any]:
        """For each partition how often the epoch draws each of its rows, lazily."""
        of_each = zip(parts_of(self._y), self._holdings, strict=True)
        return [
            bound(times_drawn, holding, number)(part, lazy_epoch)
            for number, (part, holding) in enumerate(of_each)
        ]

    def _lengths(self, lazy_epoch: Any) -> tuple[int, ...]:
        """For each partition how many rows the epoch draws, computed now."""
        lengths: tuple[int, ...] = compute(
            *(bound(n_drawn, holding)(lazy_epoch) for holding in self._holdings)
        )
        return lengths
