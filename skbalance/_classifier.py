"""PriorCorrectedClassifier: trained on resampled rows, with probabilities of the original ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone, is_classifier
from sklearn.utils import assert_all_finite, column_or_1d, get_tags, indexable
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

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
    """A classifier trained on resampled rows whose probabilities are those of the original
    distribution.

    `fit` resamples, and fits the classifier on what comes out. `predict_proba` undoes the shift of
    the prior that resampling made: it multiplies the classifier's probabilities by the classes'
    original frequencies over their resampled ones, and normalises. It needs no pipeline, and may be
    the last step of any. It takes no weights of rows.

    Parameters
    ----------
    estimator : classifier
        Cloned and fitted on the resampled rows. For probabilities it needs ``predict_proba``. What
        it weighs by itself, as by ``class_weight``, shifts the prior once more and is not
        corrected.
    sampler : sampler or None, default=None
        Cloned: an `InverseFrequencySampler`, or any sampler of imbalanced-learn whose resampled
        rows of a class look like the original ones. None is ``InverseFrequencySampler()``; to
        search its strength, pass it.
    predict_prior : {"resampled", "original"}, default="resampled"
        Under which distribution `predict` decides. "resampled" gives what the estimator itself
        predicts, so rare classes keep the recall that resampling won them; "original" gives the
        class of the highest corrected probability, which makes the fewest errors over all rows.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted.
    estimator_ : classifier
        The fitted classifier; its probabilities are those of the resampled distribution.
    sampler_ : sampler
        The fitted sampler; where labels are floats, it knows them by their numbers in ``classes_``.
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over that in the resampled `y`: what is added to
        log-probabilities.
    n_features_in_ : int
        Columns of `X`, if the classifier knows them.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`, if the classifier knows them.

    See Also
    --------
    InverseFrequencySampler.correct_proba : The same for probabilities at hand, of a network for
    example.
    sklearn.model_selection.TunedThresholdClassifierCV : Chooses a threshold instead, for two
    classes.

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
    >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler=InverseFrequencySampler(random_state=0))
    >>> model.fit(X, y).predict_proba(X).mean(axis=0).round(1)  # as in y; uncorrected, a quarter would be rare
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
            Whatever sampler and classifier take.
        y : array-like of shape (n_rows,)
            Labels, as scikit-learn's classifiers take them.

        Returns
        -------
        self : PriorCorrectedClassifier

        Raises
        ------
        TypeError, ValueError
            An unknown ``predict_prior``, an estimator that is no classifier, a sampler without
            ``fit_resample`` or one that leaves out a class; what sampler and classifier raise.
        """
        if self.predict_prior not in ("resampled", "original"):
            raise ValueError(
                f"predict_prior must be 'resampled' or 'original', got {self.predict_prior!r}."
            )
        if not is_classifier(self.estimator):
            raise TypeError(f"estimator must be a classifier, got {self.estimator!r}.")
        if get_tags(self.estimator).input_tags.pairwise:
            raise ValueError(
                "estimator must take rows of features, not of a kernel between rows, of which resampling would miss the columns, "
                f"got {self.estimator!r}."
            )
        if self.predict_prior == "original" and not _has_probabilities(self):
            raise ValueError(
                f"predict_prior='original' needs an estimator with predict_proba, got {self.estimator!r}."
            )
        sampler = InverseFrequencySampler() if self.sampler is None else self.sampler
        if not hasattr(sampler, "fit_resample"):
            raise TypeError(f"sampler must have a method fit_resample, got {sampler!r}.")
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None."
            )
        y = column_or_1d(y, warn=True)
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        X, y = indexable(X, y)
        classes, codes = np.unique(y, return_inverse=True)
        labels = (
            codes if y.dtype.kind == "f" else y
        )  # classifiers take whole floats as classes, samplers do not
        sampler = clone(sampler)
        X_resampled, labels_resampled = sampler.fit_resample(X, labels)
        codes_resampled = np.searchsorted(np.unique(labels), labels_resampled)
        counts, resampled_counts = (
            np.bincount(some, minlength=len(classes)) for some in (codes, codes_resampled)
        )
        if not resampled_counts.all():
            raise ValueError(
                f"the sampler must keep rows of every class, but it left none of {classes[resampled_counts == 0].tolist()}."
            )
        self.estimator_ = clone(self.estimator).fit(X_resampled, classes[codes_resampled])
        self.sampler_ = sampler
        self.classes_ = classes
        self.log_prior_shift_: NDArray[np.float64] = log_prior_shift(counts, resampled_counts)
        for name in "n_features_in_", "feature_names_in_":
            self.__dict__.pop(name, None)
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The classes of rows, under the distribution that ``predict_prior`` names.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)

        Returns
        -------
        y : ndarray of shape (n_rows,)
        """
        check_is_fitted(self)
        if self.predict_prior == "resampled":
            predicted: NDArray[Any] = self.estimator_.predict(X)
        else:
            predicted = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return predicted

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Probabilities of the classes in the original distribution.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)

        Returns
        -------
        proba : ndarray of shape (n_rows, n_classes)
            Columns in the order of ``classes_``; rows sum to 1, as those of the classifier do.
        """
        check_is_fitted(self)
        corrected: NDArray[np.floating[Any]] = shift_proba(
            self.estimator_.predict_proba(X), self.log_prior_shift_
        )
        return corrected

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]
    def predict_log_proba(self, X: Any) -> NDArray[np.floating[Any]]:
        """Logarithms of `predict_proba`.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)

        Returns
        -------
        log_proba : ndarray of shape (n_rows, n_classes)
        """
        with np.errstate(divide="ignore"):
            log_proba: NDArray[np.floating[Any]] = np.log(self.predict_proba(X))
        return log_proba

    @available_if(_has_scores_only)  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[np.floating[Any]]:
        """The scores of a classifier that has no probabilities: by them it ranks, and `predict`
        decides.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)

        Returns
        -------
        scores : ndarray of shape (n_rows,) or (n_rows, n_classes)
        """
        check_is_fitted(self)
        scores: NDArray[np.floating[Any]] = self.estimator_.decision_function(X)
        return scores

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        of_estimator = get_tags(self.estimator)
        tags.input_tags = of_estimator.input_tags
        if of_estimator.classifier_tags is not None:  # else fit refuses it
            tags.classifier_tags = of_estimator.classifier_tags
            tags.classifier_tags.multi_label = False
        return tags
