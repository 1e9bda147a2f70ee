"""Weights, groups, targets and parameters that fit and fit_resample refuse, and in which words.

Each message says what was seen and what is wanted; a fit that fails leaves no trace.
"""

import datetime
import re
from collections.abc import Sized
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from left_out import optional
from scipy import sparse

from skbalance import InverseFrequencySampler

torch = optional("torch")

X = np.arange(8.0).reshape(4, 2)
Y = [0, 0, 1, 1]
W = [1.0, 2.0, 3.0, 4.0]
SITES = ["a", "b", "a", "b"]
SETS = [{"sky"}, {"sea"}, {"sky", "sea"}, set()]
INDICATOR = np.array([[1, 0, 1], [0, 1, 0], [0, 0, 0], [1, 1, 0]])
MULTILABEL = {"target_type": "multilabel"}
CONTINUOUS = {"target_type": "continuous", "bins": 2}
nan, inf = float("nan"), float("inf")


class Opaque(Sized):
    """It has a length, and nothing else."""

    def __len__(self):
        return 4


def objects(*values):
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def assert_refused(parameters, y, beside, error, message):
    """fit and fit_resample raise the error, and change neither the sampler nor its RandomState."""
    random_state = np.random.RandomState(0)
    sampler = InverseFrequencySampler(random_state=random_state).fit(X, Y)
    sampler.set_params(**parameters)
    before, seeds = dict(vars(sampler)), random_state.get_state()
    for method in sampler.fit, sampler.fit_resample:
        with pytest.raises(error, match=message) as caught:
            method(X, y, **beside)
        assert type(caught.value) is error
    assert all(value is before.pop(name) for name, value in vars(sampler).items())
    assert not before
    assert all(map(np.array_equal, random_state.get_state(), seeds))


# One number a row, as weights and as a continuous target: {} stands for their names.
NO_NUMBERS = {
    "a column's name": ("w", TypeError, r"{} must be numbers \(.* a list\), got str 'w': pass the"),
    "bytes": (
        b"w",
        TypeError,
        r"{} must be numbers \(.*\), got bytes b'w': pass the column itself",
    ),
    "an int": (3, TypeError, r"{} must be numbers \(an array, .*\), got int\."),
    "a numpy scalar": (
        np.float64(2),
        ValueError,
        r"{} must be of shape \(n_rows,\), .* shape \(\)\.",
    ),
    "a 0-d array": (
        np.array(2.0),
        ValueError,
        r"{} must be .* one number a row, got .* shape \(\)\.",
    ),
    "a 0-d tensor": (torch.tensor(1.0), ValueError, r"{} must be of shape .* got .* shape \(\)\."),
    "three dimensions": (
        np.ones((4, 1, 1)),
        ValueError,
        r"one number a row, .* shape \(4, 1, 1\)\.",
    ),
    "NaN": (
        [1, nan, 2, 3],
        ValueError,
        r"{} has missing numbers \(None, NaN or NA\) at row 1; drop",
    ),
    "None": ([1, None, 2, None], ValueError, r"{} has missing numbers .* at row 1, 3; drop those"),
    "NA": (
        [1, pd.NA, 2, 3],
        ValueError,
        r"{} has missing numbers \(None, NaN or NA\) at row 1; drop",
    ),
    "NaT": ([1, pd.NaT, 2, 3], ValueError, r"{} has missing numbers .* at row 1; drop those rows"),
    "None alone": (
        [None] * 4,
        ValueError,
        r"{} has missing numbers .* at row 0, 1, 2, \.\.\.; drop",
    ),
    "a decimal NaN": ([Decimal("NaN"), 1, 2, 3], ValueError, "{} has missing numbers .* at row 0;"),
    "pandas with NA": (
        pd.array([1, None, 2, 3], dtype="Float64"),
        ValueError,
        "{} has missing numbers .* at row 1; drop those rows",
    ),
    "polars with null": (
        pl.Series([1.0, None, 2, 3]),
        ValueError,
        "{} has missing numbers .* row 1;",
    ),
    "pyarrow with null": (
        pa.array([1.0, None, 2, 3]),
        ValueError,
        "{} has missing .* at row 1; drop",
    ),
    "a masked array": (
        np.ma.array(W, mask=[0, 1, 0, 0]),
        ValueError,
        "{} has missing numbers .* at row 1; drop those rows",
    ),
    "infinity": ([1, inf, 2, 3], ValueError, "{} must be finite, got infinity at row 1"),
    "minus infinity": ([1, -inf, 2, 3], ValueError, "{} must be finite, got infinity at row 1"),
    "an int beyond floats": (
        [1, 10**400, 1, 1],
        ValueError,
        "{} must be finite, got inf.* at row 1",
    ),
    "a fraction beyond floats": (
        [Fraction(10**400), 1, 1, 1],
        ValueError,
        "{} must be finite, got infinity at row 0",
    ),
    "long doubles beyond floats": (
        np.array([1, "1e400", 1, 1], dtype=np.longdouble),
        ValueError,
        "{} must be finite, got infinity at row 1",
    ),
    "texts": (["1", "2", "3", "4"], TypeError, r"{} must be numbers, got '1' \(str\) at row 0\."),
    "an array of texts": (np.array(["1"] * 4), TypeError, r"{} must be numbers, got <U1\."),
    "texts in pandas": (
        pd.Series(["1", "2", "3", "4"], dtype=object),
        TypeError,
        r"{} must be numbers, got '1' \(str\) at row 0\.",
    ),
    "categories of texts": (
        pd.Categorical(["1", "2", "1", "2"]),
        TypeError,
        r"{} must be numbers, got '1' \(str\) at row 0\.",
    ),
    "bools": ([True, False, True, True], TypeError, r"{} must be numbers, got bool\."),
    "bools in pandas": (
        pd.array([True] * 4, dtype="boolean"),
        TypeError,
        r"{} must be numbers, got bool\.",
    ),
    "a tensor of bools": (torch.tensor([True] * 4), TypeError, r"{} must be numbers, got bool\."),
    "bools among numbers": ([2.0, True, 1, 1], TypeError, r"got True \(bool\) at row 1\."),
    "numpy's bools among objects": (
        objects(2.0, np.True_, 1, 1),
        TypeError,
        r"{} must be numbers, got True \(bool\) at row 1\.",
    ),
    "complex numbers": (
        [1j, 1, 1, 1],
        TypeError,
        r"{} must be numbers, got 1j \(complex\) at row 0",
    ),
    "complex arrays": (np.ones(4) * 1j, TypeError, r"{} must be numbers, got complex128\."),
    "dates": (np.zeros(4, dtype="M8[s]"), TypeError, r"{} must be numbers, got datetime64\[s\]\."),
    "durations": (np.zeros(4, dtype="m8[s]"), TypeError, r"{} must be numbers, got timedelta64\[s"),
    "Python's dates": (
        [datetime.date(2020, 1, 1)] * 4,
        TypeError,
        r"{} must be numbers, got datetime\.date\(2020, 1, 1\) \(date\) at row 0\.",
    ),
    "numpy's dates among objects": (
        objects(1, np.datetime64("2020-01-01"), 1, 1),
        TypeError,
        r"{} must be numbers, got datetime\.date\(2020, 1, 1\) \(date\) at row 1\.",
    ),
    "other objects": ([object()] * 4, TypeError, r"{} must be numbers, got <object .* at row 0\."),
    "arrays among objects": (
        objects(1.0, np.ones(2), 1, 1),
        TypeError,
        r"{} must be numbers, got array\(\[1\., 1\.\]\) \(ndarray\) at row 1\.",
    ),
    "tensors among objects": (
        [1.0, torch.ones(2), 1, 1],
        TypeError,
        r"{} must be numbers, got tensor\(\[1\., 1\.\]\) \(Tensor\) at row 1\.",
    ),
    "a generator": ((w for w in W), TypeError, r"{} must be .*, got generator: pass list\({}\)\."),
    "a map": (map(float, W), TypeError, r"{} must be numbers \(.*\), got map: pass list\({}\)\."),
    "a set": (
        {1, 2, 3, 4},
        TypeError,
        "{} must be .* got set: it keeps .* pass one number for each",
    ),
    "a dict": (
        dict(enumerate(W)),
        TypeError,
        r"got dict: pass list\(y\.values\(\)\) if it has one|got a dict: factors by class are",
    ),
    "sparse": (
        sparse.csr_array(X),
        TypeError,
        r"{} must be .* got csr_array: pass {}\.toarray\(\)",
    ),
    "a sparse vector": (
        sparse.coo_array(np.ones(4)),
        TypeError,
        r"coo_array: pass {}\.toarray\(\)",
    ),
    "a sparse tensor": (torch.ones(4).to_sparse(), TypeError, r"{} is a sparse tensor .*: pass {}"),
    "a meta tensor": (torch.ones(4, device="meta"), TypeError, "{} is a meta tensor, which has a"),
    "records": (
        np.zeros(4, dtype=[("a", float)]),
        TypeError,
        r"{} holds records of several fields",
    ),
    "rows of 1 to 2 numbers": (
        [[1], [2, 3], [4], [5]],
        ValueError,
        "{} must be one number a row, got",
    ),
    "a container of no kind": (Opaque(), TypeError, r"{} must be numbers \(.*\), got Opaque\."),
    "a function": (len, TypeError, r"{} must be numbers \(.*\), got builtin_function_or_method\."),
}


@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_is_not_one_number_a_row_is_refused_as_weights_and_as_target(what):
    values, error, message = NO_NUMBERS[what]
    if "generator" in what or "map" in what:  # used up by whoever reads it
        assert iter(values) is values
    for name, parameters, y, beside in (
        ("sample_weight", {}, Y, {"sample_weight": values}),
        ("sample_weight", MULTILABEL, SETS, {"sample_weight": values}),
        ("sample_weight", CONTINUOUS, W, {"sample_weight": values}),
        ("y", CONTINUOUS, values, {}),
        ("y", CONTINUOUS, values, {"sample_weight": W}),
    ):
        assert_refused(parameters, y, beside, error, message.replace("{}", name))


WEIGHTS = {
    "a negative one": ([1, 2, -1, 3], ValueError, r"must be at least 0, got -1\.0 at row 2\."),
    "zeros": ([0, 0, 0, 0], ValueError, "must be above 0 in some row, got zero in all of them"),
    "too few": ([1, 2], ValueError, r"must have one number for each of the 4 rows, got 2\."),
    "too many": ([1] * 5, ValueError, r"must have one number for each of the 4 rows, got 5\."),
    "none": ([], ValueError, r"must have one number for each of the 4 rows, got 0\."),
    "two columns": (X, ValueError, r"one number a row, got an array of shape \(4, 2\)\."),
    "a row": (X[:1].repeat(2, axis=1), ValueError, r"got an array of shape \(1, 4\)\."),
    "a frame of two": (pd.DataFrame(X), ValueError, r"got an array of shape \(4, 2\)\."),
    "nested pairs": (X.tolist(), ValueError, r"got an array of shape \(4, 2\)\."),
    "too far apart": ([1e-150, 1, 1, 1e150], ValueError, r"a factor of 1e\+200, got 1e-150 and 1e"),
}


@pytest.mark.parametrize("what", WEIGHTS)
@pytest.mark.parametrize(
    ("parameters", "y"),
    [({}, Y), ({"strength": 0}, [0] * 4), (MULTILABEL, SETS), (CONTINUOUS, W)],
    ids=["class", "one class", "multilabel", "continuous"],
)
def test_bad_weights_are_refused(what, parameters, y):
    values, error, message = WEIGHTS[what]
    assert_refused(parameters, y, {"sample_weight": values}, error, f"sample_weight .*{message}")


MULTIOUTPUT = r"Several continuous targets \(multioutput\) are not supported: .* got shape {}\. Bal"
TARGETS = {
    "two columns": (X, ValueError, MULTIOUTPUT.format(r"\(4, 2\)")),
    "a frame of two": (pd.DataFrame(X), ValueError, MULTIOUTPUT.format(r"\(4, 2\)")),
    "nested pairs": (X.tolist(), ValueError, MULTIOUTPUT.format(r"\(4, 2\)")),
    "a tensor of two": (torch.tensor(X), ValueError, MULTIOUTPUT.format(r"\(4, 2\)")),
    "a row": (X[:1], ValueError, MULTIOUTPUT.format(r"\(1, 2\)")),
    "no columns": (X[:, :0], ValueError, MULTIOUTPUT.format(r"\(4, 0\)")),
    "no rows": ([], ValueError, "y must hold numbers in at least 2 bins, got no rows"),
    "a single number": ([3.0] * 4, ValueError, "at least 2 bins, got numbers in bin 1 of 2 alone"),
    "none": (None, ValueError, "requires y to be passed, but the target y is None"),
    "too few": (W[:3], ValueError, r"inconsistent numbers of samples: \[4, 3\]"),
    "a range beyond floats": (
        [-1e308, 0, 0, 1e308],
        ValueError,
        r"bins=2 cannot be laid over a y from -1e\+308 to 1e\+308 \(.*\): give another number",
    ),
    "numbers too close": (
        [1e16, 1e16, 1e16, 1e16],
        ValueError,
        r"bins=2 cannot be laid over a y from 1e\+16 to 1e\+16 \(.*\): give another number of bins",
    ),
}


@pytest.mark.parametrize("what", TARGETS)
def test_bad_continuous_targets_are_refused(what):
    y, error, message = TARGETS[what]
    assert_refused(CONTINUOUS, y, {}, error, message)


def test_a_continuous_target_needs_two_bins_only_without_weights():
    sampler = InverseFrequencySampler(**CONTINUOUS, random_state=0)
    assert sampler.fit(None, [3.0] * 4, sample_weight=W).sampling_strategy_ == {1: 4}


OF_BINS = (
    r"bins must be an int from 1 on, the name of one of numpy's rules \(auto, .*\) or an array of"
)
BINS = {
    "zero": (0, ValueError, r"got 0\."),
    "negative": (-1, ValueError, r"got -1\."),
    "a float": (2.0, TypeError, r"got 2\.0\."),
    "a numpy float": (np.float64(3), TypeError, r"got (np\.float64\(3\.0\)|3\.0)\."),
    "a bool": (True, TypeError, r"got True\."),
    "none": (None, TypeError, r"got None\."),
    "another name": ("foo", ValueError, r"got 'foo'\."),
    "bytes": (b"auto", TypeError, r"got b'auto'\."),
    "one edge": ([1], ValueError, r"got \[1\]\."),
    "no edge": ([], ValueError, r"got \[\]\."),
    "edges that stand": ([1, 1], ValueError, r"got \[1, 1\]\."),
    "edges that fall": ([2, 1], ValueError, r"got \[2, 1\]\."),
    "NaN": ([1, nan], ValueError, r"got \[1, nan\]\."),
    "infinity": ([1, inf], ValueError, r"got \[1, inf\]\."),
    "two dimensions": ([[1, 2], [2, 3]], ValueError, r"got \[\[1, 2\], \[2, 3\]\]\."),
    "no dimension": (np.array(3), ValueError, r"got array\(3\)\."),
    "ragged edges": ([0, [1, 2]], ValueError, r"got \[0, \[1, 2\]\]\."),
    "texts": (["a", "b"], TypeError, r"got \['a', 'b'\]\."),
    "bools": ([False, True], TypeError, r"got \[False, True\]\."),
    "complex numbers": ([0, 1j], TypeError, r"got \[0, 1j\]\."),
    "dates": (np.array(["2020", "2021"], "M8[Y]"), TypeError, r"got array\(\['2020', '2021'\]"),
    "masked edges": (np.ma.array([0, 2, 5], mask=[0, 1, 0]), ValueError, r"got masked_array\("),
    "a dict": ({1: 2}, TypeError, r"got \{1: 2\}\."),
    "a set": ({1, 2}, TypeError, r"got \{1, 2\}\."),
    "a type": (list, TypeError, "got <class 'list'>"),
}


@pytest.mark.parametrize("what", BINS)
def test_bad_bins_are_refused(what):
    bins, error, message = BINS[what]
    assert_refused({**CONTINUOUS, "bins": bins}, W, {}, error, f"{OF_BINS} .*{message}")


BINS_OF_TARGETS = {
    "edges below": (
        [0, 2],
        W,
        r"y must lie within .* 0\.0 to 2\.0, got 3\.0 at row 2 \(2 rows in all",
    ),
    "edges above": (
        [2, 9],
        W,
        r"y must lie within .* 2\.0 to 9\.0, got 1\.0 at row 0 \(1 rows in all",
    ),
    "too many": (
        10**18,
        W,
        r"bins=1000000000000000000 cannot be laid over a y from 1\.0 to 4\.0 \(",
    ),
    "more than words hold": (
        10**30,
        W,
        r"bins=1000.* cannot be laid over a y from 1\.0 to 4\.0 \(",
    ),
    "edges alike as floats": (
        [2**60, 2**60 + 1],
        W,
        r"cannot be laid .*\(their edges are no numbers",
    ),
    "a rule that fails": (
        "fd",
        [0, 1e-300, 1e-300, 1, 1e300],
        r"bins='fd' cannot be laid over a y from 0\.0",
    ),
    "a rule without a width": ("scott", [0, 1e-300, 1e-300, 1e300], r"bins='scott' cannot be laid"),
    "another that fails": ("stone", [-1e308, 0, 0, 1e308], r"bins='stone' cannot be laid over a y"),
}


@pytest.mark.parametrize("what", BINS_OF_TARGETS)
def test_bins_that_a_target_cannot_have_are_refused(what):
    bins, y, message = BINS_OF_TARGETS[what]
    assert_refused({**CONTINUOUS, "bins": bins}, y, {}, ValueError, message)


# Before numpy 2.3, "auto" asks for more bins of these than there is memory, and is refused.
RULES = ["doane", "rice", "sqrt", "stone", "sturges"]
RULES += ["auto"] if np.lib.NumpyVersion(np.__version__) >= "2.3.0" else []


@pytest.mark.parametrize("bins", RULES)
def test_rules_of_bins_that_numpy_doubts_are_taken_without_a_warning(bins):
    y = [0, 1e-300, 1e-300, 1.0, 1e300]
    sampler = InverseFrequencySampler(target_type="continuous", bins=bins).fit(None, y)
    assert sampler.class_counts_.tolist() == [4, 1]


WANTED = r"y must be an indicator of shape \(n_rows, n_labels\), .* bears none\), got"
NO_SETS = {
    "a column's name": (
        "sky",
        TypeError,
        r"y must be labels \(.*\), got str 'sky': pass the column",
    ),
    "an int": (3, TypeError, r"y must be labels \(.*\), got int\."),
    "none": (None, ValueError, "requires y to be passed, but the target y is None"),
    "a generator": ((s for s in SETS), TypeError, r"got generator: pass list\(y\)\."),
    "a set": ({frozenset("a")}, TypeError, "got set: it keeps neither order nor repetitions"),
    "a dict": ({0: {"a"}, 1: {"b"}}, TypeError, r"got dict: pass list\(y\.values\(\)\)"),
    "texts": (["ab", "c", "d", "e"], TypeError, f"{WANTED} 'ab' at row 0"),
    "ints": (Y, TypeError, f"{WANTED} 0 at row 0"),
    "an array of ints": (np.array(Y), TypeError, f"{WANTED} 0 at row 0"),
    "a tensor of ints": (torch.tensor(Y), ValueError, rf"{WANTED} an array of shape \(4,\)"),
    "a column of texts": (pd.Series(SITES), TypeError, f"{WANTED} 'a' at row 0"),
    "three dimensions": (
        np.zeros((4, 2, 2)),
        ValueError,
        rf"{WANTED} an array of shape \(4, 2, 2\)",
    ),
    # scipy before 1.13 has no sparse vectors, but makes a row of it
    "a sparse vector": (
        sparse.coo_array(Y),
        ValueError,
        rf"{WANTED} a sparse array of shape \(4,\)|inconsistent numbers of samples: \[4, 1\]",
    ),
    "twos": (INDICATOR * 2, ValueError, rf"{WANTED} 2 at row 0\."),
    "halves": (INDICATOR / 2, ValueError, rf"{WANTED} 0\.5 at row 0\."),
    "negative ones": (-INDICATOR, ValueError, rf"{WANTED} -1 at row 0\."),
    "infinity": (np.diag([1, inf, 1, 1]), ValueError, rf"{WANTED} inf at row 1\."),
    "sparse twos": (sparse.csr_array(INDICATOR * 2), ValueError, rf"{WANTED} 2 at row 0\."),
    "sparse NaN": (
        sparse.csr_array(np.diag([1, nan, 1, 1])),
        ValueError,
        rf"{WANTED} nan at row 1\.",
    ),
    "entries given twice": (
        sparse.coo_array(([1, 1], ([2, 2], [1, 1])), shape=(4, 2)),
        ValueError,
        rf"{WANTED} 2 at row 2\.",
    ),
    "entries of a row given twice": (
        sparse.csr_array((np.ones(4), [0, 1, 1, 0], [0, 1, 3, 4, 4]), shape=(4, 2)),
        ValueError,
        rf"{WANTED} 2\.0 at row 1\.",
    ),
    "an indicator of texts": (INDICATOR.astype(str), TypeError, rf"{WANTED} values of <U\d+"),
    "an indicator of complex numbers": (
        INDICATOR * 1j,
        TypeError,
        f"{WANTED} values of complex128",
    ),
    "an indicator of dates": (
        INDICATOR.astype("M8[s]"),
        TypeError,
        f"{WANTED} values of datetime64",
    ),
    "a frame of texts": (pd.DataFrame(INDICATOR).astype(str), TypeError, f"{WANTED} '1' at row 0"),
    "a frame with dates": (
        pd.DataFrame(INDICATOR).assign(day=pd.Timestamp("2020-01-01")),
        TypeError,
        rf"{WANTED} Timestamp\(.*\) at row 0",
    ),
    "NaN": (np.diag([1, nan, nan, 1]), ValueError, "y has missing labels .* at row 1, 2; drop"),
    "pandas with NA": (
        pd.DataFrame({"a": [1, 0, None, 0], "b": [0, 1, 1, 0]}, dtype="Int64"),
        ValueError,
        "y has missing labels .* at row 2; drop those rows",
    ),
    "polars with null": (
        pl.DataFrame({"a": [1, 0, None, 0], "b": [0, 1, 1, 0]}),
        ValueError,
        "y has missing labels .* at row 2; drop those rows",
    ),
    "a masked array": (
        np.ma.array(INDICATOR, mask=INDICATOR == 1),
        ValueError,
        "y has missing labels .* at row 0, 1, 3; drop those rows",
    ),
    "NA among objects": (
        np.array([[1, 0], [pd.NA, pd.NA], [0, 1], [1, 1]], dtype=object),
        ValueError,
        "y has missing labels .* at row 1; drop those rows",
    ),
    "arrays among objects": (
        pd.DataFrame({"a": [1, 0, 0, 1], "b": objects(0, 1, np.ones(2), 1)}),
        TypeError,
        rf"{WANTED} array\(\[1\., 1\.\]\) at row 2",
    ),
    "tensors among objects": (
        pd.DataFrame({"a": [1, 0, 0, 1], "b": objects(0, 1, torch.ones(2), 1)}),
        TypeError,
        rf"{WANTED} tensor\(\[1\., 1\.\]\) at row 2",
    ),
    "columns of one name": (
        pd.DataFrame(INDICATOR, columns=["sky", "sea", "sky"]),
        ValueError,
        "y must have columns of different names, got 'sky' twice",
    ),
    "pyarrow's columns of one name": (
        pa.table([[1, 0, 0, 1], [0, 1, 0, 1]], names=["sky", "sky"]),
        ValueError,
        "y must have columns of different names, got 'sky' twice",
    ),
    "an indicator in nested lists": (
        INDICATOR.tolist(),
        ValueError,
        f"{WANTED} 4 lists of 3 zeros",
    ),
    "an indicator in tuples": (
        tuple(map(tuple, INDICATOR[:, :2].tolist())),
        ValueError,
        rf"{WANTED} 4 lists of 2 zeros and ones each: pass np\.array\(y\) if they are an indicator",
    ),
    "an indicator of bools in lists": (
        INDICATOR.astype(bool).tolist(),
        ValueError,
        f"{WANTED} 4 lists of 3 zeros and ones each",
    ),
    "rows of an indicator": (list(INDICATOR), ValueError, f"{WANTED} 4 lists of 3 zeros and ones"),
    "tensors of an indicator": (
        list(torch.tensor(INDICATOR)),
        ValueError,
        f"{WANTED} 4 lists of 3",
    ),
    "a sparse tensor": (torch.tensor(INDICATOR).to_sparse(), TypeError, "y is a sparse tensor"),
    "dicts": ([{"a": 1}, {"b": 1}, {}, {}], TypeError, rf"{WANTED} \{{'a': 1\}} at row 0"),
    "None for a row": ([{"a"}, {"b"}, None, set()], TypeError, f"{WANTED} None at row 2"),
    "NaN for a row": (pd.Series([["a"], ["b"], nan, []]), TypeError, f"{WANTED} nan at row 2"),
    "generators": ([(x for x in "ab")] * 4, TypeError, f"{WANTED} <generator .* at row 0"),
    "lists of lists": ([[["a"]], [["b"]], [], []], TypeError, f"{WANTED} a list of lists of lists"),
    "arrays in rows": (
        [[np.ones(2)], [np.ones(2)], [], []],
        TypeError,
        "labels must be scalars, got",
    ),
    "None in rows": ([{"a"}, {"b"}, {None}, set()], ValueError, "y has missing .* at row 2; drop"),
    "NaN in rows": ([{"a"}, {nan}, {"b", nan}, set()], ValueError, "y has missing .* at row 1, 2;"),
    "NA in rows": (
        [["a"], ["b"], [pd.NA], []],
        ValueError,
        "y has missing labels .* at row 2; drop",
    ),
    "null in rows": (
        pl.Series([["a"], ["b"], [None], []]),
        ValueError,
        "y has missing .* at row 2;",
    ),
    "floats in rows": (
        [{1.5}, {2.5}, {2.5}, set()],
        ValueError,
        "Unknown label type: .* got float64",
    ),
    "ints and floats": (
        [[1], [1.0], [2], []],
        ValueError,
        r"Unknown label type: .* got 1\.0 \(float",
    ),
    "complex numbers in rows": (
        [{1j}, {2j}, {1j}, set()],
        ValueError,
        "Complex data not supported",
    ),
    "labels of two kinds": ([{"a"}, {1}, {1}, set()], TypeError, "of one kind, .* got int and str"),
    "texts and bytes": ([{"a"}, {b"a"}, {"a"}, set()], TypeError, "of one kind, .* bytes and str"),
    "dicts in rows": (
        [[{"a": 1}], [{"b": 1}], [], []],
        TypeError,
        "labels must be hashable .*'dict'",
    ),
    "no labels": ([[], [], [], []], ValueError, "must hold at least 2 labels, .* got no labels"),
    # Refused before its columns are asked for, at which polars would warn.
    "a lazy frame": (pl.LazyFrame({"a": [0, 1]}), TypeError, r"LazyFrame .*: pass y\.collect"),
    "no columns": (np.zeros((4, 0)), ValueError, "must hold at least 2 labels, .* got no labels"),
    "zeros": (np.zeros((4, 3)), ValueError, "must hold at least 2 labels, .* got no labels"),
    "no rows": ([], ValueError, "must hold at least 2 labels, .* got no labels"),
    "one label": (
        [{"a"}] * 4,
        ValueError,
        "at least 2 labels, .* got the one label 'a' in all rows",
    ),
    "one column": (np.ones((4, 1)), ValueError, "2 labels, .* got the one label 0 in all rows"),
    "too few": (SETS[:3], ValueError, r"inconsistent numbers of samples: \[4, 3\]"),
}


@pytest.mark.parametrize("what", NO_SETS)
def test_bad_label_sets_are_refused(what):
    y, error, message = NO_SETS[what]
    assert_refused(MULTILABEL, y, {}, error, message)


@pytest.mark.parametrize("y", [[{"a"}] * 4, [set()] * 4, np.ones((4, 1)), np.zeros((4, 2))])
def test_label_sets_need_two_labels_only_without_weights(y):
    sampler = InverseFrequencySampler(**MULTILABEL, n_samples=10, random_state=0)
    assert np.bincount(sampler.fit(None, y, sample_weight=W).draw(0)).tolist() == [1, 2, 3, 4]


def test_zeros_that_a_sparse_indicator_keeps_are_zeros():
    y = sparse.csr_array((np.array([1, 0, 1]), [0, 1, 1], [0, 2, 3, 3]), shape=(3, 2))
    sampler = InverseFrequencySampler(**MULTILABEL, random_state=0).fit(None, y)
    assert sampler.class_counts_.tolist() == [1, 1]
    assert y.nnz == 3  # and stay where they are


GROUPS = {
    "a column's name": (
        "site",
        TypeError,
        r"groups must be labels \(.*\), got str 'site': pass the",
    ),
    "an int": (3, TypeError, r"groups must be labels \(an array, .*\), got int\."),
    "a 0-d array": (
        np.array(3),
        ValueError,
        r"groups should be a 1d array of labels, .* shape \(\)",
    ),
    "None": (["a", None, "b", "b"], ValueError, "groups has missing labels .* at row 1; drop"),
    "NaN": (["a", nan, "b", "b"], ValueError, "groups has missing labels .* at row 1; drop"),
    "NA": (pd.array([1, None, 2, 2], dtype="Int64"), ValueError, "groups has missing .* at row 1;"),
    "a masked array": (
        np.ma.array(Y, mask=[0, 1, 0, 0]),
        ValueError,
        "groups has .* at row 1; drop",
    ),
    "floats": (W, ValueError, "groups: Unknown label type: .* got float64"),
    "infinity": ([1, inf, 1, 1], ValueError, r"groups: Unknown label type: .* got inf \(float\)"),
    "complex numbers": (np.ones(4) * 1j, ValueError, "groups: Complex data not supported"),
    "dates": (np.zeros(4, dtype="M8[s]"), ValueError, r"groups: Unknown .* got datetime64\[s\]"),
    "labels of two kinds": (
        ["a", 1, "a", 1],
        TypeError,
        "groups: labels must be .* got int and str",
    ),
    "two columns": (X, ValueError, r"groups must be one-hot .* got shape \(4, 2\)"),
    "pairs": (
        [("a", 1), ("a", 2), ("b", 1), ("b", 2)],
        ValueError,
        "groups must be one-hot .* join",
    ),
    "three dimensions": (np.ones((4, 1, 1)), ValueError, r"groups should be .* shape \(4, 1, 1\)"),
    "sparse": (sparse.csr_array(X), TypeError, r"groups is a sparse .* pass groups\.toarray\(\)"),
    "a generator": ((s for s in SITES), TypeError, r"got generator: pass list\(groups\)\."),
    "a set": ({"a", "b"}, TypeError, "groups must be labels .* got set: it keeps neither order"),
    "a dict": (dict(enumerate(SITES)), TypeError, r"got dict: pass list\(groups\.values\(\)\)"),
    "unhashable objects": (objects({}, {}, {}, {}), TypeError, "groups: labels must be hashable"),
    "too few": (SITES[:3], ValueError, r"groups must be one label for each of the 4 rows, got 3\."),
    "none": ([], ValueError, r"groups must be one label for each of the 4 rows, got 0\."),
}


@pytest.mark.parametrize("what", GROUPS)
def test_bad_groups_are_refused(what):
    groups, error, message = GROUPS[what]
    assert_refused({}, Y, {"groups": groups}, error, message)


OF_N_SAMPLES = (
    "n_samples must be an int, a float, 'over', 'under', a dict from label to draws or None"
)
BESIDE = {
    "groups and weights": (
        {},
        Y,
        {"groups": SITES, "sample_weight": W},
        ValueError,
        "groups and sample_weight are not supported together",
    ),
    "groups and label sets": (
        MULTILABEL,
        SETS,
        {"groups": SITES},
        ValueError,
        "groups and target_type='multilabel' are not supported together",
    ),
    "groups and numbers": (
        CONTINUOUS,
        W,
        {"groups": SITES},
        ValueError,
        "groups and target_type='continuous' are not supported together",
    ),
    "groups and counts by class": (
        {"n_samples": {0: 3}},
        Y,
        {"groups": SITES},
        ValueError,
        "n_samples as a dict .* which groups decide, too: with groups, give n_samples as a number",
    ),
    "one cell": (
        {},
        [0] * 4,
        {"groups": ["a"] * 4},
        ValueError,
        "at least 2 classes or groups, got 1",
    ),
    "cells without draws": (
        {"n_samples": 3},
        Y,
        {"groups": SITES},
        ValueError,
        r"each of the 4 cells \(a group and a class that .*\) a draw, got n_samples=3\.",
    ),
    "a strength of no groups": (
        {"group_strength": 0.5},
        Y,
        {},
        ValueError,
        r"group_strength=0\.5 has no effect without groups",
    ),
    "bins of classes": (
        {"bins": 5},
        Y,
        {},
        ValueError,
        "bins=5 has no effect unless target_type='continuous', got target_type='class'",
    ),
    "bins of label sets": (
        {**MULTILABEL, "bins": "auto"},
        SETS,
        {},
        ValueError,
        "bins='auto' has no effect unless .* got target_type='multilabel'",
    ),
    "counts by label of sets": (
        {**MULTILABEL, "n_samples": {"sky": 3}},
        SETS,
        {},
        ValueError,
        "n_samples as a dict .* several labels count for each of them: give .* a number or a word",
    ),
    "counts beside a strength": (
        {"n_samples": {0: 3}, "strength": 0.5},
        Y,
        {"sample_weight": W},
        ValueError,
        r"have no effect, got strength=0\.5 and class_weight=None",
    ),
    "counts beside factors": (
        {**CONTINUOUS, "n_samples": {0: 3}, "class_weight": {0: 2}},
        W,
        {},
        ValueError,
        r"have no effect, got strength=1\.0 and class_weight=\{0: 2\}",
    ),
    "counts of no class": (
        {"n_samples": {"a": 3}},
        Y,
        {"sample_weight": W},
        ValueError,
        "n_samples must name labels of y, got none of them: it names 'a', y holds 0, 1",
    ),
    "counts of no bin": (
        {**CONTINUOUS, "n_samples": {7: 3}},
        W,
        {},
        ValueError,
        r"n_samples must name bins of y \(numbers from 0\), got none .* names 7, y holds 0, 1",
    ),
    "counts of a class of weight 0": (
        {"n_samples": {0: 3}},
        Y,
        {"sample_weight": [0, 0, 1, 1]},
        ValueError,
        r"n_samples\[0\] is 3, but sample_weight is 0 in all rows of 0\.",
    ),
    "counts beyond 2**53": (
        {"n_samples": {0: 2**53}},
        Y,
        {"sample_weight": W},
        ValueError,
        r"n_samples must sum to at most 2\*\*53 draws, got 9007199254740994\.",
    ),
    "draws by weight beyond 2**53": (
        {"n_samples": "over", "strength": 9},
        Y,
        {"sample_weight": [1, 1, 1e-9, 1e-9]},
        ValueError,
        r"n_samples='over' asks for .* draws an epoch, more than 2\*\*53, to give the lightest row",
    ),
    "draws by weight beyond floats": (
        {"n_samples": "over", "strength": 0, "class_weight": {0: 1e-120}},
        Y,
        {"sample_weight": [1e-198, 1, 1, 1]},
        ValueError,
        "n_samples='over' asks for inf draws an epoch, .* leave out the lightest rows, or",
    ),
    "less than a draw": (
        {**CONTINUOUS, "n_samples": 0.1},
        W,
        {},
        ValueError,
        r"n_samples must leave a draw, got n_samples=0\.1 of 4 rows, 0\.4 in all",
    ),
    "too many draws": (
        {**MULTILABEL, "n_samples": 2**53 + 1},
        SETS,
        {},
        ValueError,
        r"n_samples must be at most 2\*\*53 draws, got n_samples=9007199254740993\.",
    ),
    "another word": (
        {**MULTILABEL, "n_samples": "both"},
        SETS,
        {},
        ValueError,
        f"{OF_N_SAMPLES}, got",
    ),
    "a list of draws": (
        {**CONTINUOUS, "n_samples": [3]},
        W,
        {},
        TypeError,
        rf"{OF_N_SAMPLES}, got \[",
    ),
    "factors of no label": (
        {**MULTILABEL, "class_weight": {0: 2}},
        SETS,
        {},
        ValueError,
        "class_weight must name labels of y, got none of them: it names 0, y holds 'sea', 'sky'",
    ),
    "a factor of zero": (
        {**MULTILABEL, "class_weight": {"sky": 0}},
        SETS,
        {},
        ValueError,
        r"class_weight\['sky'\] must be a finite number above 0, got 0\.",
    ),
    "a function that falls to zero": (
        {**MULTILABEL, "class_weight": lambda n: n - 2},
        SETS,
        {},
        ValueError,
        r"class_weight\(counts\) of 'sea' must be a finite number above 0, got 0\.",
    ),
    "a function of too few factors": (
        {**CONTINUOUS, "class_weight": lambda n: n[:1]},
        W,
        {},
        ValueError,
        r"class_weight\(counts\) must be one factor for each of the 2 classes, got array\(\[2\]\)",
    ),
    "a function of ragged factors": (
        {"class_weight": lambda _: [1, [2, 3]]},
        Y,
        {"sample_weight": W},
        ValueError,
        r"must be one factor for each of the 2 classes, got \[1, \[2, 3\]\]\.",
    ),
    "a function of masked factors": (
        {"class_weight": lambda n: np.ma.array(n, mask=[1, 0])},
        Y,
        {"groups": SITES},
        ValueError,
        r"must be one factor for each of the 2 classes, got masked_array\(",
    ),
    "a function of factors with a gradient": (
        {"class_weight": lambda _: torch.ones(2, requires_grad=True)},
        Y,
        {},
        ValueError,
        r"must be one factor for each of the 2 classes, got tensor\(",
    ),
    "a function of nothing": (
        {"class_weight": lambda: 1},
        Y,
        {"sample_weight": W},
        TypeError,
        r"class_weight\(counts\) failed: .* takes 0 .*\. A function takes the array of class",
    ),
    "a strength that is NaN": ({**MULTILABEL, "strength": nan}, SETS, {}, ValueError, "got nan"),
    "a schedule of texts": (
        {**CONTINUOUS, "strength": lambda _: "1"},
        W,
        {},
        TypeError,
        r"strength\(0\) must be a real number >= 0, got '1'\.",
    ),
    "label sets as classes": (
        {},
        INDICATOR,
        {},
        ValueError,
        "Multilabel and multioutput targets are",
    ),
    "NA in columns of classes": (
        {},
        objects([1, 0], [pd.NA, 1], [0, 1], [0, 1]).tolist(),
        {"sample_weight": W},
        ValueError,
        r"A 2-d y must be one-hot .* got shape \(4, 2\)",
    ),
    "tensors in columns of groups": (
        {},
        Y,
        {"groups": np.array([[1, 0], [torch.ones(2), 1], [0, 1], [0, 1]], dtype=object)},
        ValueError,
        r"A 2-d groups must be one-hot .* got shape \(4, 2\)",
    ),
    "numbers as classes": (
        {},
        W,
        {"sample_weight": W},
        ValueError,
        "Unknown label type: .* float64",
    ),
    "classes without rows": ({}, [], {"sample_weight": []}, ValueError, "in some row, got no rows"),
    "label sets without rows": (MULTILABEL, [], {"sample_weight": []}, ValueError, "got no rows"),
    "numbers without rows": (CONTINUOUS, [], {"sample_weight": []}, ValueError, "got no rows"),
    "groups without rows": ({}, [], {"groups": []}, ValueError, "classes or groups, got no rows"),
    "fewer labels than rows": (
        {},
        Y[:3],
        {"sample_weight": W[:3]},
        ValueError,
        r"inconsistent numbers of samples: \[4, 3\]",
    ),
}


@pytest.mark.parametrize("what", BESIDE)
def test_what_does_not_go_together_is_refused(what):
    assert_refused(*BESIDE[what])


SINGLE = {
    "group_strength": (
        "must be a real number >= 0, got {}",
        {TypeError: ["1", None, True, 1j, [1.0], len, np.array(1.0)], ValueError: [-0.5, nan, inf]},
    ),
    "target_type": (
        "must be 'class', 'multilabel' or 'continuous', got {}",
        {TypeError: [None, 1, b"class", ["class"], str], ValueError: ["", "Class", "multiclass"]},
    ),
}


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("error", [TypeError, ValueError])
def test_bad_values_of_new_parameters_are_refused(name, error):
    message, values = SINGLE[name]
    for value in values[error]:
        seen = message.replace("{}", re.escape(repr(value)))
        assert_refused({name: value}, Y, {"groups": SITES}, error, f"{name} {seen}")


def test_columns_without_names_leave_the_random_state_alone():
    random_state = np.random.RandomState(0)
    before = random_state.get_state()
    frame = pd.DataFrame(X, columns=["a", 1])
    with pytest.raises(TypeError, match=r"Feature names are only supported .* \['int', 'str'\]"):
        InverseFrequencySampler(random_state=random_state).fit(frame, Y)
    assert all(map(np.array_equal, random_state.get_state(), before))


NUMBERS = {
    "a list": W,
    "a tuple": tuple(W),
    "a range": range(1, 5),
    "a column": np.array(W)[:, None],
    "one of a frame": pd.DataFrame({"w": W}),
    "nested": [[1], [2], [3], [4]],
    "unsigned": np.array([1, 2, 3, 4], dtype=np.uint8),
    "long doubles": np.array(W, dtype=np.longdouble),
    "half floats": np.array(W, dtype=np.float16),
    "big-endian": np.array(W, dtype=">f4"),
    "decimals": [Decimal(1), Decimal(2), Decimal(3), Decimal(4)],
    "fractions": [Fraction(1), Fraction(2), 3, 4.0],
    "numpy scalars": [np.int8(1), np.float32(2), 3.0, 4],
    "pandas": pd.Series(W, index=[3, 2, 1, 0]),
    "pandas that may miss": pd.array([1, 2, 3, 4], dtype="Int64"),
    "categories": pd.Categorical([1, 2, 3, 4]),
    "polars": pl.Series(W),
    "pyarrow": pa.array(W),
    "pyarrow's decimals": pa.array([Decimal(1), Decimal(2), Decimal(3), Decimal(4)]),
    "a tensor": torch.tensor(W),
    "a tensor with a gradient": torch.tensor(W, requires_grad=True),
    "bfloat16": torch.tensor(W).bfloat16(),
    "tensors of one number": [torch.tensor(w) for w in W],
    "tensors and floats": [torch.tensor(1.0), 2.0, 3, torch.tensor(4)],
    "an unmasked masked array": np.ma.array(W),
    "a memoryview": memoryview(np.array(W)),
}


@pytest.mark.parametrize("what", NUMBERS)
def test_numbers_of_any_kind_are_read_as_the_same_weights_and_targets(what):
    by_weight = InverseFrequencySampler(strength=0, n_samples=10, random_state=0)
    by_weight.fit(None, [0] * 4, sample_weight=NUMBERS[what])
    assert np.bincount(by_weight.draw(0)).tolist() == [1, 2, 3, 4]
    by_bin = InverseFrequencySampler(target_type="continuous", bins=3, random_state=0)
    assert by_bin.fit(X, NUMBERS[what]).class_counts_.tolist() == [1, 1, 2]
    assert by_bin.bin_edges_.tolist() == [1, 2, 3, 4]


def test_zeros_and_ones_in_lists_of_several_lengths_are_labels():
    sampler = InverseFrequencySampler(**MULTILABEL).fit(None, [[0, 1], [1], [0], []])
    assert sampler.class_counts_.tolist() == [2, 2]


def test_as_many_bins_as_there_may_be_are_laid(monkeypatch):
    monkeypatch.setattr("skbalance._labels.numbers.MOST_BINS", 3)
    by_bins = InverseFrequencySampler(target_type="continuous", bins=3).fit(None, W)
    assert len(by_bins.bin_edges_) == 4
    with pytest.raises(ValueError, match="more than 3 bins"):
        by_bins.set_params(bins=4).fit(None, W)
