"""InverseFrequencySampler, in memory: composes the modules that know labels, plans and rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from imblearn.base import BaseSampler
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from skbalance._balancer import Balancer
from skbalance._checks import check_target_type
from skbalance._draws.ranks import check_ranks
from skbalance._labels.containers import label_array
from skbalance._labels.rows import check_rows, take_rows
from skbalance._planning.plans import plan_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skbalance.torch import BalancedBatchSampler, BalancedSampler


NO_LABELS = (
    "This %(name)s instance is not fitted yet, so it knows no labels: pass a dataset or labels, as "
    "in to_torch_sampler(y), or call 'fit' first."
)
NO_TORCH_SAMPLER = (
    "{0} is an estimator, not a torch sampler: call to_torch_sampler(dataset), as in "
    "DataLoader(dataset, batch_size=64, sampler={0}().to_torch_sampler(dataset))."
)


class InverseFrequencySampler(Balancer, BaseSampler):
    """Rows resampled so that rare classes come up as often as you choose.

    Each row weighs one over its class's frequency, to the power of ``strength``. Which row is drawn
    is a pure function of seed, epoch and position, so `fit_resample`, `draw` and the torch samplers
    give the same rows. Draws are as even as whole numbers allow: each class gets its share of the
    draws rounded, and once an epoch is over no row has been drawn more than once more often than
    another of its class, neither in the epoch nor in all epochs so far.

    Rows may also have weights of their own (``sample_weight`` of `fit`), bear several labels or
    have a continuous target (``target_type``): then each epoch draws each row its expected number
    of times, rounded down or up. And they may belong to ``groups``, which are balanced, too.

    Parameters
    ----------
    strength : float or callable, default=1.0
        How far to move from the data's own distribution (0) to equal classes (1); 0.5 is
        square-root sampling, above 1 rare classes outnumber common ones. At least 0. A function
        from the number of the epoch to the strength in it changes the balance as training goes on;
        it is asked once or twice an epoch, and must give the same answer each time.
    n_samples : int, float, {"over", "under"}, dict or None, default=None
        Draws in an epoch: None is as many as there are rows, an int is their number, a float a
        fraction of the rows (so 1 is one draw, 1.0 as many as rows). ``"over"`` never shrinks a
        class and ``"under"`` never grows one; at strength 1 all classes then get the size of the
        largest or of the smallest. No class is left without a draw. With groups, the words are
        about each class in each group; by weights of rows (sample_weight, several labels, a
        continuous target), ``"over"`` gives the lightest row one draw, ``"under"`` the heaviest,
        which may be far from the number of rows; and a light class may be left without a draw. A
        dict from label to number of
        draws decides class by class, and strength and class_weight then have no effect:
        classes that it does not name are drawn as often as they have rows, and of its labels `y`
        must hold at least one.
    replacement : bool, default=False
        Whether each draw within a class is independent of the others (a stratified bootstrap). The
        classes' numbers of draws are the same either way.
    class_weight : dict, callable or None, default=None
        Factors by which rows of a class weigh more than strength says: a dict from label to factor
        above 0, or a function from the class counts (an int64 array in the order of ``classes_``)
        to an array of factors. A row of class c weighs ``factor_c * n_c ** -strength``, so at
        strength 1 ``{"ham": 3, "spam": 1}`` draws 75% ham, and at strength 0 the factors are what
        users of torch's WeightedRandomSampler call class weights. Labels that a dict does not name
        have factor 1, as do rows without labels; of its labels `y` must hold at least one. (The
        counts are integers, so a function writes ``1 / n``, not ``n**-1``.)
    group_strength : float, default=1.0
        How far to move from the groups' own sizes (0) to equal groups (1), where `fit` is given
        ``groups``; at least 0. A group of N rows gets draws in proportion to
        ``N ** (1 - group_strength)``, and shares them among its classes by strength and
        class_weight.
    target_type : {"class", "multilabel", "continuous"}, default="class"
        What `y` is. ``"class"``: one class a row. ``"multilabel"``: several labels a row, or none;
        a row weighs as much as the heaviest of its labels, and rows without labels form one more
        class, of factor 1. ``"continuous"``: one number a row; its class is the bin that it falls
        into.
    bins : int, str or array-like, default=10
        Bins of a continuous target, as for `numpy.histogram`: their number, of equal width from the
        lowest to the highest value; the name of one of numpy's rules, as ``"auto"`` or ``"fd"``; or
        edges, outside of which no value may lie.
    random_state : int, RandomState instance or None, default=None
        An int (0 to 2**64 - 1) is the seed itself and gives the same rows on every platform. From
        None or a RandomState a new seed is taken in each `fit`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted; for one-hot labels the numbers of the columns in use. Of an
        indicator of several labels the columns in use: their names, where a frame has names, or
        else their numbers. Of a continuous target the numbers of the bins in use, from 0.
    class_counts_ : ndarray of shape (n_classes,), int64
        Rows of each class, aligned with ``classes_``; rows that bear each label.
    class_weight_ : dict
        Label to weight of one of its rows, in epoch 0. The mean over all rows is 1; at strength 1
        these are scikit-learn's ``"balanced"`` weights, unless factors or a dict of draws are
        given. (The parameter ``class_weight`` holds factors; these are the weights that result.)
        With sample_weight, a row's weight is this times its sample_weight over the mean
        sample_weight. With groups, it is the mean weight of a row of the class.
    sampling_strategy_ : dict
        Label to number of draws in an epoch, in epoch 0 where epochs differ. A draw of a row with
        several labels counts for each of them.
    groups_ : ndarray of shape (n_groups,)
        The distinct groups, sorted. Only where `fit` was given groups, as the next two.
    cell_counts_, cell_draws_ : ndarray of shape (n_groups, n_classes), int64
        Rows, and draws in epoch 0, of each class in each group; 0 where a group lacks a class.
    bin_edges_ : ndarray of shape (n_bins + 1,), float64
        Edges of all bins of a continuous target.
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over that in the draws of epoch 0. Added to the
        logits that a model trained on the draws predicts (not in its training loss), it undoes the
        shift of the prior, as `correct_proba` does with probabilities. Only where draws change
        nothing but the frequencies of classes: one class a row, no sample_weight, no groups.
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
    Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR 2020
    (shares proportional to a power of the class sizes, and a strength that grows with the epochs).

    Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002 (permutations computed
    element by element).

    Yang et al., "Delving into deep imbalanced regression", ICML 2021 (continuous targets).

    Cui et al., "Class-balanced loss based on effective number of samples", CVPR 2019: a
    `class_weight` of ``lambda n: (1 - b) / (1 - b**n)`` at strength 0.

    Gupta, Dollar and Girshick, "LVIS: a dataset for large vocabulary instance segmentation", CVPR
    2019 (repeat factors, for several labels a row).

    Madow, "On the theory of systematic sampling, II", Annals of Mathematical Statistics 20, 1949
    (draws by the weights of rows).

    Elkan, "The foundations of cost-sensitive learning", IJCAI 2001; Saerens, Latinne and
    Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities: a simple
    procedure", Neural Computation 14, 2002 (correction of probabilities).

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

    Three times as many of one class as of the other, or a number of draws for one:

    >>> sampler = InverseFrequencySampler(class_weight={"ham": 3}, n_samples=8)
    >>> sampler.fit(None, y).sampling_strategy_
    {'ham': 6, 'spam': 2}
    >>> InverseFrequencySampler(n_samples={"spam": 6}).fit(None, y).sampling_strategy_
    {'ham': 8, 'spam': 6}

    Several labels a row, with the repeat factors of LVIS (threshold t on the frequency of a label):

    >>> y = [{"sky"}] * 900 + [{"sky", "bird"}] * 90 + [{"kite"}] * 10
    >>> N, t = len(y), 0.2
    >>> sampler = InverseFrequencySampler(
    ...     target_type="multilabel",
    ...     strength=0,
    ...     class_weight=lambda n: np.maximum(1, (t * N / n) ** 0.5),
    ...     random_state=0,
    ... )
    >>> sampler.fit(None, y).class_counts_, sampler.sampling_strategy_
    (array([ 90,  10, 990]), {'bird': 125, 'kite': 41, 'sky': 959})

    A skewed number in bins, whose counts are smoothed (Yang et al., "Delving into deep imbalanced
    regression", ICML 2021):

    >>> from scipy.ndimage import gaussian_filter1d
    >>> y = np.random.default_rng(0).lognormal(size=1000)
    >>> sampler = InverseFrequencySampler(
    ...     target_type="continuous",
    ...     bins=5,
    ...     strength=0,
    ...     class_weight=lambda n: 1 / gaussian_filter1d(n.astype(float), sigma=1),
    ...     random_state=0,
    ... )
    >>> sampler.fit(None, y).class_counts_, list(sampler.sampling_strategy_.values())
    (array([945,  43,  10,   1,   1]), [622, 58, 58, 42, 220])

    Two sites, of equal weight:

    >>> y, sites = [0, 0, 0, 1] * 3, ["a"] * 8 + ["b"] * 4
    >>> InverseFrequencySampler().fit(None, y, groups=sites).cell_draws_
    array([[3, 3],
           [3, 3]])
    """

    # BalancedBaggingClassifier sets a sampling_strategy unless a sampler says that it has none.
    _sampling_type = "bypass"

    @property
    def sampling_strategy(self) -> str:
        """No parameter, but what imbalanced-learn asks of every sampler; see `n_samples`."""
        return "auto"

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> InverseFrequencySampler:
        """Count the classes and plan the draws; nothing is drawn yet.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...) or None
            Only its length and its column names are looked at.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels: integers, strings, bools or other sortable objects, in any container. With
            ``target_type="multilabel"`` an indicator of shape (n_rows, n_labels), dense or sparse,
            of 0 and 1, or a list of collections of labels (sets, lists or tuples); with
            ``"continuous"`` one finite number a row.
        sample_weight : array-like of shape (n_rows,) or None, default=None
            A finite number a row, at least 0, matched by position. A row weighs sample_weight times
            ``factor_c * n_c ** -strength``, where n_c is the sum of sample_weight over its class.
            Rows of 0 are never drawn. Then `y` may be of a single class.
        groups : array-like of shape (n_rows,) or None, default=None
            A label for each row, as of a site, a speaker or a source: draws are shared among groups
            by group_strength, and within each group among its classes. Not together with
            sample_weight or another target_type.

        Returns
        -------
        self : InverseFrequencySampler

        Raises
        ------
        TypeError, ValueError
            A parameter, `X`, `y`, `sample_weight` or `groups` of the wrong kind or value, labels
            missing or not classes (floats), fewer than two classes, fewer draws than classes; a
            parameter that has no effect (group_strength without groups, bins of classes).

        Examples
        --------
        >>> InverseFrequencySampler(strength=0.5).fit(None, [0, 0, 0, 0, 1]).sampling_strategy_
        {0: 3, 1: 2}
        """
        parameters = self._checked_parameters(y)
        if X is not None:
            check_rows(X)
        if parameters.target_type == "class":
            y = label_array(y)
        planned = plan_of(parameters, y, sample_weight, groups)
        if X is not None:
            check_consistent_length(X, y)  # only now: y="label" has a length, too
        self._set_fitted(planned, X)
        return self

    def fit_resample(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> tuple[Any, Any]:
        """Fit, and return the rows and labels of epoch 0.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...)
            Rows to pick from: a numpy array of two or more dimensions, a frame of pandas, polars or
            pyarrow, a Hugging Face dataset, a scipy sparse matrix, a torch tensor, a list; or an
            array in a file (h5py, zarr, numpy.memmap). Values are not looked at, so NaN and text
            are fine.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels, as in `fit`.
        sample_weight, groups : array-like of shape (n_rows,) or None, default=None
            As in `fit`. In a pipeline with metadata routing,
            ``set_fit_resample_request(sample_weight=True)`` asks for them.

        Returns
        -------
        X_resampled, y_resampled : of the kinds of `X` and `y`
            The rows ``sample_indices_`` of each, with their dtypes and, in pandas, their index.
            Sparse formats whose rows cannot be picked (COO, BSR, DIA, DOK) come back as CSR, arrays
            in files as numpy arrays in memory.

        Raises
        ------
        TypeError, ValueError
            As in `fit`.

        Examples
        --------
        >>> sampler = InverseFrequencySampler(n_samples="over")
        >>> X_res, y_res = sampler.fit_resample([[1], [2], [3]], ["a", "a", "b"])
        >>> sorted(y_res)
        ['a', 'a', 'b', 'b']
        """
        self._check_rows_given(X)
        self.fit(X, y, sample_weight, groups)
        return self._fit_resample(X, y)

    def _fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:
        """The part that BaseSampler leaves to each sampler."""
        self.sample_indices_ = self.draw()
        return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def draw(self, epoch: int = 0) -> NDArray[np.int64]:
        """Rows of any epoch, without those before it.

        Where strength is a function, it is asked for the strengths of all epochs before, some 30
        microseconds each.

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
        indices: NDArray[np.int64] = self._plan.epoch(epoch).all_rows()
        return indices

    def to_torch_sampler(
        self,
        dataset: Any = None,
        *,
        labels: Any = None,
        sample_weight: Any = None,
        groups: Any = None,
        num_replicas: int | None = None,
        rank: int | None = None,
        drop_last: bool = False,
    ) -> BalancedSampler:
        """A sampler for a torch DataLoader whose epochs are ``draw(0)``, ``draw(1)``, ...

        Given a dataset or labels, this sampler is fitted on them first. With ranks and without an
        int as ``random_state`` it also takes the seed that all ranks share.

        Make it once, outside the loop over epochs: each pass over the DataLoader is the next epoch.
        A sampler that is made anew inside the loop begins with epoch 0 again, so with an int as
        ``random_state`` every epoch would be the same.

        Parameters
        ----------
        dataset : Dataset, array-like of shape (n_rows,) or None, default=None
            A dataset, whose labels are found without loading an item, or labels (a list is labels,
            not a dataset): the sampler is fitted on them, as by ``fit(None, labels)``. None uses
            the fitted state. With another `target_type`, its targets are found in the same places:
            in a TensorDataset's last tensor, if that is an indicator, or one number a row.

            Labels are found by ``get_labels()``; in a TensorDataset's last tensor, if that holds
            integers; through Subset, ConcatDataset and StackDataset (its last member, or the one
            called label, target or y); in the one column of a Hugging Face dataset that is a class
            label or called label, target or y; in the attributes ``targets``, ``labels``, ``y``,
            ``samples`` and ``imgs`` (pairs of an input and its label), or else ``_labels`` and
            ``_samples``, as torchvision and skorch have them. A ``target_transform`` is applied
            where it is a function of the label alone. Where several places differ, give `labels`.
        labels : array-like of shape (n_rows, ...) or None, default=None
            Labels, or other targets, of the dataset's rows, where it does not show them or shows
            others.
        sample_weight, groups : array-like of shape (n_rows,) or None, default=None
            Weights and groups of the dataset's rows, as in `fit`; only with a dataset or labels.
        num_replicas, rank : int or None, default=None
            For one of several processes that share each epoch (torch.distributed): how many they
            are, and which one this is, from 0. Both or none. Their draws in turn are those of the
            single sampler. They need a common seed: an int as ``random_state``; else, in an
            initialised torch.distributed, they and this sampler take that of rank 0, in a
            collective call.
        drop_last : bool, default=False
            With ranks, whether the last few draws are left out where they are not enough for all
            ranks. Without it, draws from the start of the epoch make up for them, so that all ranks
            have equally many.

        Returns
        -------
        sampler : skbalance.torch.BalancedSampler
            It yields ints, ``set_epoch`` chooses the next epoch, ``state_dict`` and
            ``load_state_dict`` resume it, and a later `fit` does not touch it. With ranks it is
            also a torch DistributedSampler.

        Raises
        ------
        ImportError
            Without torch (the extra ``torch``).
        NotFittedError
            Without dataset and labels, before `fit`.
        TypeError, ValueError
            As in `fit`; a loader in place of its dataset; labels that are not found, are ambiguous
            or are not one for each row of the dataset; a rank without num_replicas or out of range;
            ranks without a common seed.

        Examples
        --------
        >>> sampler = InverseFrequencySampler(random_state=0)
        >>> torch_sampler = sampler.to_torch_sampler([0, 0, 0, 1])
        >>> list(torch_sampler) == sampler.draw(0).tolist()
        True
        """
        from skbalance.torch._dataset_labels import check_labels, labels_of
        from skbalance.torch._samplers import BalancedSampler, DistributedBalancedSampler
        from skbalance.torch._seed import common_seed
        from skbalance.torch._targets import KINDS

        ranks = check_ranks(num_replicas, rank, drop_last)
        check_target_type(self.target_type)
        if labels is not None:
            if self.target_type == "class":
                # Read before lengths are compared: not everything that is no labels has a length.
                labels = label_array(labels, "labels")
            check_labels(labels, dataset)
            self.fit(None, labels, sample_weight, groups)
        elif dataset is not None:
            labels = labels_of(dataset, KINDS[self.target_type])
            self.fit(None, labels, sample_weight, groups)
        elif sample_weight is not None or groups is not None:
            raise ValueError(
                "sample_weight and groups are of the rows of a dataset: give the dataset or labels "
                "with them, or call fit first."
            )
        else:
            check_is_fitted(self, "_plan", msg=NO_LABELS)
        if ranks is None:
            return BalancedSampler(self._plan)
        # Also for `draw`, so that it goes on giving what the ranks draw.
        self._plan = replace(
            self._plan, seed=common_seed(self._plan.seed, self._seed_is_given, ranks)
        )
        return DistributedBalancedSampler(self._plan, ranks)

    def to_torch_batch_sampler(
        self,
        dataset: Any = None,
        *,
        batch_size: int,
        drop_last: bool = False,
        labels: Any = None,
        sample_weight: Any = None,
        groups: Any = None,
        num_replicas: int | None = None,
        rank: int | None = None,
    ) -> BalancedBatchSampler:
        """A batch sampler for a torch DataLoader: every batch holds its share of every class.

        The share is rounded down or up. Given a dataset or labels, this sampler is fitted on them
        first.

        Give it to the DataLoader as ``batch_sampler=``, or as ``sampler=`` with
        ``batch_size=None``. As ``sampler=`` with any other batch size (1 is the default) its
        batches would be batched once more: torch's DataLoader then raises an error at the first
        batch. torchdata's StatefulDataLoader does not, and gives batches of batches.

        Make it once, outside the loop over epochs, as in `to_torch_sampler`.

        Parameters
        ----------
        dataset, labels, sample_weight, groups
            As in `to_torch_sampler`.
        batch_size : int
            Most rows in a batch, at least 1. Without drop_last there is no short last batch, sizes
            differ by at most one: 100 draws in batches of 64 are 50 and 50.
        drop_last : bool, default=False
            Whether to make full batches only. (In `to_torch_sampler` it is about ranks.)
        num_replicas, rank
            As in `to_torch_sampler`; ``batch_size`` is that of one rank. The batches of all ranks
            in one step together hold their share of every class, too: they are a batch of
            ``batch_size * num_replicas`` rows of the single batch sampler.

        Returns
        -------
        batch_sampler : skbalance.torch.BalancedBatchSampler
            It yields lists of ints, over an epoch the same rows as `to_torch_sampler`. With ranks
            it is also a torch DistributedSampler.

        Raises
        ------
        ImportError, NotFittedError, TypeError, ValueError
            As in `to_torch_sampler`; a batch size that is no int of at least 1 or leaves no batch.

        Examples
        --------
        >>> y = [0] * 90 + [1] * 10
        >>> sampler = InverseFrequencySampler(random_state=0)
        >>> batches = sampler.to_torch_batch_sampler(y, batch_size=10)
        >>> [sum(y[row] for row in batch) for batch in batches]
        [5, 5, 5, 5, 5, 5, 5, 5, 5, 5]
        """
        from skbalance.torch._samplers import (
            BalancedBatchSampler,
            DistributedBalancedBatchSampler,
            DistributedBalancedSampler,
        )

        rows = self.to_torch_sampler(
            dataset,
            labels=labels,
            sample_weight=sample_weight,
            groups=groups,
            num_replicas=num_replicas,
            rank=rank,
        )
        if isinstance(rows, DistributedBalancedSampler):
            return DistributedBalancedBatchSampler(rows, batch_size, drop_last)
        return BalancedBatchSampler(rows, batch_size, drop_last)

    def __iter__(self) -> NoReturn:
        """Say what a DataLoader takes as its sampler: this is called one, and may be given to it.

        numpy and pandas still take it for one object, as it has no ``__getitem__``.
        """
        raise TypeError(NO_TORCH_SAMPLER.format(type(self).__name__))

    def __len__(self) -> int:
        """The same, where the length of the loader is asked for first."""
        raise TypeError(NO_TORCH_SAMPLER.format(type(self).__name__))

    def __bool__(self) -> bool:
        """True, as of any estimator; without this, Python would ask for the length."""
        return True

    def get_metadata_routing(self) -> Any:
        """What the sampler asks of metadata routing.

        What is requested for `fit_resample` (by ``set_fit_resample_request``) is for `fit`, too,
        unless that has a request of its own: a pipeline of imbalanced-learn asks for both, though
        it calls `fit_resample` alone.

        Returns
        -------
        routing : sklearn.utils.metadata_routing.MetadataRequest
        """
        routing = super().get_metadata_routing()
        for name, request in routing.fit_resample.requests.items():
            if routing.fit.requests.get(name) is None:
                routing.fit.add_request(param=name, alias=request)
        return routing

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True
        tags.sampler_tags.sample_indices = True
        return tags
