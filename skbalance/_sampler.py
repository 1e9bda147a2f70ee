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
    """Resample rows so that rare classes are drawn as often as you choose.

    Each row gets the weight ``(1 / class frequency) ** strength``. A *draw* is one row number, and
    an *epoch* is one round of ``n_samples`` draws. Which row is drawn is a pure function of seed,
    epoch and position, so `fit_resample`, `draw` and the torch samplers give the same rows. Draws
    are as even as whole numbers allow: each class gets its share of the draws, rounded, and once an
    epoch is over no row has been drawn more than once more often than another of its class, neither
    in that epoch nor in all epochs so far.

    Rows may also have their own weights (``sample_weight`` of `fit`), several labels, or a
    continuous target (``target_type``). Then each epoch draws each row its expected number of
    times, rounded down or up. Rows may also belong to ``groups``, which are balanced too.

    Parameters
    ----------
    strength : float or callable, default=1.0
        How far to move from the data's own distribution (0) to equal classes (1); at least 0. 0.5
        is square-root sampling; above 1, rare classes outnumber common ones. A function from the
        number of the epoch to its strength changes the balance as training goes on. It is called
        once or twice per epoch and must be deterministic.
    n_samples : int, float, {"over", "under"}, dict or None, default=None
        Draws in an epoch. None means as many as there are rows; an int is the number of draws; a
        float is a fraction of the number of rows (so 1 is one draw, 1.0 as many as rows).
        ``"over"`` never shrinks a class and ``"under"`` never grows one; at strength 1 all classes
        then get the size of the largest or of the smallest. No class is left without a draw. With
        groups, ``"over"`` and ``"under"`` hold for each class in each group. With row weights,
        several labels or a continuous target, ``"over"`` gives the lightest row one draw and
        ``"under"`` the heaviest, which may be far from the number of rows; a light class may then
        be left without a draw. A dict from label to number of draws sets the draws class by class;
        strength and class_weight then have no effect. Classes that it does not name keep their
        size, and at least one of its labels must occur in `y`.
    replacement : bool, default=False
        Whether each draw within a class is independent of the others (a stratified bootstrap). The
        number of draws of each class is the same either way.
    class_weight : dict, callable or None, default=None
        Factors that multiply the weights that strength gives to the rows of a class: a dict from
        label to factor above 0, or a function from the class counts (an int64 array in the order of
        ``classes_``) to an array of factors. The weight of a row of class c is
        ``factor_c * n_c ** -strength``. So at strength 1 ``{"ham": 3, "spam": 1}`` draws 75% ham,
        and at strength 0 the factors are what users of torch's WeightedRandomSampler call class
        weights. Labels that a dict does not name have factor 1, as do rows without labels; at least
        one of its labels must occur in `y`. (The counts are integers, so write ``1 / n`` in a
        function, not ``n**-1``.)
    group_strength : float, default=1.0
        If `fit` is given ``groups``: how far to move from the groups' own sizes (0) to equal groups
        (1); at least 0. A group of N rows gets draws in proportion to
        ``N ** (1 - group_strength)``, and shares them among its classes by strength and
        class_weight.
    target_type : {"class", "multilabel", "continuous"}, default="class"
        What `y` is. ``"class"``: one class per row. ``"multilabel"``: several labels per row, or
        none. A row's weight is the largest weight among its labels; rows without labels form a
        class of their own, with factor 1. ``"continuous"``: one number per row, whose class is the
        bin that it falls into.
    bins : int, str or array-like, default=10
        Bins of a continuous target, as for `numpy.histogram`: a number of bins, of equal width from
        the lowest to the highest value; the name of one of numpy's rules, such as ``"auto"`` or
        ``"fd"``; or edges, outside of which no value may lie.
    random_state : int, RandomState instance or None, default=None
        An int (0 to 2**64 - 1) is the seed itself and gives the same rows on every platform. With
        None or a RandomState, each `fit` takes a new seed.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The distinct labels, sorted; for one-hot labels, the numbers of the columns in use. For an
        indicator of several labels, the columns in use: their names if a frame has names, otherwise
        their numbers. For a continuous target, the numbers of the bins in use, from 0.
    class_counts_ : ndarray of shape (n_classes,), int64
        Rows of each class, aligned with ``classes_``. With several labels, rows with each label.
    class_weight_ : dict
        Maps each label to the weight of one of its rows in epoch 0. The mean over all rows is 1; at
        strength 1 these are scikit-learn's ``"balanced"`` weights, unless factors or a dict of
        draws are given. (The parameter ``class_weight`` holds factors; these are the resulting
        weights.) With sample_weight, a row's weight is this times its sample_weight over the mean
        sample_weight. With groups, it is the mean weight of a row of the class.
    sampling_strategy_ : dict
        Maps each label to its number of draws in an epoch (in epoch 0 if epochs differ). A draw of
        a row with several labels counts for each of them.
    groups_ : ndarray of shape (n_groups,)
        The distinct groups, sorted. Set only with groups, like the next two.
    cell_counts_, cell_draws_ : ndarray of shape (n_groups, n_classes), int64
        Rows, and draws in epoch 0, of each class in each group; 0 where a group lacks a class.
    bin_edges_ : ndarray of shape (n_bins + 1,), float64
        Edges of all bins of a continuous target.
    log_prior_shift_ : ndarray of shape (n_classes,), float64
        Logarithm of each class's frequency in `y` over its frequency in the draws of epoch 0. Add
        it to the logits that a model trained on the draws predicts (not in its training loss): it
        undoes the shift of the prior, as `correct_proba` does for probabilities. Set only if
        resampling changes nothing but class frequencies: one class per row, no sample_weight, no
        groups.
    sample_indices_ : ndarray of shape (n_draws,), int64
        Numbers of the rows that `fit_resample` drew, in order. Not set by `fit`.
    n_features_in_ : int
        Number of columns of `X`. Set only if `X` has columns.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of `X`. Set only if all of them are strings.

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
    2019 (repeat factors, for several labels per row).

    Madow, "On the theory of systematic sampling, II", Annals of Mathematical Statistics 20, 1949
    (draws by row weights).

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

    Three times as many draws of one class as of the other, or a fixed number of draws of one:

    >>> sampler = InverseFrequencySampler(class_weight={"ham": 3}, n_samples=8)
    >>> sampler.fit(None, y).sampling_strategy_
    {'ham': 6, 'spam': 2}
    >>> InverseFrequencySampler(n_samples={"spam": 6}).fit(None, y).sampling_strategy_
    {'ham': 8, 'spam': 6}

    Several labels per row, with the repeat factors of LVIS (threshold t on a label's frequency):

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

    Two sites with equal weight:

    >>> y, sites = [0, 0, 0, 1] * 3, ["a"] * 8 + ["b"] * 4
    >>> InverseFrequencySampler().fit(None, y, groups=sites).cell_draws_
    array([[3, 3],
           [3, 3]])
    """

    # BalancedBaggingClassifier sets a sampling_strategy unless a sampler says that it has none.
    _sampling_type = "bypass"

    @property
    def sampling_strategy(self) -> str:
        """Not a parameter: imbalanced-learn expects it of every sampler. See `n_samples`."""
        return "auto"

    def fit(
        self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None
    ) -> InverseFrequencySampler:
        """Count the classes and plan the draws; nothing is drawn yet.

        Parameters
        ----------
        X : array-like of shape (n_rows, ...) or None
            Only its length and its column names are used.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels: integers, strings, bools or other sortable objects, in any container. With
            ``target_type="multilabel"``, an indicator of 0 and 1 of shape (n_rows, n_labels), dense
            or sparse, or a list of collections of labels (sets, lists or tuples). With
            ``"continuous"``, one finite number per row.
        sample_weight : array-like of shape (n_rows,) or None, default=None
            One finite number per row, at least 0, matched by position. A row's weight is its
            sample_weight times ``factor_c * n_c ** -strength``, where n_c is the sum of
            sample_weight over its class. Rows with sample_weight 0 are never drawn. With
            sample_weight, `y` may have a single class.
        groups : array-like of shape (n_rows,) or None, default=None
            The group of each row, such as its site, speaker or source: draws are shared among
            groups by group_strength, and within each group among its classes. Not together with
            sample_weight or another target_type.

        Returns
        -------
        self : InverseFrequencySampler

        Raises
        ------
        TypeError, ValueError
            A parameter, `X`, `y`, `sample_weight` or `groups` of the wrong kind or value; missing
            labels, or labels that are not classes (floats); fewer than two classes; fewer draws
            than classes; a parameter that has no effect (group_strength without groups, bins with
            classes).

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
            Rows to pick from: a numpy array of two or more dimensions, a pandas, polars or pyarrow
            frame, a Hugging Face dataset, a scipy sparse matrix, a torch tensor or a list; or an
            array in a file (h5py, zarr, numpy.memmap). Values are not inspected, so NaN and text
            are fine.
        y : array-like of shape (n_rows,), (n_rows, 1) or, one-hot, (n_rows, n_columns)
            Labels, as in `fit`.
        sample_weight, groups : array-like of shape (n_rows,) or None, default=None
            As in `fit`. In a pipeline with metadata routing,
            ``set_fit_resample_request(sample_weight=True)`` requests them.

        Returns
        -------
        X_resampled, y_resampled : of the same types as `X` and `y`
            The rows ``sample_indices_`` of each, with their dtypes and, in pandas, their index.
            Sparse formats whose rows cannot be picked (COO, BSR, DIA, DOK) come back as CSR, and
            arrays in files as numpy arrays in memory.

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
        """Row numbers of any epoch, computed without drawing the epochs before it.

        If strength is a function, it is called for all epochs before, which takes some 30
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
            An epoch that is not an int from 0 to 2**63 - 2.

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
        """A torch sampler for a DataLoader, whose epochs are ``draw(0)``, ``draw(1)``, ...

        Given a dataset or labels, this sampler is fitted on them first. With ranks and without an
        int as ``random_state``, it also takes the seed that all ranks share.

        Make it once, outside the epoch loop: each ``for`` loop over the DataLoader is the next
        epoch. A torch sampler that is made inside the loop starts at epoch 0 each time, so with an
        int as ``random_state`` every epoch would be the same.

        Parameters
        ----------
        dataset : Dataset, array-like of shape (n_rows,) or None, default=None
            A dataset, whose labels are found without loading an item, or labels (a list is labels,
            not a dataset). The sampler is fitted on them, as by ``fit(None, labels)``. None uses
            the fitted state. With another `target_type`, the targets are found in the same places;
            in a TensorDataset's last tensor, if that is an indicator or has one number per row.

            Labels are found by ``get_labels()``; in a TensorDataset's last tensor, if that holds
            integers; through Subset, ConcatDataset and StackDataset (its last member, or the one
            called label, target or y); in the one column of a Hugging Face dataset that is a class
            label or called label, target or y; in the attributes ``targets``, ``labels``, ``y``,
            ``samples`` and ``imgs`` (pairs of an input and its label), or else ``_labels`` and
            ``_samples``, as torchvision and skorch have them. A ``target_transform`` is applied
            if it is a function of the label alone. If several places disagree, pass `labels`.
        labels : array-like of shape (n_rows, ...) or None, default=None
            Labels, or other targets, of the dataset's rows. Needed if the dataset does not show
            them, or shows other ones.
        sample_weight, groups : array-like of shape (n_rows,) or None, default=None
            Weights and groups of the dataset's rows, as in `fit`; only with a dataset or labels.
        num_replicas, rank : int or None, default=None
            For several processes that share each epoch (torch.distributed): how many there are, and
            which one this is, from 0. Pass both or neither. Interleaved, the ranks' draws are those
            of a single process. The ranks need a common seed: an int as ``random_state``. Without
            one, and if torch.distributed is initialised, they (and this sampler) take the seed of
            rank 0, in a collective call.
        drop_last : bool, default=False
            With ranks, whether to leave out the last few draws if they do not suffice for all
            ranks. Otherwise draws from the start of the epoch make up the number, so that all ranks
            have equally many.

        Returns
        -------
        sampler : skbalance.torch.BalancedSampler
            It yields ints, ``set_epoch`` chooses the next epoch, and ``state_dict`` and
            ``load_state_dict`` let it resume. A later `fit` does not change it. With ranks it is
            also a torch DistributedSampler.

        Raises
        ------
        ImportError
            Without torch (the extra ``torch``).
        NotFittedError
            Without dataset and labels, before `fit`.
        TypeError, ValueError
            As in `fit`; a loader in place of its dataset; labels that are not found, are ambiguous,
            or are more or fewer than the rows of the dataset; a rank without num_replicas or out of
            range; ranks without a common seed.

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

        Pass it to the DataLoader as ``batch_sampler=``, or as ``sampler=`` with
        ``batch_size=None``. As ``sampler=`` with any other batch size (1 is the default) it would
        make batches of batches: torch's DataLoader then raises an error at the first batch, but
        torchdata's StatefulDataLoader does not.

        Make it once, outside the epoch loop, as with `to_torch_sampler`.

        Parameters
        ----------
        dataset, labels, sample_weight, groups
            As in `to_torch_sampler`.
        batch_size : int
            The most rows in a batch, at least 1. Without drop_last there is no short last batch:
            batch sizes differ by at most one, so 100 draws with ``batch_size=64`` make 50 and 50.
        drop_last : bool, default=False
            Whether to make full batches only. (In `to_torch_sampler`, drop_last is about ranks.)
        num_replicas, rank
            As in `to_torch_sampler`; ``batch_size`` is that of one rank. The batches of all ranks
            in one step together also hold their share of every class: they are one batch of
            ``batch_size * num_replicas`` rows of a single process.

        Returns
        -------
        batch_sampler : skbalance.torch.BalancedBatchSampler
            It yields lists of ints: over an epoch, the same rows as `to_torch_sampler`. With ranks
            it is also a torch DistributedSampler.

        Raises
        ------
        ImportError, NotFittedError, TypeError, ValueError
            As in `to_torch_sampler`; a batch size that is not an int of at least 1, or that leaves
            no batch.

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
        """Raise TypeError: this is no torch sampler, and a DataLoader needs one.

        numpy still treats it as one object, because it has no ``__getitem__``. pandas asks for
        this method, so it must be given a list of samplers.
        """
        raise TypeError(NO_TORCH_SAMPLER.format(type(self).__name__))

    def __len__(self) -> int:
        """Raise TypeError, as `__iter__` does, if a loader asks for the length first."""
        raise TypeError(NO_TORCH_SAMPLER.format(type(self).__name__))

    def __bool__(self) -> bool:
        """True, as for any estimator; without this, Python would ask for the length."""
        return True

    def get_metadata_routing(self) -> Any:
        """What the sampler requests from metadata routing.

        A request for `fit_resample` (by ``set_fit_resample_request``) also holds for `fit`, unless
        `fit` has its own request: imbalanced-learn's pipeline asks for both, although it calls only
        `fit_resample`.

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
