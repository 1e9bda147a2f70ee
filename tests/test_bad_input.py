"""What every parameter of every public name refuses, in which words; and junk for each of them.

Three things hold. The table has a row for each parameter, so that a new one without a row fails.
Whatever is thrown at a parameter, either the call does what it promises, or it raises TypeError,
ValueError or scikit-learn's NotFittedError; no warning leaves the library. And a state of which any
field was changed is refused. ``python -m pytest tests/test_bad_input.py -m hypothesis
--hypothesis-profile=thousand`` throws a thousand things at each public name.
"""

import enum
import json
import math
import re
import warnings
from collections import deque
from decimal import Decimal
from fractions import Fraction
from reprlib import repr as shortened
from types import SimpleNamespace
from typing import Any, NamedTuple

import dask.array as da
import dask.dataframe as dd
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from examples import same_in_ci
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from imblearn.over_sampling import RandomOverSampler
from public_calls import (
    CALLS,
    DATA,
    LAZY_X,
    LAZY_Y,
    RESAMPLED,
    SEARCH,
    SITES,
    X,
    Y,
    batches,
    draw_target,
    parameters_of,
    public_names,
    rows,
)
from scipy import sparse
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.svm import SVC
from torch.utils.data import (
    ConcatDataset,
    DataLoader,
    Dataset,
    IterableDataset,
    Subset,
    TensorDataset,
)

from skbalance import InverseFrequencySampler, PriorCorrectedClassifier
from skbalance._draws.keys import STREAM_VERSION
from skbalance.torch import BalancedDataLoader, ImbalancedDatasetSampler

nan, inf = math.nan, math.inf
META = torch.zeros(8, dtype=torch.int64, device="meta")
WITH_GRADIENT = torch.ones(8, requires_grad=True)
MASKED = np.ma.array(Y, mask=[True] + [False] * 7)


class Items(Dataset):
    """A dataset without labels, which can be read for ever."""

    def __getitem__(self, row):
        return row

    def __len__(self):
        return 8


class Labelled(Items):
    def __init__(self, labels):
        self.targets = labels


class Stream(IterableDataset):
    def __iter__(self):
        return iter([])


class Color(enum.Enum):
    RED = 1
    BLUE = 2


class Row(NamedTuple):
    """A value that a parameter refuses."""

    value: Any
    error: type
    message: str


# numpy's numbers cannot be compared with fractions, from version 2 on.
NOT_COMPARED = [
    Row([np.int8(0), Fraction(1, 128)] * 4, TypeError, "of one kind, .* got Fraction and int8")
] * (np.lib.NumpyVersion(np.__version__) >= "2.0.0")


def types(wanted, *values):
    """Rows of values of the wrong kind, which the message shows."""
    return [Row(value, TypeError, f"{wanted}, got {re.escape(repr(value))}") for value in values]


def wrong(wanted, *values):
    """Rows of wrong values of the right kind, which the message shows."""
    return [Row(value, ValueError, f"{wanted}, got {re.escape(repr(value))}") for value in values]


STRENGTH = "strength must be a real number >= 0"
N_SAMPLES = "n_samples must be an int, a float, 'over', 'under', a dict from label to draws or None"
WEIGHTS = "class_weight must be a dict from label to factor, a function of the class counts or None"
BINS = r"bins must be an int from 1 on, the name of .* or an array of finite edges that rise"
EPOCH = r"epoch must be an int from 0 to 2\*\*63 - 2"
SEED = r"random_state must be an int from 0 to 2\*\*64 - 1"
EPOCHS = [*types(EPOCH, None, 1.0, "1", True, [1]), *wrong(EPOCH, -1, 2**63 - 1, 10**30)]

# What all samplers and the loader refuse alike.
PARAMETERS = {
    "strength": [
        *types(STRENGTH, None, True, "1", 1j, Decimal(1), [1.0], np.ones(2)),
        *wrong(STRENGTH, -0.5, nan, inf, 10**400, Fraction(-1, 2)),
        Row(lambda: 1, TypeError, r"strength\(0\) failed: .* A function of the epoch takes its nu"),
        Row(lambda _: None, TypeError, r"strength\(0\) must be a real number >= 0, got None"),
        Row(lambda _: -1, ValueError, r"strength\(0\) must be a real number >= 0, got -1"),
    ],
    "n_samples": [
        *types(N_SAMPLES, True, 1j, [5], {1}, np.array([5])),
        *wrong(N_SAMPLES, "both", ""),
        *wrong("n_samples must be a finite number above 0", 0, -1, nan, inf, -inf),
        Row(1, ValueError, "n_samples must leave each of the 2 classes a draw, got n_samples=1"),
        Row(2**53 + 1, ValueError, r"n_samples must be at most 2\*\*53 draws, got n_samples=9007"),
        Row({0: 0}, ValueError, r"n_samples\[0\] must be an int from 1 on, got 0"),
        Row({0: 1.5}, TypeError, r"n_samples\[0\] must be an int from 1 on, got 1\.5"),
        Row(
            {0: 2**53, 1: 2**53}, ValueError, r"n_samples must sum to at most 2\*\*53 draws, got 1"
        ),
        Row(
            {"ham": 1}, ValueError, "n_samples must name labels of y, got none of them: it names 'h"
        ),
    ],
    "class_weight": [
        *types(WEIGHTS, "balanced", 2, [1, 2], {1}, np.ones(2)),
        Row({0: 0}, ValueError, r"class_weight\[0\] must be a finite number above 0, got 0"),
        Row({0: nan}, ValueError, r"class_weight\[0\] must be a finite number above 0, got nan"),
        Row({0: None}, TypeError, r"class_weight\[0\] must be a finite number above 0, got None"),
        Row({"ham": 1}, ValueError, "class_weight must name labels of y, got none of them"),
        Row(lambda: 1, TypeError, r"class_weight\(counts\) failed: .* takes the array of class"),
        Row(lambda n: n[:1], ValueError, r"class_weight\(counts\) must be one factor for each of"),
        Row(lambda n: -n, ValueError, r"class_weight\(counts\) of 0 must be a finite number above"),
    ],
    "group_strength": [
        *types(f"group_{STRENGTH}", None, False, "half", lambda _: 1),
        *wrong(f"group_{STRENGTH}", -1, nan, 1e400),
    ],
    "random_state": [
        *wrong(SEED, -1, 2**64, 10**30),
        *types("random_state must be an int, a numpy RandomState or None", 1.5, True, "0", [0]),
        Row(np.random.default_rng(0), TypeError, r"numpy Generator, int\(generator\.integers"),
    ],
}
IN_MEMORY = {
    **PARAMETERS,
    "replacement": types("replacement must be True or False", None, 0, 1, "yes", np.ones(2)),
    "target_type": [
        *types("target_type must be 'class', 'multilabel' or 'continuous'", None, 1, ["class"]),
        *wrong("target_type must be 'class', 'multilabel' or 'continuous'", "binary", "Class"),
    ],
    "bins": [
        *types(BINS, None, True, 2.0, b"fd", {1: 2}, {1, 2}, 1j, ["a", "b"]),
        *wrong(BINS, 0, -3, "many", [], [1], [1, 1], [2, 1], [0, nan], [[0, 1], [2, 3]], [[1], 2]),
        Row(Items(), TypeError, f"{BINS}, got <"),
        Row(WITH_GRADIENT, ValueError, f"{BINS}, got tensor"),
        Row(2**24 + 1, ValueError, r"bins=16777217 cannot be laid .* \(more than 16,777,216 bins"),
        Row([0.0, 5.0], ValueError, r"y must lie within the edges of bins, 0\.0 to 5\.0, got 6\.0"),
    ],
}
NO_CONTAINERS = [
    ("labels", "got str 'labels': pass the column itself, X"),
    (3, "got int"),
    (iter(Y), r"got list_iterator: pass list\({}\)"),
    ({1, 2}, "got set: it keeps neither order nor repetitions, pass one label for each row"),
    ({0: 1}, r"got dict: pass list\({}\.values\(\)\) if it has one label for each row"),
]


def labels(name, wanted):
    """Rows of what holds no classes, as the parameter of this name has them."""
    return [
        *(
            Row(value, TypeError, f"{name} must be {wanted} .*{seen.format(name)}")
            for value, seen in NO_CONTAINERS
        ),
        Row(META, TypeError, f"{name} is a meta tensor, which has a shape but holds no values"),
        Row(torch.tensor(Y).to_sparse(), TypeError, rf"sparse tensor .*: pass {name}\.to_dense"),
        Row(sparse.eye(8), TypeError, rf"{name} is a sparse matrix; .* pass {name}\.toarray\(\)"),
        Row(LAZY_Y, TypeError, rf"{name} is a dask collection \(Array\), but this works in memory"),
        Row(MASKED, ValueError, rf"{name} has missing labels \(None, NaN or NA\) at row 0"),
        Row([*Y[:-1], None], ValueError, r"missing labels \(None, NaN or NA\) at row 7"),
        Row([0.5] * 8, ValueError, "Unknown label type: labels must be classes .* got float64"),
        Row([1j] * 8, ValueError, "Complex data not supported"),
        Row(
            np.zeros((8, 2, 2)), ValueError, rf"{name} should be a 1d array of labels, got .* \(8,"
        ),
        Row([[1, 1]] * 8, ValueError, "Multilabel and multioutput targets are not supported"),
        Row([0, "a"] * 4, TypeError, "labels must be of one kind, .* got int and str"),
        *NOT_COMPARED,
        Row([Color.RED, Color.BLUE] * 4, TypeError, "pass their .name or .value, or make Color an"),
        Row([{}] * 8, TypeError, "labels must be hashable"),
        Row([[1], [2, 3]] * 4, ValueError, f"{name} must be one label a row, got list that numpy"),
    ]


ONE_CLASS = Row([1] * 8, ValueError, "y must hold rows of at least 2 classes, got the one class 1")
NO_ROWS = Row([], ValueError, "y must hold rows of at least 2 classes, got no rows")
TARGET = [
    *labels("y", "labels"),
    ONE_CLASS,
    NO_ROWS,
    Row(None, ValueError, "requires y to be passed, but the target y is None"),
    Row(Y[:7], ValueError, r"inconsistent numbers of samples: \[8, 7\]"),
]
GIVEN_LABELS = [
    *labels("labels", "one for each row"),
    ONE_CLASS,
    Row(Y[:7], ValueError, "TensorDataset has 8 rows, but there are 7 labels"),
]
NUMBERS = r"sample_weight must be numbers \(an array, a series, a tensor, a list\)"
SAMPLE_WEIGHT = [
    Row("w", TypeError, f"{NUMBERS}, got str 'w': pass the column itself"),
    Row(iter(Y), TypeError, rf"{NUMBERS}, got list_iterator: pass list\(sample_weight\)"),
    Row({0: 1.0}, TypeError, "got a dict: factors by class are class_weight="),
    Row(META, TypeError, "sample_weight is a meta tensor"),
    Row(LAZY_Y, TypeError, "sample_weight is a dask collection .* takes no weights of rows"),
    Row(SITES, TypeError, r"sample_weight must be numbers, got 'a' .*Groups are given by name"),
    Row([1.0] * 7, ValueError, "one number for each of the 8 rows, got 7"),
    Row(np.ones((8, 2)), ValueError, r"one number a row, got an array of shape \(8, 2\)"),
    Row([*[1.0] * 7, -1.0], ValueError, r"sample_weight must be at least 0, got -1\.0 at row 7"),
    Row([*[1.0] * 7, nan], ValueError, "missing numbers .* at row 7"),
    Row([*[1.0] * 7, inf], ValueError, "sample_weight must be finite, got infinity at row 7"),
    Row([0] * 8, ValueError, "sample_weight must be above 0 in some row, got zero in all of them"),
    Row([1e-201] + [1.0] * 7, ValueError, r"must lie within a factor of 1e\+200, got 1e-201 and 1"),
    Row(MASKED, ValueError, "sample_weight has missing numbers"),
]
GROUPS = [
    *labels("groups", "labels"),
    Row(Y[:7], ValueError, "groups must be one label for each of the 8 rows, got 7"),
]
UNPICKED = "X must be an array, a frame, .* or a list of rows, got"
ROWS = [
    *(Row(X, TypeError, f"{UNPICKED} {type(X).__name__}") for X in (3, "X", {1: 2}, {1}, iter(Y))),
    Row(META, TypeError, "X is a meta tensor"),
    Row(torch.eye(8).to_sparse(), TypeError, r"X is a sparse tensor .* pass X\.to_dense\(\)"),
    Row(LAZY_X, TypeError, r"X is a dask collection \(Array\), but this works in memory"),
    Row(pl.LazyFrame({"a": Y}), TypeError, r"got LazyFrame \(polars\): pass X\.collect\(\)"),
    Row(np.arange(8), ValueError, "Expected 2D array, got 1D array of numbers instead"),
    Row(np.zeros((8, 0)), ValueError, r"Found array with 0 feature\(s\) \(shape=\(8, 0\)\)"),
    Row([], ValueError, r"Found array with 0 sample\(s\)"),
    Row(np.zeros((7, 2)), ValueError, r"inconsistent numbers of samples: \[7, 8\]"),
]
DATASETS = [
    Row(
        DataLoader(DATA), TypeError, r"DataLoader is a loader, .* the dataset behind it, loader\.d"
    ),
    Row(
        Items(), TypeError, r"Items shows no labels: no get_labels\(\), targets, labels, y or samp"
    ),
    Row(3, TypeError, "int shows no labels"),
    Row(Stream(), TypeError, "Stream is an IterableDataset: it has no row numbers"),
    Row(Labelled(Y[:7]), ValueError, "Labelled has 8 rows, but there are 7 labels"),
    Row(Labelled(torch.tensor(Y).to_sparse()), TypeError, "labels is a sparse tensor"),
    Row(Labelled([0.5] * 8), ValueError, "Unknown label type"),
    Row(TensorDataset(torch.zeros(8), META), TypeError, "labels is a meta tensor"),
    Row(TensorDataset(META, torch.tensor(Y).to_sparse()), TypeError, "labels is a sparse tensor"),
    Row(TensorDataset(torch.zeros(8, 2)), TypeError, "The last tensor of TensorDataset is no lab"),
    Row(ConcatDataset([DATA, Items()]), TypeError, "Items shows no labels"),
    Row(
        Subset(DATA, [0, 8]), ValueError, "Subset.indices must be rows of a dataset of 8, got 0 to"
    ),
    Row(Subset(DATA, [0, 0.5]), TypeError, "Subset.indices must be a sequence of ints, got float"),
    Row(Subset(DATA, [True] * 8), TypeError, r"got bool of .* np\.flatnonzero\(mask\) gives those"),
    Row(Subset(DATA, MASKED), ValueError, "Subset.indices must be rows .* with masked ones"),
    Row(
        Subset(DATA, {0, 7}), TypeError, r"Subset.indices must be a sequence of ints, got \{0, 7\}"
    ),
]
ONLY_LABELS = [
    Row(np.array(3), TypeError, "ndarray shows no labels"),
    Row(META, TypeError, "dataset is a meta tensor"),
    Row(
        [{}] * 8, TypeError, "A list of dict objects holds no labels. Here a list is read as label"
    ),
    ONE_CLASS,
]
DROP_LAST = types("drop_last must be True or False", None, 1, "no", [])
BATCH_SIZE = [
    *types("batch_size must be an int >= 1", None, 1.5, True, "4", [4]),
    *wrong("batch_size must be an int >= 1", 0, -4),
]
RANKS = {
    "num_replicas": [
        *types(r"num_replicas must be an int from 1 to 2\*\*31", 1.5, "2", True),
        *wrong(r"num_replicas must be an int from 1 to 2\*\*31", 0, -1, 2**31 + 1, 10**30),
        Row(None, ValueError, "num_replicas and rank belong together, got num_replicas=None"),
        Row(1, ValueError, "rank must be an int from 0 to num_replicas - 1 = 0, got 1"),
    ],
    "rank": [
        *types("rank must be an int from 0 to num_replicas - 1 = 2", 1.5, "2", True),
        *wrong("rank must be an int from 0 to num_replicas - 1 = 2", 3, -1, 10**30),
        Row(None, ValueError, "num_replicas and rank belong together, got rank=None"),
    ],
}
OF_DATASET = {
    "dataset": DATASETS + ONLY_LABELS,
    "labels": GIVEN_LABELS,
    "sample_weight": SAMPLE_WEIGHT,
    "groups": GROUPS,
}
NO_STRATEGY = {
    "params": [
        Row("over", ValueError, "Invalid parameter 'params' for estimator InverseFrequencySampler"),
    ]
}
PROBA = [
    Row(3, TypeError, "proba must be an array or a tensor, got int"),
    Row(Items(), TypeError, "proba must be an array or a tensor, got Items"),
    Row([["a", "b"]], TypeError, "proba must hold numbers, got <U1"),
    Row(torch.eye(2).long(), TypeError, r"proba must hold floats, got torch\.int64"),
    Row(torch.zeros(2, 2, device="meta"), TypeError, "proba is a meta tensor"),
    Row(torch.eye(2).to_sparse(), TypeError, "proba is a sparse tensor"),
    Row(torch.eye(2).to(torch.float8_e4m3fn), TypeError, "floats of at least 16 bits, got torch.f"),
    Row(
        da.full((2, 2), 0.5), TypeError, r"proba is a dask collection .* map it over the partition"
    ),
    Row([0.5, 0.5], ValueError, r"proba must be of shape \(n_rows, 2\), .* got \(2,\)"),
    Row([[0.2, 0.3, 0.5]], ValueError, r"a column for each class, got \(1, 3\)"),
    Row([[0.9, 0.9]], ValueError, r"row 0 is \[0\.9, 0\.9\]; logits take log_prior_shift_ instead"),
    Row([[1.0, 0.0], [nan, 1]], ValueError, r"row 1 is \[nan, 1\.0\]"),
    Row(np.full((2, 2), 1e308), ValueError, "must be probabilities that sum to 1"),
    Row(np.ma.array(np.eye(2), mask=np.eye(2)), ValueError, "got an array with masked ones"),
]
STATE = [
    Row(None, TypeError, r"a state must be a dict made by state_dict\(\), got NoneType"),
    Row([1, 2], TypeError, r"a state must be a dict made by state_dict\(\), got list"),
    Row({}, ValueError, "got one without version, fingerprint, epoch, position, cut"),
]
QUANTITY = [
    *types("quantity must be 'rows' or 'draws_per_row'", None, 3, ["rows"], pl.Series([1])),
    *wrong("quantity must be 'rows' or 'draws_per_row'", "counts"),
]
SCALE = [
    *types("scale must be 'linear', 'log' or None", 1, True, ["log"]),
    *wrong("scale must be 'linear', 'log' or None", "symlog", "Log", ""),
]
AX = [
    Row(3, TypeError, "ax must be matplotlib Axes or None, got int"),
    Row(np.empty(2, dtype=object), TypeError, "ax must be matplotlib Axes or None, got ndarray"),
]


def counts(name):
    return [
        Row(3, TypeError, rf"{name} must be numbers of rows \(an array, .*\), got int"),
        Row([1] * 7 + [nan], ValueError, f"{name} must be finite and at least 0, got nan"),
        Row([1] * 7 + [inf], ValueError, f"{name} must be finite and at least 0, got inf"),
        Row([1] * 7 + [-1], ValueError, f"{name} must be finite and at least 0, got -1"),
        Row([10**400] * 8, ValueError, f"{name} must be finite and at least 0, got 1000"),
        Row([1e300] * 8, ValueError, rf"{name} must be 0 or 1e-09 to 2\*\*53, got 1e\+300"),
        Row([1e-300] * 8, ValueError, rf"{name} must be 0 or 1e-09 to 2\*\*53, got 1e-300"),
        Row(["many"] * 8, TypeError, f"{name} must be numbers of rows, got 'many'"),
        Row([1j] * 8, TypeError, rf"{name} must be numbers of rows, got 1j"),
        Row([True] * 8, TypeError, f"{name} must be numbers of rows, got True"),
        Row([1] * 7, ValueError, "must have one entry a class, got "),
        Row(
            np.ones((8, 1)), ValueError, rf"{name} must have one entry a class, got shape \(8, 1\)"
        ),
        Row(MASKED, ValueError, f"{name} has missing numbers of rows"),
    ]


def scores(name):
    return [
        Row(3, TypeError, rf"{name} must be numbers \(an array, .*\), got int"),
        Row(["high"] * 8, TypeError, rf"{name} must be numbers, got 'high' \(str\) at row 0"),
        Row([1j] * 8, TypeError, f"{name} must be numbers, got complex128"),
        Row(META, TypeError, f"{name} is a meta tensor"),
        Row(MASKED, ValueError, f"{name} has missing numbers"),
        Row(range(7), ValueError, f"{name}.* must be of one length, got "),
    ]


LAZILY = "must be a dask DataFrame, Series or array"
LAZY_LABELS = [
    Row(np.array(Y), TypeError, "{} " + LAZILY + ", got ndarray; for data in memory there is"),
    Row("label", TypeError, r"{} " + LAZILY + r", got str; pass the column itself, X\['label'\]"),
    Row(LAZY_X[:0, 0].sum(), ValueError, r"{} must have rows and columns, got .* of shape \(\)"),
    Row(LAZY_Y.rechunk(2), ValueError, r"must be partitioned alike, got \(?\d"),
    Row(da.from_array(X[:, 0] / 2, chunks=4), ValueError, r"in partition \d of {}: Unknown labe"),
]
LAZY_ROWS = [
    Row(X, TypeError, f"X {LAZILY}, got ndarray"),
    Row([1], TypeError, f"X {LAZILY}, got list"),
    Row(LAZY_X[:, :0], ValueError, r"X must have rows and columns, got an array of shape \(8, 0\)"),
    Row(LAZY_X.rechunk(2), ValueError, "X and y must be partitioned alike, got 4 and 2 partitions"),
]
LAZY = {
    "y": [
        *(row._replace(message=row.message.format("y")) for row in LAZY_LABELS),
        Row(None, ValueError, "requires y to be passed, but the target y is None"),
        Row(da.ones(8, chunks=4, dtype=int), ValueError, "at least 2 classes, got the one class 1"),
    ],
    "groups": [row._replace(message=row.message.format("groups")) for row in LAZY_LABELS],
    "sample_weight": [
        Row(np.ones(8), ValueError, "sample_weight must be None for dask collections, got ndarray"),
        Row(LAZY_Y, ValueError, "sample_weight must be None for dask collections, got Array"),
        Row(3, ValueError, "sample_weight must be None for dask collections, got int"),
    ],
}
PREDICTED = [
    Row(LAZY_X, TypeError, r"X is a dask collection \(Array\), .* map the method over its partit"),
]

TABLE = {
    "InverseFrequencySampler": IN_MEMORY,
    "InverseFrequencySampler.set_params": NO_STRATEGY,
    "InverseFrequencySampler.fit": {
        "X": ROWS,
        "y": TARGET,
        "sample_weight": SAMPLE_WEIGHT,
        "groups": GROUPS,
    },
    "InverseFrequencySampler.fit_resample": {
        "X": [*ROWS, Row(None, ValueError, "fit_resample needs rows to pick from, got X=None")],
        "y": TARGET,
        "sample_weight": SAMPLE_WEIGHT,
        "groups": GROUPS,
    },
    "InverseFrequencySampler.draw": {"epoch": EPOCHS},
    "InverseFrequencySampler.correct_proba": {
        "proba": PROBA,
        "epoch": [
            *(row for row in EPOCHS if row.value is not None),
            Row(None, ValueError, "epoch must say which epoch's draws .* is a function, got None"),
        ],
    },
    "InverseFrequencySampler.to_torch_sampler": {
        **OF_DATASET,
        **RANKS,
        "drop_last": [
            *DROP_LAST,
            Row(
                True, ValueError, "drop_last=True needs num_replicas and rank: a single sampler has"
            ),
        ],
    },
    "InverseFrequencySampler.to_torch_batch_sampler": {
        **OF_DATASET,
        **RANKS,
        "drop_last": DROP_LAST,
        "batch_size": BATCH_SIZE,
    },
    "PriorCorrectedClassifier": {
        "estimator": [
            *types("estimator must be a classifier", None, "lr", 3, LinearRegression()),
            Row(LogisticRegression, TypeError, "estimator must be a classifier, got <class"),
            Row(SVC(kernel="precomputed"), ValueError, "rows of features, not of a kernel between"),
        ],
        "sampler": [
            *types("sampler must have a method fit_resample", 3, "over", LogisticRegression()),
            Row(
                RandomOverSampler, TypeError, "sampler must be an object, got the class RandomOver"
            ),
            Row(
                InverseFrequencySampler(target_type="multilabel"),
                ValueError,
                "sampler must balance one class a row",
            ),
            Row(
                InverseFrequencySampler(group_strength=0.5),
                ValueError,
                "sampler must not balance groups",
            ),
            Row(InverseFrequencySampler(strength=-1), ValueError, f"{STRENGTH}, got -1"),
        ],
        "predict_prior": [
            *types("predict_prior must be 'resampled' or 'original'", None, 1, ["original"]),
            *wrong("predict_prior must be 'resampled' or 'original'", "both", ""),
        ],
    },
    "PriorCorrectedClassifier.fit": {
        "X": [
            Row(
                LAZY_X, TypeError, r"X is a dask collection \(Array\), .* correct with its correct_"
            ),
            Row(X[:7], ValueError, r"inconsistent numbers of samples: \[7, 8\]"),
            Row(META, TypeError, "X is a meta tensor"),
            Row("X", ValueError, "inconsistent numbers of samples"),
        ],
        "y": [
            Row(None, ValueError, "requires y to be passed, but the target y is None"),
            Row(
                LAZY_Y, TypeError, r"y is a dask collection \(Array\), .* correct with its correct_"
            ),
            Row(META, TypeError, "y is a meta tensor"),
            Row(MASKED, ValueError, "y has missing labels .* at row 0"),
            Row("y", TypeError, "y must be labels .* got str 'y': pass the column itself"),
            Row(iter(Y), TypeError, r"y must be labels .* got list_iterator: pass list\(y\)"),
            Row({0, 1}, TypeError, "y must be labels .* got set"),
            Row(sparse.eye(8), TypeError, r"y must be labels .* pass y\.toarray\(\)"),
            Row([0.5, 1.5] * 4, ValueError, "Unknown label type: continuous"),
            Row([0.0, 1e300] * 4, ValueError, "Unknown label type: continuous"),
            Row([0.0, nan] * 4, ValueError, "Input y contains NaN"),
            Row([1] * 8, ValueError, "at least 2 classes, got the one class 1"),
            Row(Y[:7], ValueError, r"inconsistent numbers of samples: \[8, 7\]"),
            Row(np.eye(8), ValueError, "y should be a 1d array, got an array of shape"),
        ],
    },
    "PriorCorrectedClassifier.predict": {"X": PREDICTED},
    "PriorCorrectedClassifier.predict_proba": {"X": PREDICTED},
    "PriorCorrectedClassifier.predict_log_proba": {"X": PREDICTED},
    "PriorCorrectedClassifier.decision_function": {"X": PREDICTED},
    "ClassBalanceDisplay": {
        "classes": [
            Row(3, TypeError, r"classes must be labels \(an array, .*\), got int"),
            Row(np.eye(8), ValueError, r"classes must have one entry a class, got shape \(8, 8\)"),
            Row(range(7), ValueError, "must have one entry a class, got 7, 8 and 8"),
            Row(MASKED, ValueError, "classes has missing labels"),
        ],
        "counts": [
            *counts("counts"),
            Row([0] + [1] * 7, ValueError, "every class must have rows before, got none of 0"),
        ],
        "resampled_counts": counts("resampled_counts"),
        "bin_edges": [
            Row(3, TypeError, r"bin_edges must be numbers \(an array, .*\), got int"),
            *types("bin_edges must be numbers", list("abcdefghi")),
            *wrong("bin_edges must be finite and rise", [0] * 9, [9, 8], [0, nan, 1], [[0, 1]]),
            Row(range(8), ValueError, "classes must be numbers of the 7 bins, from 0 on, got 7"),
        ],
        "multilabel": types("multilabel must be True or False", None, 1, "no", torch.ones(2)),
    },
    "ClassBalanceDisplay.from_sampler": {
        "sampler": [
            Row(None, TypeError, "sampler must be .* got NoneType; from_labels takes any labels"),
            Row(LogisticRegression(), TypeError, "got LogisticRegression; from_labels takes any l"),
            Row(RandomOverSampler, TypeError, "got RandomOverSampler; from_labels takes any lab"),
            Row(RandomOverSampler(), NotFittedError, "RandomOverSampler .* is not fitted yet"),
            Row(RESAMPLED, ValueError, "y must be given with RandomOverSampler, the labels that"),
            Row(InverseFrequencySampler(), NotFittedError, "is not fitted yet"),
        ],
        "y": [
            *labels("y", "labels"),
            Row(None, ValueError, "y must be given with RandomOverSampler, the labels that it was"),
        ],
        "epoch": EPOCHS,
        "ax": AX,
        "quantity": QUANTITY,
        "scale": SCALE,
    },
    "ClassBalanceDisplay.from_labels": {
        "y": [
            *labels("y", "labels"),
            Row([], ValueError, "y must hold labels, got none"),
            Row(
                [0] * 8, ValueError, "y must hold the labels of y_resampled, got none with label 1"
            ),
        ],
        "y_resampled": [
            *labels("y_resampled", "labels"),
            Row([0, 2], ValueError, "y must hold the labels of y_resampled, got none with label 2"),
        ],
        "ax": AX,
        "quantity": QUANTITY,
        "scale": SCALE,
    },
    "ClassBalanceDisplay.plot": {"ax": AX, "quantity": QUANTITY, "scale": SCALE},
    "StrengthCurveDisplay": {
        "strengths": [
            *scores("strengths"),
            Row([0.0] * 8, ValueError, r"strengths must be finite and rise, got \[0\.0, 0\.0"),
            Row([*range(7), nan], ValueError, "strengths must be finite and rise, got .* nan"),
        ],
        "mean_scores": scores("mean_scores"),
        "std_scores": scores("std_scores"),
        "min_scores": scores("min_scores"),
        "max_scores": scores("max_scores"),
        "settings": [
            Row(3, TypeError, r"settings must be names \(an array, .*\), got int"),
            Row([3] * 8, TypeError, "settings must be strings, got 3"),
            Row(["a"] * 7, ValueError, "strengths and settings must be of one length, got 8 and 7"),
            Row([["a", "b"]] * 8, ValueError, r"settings must have one .* point, got shape \(8, 2"),
            Row(MASKED, ValueError, "settings has missing names"),
        ],
        "score_name": types("score_name must be a string", None, 3, b"accuracy", ["accuracy"]),
    },
    "StrengthCurveDisplay.from_search": {
        "search": [
            Row(None, TypeError, "None is not an estimator instance"),
            Row(LogisticRegression(), NotFittedError, "is not fitted yet"),
        ],
        "parameter": [
            *types("parameter must be a name or None", 3, ["strength"], pl.Series([1])),
            Row("C", ValueError, r"parameter must be one of the search's \['inverse.*, got 'C'"),
        ],
        "metric": [
            *types("metric must be a name or None", 3, ["score"]),
            Row("roc", ValueError, r"metric must be one of the search's \['score'\], got 'roc'"),
        ],
        "ax": AX,
    },
    "StrengthCurveDisplay.plot": {"ax": AX},
    "torch.BalancedSampler": {
        "plan": [
            Row(
                None,
                TypeError,
                r"made by InverseFrequencySampler\.to_torch_sampler.* not from None",
            ),
            Row(Y, TypeError, r"made by InverseFrequencySampler\.to_torch_sampler.* not from list"),
        ],
        "ranks": [
            Row(None, TypeError, r"ranks are made by .*num_replicas=\.\.\., rank=.* not from None"),
            Row((2, 0, False), TypeError, r"ranks are made by .* not from tuple"),
        ],
    },
    "torch.BalancedSampler.set_epoch": {"epoch": EPOCHS},
    "torch.BalancedSampler.load_state_dict": {"state": STATE},
    "torch.BalancedBatchSampler": {
        "sampler": [
            Row(
                [0, 1], TypeError, r"sampler must be a BalancedSampler, got list\. \(Lightning buil"
            ),
            Row(None, TypeError, "sampler must be a BalancedSampler, got NoneType"),
        ],
        "batch_size": BATCH_SIZE,
        "drop_last": DROP_LAST,
    },
    "torch.BalancedBatchSampler.set_epoch": {"epoch": EPOCHS},
    "torch.BalancedBatchSampler.load_state_dict": {"state": STATE},
    "torch.BalancedDataLoader": {
        **IN_MEMORY,
        **OF_DATASET,
        "dataset": DATASETS,
        "batch_size": BATCH_SIZE,
        "drop_last": DROP_LAST,
        "kwargs": [
            Row(1, TypeError, "got an unexpected keyword argument 'kwargs'"),
        ],
    },
    "torch.ImbalancedDatasetSampler": {
        "dataset": [
            Row(None, TypeError, "dataset must have a length, got NoneType without __len__"),
            *DATASETS[:2],
            *DATASETS[3:],
        ],
        "labels": [
            *GIVEN_LABELS[:-1],
            Row(Y[:7], ValueError, "labels must be one for each of the 8 indices, got 7"),
        ],
        "indices": [
            *types("indices must be a sequence of ints", 3, "01", {0, 1}, {0: 1}),
            Row(iter(Y), TypeError, "indices must be a sequence of ints, got <list_iter"),
            Row([], ValueError, "indices must not be empty"),
            Row([0, 8], ValueError, "indices must be rows of a dataset of 8, got 0 to 8"),
            Row([0, -9], ValueError, "indices must be rows of a dataset of 8, got -9 to 0"),
            Row([0.0, 7.0], TypeError, "indices must be a sequence of ints, got float64 of shape"),
            Row([0, 2**70], TypeError, "indices must be a sequence of ints, got object of shape"),
            Row(
                [True] * 8, TypeError, r"got bool of .* np\.flatnonzero\(mask\) gives those of a m"
            ),
            Row([[0], [7, 1]], TypeError, r"indices must be a sequence of ints, got \[\[0\], \[7"),
            Row(WITH_GRADIENT, TypeError, "indices must be a sequence of ints, got tensor"),
            Row(MASKED, ValueError, "indices must be rows of a dataset, got an array with masked"),
        ],
        "num_samples": [
            *types("num_samples must be an int or None", 0.5, "over", True, [8]),
            *wrong("^num_samples must be a finite number above 0", 0, -1),
            Row(
                1, ValueError, "^num_samples must leave each of the 2 classes a draw, got num_samp"
            ),
            Row(
                2**60, ValueError, r"^num_samples must be at most 2\*\*53 draws, got num_samples=11"
            ),
        ],
        "callback_get_label": [
            *types("callback_get_label must be a function of the dataset or None", 3, "y", Y),
            Row(
                lambda _: None, TypeError, r"callback_get_label\(dataset\) must be labels .* NoneT"
            ),
            Row(lambda _: Y[:7], ValueError, "labels must be one for each of the 8 indices, got 7"),
        ],
    },
    "torch.ImbalancedDatasetSampler.set_epoch": {"epoch": EPOCHS},
    "torch.ImbalancedDatasetSampler.load_state_dict": {"state": STATE},
    "dask.InverseFrequencySampler": {
        **PARAMETERS,
        "replacement": [
            *IN_MEMORY["replacement"],
            Row(True, ValueError, "replacement must be False for dask collections, got True"),
        ],
        "target_type": [
            *IN_MEMORY["target_type"],
            Row("multilabel", ValueError, "must be 'class' for dask collections, got 'multilabel'"),
        ],
        "bins": [
            *(row for row in IN_MEMORY["bins"] if row.message.startswith(BINS)),
            Row(5, ValueError, "bins=5 has no effect unless target_type='continuous'"),
        ],
    },
    "dask.InverseFrequencySampler.set_params": NO_STRATEGY,
    "dask.InverseFrequencySampler.fit": {**LAZY, "X": LAZY_ROWS},
    "dask.InverseFrequencySampler.fit_resample": {
        **LAZY,
        "X": [*LAZY_ROWS, Row(None, ValueError, "fit_resample needs rows to pick from")],
    },
    "dask.InverseFrequencySampler.resample": {"epoch": EPOCHS},
    "dask.InverseFrequencySampler.draw": {"epoch": EPOCHS},
    "dask.InverseFrequencySampler.correct_proba": {
        "proba": PROBA,
        "epoch": [row for row in EPOCHS if row.value is not None],
    },
}


def shown(value):
    """The value, or its type where it is long or has an address."""
    text = shortened(value)
    return type(value).__name__ if "..." in text or " at 0x" in text.lower() else text


CASES = [
    pytest.param(name, parameter, row, id=f"{name}-{parameter}={shown(row.value)}")
    for name, parameters in TABLE.items()
    for parameter, rows_of in parameters.items()
    for row in rows_of
]


@pytest.mark.parametrize(("name", "parameter", "row"), CASES)
def test_bad_input_is_refused_in_words(name, parameter, row):
    with pytest.raises(row.error, match=row.message):
        CALLS[name](**{parameter: row.value})


def test_signalling_nans_are_missing():
    signalling = Decimal("sNaN")
    table = objects([signalling, 1, 1, 0, 0, 1]).reshape(3, 2)
    with pytest.raises(ValueError, match=r"y has missing labels .* at row 0;"):
        InverseFrequencySampler(target_type="multilabel").fit(None, table)
    with pytest.raises(ValueError, match=r"y has missing numbers .* at row 2;"):
        InverseFrequencySampler(target_type="continuous").fit(None, [1, 2, signalling])


def test_every_public_name_and_parameter_has_rows():
    wanted = {(name, parameter) for name, f in public_names() for parameter in parameters_of(f)}
    assert {(name, parameter) for name in TABLE for parameter in TABLE[name]} == wanted
    assert all(rows_of for parameters in TABLE.values() for rows_of in parameters.values())
    assert set(CALLS) == set(TABLE)
    assert (
        len({(parameter, id(row)) for _, parameter, row in (case.values for case in CASES)}) > 300
    )


# A call that failed as it is would refuse everything, for a reason of its own.
@pytest.mark.parametrize("name", [name for name in CALLS if len(TABLE[name]) > 1])
def test_the_calls_work_as_they_are(name):
    CALLS[name]()


@pytest.mark.parametrize("row", EPOCHS, ids=lambda row: shown(row.value))
@pytest.mark.parametrize("make", [rows, batches])
def test_a_bad_epoch_cannot_be_assigned(make, row):
    sampler = make()
    with pytest.raises(row.error, match=row.message):
        sampler.epoch = row.value
    assert sampler.epoch == 0


OTHERS = (
    "the state belongs to other labels .*, other weights or groups, other parameters or another"
)
VERSION = rf"this skbalance reads version {STREAM_VERSION}\."
POSITION = "the position of a state must be an int"
CUT = r"the cut of a state must be \[size, drop_last, n_in_step\]"
TAMPERED = {
    "version": [
        *(
            Row(version, ValueError, f"state is of version {re.escape(repr(version))}, {VERSION}")
            for version in (STREAM_VERSION - 1, STREAM_VERSION + 1, 0, None, "3", 3.0, True, [3])
        ),
    ],
    "fingerprint": [
        Row(value, ValueError, OTHERS)
        for value in (None, "", "0" * 32, 3, b"0", ["0"], np.zeros(2), pl.Series([1]), {})
    ],
    "epoch": [*EPOCHS, *(Row(epoch, ValueError, OTHERS) for epoch in (1, 2**40, 2**63 - 2))],
    "position": [
        *types(POSITION, None, 1.0, "1", True, [1], nan),
        *(
            Row(position, ValueError, f"position {position} of the state is not in epoch 0, which")
            for position in (-1, 9, 2**40, 2**64, 10**30)
        ),
    ],
}
OF_ROWS = [
    Row(cut, ValueError, "state is that of a sampler of batches, this is one of rows")
    for cut in ([3, False, 1], 0, False, "", [])
]
OF_BATCHES = [
    Row(None, ValueError, "state is that of a sampler of rows, this is one of batches"),
    *wrong(
        CUT,
        *(3, "abc", {}, [], [3], [3, False], [3, False, 1, 1], [0, False, 1], [3, False, 0]),
        *([3, 0, 1], [True, False, 1], [3, False, True], [3.0, False, 1], [None, False, 1]),
        *([-3, False, 1], [3, None, 1], [3, False, "1"]),
    ),
    *(
        Row(cut, ValueError, OTHERS)
        for cut in (
            [3, True, 1],
            [4, False, 1],
            [3, False, 2],
            [2**40, False, 1],
            [3, False, 2**40],
            [10**30, True, 10**30],
        )
    ),
]
TAMPERINGS = [
    pytest.param(make, field, row, id=f"{make.__name__}-{field}={shown(row.value)}")
    for make, cuts in ((rows, OF_ROWS), (batches, OF_BATCHES))
    for field, rows_of in {**TAMPERED, "cut": cuts}.items()
    for row in rows_of
]


@pytest.mark.parametrize(("make", "field", "row"), TAMPERINGS)
def test_a_state_of_which_a_field_was_changed_is_refused(make, field, row):
    state = {**make().state_dict(), field: row.value}
    for target in make(), iter(make()):
        with pytest.raises(row.error, match=row.message):
            target.load_state_dict(state)
    assert_untouched(make, state)


def assert_untouched(make, state):
    """A state that is refused leaves a sampler where it was."""
    sampler = make()
    first = next(iter(sampler))
    before = sampler.state_dict()
    with pytest.raises((TypeError, ValueError)):
        sampler.load_state_dict(state)
    assert sampler.state_dict() == before
    assert next(iter(make())) == first


@pytest.mark.parametrize("make", [rows, batches])
def test_a_state_with_fewer_or_more_fields_is_refused(make):
    state = make().state_dict()
    for field in state:
        cut_short = {name: value for name, value in state.items() if name != field}
        with pytest.raises(ValueError, match=f"got one without {field}"):
            make().load_state_dict(cut_short)
    with pytest.raises(ValueError, match="got one with 'rank', too"):
        make().load_state_dict({**state, "rank": 3})
    whole = json.dumps(state)
    with pytest.raises(TypeError, match=r"a state must be a dict .*, got str"):
        make().load_state_dict(whole)
    assert set(TAMPERED) | {"cut"} == set(state)


def objects(values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


ODD = [
    lambda: iter(Y),
    lambda: (label for label in Y),
    lambda: map(int, Y),
    lambda: deque(Y),
    lambda: memoryview(b"abcdefgh"),
    lambda: bytearray(8),
    lambda: range(8),
    lambda: slice(8),
    lambda: {0: 1, 1: 2.5},
    lambda: {0: None},
    lambda: {nan: 1},
    lambda: frozenset(Y),
    lambda: [[0, 1], [1, 0]] * 4,
    lambda: [[1], [2, 3]] * 4,
    lambda: [{0}, set()] * 4,
    lambda: [Color.RED, Color.BLUE] * 4,
    lambda: [torch.tensor(1)] * 8,
    lambda: [np.zeros(2), np.zeros(3)] * 4,
    lambda: lambda: 1,
    lambda: lambda value: value,
    lambda: lambda _: None,
    lambda: lambda value: np.ones(len(value)) * nan,
    lambda: math,
    lambda: np.random.RandomState(0),
    lambda: np.random.default_rng(0),
    lambda: LogisticRegression(),
    lambda: InverseFrequencySampler(),
    lambda: SimpleNamespace(targets=Y),
    lambda: Items(),
    lambda: Stream(),
    lambda: Labelled(Y),
    lambda: Labelled(META),
    lambda: Labelled(torch.tensor(Y).to_sparse()),
    lambda: DATA,
    lambda: Subset(DATA, [0, 9]),
    lambda: TensorDataset(torch.zeros(8), META),
    lambda: ConcatDataset([DATA, Items()]),
    lambda: MASKED,
    lambda: np.ma.masked,
    lambda: np.array(None),
    lambda: np.zeros(8, dtype=[("a", int)]),
    lambda: np.array([1.7e308, -1.7e308] * 4),
    lambda: np.array(Y, dtype=np.longdouble),
    lambda: META,
    lambda: torch.zeros(8, 2, device="meta"),
    lambda: WITH_GRADIENT,
    lambda: torch.full((2, 2), 0.5, requires_grad=True),
    lambda: torch.eye(8).to_sparse(),
    lambda: torch.tensor(Y).bfloat16(),
    lambda: torch.zeros(8).to(torch.float8_e4m3fn),
    lambda: torch.tensor(Y) * 1j,
    lambda: torch.tensor(1),
    lambda: torch.tensor(Y),
    lambda: torch.int64,
    lambda: pd.Series(Y),
    lambda: pd.Series([*Y[:-1], None], dtype="Int64"),
    lambda: pd.Series(SITES, dtype="category"),
    lambda: pd.Series(pd.date_range("2020", periods=8)),
    lambda: pd.DataFrame({"a": Y, "b": Y}),
    lambda: pd.DataFrame(),
    lambda: pd.MultiIndex.from_product([[0, 1], [0, 1, 2, 3]]),
    lambda: pd.NA,
    lambda: pd.NaT,
    lambda: pl.Series(Y),
    lambda: pl.Series([[1, 0]] * 8),
    lambda: pl.Series([{"a": 1}] * 8),
    lambda: pl.DataFrame({"a": Y}),
    lambda: pl.LazyFrame({"a": Y}),
    lambda: pl.col("a"),
    lambda: pa.array(Y),
    lambda: pa.array([None] * 8),
    lambda: pa.table({"a": Y}),
    lambda: pa.scalar(1),
    lambda: sparse.eye(8, format="csr"),
    lambda: sparse.coo_array(np.array(Y)),
    lambda: LAZY_X,
    lambda: LAZY_Y,
    lambda: LAZY_Y[LAZY_Y > 0],
    lambda: da.from_array(np.array(1)),
    lambda: dd.from_pandas(pd.DataFrame({"a": Y}), npartitions=2),
    lambda: PriorCorrectedClassifier(LogisticRegression()),
    lambda: BalancedDataLoader(DATA),
    lambda: ImbalancedDatasetSampler,
    lambda: SEARCH,
]
NUMBERS_OF_ANY_SIZE = st.one_of(
    st.integers(-3, 10),
    st.integers(),
    st.sampled_from([2**31, 2**40, 2**53, 2**63, 2**64, 10**30, 10**400, -(2**63)]),
    st.floats(),
    st.sampled_from([0.5, 1.0, 1e300, 5e-324]),
)
SCALARS = st.one_of(
    NUMBERS_OF_ANY_SIZE,
    st.sampled_from([None, True, False, ..., NotImplemented, Color.RED, object, int, len]),
    st.sampled_from(["", "over", "under", "fd", "class", "rows", "original", "a\0b", "$x_$"]),
    st.text(max_size=3),
    st.binary(max_size=3),
    st.complex_numbers(),
    st.decimals(),
    st.fractions(),
    st.dates(),
    st.timedeltas(),
    st.builds(np.float16, st.floats(width=16)),
    st.builds(np.int8, st.integers(-128, 127)),
    st.sampled_from([np.datetime64("NaT"), np.timedelta64(1, "D"), np.void(b"ab"), np.bool_(True)]),
)
OF_ONE_KIND = st.sampled_from(
    [st.integers(0, 2), NUMBERS_OF_ANY_SIZE, st.text(max_size=1), st.booleans(), SCALARS]
)
LISTS = OF_ONE_KIND.flatmap(
    lambda kind: st.lists(kind, max_size=8) | st.lists(kind, min_size=8, max_size=8)
)
ARRAYS = arrays(
    scalar_dtypes(),
    st.sampled_from([(8,), (8, 1), (8, 2), (2, 2), ()]) | array_shapes(min_side=0, max_side=3),
)
TABLES = st.builds(
    lambda values: objects(values).reshape(-1, 2),
    st.lists(st.integers(0, 1) | SCALARS, min_size=16, max_size=16),
)
JUNK = st.one_of(
    SCALARS,
    LISTS,
    st.builds(tuple, LISTS),
    st.builds(objects, LISTS),
    st.lists(st.integers(0, 2) | st.none(), min_size=8, max_size=8).map(pd.Series),
    st.dictionaries(st.integers(0, 2) | st.text(max_size=2), SCALARS, max_size=3),
    st.builds(lambda value: lambda _: value, SCALARS | LISTS),
    ARRAYS,
    st.sampled_from(ODD).map(lambda make: make()),
)


def keeps_its_promise_or_is_refused(call):
    """Whether the call was refused; any other exception, and any warning, is a failure."""
    with warnings.catch_warnings():
        # scikit-learn's classifiers say so of a y in a column; a font may lack a letter.
        warnings.simplefilter("ignore", DataConversionWarning)
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        try:
            call()
        except (TypeError, ValueError):  # NotFittedError is a ValueError
            return True
    return False


@pytest.mark.parametrize("name", CALLS)
@same_in_ci()
@given(data=st.data())
def test_whatever_is_thrown_is_taken_or_refused(name, data):
    parameter = data.draw(st.sampled_from(sorted(TABLE[name])))
    value = data.draw(JUNK, label=parameter)
    keeps_its_promise_or_is_refused(lambda: CALLS[name](**{parameter: value}))


@pytest.mark.parametrize("target_type", ["multilabel", "continuous"])
@same_in_ci()
@given(
    parameter=st.sampled_from(["y", "sample_weight", "labels", "dataset"]),
    value=JUNK | st.lists(st.lists(SCALARS, max_size=2), min_size=8, max_size=8) | TABLES,
)
def test_whatever_is_thrown_as_another_target_is_taken_or_refused(target_type, parameter, value):
    keeps_its_promise_or_is_refused(lambda: draw_target(target_type, **{parameter: value}))


@pytest.mark.parametrize("make", [rows, batches])
@same_in_ci()
@given(field=st.sampled_from(["version", "fingerprint", "epoch", "position", "cut"]), value=JUNK)
def test_whatever_stands_in_a_state_is_taken_or_refused(make, field, value):
    sampler, state = make(), make().state_dict()
    is_refused = keeps_its_promise_or_is_refused(
        lambda: sampler.load_state_dict({**state, field: value})
    )
    if field != "position" and not is_refused:
        assert value == state[field]
    n_left = len(list(sampler))
    assert n_left == len(sampler) if is_refused else n_left <= len(sampler)
