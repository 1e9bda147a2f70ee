"""PriorCorrectedClassifier, which trains on resampled rows and predicts for the original ones."""

from __future__ import annotations

import warnings
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
from imblearn.under_sampling import InstanceHardnessThreshold, NearMiss
from imblearn.under_sampling.base import BaseCleaningSampler
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import assert_all_finite, column_or_1d, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from skbalance._checks import check_word
from skbalance._labels.containers import array_of, is_a, refuse_dask
from skbalance._prior import log_prior_shift, shift_proba
from skbalance._sampler import InverseFrequencySampler

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _has_probabilities(self: Any) -> bool:
    return hasattr(getattr(self, "estimator_", self.estimator), "predict_proba")


def _has_scores_only(self: Any) -> bool:
    return not _has_probabilities(self) and hasattr(
        getattr(self, "estimator_", self.estimator), "decision_function"
    )


class PriorCorrectedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    """A classifier trained on resampled rows, with probabilities for the original distribution.

    `fit` resamples the rows and fits the classifier on the result. `predict_proba` undoes the shift
    of the prior that resampling caused: it multiplies the classifier's probabilities by each
    class's original frequency over its resampled frequency, and renormalises them. You do not need
    imbalanced-learn's pipeline for this; it can be the last step of any pipeline. It takes no row
    weights.

    Parameters
    ----------
    estimator : classifier
        Cloned and fitted on the resampled rows. It needs ``predict_proba`` if you want
        probabilities. Weights of its own, such as ``class_weight``, shift the prior once more; that
        shift is not corrected.
    sampler : sampler or None, default=None
        Cloned and fitted on the original rows: an `InverseFrequencySampler`, or imbalanced-learn's
        RandomOverSampler (without shrinkage) or RandomUnderSampler, which pick rows of a class at
        random. SMOTE and others make new rows; NearMiss, TomekLinks and others pick rows by their
        neighbours. Both change what the rows of a class look like, which no correction undoes:
        `fit` warns about them. To search over the strength, pass a sampler. None makes an
        `InverseFrequencySampler` with the ``random_state`` of the estimator, or of a step of it, so
        that both are seeded together, even inside a seeded `BaggingClassifier`. If the estimator
        has no ``random_state``, results are repeatable only with
        ``sampler=InverseFrequencySampler(random_state=...)``.
    predict_prior : {"resampled", "original"}, default="resampled"
        The distribution under which `predict` decides. "resampled" gives what the estimator itself
        predicts, so rare classes keep the recall that resampling gained. The class that `predict`
        gives may then differ from the one with the highest probability in `predict_proba`.
        "original" gives the class with the highest corrected probability, which makes the fewest
        errors over all rows.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    estimator_ : classifier
        The fitted classifier. Its probabilities are those of the resampled distribution.
    sampler_ : sampler
        The fitted sampler. If the labels are floats, it was given them as integers.
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over its frequency in the resampled `y`. It is
        added to the log-probabilities.
    n_features_in_ : int
        Number of columns of `X`. Set only if the classifier sets it.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`. Set only if the classifier sets them.

    Notes
    -----
    The correction is exact for a classifier that is calibrated on its training rows. It helps if
    the classifier is poorly calibrated on the original rows: the log-loss of a random forest (8,000
    rows, 5% of them rare) was 0.193 without resampling, 0.354 with ``n_samples="under"`` and 0.149
    after the correction, because such a forest gives some rows of the rare class a probability of
    0. (With at least 10 rows in a leaf and without resampling it was 0.110.) It
    does not beat no resampling if the classifier is well calibrated without it: for logistic
    regression (20,000 rows, 3% of them rare) the log-loss was 0.083 without resampling, 0.356 with
    it and 0.090 after the correction. So compare the log-loss on held-out rows, including that
    without any resampling. An overfitted classifier is not calibrated, and the correction can make
    its probabilities worse.

    See Also
    --------
    InverseFrequencySampler.correct_proba : Corrects given probabilities, such as a network's.
    sklearn.model_selection.TunedThresholdClassifierCV : Tunes a threshold, for two classes.

    References
    ----------
    Elkan, "The foundations of cost-sensitive learning", IJCAI 2001, theorem 2.

    Saerens, Latinne and Decaestecker, "Adjusting the outputs of a classifier to new a priori
    probabilities: a simple procedure", Neural Computation 14 (2002).

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skbalance import InverseFrequencySampler, PriorCorrectedClassifier
    >>> X, y = make_classification(n_samples=2000, weights=[0.9], random_state=0)
    >>> sampler = InverseFrequencySampler(random_state=0)
    >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler=sampler).fit(X, y)
    >>> model.predict_proba(X).mean(axis=0).round(1)  # as in y
    array([0.9, 0.1])
    """

    def __init__(
        self, estimator: Any, *, sampler: Any = None, predict_prior: str = "resampled"
    ) -> None:
        self.estimator = estimator
        self.sampler = sampler
        self.predict_prior = predict_prior

    def fit(self, X: Any, y: Any) -> PriorCorrectedClassifier:
        """Resample, and fit the classifier on the resampled rows.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Whatever the sampler and the classifier accept.
        y : array-like of shape (n_rows,)
            Labels as scikit-learn's classifiers take them. So -1 is a class like any other, not a
            mark of rows without a label, and whole floats such as 0.0 and 1.0 are classes
            (`InverseFrequencySampler` by itself refuses them).

        Returns
        -------
        self : PriorCorrectedClassifier

        Raises
        ------
        TypeError
            If the estimator is not a classifier, if the sampler has no ``fit_resample``, or if `X`
            or `y` is a dask collection.
        ValueError
            If ``predict_prior`` is unknown, or is "original" for an estimator without
            ``predict_proba``; if the estimator takes kernels between rows; if `y` holds missing or
            continuous values; if the sampler leaves out a class. Also whatever the sampler or the
            classifier raises.

        Warns
        -----
        UserWarning
            If the sampler makes new rows, as SMOTE does, or picks rows by their neighbours, as
            TomekLinks does: the correction may then be off.
        """
        self._check_parameters()
        X, y = self._check_data(X, y)
        classes, codes = np.unique(y, return_inverse=True)
        sampler = clone(_default_sampler(self.estimator) if self.sampler is None else self.sampler)
        X_resampled, resampled_codes = _resample(sampler, X, y)
        counts = np.bincount(codes)
        resampled_counts = np.bincount(resampled_codes, minlength=len(classes))
        if not resampled_counts.all():
            raise ValueError(
                "the sampler must keep rows of every class, but it left none of "
                f"{classes[resampled_counts == 0].tolist()}."
            )
        _warn_unless_random(sampler)
        # Nothing is set before this line, so that a fit that fails leaves the model as it was.
        self.estimator_ = clone(self.estimator).fit(X_resampled, classes[resampled_codes])
        self.sampler_ = sampler
        self.classes_ = classes
        self.log_prior_shift_: NDArray[np.float64] = log_prior_shift(counts, resampled_counts)
        for name in "n_features_in_", "feature_names_in_":
            self.__dict__.pop(name, None)
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def _check_parameters(self) -> None:
        """Raise unless estimator, sampler and ``predict_prior`` are what they must be."""
        check_word(self.predict_prior, "predict_prior", ("resampled", "original"))
        if not _is_classifier(self.estimator):
            raise TypeError(f"estimator must be a classifier, got {self.estimator!r}.")
        if get_tags(self.estimator).input_tags.pairwise:
            raise ValueError(
                "estimator must take rows of features, not of a kernel between rows, of which "
                f"resampling would miss the columns, got {self.estimator!r}."
            )
        # Not _has_probabilities, which asks a classifier that was fitted before.
        if self.predict_prior == "original" and not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                "predict_prior='original' needs an estimator with predict_proba, got "
                f"{self.estimator!r}."
            )
        if isinstance(self.sampler, type):
            name = self.sampler.__name__
            raise TypeError(f"sampler must be an object, got the class {name}: pass {name}().")
        if self.sampler is not None and not hasattr(self.sampler, "fit_resample"):
            raise TypeError(f"sampler must have a method fit_resample, got {self.sampler!r}.")
        if getattr(self.sampler, "target_type", "class") != "class":
            raise ValueError(
                "sampler must balance one class a row: only a change in the frequencies of classes "
                f"can be undone, got {self.sampler!r}."
            )
        if getattr(self.sampler, "group_strength", 1) != 1:
            raise ValueError(
                "sampler must not balance groups: a classifier has none to hand on, and what they "
                f"change cannot be undone, got {self.sampler!r}."
            )

    def _check_data(self, X: Any, y: Any) -> tuple[Any, NDArray[Any]]:
        """X as it came, and the labels as an array of shape (n_rows,)."""
        way_out = (
            "resample with skbalance.dask.InverseFrequencySampler, correct with its correct_proba"
        )
        refuse_dask(X, "X", way_out)
        refuse_dask(y, "y", way_out)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        labels = array_of(y)  # as scikit-learn would hide masks, and cannot read every tensor
        y = column_or_1d(labels if is_a(y, "torch.Tensor") else y, warn=True)
        with np.errstate(over="ignore", invalid="ignore"):  # of floats too large to be classes
            assert_all_finite(y, input_name="y")
            check_classification_targets(y)
        X, y = indexable(X, y)
        return X, y

    def _check_ready(self, X: Any) -> None:
        """Raise unless the model is fitted and the rows are in memory."""
        check_is_fitted(self)
        refuse_dask(X, "X", "map the method over its partitions")

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row, under the distribution in ``predict_prior``.

        By default that is the resampled distribution, whereas `predict_proba` is about the original
        one. So this may differ from ``classes_[predict_proba(X).argmax(axis=1)]``: with two
        classes, the rare one is predicted once its probability reaches about its original
        frequency, not one half. This amounts to a moved threshold, as in scikit-learn's
        TunedThresholdClassifierCV. ``predict_prior="original"`` makes both agree.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows, as in `fit`.

        Returns
        -------
        y : ndarray of shape (n_rows,)
            Labels, of the dtype of ``classes_``.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        TypeError
            If `X` is a dask collection.
        """
        self._check_ready(X)
        if self.predict_prior == "resampled":
            predicted: NDArray[Any] = self.estimator_.predict(X)
        else:
            predicted = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return predicted

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Probabilities of the classes under the original distribution.

        Available only if the estimator has a ``predict_proba``.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows, as in `fit`.

        Returns
        -------
        proba : ndarray of shape (n_rows, n_classes)
            Columns in the order of ``classes_``, in the floating dtype of the estimator's
            probabilities. Rows sum to 1, unless the estimator gives a row no probability at all.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        TypeError
            If `X` is a dask collection.
        """
        self._check_ready(X)
        corrected: NDArray[np.floating[Any]] = shift_proba(
            self.estimator_.predict_proba(X), self.log_prior_shift_
        )
        return corrected

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Logarithms of the probabilities of `predict_proba`.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows, as in `fit`.

        Returns
        -------
        log_proba : ndarray of shape (n_rows, n_classes)
            Minus infinity where a probability is 0.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        TypeError
            If `X` is a dask collection.
        """
        with np.errstate(divide="ignore"):
            log_proba: NDArray[np.floating[Any]] = np.log(self.predict_proba(X))
        return log_proba

    @available_if(_has_scores_only)  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[np.floating[Any]]:
        """The estimator's scores, by which rows can be ranked.

        Available only if the estimator has no probabilities, because its scores are not corrected.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows, as in `fit`.

        Returns
        -------
        scores : ndarray of shape (n_rows,) or (n_rows, n_classes)
            What the estimator's ``decision_function`` returns.

        Raises
        ------
        NotFittedError
            If the model is not fitted.
        TypeError
            If `X` is a dask collection.
        """
        self._check_ready(X)
        scores: NDArray[np.floating[Any]] = self.estimator_.decision_function(X)
        return scores

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # scikit-learn asks for tags before fit, in a notebook to show the model. What is not a
        # classifier keeps the defaults here, and is refused in fit.
        if _is_classifier(self.estimator):
            of_estimator = get_tags(self.estimator)
            tags.input_tags = of_estimator.input_tags
            tags.classifier_tags = of_estimator.classifier_tags
            tags.classifier_tags.multi_label = False
        return tags


def _is_classifier(estimator: Any) -> bool:
    # get_tags, and so is_classifier, raises an AttributeError for what has no tags, and takes a
    # class for an instance.
    has_tags = hasattr(estimator, "__sklearn_tags__") and not isinstance(estimator, type)
    return has_tags and is_classifier(estimator)


def _default_sampler(estimator: Any) -> InverseFrequencySampler:
    """A sampler with the seed of the estimator, or of a step of it.

    Meta-estimators seed their members through the parameters that are named like this. The sampler
    that None stands for has none, so it follows the estimator's.
    """
    seeds: list[Any] = [
        value
        for name, value in sorted(estimator.get_params().items())
        if name.split("__")[-1] == "random_state"
        and isinstance(value, (Integral, np.random.RandomState))
    ]
    return InverseFrequencySampler(random_state=seeds[0] if seeds else None)


def _resample(sampler: Any, X: Any, y: Any) -> tuple[Any, NDArray[np.intp]]:
    """The rows that the sampler makes, and the codes of their labels."""
    # Classifiers take whole floats as classes, but our sampler refuses floats. As integers they are
    # still the labels that a dict of the sampler's may name: 1 and 1.0 are one key.
    labels = y.astype(np.int64) if y.dtype.kind == "f" and float(np.abs(y).max()) < 2**53 else y
    X_resampled, resampled_labels = sampler.fit_resample(X, labels)
    return X_resampled, np.searchsorted(np.unique(labels), resampled_labels)


def _warn_unless_random(sampler: Any) -> None:
    """Warn of a fitted sampler that changes what the rows of a class look like."""
    if getattr(sampler, "shrinkage", None) or not hasattr(sampler, "sample_indices_"):
        seen = "makes new rows, or does not say in sample_indices_ which ones it picked"
    elif isinstance(sampler, (BaseCleaningSampler, NearMiss, InstanceHardnessThreshold)):
        seen = "picks rows by what their neighbours or a model say of them"
    else:
        return
    warnings.warn(
        f"{type(sampler).__name__} {seen}: the rows of a class are then not what they were, and "
        "corrected probabilities may be off. InverseFrequencySampler, RandomOverSampler (without "
        "shrinkage) and RandomUnderSampler pick rows of a class at random.",
        UserWarning,
        stacklevel=3,
    )
