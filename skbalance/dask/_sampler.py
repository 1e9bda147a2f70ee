"""InverseFrequencySampler for dask collections: two passes over their partitions."""

from __future__ import annotations

from typing import Any

import dask.array as da
import numpy as np
from dask.base import compute
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._partitions import (
    combine_counts,
    count_cells,
    drawn_rows,
    n_draws,
    resample_partition,
    row_multiplicities,
)
from skbalance._planning.exact import Cells, plan_of_cells, plan_of_classes
from skbalance._planning.parameters import Parameters
from skbalance.dask._collections import (
    bound,
    check_alike,
    check_collection,
    collection_of,
    collections_of,
    constant,
    delayed_tuples,
    rowless,
    whole_rows,
)


class InverseFrequencySampler(Balancer):
    """Resample a dask collection so that rare classes are drawn as often as you choose.

    This is `skbalance.InverseFrequencySampler` for tables larger than memory. With the same labels
    in the same order, the same parameters and the same seed, it draws each row exactly as often as
    the sampler in memory, however the table is partitioned and whatever computes it. Rows stay in
    their partitions and in the table's order; nothing is moved or shuffled. Only the class counts
    are sent to the client.

    The parameters and the arguments of `fit` and `fit_resample`, which follow imbalanced-learn's
    samplers, are the same as in memory. Whatever cannot be done partition by partition raises an
    error that names it.

    Parameters
    ----------
    strength : float or callable, default=1.0
        How far to move from the data's own distribution (0) to equal classes (1), at least 0. A
        function from the number of the epoch to its strength is called once or twice per epoch and
        must be deterministic.
    n_samples : int, float, {"over", "under"}, dict or None, default=None
        Draws in an epoch. None means as many as there are rows; an int is the number of draws; a
        float is a fraction of the number of rows. ``"over"`` never shrinks a class and ``"under"``
        never grows one. No class is left without a draw. With groups, this holds for each class in
        each group. A dict from label to number of draws sets the draws class by class; it cannot be
        combined with groups.
    replacement : bool, default=False
        Must be False. With independent draws, each partition would have to repeat the draws of all
        partitions to find out how often its own rows are drawn.
    class_weight : dict, callable or None, default=None
        Factors that multiply the weights of the rows of a class: a dict from label to factor above
        0, or a function from the class counts, in the order of ``classes_``, to an array of
        factors.
    group_strength : float, default=1.0
        With groups, how far to move from the groups' own sizes (0) to an equal share of the draws
        for each group (1), at least 0. Within a group, strength and class_weight share its draws
        among its classes.
    target_type : {"class"}, default="class"
        One class per row. For several labels per row and continuous targets, use the sampler in
        memory.
    bins : int, default=10
        Must be left at 10: for a continuous target, use the sampler in memory.
    random_state : int, RandomState instance or None, default=None
        An int (0 to 2**64 - 1) is the seed itself. With None or a RandomState, each `fit` takes a
        new seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels of all partitions, sorted; for one-hot labels, the numbers of the
        columns that hold a 1.
    class_counts_ : ndarray of shape (n_classes,), int64
        Rows of each class, aligned with ``classes_``.
    class_weight_ : dict
        Maps each label to the weight of one of its rows in epoch 0 (with groups, to the mean weight
        of its rows); the mean over all rows is 1.
    sampling_strategy_ : dict
        Maps each label to its number of draws in an epoch (in epoch 0 if strength is a function).
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over its frequency in the draws of epoch 0. Not
        set with groups.
    groups_ : ndarray of shape (n_groups,)
        The distinct groups of all partitions, sorted. Set only with groups, like the next two.
    cell_counts_ : ndarray of shape (n_groups, n_classes), int64
        Rows of each class in each group.
    cell_draws_ : ndarray of shape (n_groups, n_classes), int64
        Draws of each class in each group in epoch 0; 0 only where there are no rows.
    n_features_in_ : int
        Number of columns of `X`. Set only if `X` has columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`. Set only if all of them are strings.

    See Also
    --------
    skbalance.InverseFrequencySampler : The same sampler for data in memory.

    Notes
    -----
    This is not an imbalanced-learn sampler and does not work in its pipelines: scikit-learn's
    models need their rows in memory.

    If the table is sorted by class, so are the draws. If the order matters, as in training by
    stochastic gradient descent, shuffle each partition once it is computed.

    Examples
    --------
    >>> import dask.dataframe as dd
    >>> import pandas as pd
    >>> from skbalance.dask import InverseFrequencySampler
    >>> frame = pd.DataFrame({"x": range(10), "y": ["ham"] * 8 + ["spam"] * 2})
    >>> table = dd.from_pandas(frame, npartitions=3)
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> X_res, y_res = sampler.fit_resample(table[["x"]], table["y"])
    >>> y_res.compute().value_counts().to_dict()
    {'ham': 5, 'spam': 5}
    """

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> InverseFrequencySampler:
        """Count the classes of all partitions, in each group, and plan the draws.

        Parameters
        ----------
        X : dask DataFrame, Series, array of shape (n_rows, ...), or None
            Rows, partitioned as `y` is. They are kept for `resample`; none is computed. For `draw`
            alone, None is enough.
        y : dask Series, DataFrame or array of shape (n_rows,), (n_rows, 1) or (n_rows, n_classes)
            Labels: integers, strings, bools, categories or other sortable objects, as a column or
            one-hot. They are computed once, wherever their partitions are.
        sample_weight : None
            For row weights, use the sampler in memory.
        groups : dask Series, DataFrame or array of shape (n_rows,) or (n_rows, 1), default=None
            The group of each row, such as its site, speaker or source: labels as in `y`, and
            partitioned as `y` is. They are computed once, together with `y`.

        Returns
        -------
        self : InverseFrequencySampler

        Raises
        ------
        TypeError
            If a parameter, `X`, `y` or `groups` is of the wrong kind.
        ValueError
            If a parameter has a wrong value or no effect; if `replacement` is True,
            `target_type` is not "class", or `sample_weight` is given; if `X` or `groups` is
            partitioned differently from `y`; if labels or groups are missing or are floats (the
            message names the partition); if there are fewer than two classes (with groups, fewer
            than two cells, that is classes in groups), or fewer draws than those.

        Examples
        --------
        >>> import dask.array as da
        >>> InverseFrequencySampler().fit(None, da.repeat(da.arange(3, chunks=2), 2)).class_counts_
        array([2, 2, 2])

        Each group gets the same number of draws, and so does each class within a group:

        >>> import numpy as np
        >>> y = da.from_array(np.array(["ham", "ham", "spam", "ham", "ham", "ham"]), chunks=3)
        >>> sites = da.from_array(np.array(["a", "a", "a", "a", "b", "b"]), chunks=3)
        >>> InverseFrequencySampler(n_samples=8).fit(None, y, groups=sites).cell_draws_
        array([[2, 2],
               [4, 0]])
        """
        parameters = self._checked_parameters(y)
        _refuse_what_needs_memory(parameters, sample_weight)
        parameters.check_used(groups is not None)
        check_collection(y, "y")
        for name, data in (("X", X), ("groups", groups)):
            if data is not None:
                check_collection(data, name)
                check_alike(data, y, name)
        X = None if X is None else whole_rows(X)
        columns = [whole_rows(column) for column in (y, groups) if column is not None]
        reports = compute(
            *(
                bound(count_cells, number)(*labels)
                for number, labels in enumerate(delayed_tuples(*columns))
            )
        )
        labels, label_of, counts, partitions = combine_counts(reports)
        if groups is None:
            planned = plan_of_classes(parameters, labels["y"], counts)
        else:
            cells = Cells(labels["groups"], labels["y"], label_of["groups"], label_of["y"], counts)
            planned = plan_of_cells(parameters, cells)
        self._set_fitted(planned, None if X is None else rowless(X))
        self._X, self._columns, self._partitions = X, columns, partitions
        return self

    def fit_resample(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> tuple[Any, Any]:
        """The rows and labels of epoch 0, lazily: ``fit(X, y, ...).resample(epoch=0)``.

        Parameters
        ----------
        X : dask DataFrame, Series or array of shape (n_rows, ...)
            Rows, partitioned as `y` is.
        y : dask Series, DataFrame or array
            Labels, as in `fit`.
        sample_weight : None
            As in `fit`.
        groups : dask Series, DataFrame or array, default=None
            The group of each row, as in `fit`.

        Returns
        -------
        X_resampled, y_resampled : dask collections of the same types as `X` and `y`
            As in `resample`.

        Raises
        ------
        TypeError, ValueError
            As in `fit`; a ValueError also if `X` is None.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> X = da.arange(8, chunks=3)[:, None]
        >>> y = da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> sampler = InverseFrequencySampler(n_samples="over", random_state=0)
        >>> X_res, y_res = sampler.fit_resample(X, y)
        >>> X_res[y_res == 1].compute().ravel().tolist()
        [6, 6, 6, 7, 7, 7]
        """
        self._check_rows_given(X)
        return self.fit(X, y, sample_weight, groups).resample()

    def resample(self, epoch: int = 0) -> tuple[Any, Any]:
        """The rows and labels that any epoch draws, lazily.

        If strength is a function, it is called for all epochs up to this one.

        Parameters
        ----------
        epoch : int, default=0
            Number of the epoch, at least 0.

        Returns
        -------
        X_resampled, y_resampled : dask collections of the same types as the fitted `X` and `y`
            The rows of each partition in their order, each as often as it is drawn. Dtypes, index,
            names and divisions are those of the fitted collections. Arrays know the lengths of
            their chunks: for this, dask counts the draws immediately, but without reading `X` or
            `y`.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        TypeError
            If `epoch` is not an int.
        ValueError
            If `epoch` is not from 0 to 2**63 - 2, or if the sampler was fitted without `X`. When
            the result is computed: if partitions of `X` and `y` differ in length, or if the labels
            or groups are not those that were counted in `fit`.

        Notes
        -----
        Rows and labels are made together, so compute or persist both at once. Frames with the same
        divisions are joined row by row, as in ``X_resampled.assign(y=y_resampled)``. After a
        separate ``persist``, ``partitions`` or ``repartition`` of each, dask joins them by index.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> X = da.arange(8, chunks=3)[:, None]
        >>> y = da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> sampler = InverseFrequencySampler(n_samples=4, random_state=0).fit(X, y)
        >>> epochs = [sampler.resample(epoch)[0].compute() for epoch in range(3)]
        >>> sorted(np.concatenate(epochs).ravel().tolist())
        [0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7]
        """
        check_is_fitted(self, "_plan")
        if self._X is None:
            raise ValueError(
                "resample needs rows to pick from, but the sampler was fitted with X=None."
            )
        lazy_epoch = self._lazy_epoch(epoch)
        parts = delayed_tuples(self._X, *self._columns)
        pairs = [
            bound(resample_partition, partition)(lazy_epoch, rows, *labels)
            for partition, (rows, *labels) in zip(self._partitions, parts, strict=True)
        ]
        y = self._columns[0]
        has_arrays = isinstance(self._X, da.Array) or isinstance(y, da.Array)
        lengths = self._lengths(lazy_epoch) if has_arrays else None
        X_res, y_res = collections_of(pairs, self._X, y, lengths)
        return X_res, y_res

    def draw(self, epoch: int = 0) -> Any:
        """The row numbers that an epoch draws, counted from 0 through all partitions, lazily.

        Parameters
        ----------
        epoch : int, default=0
            Number of the epoch, at least 0.

        Returns
        -------
        indices : dask array of shape (n_draws,), int64
            In ascending order, a chunk for each partition. The sampler in memory draws the same
            rows in random order.

        Raises
        ------
        NotFittedError
            If the sampler is not fitted.
        TypeError
            If `epoch` is not an int.
        ValueError
            If `epoch` is not from 0 to 2**63 - 2. When the result is computed: if the labels or
            groups are not those that were counted in `fit`.

        Examples
        --------
        >>> import dask.array as da
        >>> import numpy as np
        >>> y = da.from_array(np.array([0, 0, 0, 0, 0, 0, 1, 1]), chunks=3)
        >>> InverseFrequencySampler(n_samples="over").fit(None, y).draw().compute().tolist()
        [0, 1, 2, 3, 4, 5, 6, 6, 6, 7, 7, 7]
        """
        check_is_fitted(self, "_plan")
        lazy_epoch = self._lazy_epoch(epoch)
        n_rows = [partition.n_rows for partition in self._partitions]
        first_rows = (np.cumsum(n_rows) - n_rows).tolist()
        rows = [
            bound(drawn_rows, first_row)(multiplicities)
            for first_row, multiplicities in zip(
                first_rows, self._multiplicities(lazy_epoch), strict=True
            )
        ]
        return collection_of(rows, da.empty(0, dtype=np.int64), self._lengths(lazy_epoch))

    def _lazy_epoch(self, epoch: int) -> Any:
        """The epoch with this number, as one object in the graph for all partitions."""
        return constant(self._plan.epoch(epoch))

    def _multiplicities(self, lazy_epoch: Any) -> list[Any]:
        """How often the epoch draws each row, partition by partition, lazily."""
        return [
            bound(row_multiplicities, partition)(lazy_epoch, *labels)
            for partition, labels in zip(
                self._partitions, delayed_tuples(*self._columns), strict=True
            )
        ]

    def _lengths(self, lazy_epoch: Any) -> tuple[int, ...]:
        """How many rows the epoch draws of each partition, computed now."""
        lengths: tuple[int, ...] = compute(
            *(bound(n_draws, partition)(lazy_epoch) for partition in self._partitions)
        )
        return lengths


def _refuse_what_needs_memory(parameters: Parameters, sample_weight: Any) -> None:
    """Raise ValueError for what only the sampler in memory takes."""
    if parameters.replacement:
        refused = "replacement must be False for dask collections, got True"
    elif sample_weight is not None:
        kind = type(sample_weight).__name__
        refused = f"sample_weight must be None for dask collections, got {kind}"
    elif parameters.target_type != "class":
        seen = repr(parameters.target_type)
        refused = f"target_type must be 'class' for dask collections, got {seen}"
    else:
        return
    raise ValueError(
        f"{refused}: skbalance.InverseFrequencySampler takes it, in memory. Of a table it needs "
        "the labels alone, fit(None, y.compute(), ...), and draw() gives the numbers of the rows."
    )
