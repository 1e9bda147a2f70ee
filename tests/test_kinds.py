"""Every kind of target against the slow reference, case by random case.

For 1,000 cases of each kind and claim:
``python -m pytest tests/test_kinds.py -m hypothesis --hypothesis-profile=thousand``
"""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, combinations, islice
from typing import Any

import numpy as np
import pandas as pd
import polars
import pyarrow
import pytest
import reference
from hypothesis import assume, given
from hypothesis import strategies as st
from left_out import optional
from reference import EPSILON, down_and_up
from resuming import batches_of, rows_of
from scipy import sparse
from scipy.stats import chisquare, gamma

from skbalance import InverseFrequencySampler
from skbalance._planning import by_weight

# Some cases have almost as many classes as rows.
MANY_CLASSES = pytest.mark.filterwarnings(r"ignore:y has \d+ classes in \d+ rows:UserWarning")
pytestmark = MANY_CLASSES

torch = optional("torch")
wing = optional("skbalance.torch")

ONES = [1.0] * 1000


@dataclass(frozen=True)
class Case:
    """A target of one kind, how it is to be balanced, and what the reference says of it.

    Epoch e has the e-th of the strengths, which come round: of several the sampler gets a function.
    """

    kind: str
    y: Any
    label_sets: list
    values: list | None = None
    strengths: tuple = (1.0,)
    factors: dict = field(default_factory=dict)
    n_samples: Any = None
    class_weight: Any = None
    groups: list | None = None
    parameters: dict = field(default_factory=dict)
    seed: int = 0

    def fitted(self, **others):
        parameters = {
            "n_samples": self.n_samples,
            "class_weight": self.class_weight,
            "random_state": self.seed,
            **self.parameters,
            **others,
        }
        if len(self.strengths) == 1:
            parameters["strength"] = self.strengths[0]
        else:
            parameters["strength"] = self.strength_in
        sampler = InverseFrequencySampler(**parameters)
        return sampler.fit(None, self.y, sample_weight=self.values, groups=self.groups)

    def strength_in(self, epoch):
        return self.strengths[epoch % len(self.strengths)]

    @property
    def sample_weight(self):
        return self.values or ONES[: len(self.label_sets)]

    @property
    def labels(self):
        """Labels in use, in the order of ``classes_``."""
        return sorted(set().union(*self.label_sets))

    def weights(self, epoch):
        """The weight of each row."""
        if isinstance(self.n_samples, dict):
            classes = [label for (label,) in self.label_sets]
            return reference.row_weights_by_counts(classes, self.sample_weight, self.n_samples)
        strength = self.strength_in(epoch)
        return reference.row_weights(self.label_sets, self.sample_weight, strength, self.factors)

    def n_draws(self, epoch):
        """Draws of an epoch."""
        weights = self.weights(epoch)
        if isinstance(self.n_samples, dict):
            return round(sum(weights))
        return reference.n_draws(weights, self.n_samples)

    def expected(self, epoch):
        """How often each row is drawn on average."""
        return reference.expected_draws(self.weights(epoch), self.n_draws(epoch))

    def parts(self, epoch):
        """What batches hold their shares of: each row's class, bin, heaviest label or cell."""
        if self.groups:
            return list(zip(self.groups, (label for (label,) in self.label_sets), strict=True))
        if isinstance(self.n_samples, dict):
            return [label for (label,) in self.label_sets]
        strength = self.strength_in(epoch)
        return reference.heaviest_labels(
            self.label_sets, self.sample_weight, strength, self.factors
        )


strengths = st.one_of(
    st.integers(0, 8).map(lambda quarters: (quarters / 4,)),
    st.lists(st.integers(0, 8).map(lambda quarters: quarters / 4), min_size=2, max_size=3).map(
        tuple
    ),
)
factors = st.dictionaries(st.integers(0, 4), st.sampled_from([0.1, 1 / 3, 1, 2, 30.0]), max_size=3)
numbers_of_draws = st.one_of(
    st.none(), st.integers(1, 90), st.floats(0.5, 3), st.sampled_from(["over", "under"])
)
seeds = st.integers(0, 2**64 - 1)
close_weights = st.one_of(st.integers(0, 4), st.floats(1e-3, 1e3))
weights = st.one_of(close_weights, st.sampled_from([0.0, 1e-12, 1e12]))


def weights_of(n, weights=weights):
    return st.lists(weights, min_size=n, max_size=n).filter(any)


def balanced(draw, case):
    """The case with all that says how it is to be balanced."""
    given = {label: factor for label, factor in draw(factors).items() if label in case.labels}
    by_function = partial(np.array, [given.get(label, 1.0) for label in case.labels])
    n_samples = draw(numbers_of_draws)
    case = replace(
        case,
        strengths=draw(strengths),
        factors=given,
        class_weight=draw(st.sampled_from([given or None, lambda _: by_function()])),
        n_samples=n_samples,
        seed=draw(seeds),
    )
    if isinstance(n_samples, float) and len(case.label_sets) == 1:
        return replace(case, n_samples=1.0)
    is_long = n_samples == "over" and not case.groups and max(map(case.n_draws, range(3))) > 2000
    return replace(case, n_samples=None) if is_long else case


def with_counts(draw, case):
    """The case with draws by label, now and then."""
    if draw(st.integers(0, 4)):
        return balanced(draw, case)
    labels = draw(st.lists(st.sampled_from(case.labels), unique=True, min_size=1))
    has_rows = {
        label
        for (label,), value in zip(case.label_sets, case.sample_weight, strict=True)
        if value > 0
    }
    counts = {label: draw(st.integers(1, 30)) for label in labels if label in has_rows}
    return replace(case, n_samples=counts, seed=draw(seeds))


@st.composite
def cases_of_weights(draw):
    y = draw(st.lists(st.integers(0, 4), min_size=1, max_size=30))
    case = Case("weights", y, [{label} for label in y], draw(weights_of(len(y))))
    return with_counts(draw, case)


@st.composite
def cases_of_label_sets(draw):
    label_sets = draw(st.lists(st.sets(st.integers(0, 4), max_size=4), min_size=1, max_size=30))
    # Close enough that labels are alike or not alike, and not by the thirteenth digit alone.
    values = draw(st.none() | weights_of(len(label_sets), close_weights))
    n_labels = len(set().union(*label_sets)) + (set() in label_sets)
    assume(n_labels > 1 or values)
    y = draw(st.sampled_from([as_sets, as_lists, as_array, as_frame, as_sparse]))(label_sets)
    parameters = {"target_type": "multilabel"}
    return balanced(draw, Case("multilabel", y, label_sets, values, parameters=parameters))


def as_sets(label_sets):
    return label_sets


def as_lists(label_sets):
    if set().union(*label_sets) <= {0, 1}:  # lists of zeros and ones may look like an indicator
        return label_sets
    return [[*labels, *labels] for labels in label_sets]


def as_array(label_sets):
    return np.array([[label in labels for label in range(5)] for labels in label_sets], dtype=int)


def as_frame(label_sets):
    return pd.DataFrame(as_array(label_sets).astype(bool))


def as_sparse(label_sets):
    return sparse.csc_array(as_array(label_sets))


@st.composite
def cases_of_numbers(draw):
    whole = draw(st.lists(st.integers(-40, 40), min_size=1, max_size=30))
    numbers = [number / 8 for number in whole]
    if draw(st.booleans()):
        edges = draw(st.lists(st.integers(-5, 5), unique=True, min_size=1, max_size=4))
        bins = edges = sorted({-5.0, 5.0, *map(float, edges)})
    else:
        bins = draw(st.integers(1, 12) | st.sampled_from(["auto", "sqrt", "sturges"]))
        edges = np.histogram_bin_edges(numbers, bins).tolist()
    label_sets = [{reference.bin_of(number, edges)} for number in numbers]
    values = draw(st.none() | weights_of(len(numbers)))
    assume(values or len(set().union(*label_sets)) > 1)
    parameters = {"target_type": "continuous", "bins": bins}
    return with_counts(draw, Case("continuous", numbers, label_sets, values, parameters=parameters))


@st.composite
def cases_of_groups(draw):
    rows = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), min_size=2, max_size=40))
    n_cells = len(set(rows))
    assume(n_cells > 1)
    groups, y = map(list, zip(*rows, strict=True))
    parameters = {"group_strength": draw(st.integers(0, 2))}
    case = Case("groups", y, [{label} for label in y], groups=groups, parameters=parameters)
    case = balanced(draw, case)
    if isinstance(case.n_samples, (int, float)):
        return replace(case, n_samples=n_cells + int(case.n_samples))
    return case if case.n_samples or len(y) >= n_cells else replace(case, n_samples=n_cells)


@st.composite
def cases_of_classes(draw):
    few = st.lists(st.integers(0, 4), min_size=2, max_size=40)
    many = st.integers(2, 300).flatmap(lambda n: st.permutations([*range(n), *range(0, n, 7)]))
    labels = draw(st.one_of(few, few, few, many))
    n_classes = len(set(labels))
    assume(n_classes > 1)
    y = draw(st.sampled_from(CONTAINERS))(labels)
    case = with_counts(draw, Case("classes", y, [{label} for label in labels]))
    if isinstance(case.n_samples, (int, float)):
        return replace(case, n_samples=n_classes + int(case.n_samples))
    return case


# What holds labels from 0 to 300.
CONTAINERS = [
    list,
    np.array,
    partial(np.array, dtype=np.uint16),
    partial(np.array, dtype=">i2"),
    partial(np.array, dtype=object),
    lambda labels: np.array(labels)[::-1][::-1, None],
    pd.Series,
    pd.Categorical,
    partial(pd.Series, dtype="Int64"),
    polars.Series,
    pyarrow.array,
    torch.tensor,
    lambda labels: pd.DataFrame({"y": labels}),
]

BY_WEIGHT = {
    "weights": cases_of_weights(),
    "multilabel": cases_of_label_sets(),
    "continuous": cases_of_numbers(),
}
KINDS = {**BY_WEIGHT, "groups": cases_of_groups(), "classes": cases_of_classes()}
of_weights = pytest.mark.parametrize("cases", BY_WEIGHT.values(), ids=BY_WEIGHT)
of_all = pytest.mark.parametrize("cases", KINDS.values(), ids=KINDS)

epochs = st.integers(0, 30)


def times_drawn(sampler, epoch, n_rows):
    """How often an epoch draws each row."""
    return np.bincount(sampler.draw(epoch), minlength=n_rows)


def by_part(parts, values):
    """Sums of the values of the rows of each part."""
    sums = dict.fromkeys(parts, 0)
    for part, value in zip(parts, values, strict=True):
        sums[part] += value
    return sums


@of_weights
@given(data=st.data(), epoch=epochs)
def test_an_epoch_draws_each_row_its_expectation_rounded_down_or_up(cases, data, epoch):
    case = data.draw(cases)
    sampler = case.fitted()
    for number in {0, epoch}:
        expected = case.expected(number)
        times = times_drawn(sampler, number, len(expected))
        assert len(times) == len(expected)
        assert times.sum() == case.n_draws(number)
        told = sampler._plan.epoch(number).multiplicities()
        assert [*told, *[0] * (len(times) - len(told))] == times.tolist()
        # Classes, bins and heaviest labels lie side by side, so that it holds for them, too.
        rows = range(len(times))
        for parts in rows, case.parts(number):
            drawn, ideal = by_part(parts, times), by_part(parts, expected)
            for part, n in drawn.items():
                low, high = down_and_up(ideal[part])
                assert low <= n <= high
        zero = np.array(case.sample_weight) == 0
        assert not times[zero].any()


@of_weights
@given(data=st.data(), start=st.one_of(st.integers(0, 1000), st.integers(0, 2**63 - 102)))
def test_over_100_epochs_no_row_is_off_its_expectation_by_more_than_3(cases, data, start):
    case = data.draw(cases.filter(lambda case: len(case.strengths) == 1))
    plan, expected, parts = case.fitted()._plan, np.array(case.expected(0)), case.parts(0)
    together = np.zeros(len(expected))
    for n in range(1, 101):
        times = plan.epoch(start + n - 1).multiplicities()
        together[: len(times)] += times
        assert np.abs(together - n * expected).max() <= 3
        if n % 10 == 0:
            assert max(map(abs, by_part(parts, together - n * expected).values())) <= 3


def test_on_no_line_can_a_row_be_off_by_more_than_3_over_100_epochs():
    # A row is drawn once more than the whole number of its draws where the offset, which turns by
    # the golden ratio, falls into an arc of the circle. Of all arcs the worst ones begin and end at
    # offsets; where the first epoch stands turns the circle, and changes nothing.
    offsets = np.arange(100) * 0.6180339887498949 % 1
    worst = 0
    for n in range(1, 101):
        points = np.sort(offsets[:n])
        arcs = (points - points[:, None]) % 1
        held = (np.arange(n) - np.arange(n)[:, None]) % n + 1
        worst = max(worst, (held - n * arcs).max())
    assert 2.7 < worst < 2.8


of_whole_draws = pytest.mark.parametrize("kind", ["groups", "classes"])


@of_whole_draws
@given(data=st.data(), epoch=epochs)
def test_an_epoch_draws_each_cell_its_quota_and_its_rows_evenly(kind, data, epoch):
    case = data.draw(KINDS[kind])
    sampler, cells = case.fitted(), case.parts(0)
    together = np.zeros(len(cells), dtype=int)
    for number in range(epoch + 1):
        times = times_drawn(sampler, number, len(cells))
        together += times
        for some in times, together:
            assert max(spread_by_part(cells, some).values()) <= 1
    check_quotas(case, Counter(cells), by_part(cells, times), epoch)


@of_whole_draws
@given(data=st.data(), epoch=st.one_of(st.integers(31, 2**63 - 2), st.just(2**63 - 2)))
def test_late_epochs_draw_the_same_quotas_as_evenly(kind, data, epoch):
    case = data.draw(KINDS[kind].filter(lambda case: len(case.strengths) == 1))
    cells = case.parts(0)
    times = times_drawn(case.fitted(), epoch, len(cells))
    assert max(spread_by_part(cells, times).values()) <= 1
    check_quotas(case, Counter(cells), by_part(cells, times), epoch)


def spread_by_part(parts, values):
    """The largest less the smallest value of the rows of each part."""
    of_parts = defaultdict(list)
    for part, value in zip(parts, values, strict=True):
        of_parts[part].append(value)
    return {part: np.ptp(values) for part, values in of_parts.items()}


def check_quotas(case, counts, quotas, epoch):
    """Raise unless an epoch draws each cell as the reference says."""
    if isinstance(case.n_samples, dict):
        assert quotas == {**counts, **case.n_samples}
        return
    # Classes are the cells of a single group.
    of_cells = {cell if case.groups else (0, cell): n for cell, n in sorted(counts.items())}
    shares = reference.cell_shares(
        of_cells, case.strength_in(epoch), case.parameters.get("group_strength", 0), case.factors
    )
    shares = {cell if case.groups else cell[1]: share for cell, share in shares.items()}
    if case.n_samples in ("over", "under"):
        # One cell keeps its size, the others have theirs relative to it, rounded, and one at least.
        extreme = max if case.n_samples == "over" else min
        total = extreme(counts[cell] / share for cell, share in shares.items())
        for cell, share in shares.items():
            assert abs(quotas[cell] - max(1, total * share)) <= 0.5 + EPSILON * total
            assert quotas[cell] >= counts[cell] or case.n_samples == "under"
            assert quotas[cell] <= counts[cell] or case.n_samples == "over"
        assert any(quotas[cell] == counts[cell] for cell in counts)
    else:
        n_samples = counts.total() if case.n_samples is None else case.n_samples
        expected = reference.apportioned(list(shares.values()), n_samples)
        assert quotas == dict(zip(shares, expected, strict=True))


@of_all
@given(data=st.data(), n_ranks=st.integers(1, 5), epoch=epochs)
def test_ranks_in_turn_are_the_single_sampler(cases, data, n_ranks, epoch):
    sampler = data.draw(cases).fitted()
    ranks = [rows_of(sampler, num_replicas=n_ranks, rank=rank) for rank in range(n_ranks)]
    for rank in ranks:
        rank.set_epoch(epoch)
    in_turn = list(chain.from_iterable(zip(*ranks, strict=True)))
    single = sampler.draw(epoch).tolist()
    # The surplus is taken from the start, as often as it takes.
    assert in_turn == (single * n_ranks)[: -(-len(single) // n_ranks) * n_ranks]


@of_all
@given(data=st.data(), batch_size=st.integers(1, 20), drop_last=st.booleans(), epoch=epochs)
def test_batches_hold_their_share_of_every_part(cases, data, batch_size, drop_last, epoch):
    case = data.draw(cases)
    sampler = case.fitted()
    rows = sampler.draw(epoch).tolist()
    batch_size = min(batch_size, len(rows), len(sampler.draw(0)))  # or drop_last leaves none
    batches = batches_in(sampler, batch_size, epoch, drop_last=drop_last)
    if drop_last:
        assert {len(batch) for batch in batches} == {batch_size}
        assert not Counter(chain.from_iterable(batches)) - Counter(rows)
    else:
        assert np.ptp([len(batch) for batch in batches]) <= 1
        assert Counter(chain.from_iterable(batches)) == Counter(rows)
    parts = case.parts(epoch)
    drawn = Counter(parts[row] for row in rows)
    share = len(batches[0]) / len(rows) if drop_last else 1 / len(batches)
    for batch in batches:
        held = Counter(parts[row] for row in batch)
        for part, n in drawn.items():
            low, high = down_and_up(n * share)
            assert low <= held[part] <= high


def batches_in(sampler, batch_size, epoch, **options):
    """The batches of an epoch."""
    batches = batches_of(sampler, batch_size, **options)
    batches.set_epoch(epoch)
    return list(batches)


@of_all
@given(data=st.data(), n_ranks=st.integers(2, 4), batch_size=st.integers(1, 8), epoch=epochs)
def test_batches_of_a_step_are_one_batch_of_the_single_sampler(
    cases, data, n_ranks, batch_size, epoch
):
    case = data.draw(cases)
    sampler = case.fitted()
    n_samples = len(sampler.draw(epoch))
    single = batches_in(sampler, n_ranks * batch_size, epoch)
    assume(len(single) * n_ranks <= n_samples)  # else some ranks have no rows of their own
    ranks = [
        batches_in(sampler, batch_size, epoch, num_replicas=n_ranks, rank=rank)
        for rank in range(n_ranks)
    ]
    parts = case.parts(epoch)
    drawn = Counter(parts[row] for row in chain.from_iterable(single))
    for together, *step in zip(single, *ranks, strict=True):
        assert Counter(chain.from_iterable(step)) == Counter(together)
        for batch in step:
            held = Counter(parts[row] for row in batch)
            for part, n in drawn.items():
                low, high = down_and_up(n / len(single) / n_ranks)
                assert low <= held[part] <= high


@of_all
@given(data=st.data(), make=st.sampled_from([rows_of, batches_of]), epoch=st.integers(0, 4))
def test_a_run_goes_on_from_a_state_as_if_it_had_not_stopped(cases, data, make, epoch):
    case = data.draw(cases)
    options = {"batch_size": data.draw(st.integers(1, 9))} if make is batches_of else {}
    stopped = make(case.fitted(), **options)
    stopped.set_epoch(epoch)
    whole = [*stopped, *stopped]
    n_taken = data.draw(st.integers(0, len(whole) // 2))
    stopped.set_epoch(epoch)
    taken = list(islice(stopped, n_taken))
    state = json.loads(json.dumps(stopped.state_dict()))
    resumed = make(case.fitted(), **options)
    resumed.load_state_dict(state)
    assert [*taken, *resumed, *resumed][: len(whole)] == whole


@of_all
@given(data=st.data(), worlds=st.lists(st.integers(1, 4), min_size=2, max_size=3))
def test_a_run_goes_on_with_any_number_of_ranks(cases, data, worlds):
    sampler, epoch = data.draw(cases).fitted(), data.draw(st.integers(0, 4))
    whole = sampler.draw(epoch).tolist()
    state, drawn = None, []
    for n_ranks in [*worlds, 1]:
        ranks = [rows_of(sampler, num_replicas=n_ranks, rank=rank) for rank in range(n_ranks)]
        for rank in ranks:
            rank.set_epoch(epoch)
            if state:
                rank.load_state_dict(state)
        if ranks[0].epoch > epoch:
            break
        passes = [iter(rank) for rank in ranks]
        n_turns = None if n_ranks is worlds[-1] else data.draw(st.integers(0, 10))
        for turn in islice(zip(*passes, strict=True), n_turns):
            drawn += turn
        state = passes[0].state_dict()
        assert all(other.state_dict() == state for other in passes)
    assert drawn[: len(whole)] == whole


@pytest.mark.usefixtures("way")
@of_all
@given(data=st.data(), batch_size=st.integers(1, 6))
def test_batches_go_on_with_any_number_of_ranks(cases, data, batch_size):
    # From the start of a step on; within a step, test_resume_ranks tells who can go on.
    case = data.draw(cases)
    # Two whole steps and more, and a draw for each cell of groups.
    least = max(12 * batch_size + 1, len(set(case.parts(0))))
    case = replace(case, n_samples=data.draw(st.integers(least, least + 200)))
    sampler, epoch = case.fitted(), data.draw(st.integers(0, 4))
    whole = sampler.draw(epoch).tolist()
    size, state, drawn = 6 * batch_size, None, []
    for n_ranks, n_turns in (1, 1), (2, 1), (3, None):
        options = {"batch_size": size // n_ranks, "num_replicas": n_ranks}
        ranks = [batches_of(sampler, rank=rank, **options) for rank in range(n_ranks)]
        for rank in ranks:
            rank.set_epoch(epoch)
            if state:
                rank.load_state_dict(state)
        passes = [iter(rank) for rank in ranks]
        for turn in islice(zip(*passes, strict=True), n_turns):
            drawn += chain.from_iterable(turn)
        state = passes[0].state_dict()
    assert Counter(drawn) == Counter(whole)


@of_all
@given(data=st.data())
def test_fitted_attributes_are_what_the_rows_say(cases, data):
    case = data.draw(cases)
    sampler = case.fitted()
    times = times_drawn(sampler, 0, len(case.label_sets)).tolist()
    counts, drawn = dict.fromkeys(case.labels, 0), dict.fromkeys(case.labels, 0)
    for labels, n in zip(case.label_sets, times, strict=True):
        for label in labels:
            counts[label] += 1
            drawn[label] += n
    assert sampler.classes_.tolist() == case.labels
    assert sampler.class_counts_.tolist() == list(counts.values())
    assert sampler.class_counts_.dtype == np.int64
    assert sampler.sampling_strategy_ == drawn
    own = {"bin_edges_": "continuous", "groups_": "groups", "cell_draws_": "groups"}
    for name, kind in {**own, "cell_counts_": "groups"}.items():
        assert hasattr(sampler, name) == (case.kind == kind)
    if case.groups:
        cells = case.parts(0)
        shape = sorted(set(case.groups)), case.labels
        assert sampler.groups_.tolist() == shape[0]
        counts, drawn = Counter(cells), by_part(cells, times)
        for table, values in (sampler.cell_counts_, counts), (sampler.cell_draws_, drawn):
            assert table.dtype == np.int64
            expected = [[values.get((group, label), 0) for label in shape[1]] for group in shape[0]]
            assert table.tolist() == expected
    if case.kind == "continuous":
        edges = np.histogram_bin_edges(case.y, case.parameters["bins"])
        assert sampler.bin_edges_.tolist() == edges.tolist()


@of_weights
@given(data=st.data())
def test_weights_of_classes_follow_the_formula_and_have_mean_1_over_rows(cases, data):
    case = data.draw(cases)
    found, weights, values = case.fitted().class_weight_, case.weights(0), case.sample_weight
    assert list(found) == case.labels
    # Of each label that decides the weight of some row ...
    of_labels = {
        part: weight / value
        for part, weight, value in zip(case.parts(0), weights, values, strict=True)
        if value
    }
    if not isinstance(case.n_samples, dict):  # ... and of all others.
        of_labels |= reference.label_weights(
            case.label_sets, values, case.strengths[0], case.factors
        )
    # Times its sample_weight, which has mean 1, too, it is the weight of a row.
    unit = np.mean(values) / np.mean(weights)
    for label, weight in of_labels.items():
        if label in found:
            assert found[label] == pytest.approx(weight * unit, rel=1e-9, abs=0)


@given(case=KINDS["groups"])
def test_weights_of_classes_have_mean_1_over_rows_in_groups(case):
    found = case.fitted().class_weight_
    assert np.mean([found[label] for label in case.y]) == pytest.approx(1)
    n_cells = Counter(case.parts(0))
    shares = reference.cell_shares(
        n_cells, case.strengths[0], case.parameters["group_strength"], case.factors
    )
    for label, weight in found.items():
        share = sum(share for (_, other), share in shares.items() if other == label)
        assert weight == pytest.approx(float(share * len(case.y) / case.y.count(label)))


def renamed(case):
    """The case with other names of labels and groups, in the same order."""
    names = {number: f"label {number}" for number in range(5)}

    def by_name(by_number):
        if not isinstance(by_number, dict):
            return by_number
        return {names[number]: value for number, value in by_number.items()}

    case = replace(case, class_weight=by_name(case.class_weight), n_samples=by_name(case.n_samples))
    if case.kind == "multilabel":
        return replace(case, y=[[names[number] for number in labels] for labels in case.label_sets])
    groups = case.groups and [10 * group for group in case.groups]
    return replace(case, y=[names[number] for number in case.y], groups=groups)


@pytest.mark.parametrize("kind", ["weights", "multilabel", "groups"])
@given(data=st.data(), epoch=epochs)
def test_the_names_of_labels_and_groups_do_not_matter_while_their_order_stands(kind, data, epoch):
    case = data.draw(KINDS[kind])
    assert renamed(case).fitted().draw(epoch).tolist() == case.fitted().draw(epoch).tolist()


@given(case=KINDS["continuous"], power=st.integers(-300, 300), epoch=epochs)
def test_the_unit_of_a_target_does_not_matter(case, power, epoch):
    assume(len(set(case.y)) > 1)  # the bins of a single number are one unit wide
    bins = case.parameters["bins"]
    if isinstance(bins, list):
        bins = [edge * 2.0**power for edge in bins]
    other = replace(
        case,
        y=[number * 2.0**power for number in case.y],
        parameters={**case.parameters, "bins": bins},
    )
    assert other.fitted().draw(epoch).tolist() == case.fitted().draw(epoch).tolist()


@of_weights
@given(data=st.data(), power=st.integers(-600, 600), epoch=epochs)
def test_the_unit_of_weights_does_not_matter(cases, data, power, epoch):
    case = data.draw(cases)
    case = replace(case, values=case.sample_weight)
    other = replace(case, values=[value * 2.0**power for value in case.values])
    assert other.fitted().draw(epoch).tolist() == case.fitted().draw(epoch).tolist()
    assert other.fitted().class_weight_ == case.fitted().class_weight_


@given(case=KINDS["weights"], powers=st.lists(st.integers(-60, 60), min_size=5, max_size=5))
def test_at_strength_1_each_class_has_weights_of_its_own_unit(case, powers):
    n_samples = case.n_draws(0)
    case = replace(case, strengths=(1.0,), n_samples=n_samples)
    values = [
        value * 2.0 ** powers[label] for value, label in zip(case.values, case.y, strict=True)
    ]
    assert replace(case, values=values).fitted().draw(3).tolist() == case.fitted().draw(3).tolist()


@of_all
@given(data=st.data(), epoch=epochs)
def test_draws_with_replacement_have_the_same_numbers_by_part(cases, data, epoch):
    case = data.draw(cases)
    parts = case.parts(epoch)
    without, drawn = (
        times_drawn(sampler, epoch, len(parts))
        for sampler in (case.fitted(), case.fitted(replacement=True))
    )
    assert by_part(parts, drawn) == by_part(parts, without)
    assert not drawn[np.array(case.sample_weight) == 0].any()


def test_a_function_of_class_weights_gets_the_numbers_of_rows():
    seen = []

    def factors(counts):
        seen.append(counts.tolist())
        return 1 / counts

    for kind in FIXED:
        sampler = fitted(kind, class_weight=factors, strength=0)
        assert seen.pop() == sampler.class_counts_.tolist()
        assert not seen


FIELDS = "seed", "n_samples", "strengths", "class_weight", "parameters", "order"


@of_all
@given(data=st.data(), name=st.sampled_from(FIELDS), epoch=st.integers(0, 4))
def test_a_state_is_taken_by_no_sampler_that_draws_other_rows(cases, data, name, epoch):
    case = data.draw(cases)
    if name == "order":
        ordered = [name for name in ("y", "values", "groups") if getattr(case, name) is not None]
        name = data.draw(st.sampled_from(ordered))
        values = getattr(case, name)
        if case.kind == "classes":  # not all containers can be turned round
            values = [label for (label,) in case.label_sets]
        twin = replace(case, **{name: values[::-1]})
    else:
        twin = replace(case, **{name: getattr(data.draw(cases), name)})
    try:
        ours, others = case.fitted(), twin.fitted()
    except (TypeError, ValueError):
        assume(False)  # what goes with one target need not go with another
    assume(max(sampler._plan.n_samples(epoch) for sampler in (ours, others)) < 5000)
    assume(ours.draw(epoch).tolist() != others.draw(epoch).tolist())
    for make in rows_of, batches_of:
        sampler = make(others)
        sampler.set_epoch(epoch)
        with pytest.raises(ValueError, match="the state belongs to other labels"):
            make(ours).load_state_dict(sampler.state_dict())


random = np.random.default_rng(0)
N = 120
LABELS = random.choice(["ham", "spam", "eggs"], N, p=[0.7, 0.2, 0.1])
WEIGHTS = random.lognormal(size=N)
SITES = random.choice(["a", "b"], N, p=[0.7, 0.3])
INDICATOR = (random.random((N, 4)) < [0.5, 0.3, 0.1, 0.05]).astype(int)
NUMBERS = random.lognormal(size=N)
FIXED = {
    "weights": ({}, LABELS, {"sample_weight": WEIGHTS}),
    "multilabel": ({"target_type": "multilabel"}, INDICATOR, {}),
    "weighted sets": ({"target_type": "multilabel"}, INDICATOR, {"sample_weight": WEIGHTS}),
    "continuous": ({"target_type": "continuous", "bins": 5}, NUMBERS, {}),
    "weighted numbers": ({"target_type": "continuous"}, NUMBERS, {"sample_weight": WEIGHTS}),
    "groups": ({"group_strength": 0.5}, LABELS, {"groups": SITES}),
}
fixed = pytest.mark.parametrize("kind", FIXED)


def fitted(kind, *, rows=slice(None), other_weights=None, **others):
    parameters, y, beside = FIXED[kind]
    beside = {name: values[rows] for name, values in {**beside, **(other_weights or {})}.items()}
    sampler = InverseFrequencySampler(**{"random_state": 0, **parameters, **others})
    return sampler.fit(None, y[rows], **beside)


@fixed
@pytest.mark.parametrize("is_scheduled", [False, True])
@pytest.mark.parametrize("make", [rows_of, batches_of])
def test_states_of_other_data_and_parameters_are_refused(kind, is_scheduled, make):
    schedule = {"strength": lambda epoch: 0.5 + epoch / 10} if is_scheduled else {}
    label = FIXED[kind][1][0] if kind in ("weights", "groups") else 0
    others = [
        {"random_state": 1},
        {"n_samples": N - 1},
        {"n_samples": 2 * N},  # on a line of the same length, in units of half as much
        {"n_samples": "over"},
        {"strength": lambda epoch: 0.6 + epoch / 10} if is_scheduled else {"strength": 0.5},
        {"class_weight": {label: 1.5}},
        {"replacement": True},
        {"rows": slice(None, None, -1)},
    ]
    others += [{"other_weights": {"sample_weight": WEIGHTS**2}}] * (kind != "groups")
    others += [{"other_weights": {"groups": SITES[::-1]}}, {"group_strength": 0.9}] * (
        kind == "groups"
    )
    others += [{"bins": 6}, {"bins": [0, 1, 1e9]}] * ("bins" in FIXED[kind][0])
    ours = make(fitted(kind, **schedule))
    ours.load_state_dict(make(fitted(kind, **schedule)).state_dict())
    for other in others:
        state = make(fitted(kind, **{**schedule, **other})).state_dict()
        with pytest.raises(ValueError, match=r"the state belongs to other labels .* another seed"):
            ours.load_state_dict(state)
        with pytest.raises(ValueError, match=r"the state belongs to other labels .* another seed"):
            iter(ours).load_state_dict(state)


def test_states_of_another_kind_of_target_are_refused():
    y = np.array([[1, 0], [0, 1], [0, 1]] * 20)
    targets = [
        ({}, y, {}),
        ({}, y, {"sample_weight": np.ones(60)}),
        ({}, y, {"groups": ["a", "b"] * 30}),
        ({"target_type": "multilabel", "class_weight": {1: 2}}, y, {}),
        ({"target_type": "continuous", "bins": 2, "strength": 0.5}, y[:, 1], {}),
    ]
    samplers = [
        InverseFrequencySampler(random_state=0, **parameters).fit(None, target, **beside)
        for parameters, target, beside in targets
    ]
    for ours in samplers:
        for other in samplers:
            if other is not ours:
                with pytest.raises(ValueError, match="the state belongs to other labels"):
                    rows_of(ours).load_state_dict(rows_of(other).state_dict())


def test_states_tell_what_an_epoch_does_not_show():
    # Rows 1, 3, ... also bear label 2 or 3, which decide nothing in epoch 0.
    def at(factor, lesser=2):
        y = [{0}, {1, lesser}, {2}, {3}] * 10
        return InverseFrequencySampler(
            target_type="multilabel",
            strength=lambda epoch: 9.0 * epoch,
            class_weight={0: 1e6, 1: 1e6, 2: factor, 3: 1.0},
            n_samples=8,
            random_state=0,
        ).fit(None, y)

    state = rows_of(at(1.0)).state_dict()
    rows_of(at(1.0)).load_state_dict(state)
    for other in at(1.000001), at(1.0, lesser=3):
        assert other.draw(0).tolist() == at(1.0).draw(0).tolist()
        with pytest.raises(ValueError, match="other parameters or another seed"):
            rows_of(other).load_state_dict(state)


def test_states_tell_a_strength_of_groups_that_an_epoch_does_not_show():
    # Each of the 4 cells has the one draw that is its least.
    def at(group_strength):
        sampler = InverseFrequencySampler(
            strength=lambda epoch: epoch / 4,
            group_strength=group_strength,
            n_samples=4,
            random_state=0,
        )
        return sampler.fit(None, [0, 1, 0, 1, 1, 1, 1, 1], groups=[0, 0, 1, 1, 1, 1, 1, 1])

    assert at(0.5).draw(0).tolist() == at(1.0).draw(0).tolist()
    with pytest.raises(ValueError, match="other parameters or another seed"):
        rows_of(at(0.5)).load_state_dict(rows_of(at(1.0)).state_dict())


@pytest.mark.parametrize("strength", [0.5, lambda epoch: 0.5 + epoch], ids=["number", "schedule"])
def test_states_do_not_tell_in_which_container_label_sets_came(strength):
    label_sets = [np.flatnonzero(row).tolist() for row in INDICATOR]
    others = [label_sets, *map(sparse.csc_array, (INDICATOR, INDICATOR.astype(float)))]
    others.append(sparse.csr_array(INDICATOR))
    others[-1].indices = others[-1].indices.astype(np.int64)
    others[-1].indptr = others[-1].indptr.astype(np.int64)
    state = rows_of(fitted("multilabel", strength=strength)).state_dict()
    for y in others:
        sampler = InverseFrequencySampler(
            target_type="multilabel", strength=strength, random_state=0
        )
        rows_of(sampler.fit(None, y)).load_state_dict(state)


# Statistics: chi-square tests are to pass 1e-5, a false alarm in 4,000 runs of all of them.


@pytest.mark.parametrize("epoch", [0, 1])
def test_over_all_seeds_a_row_has_its_expectation_in_any_epoch(epoch):
    # Classes of one row or few lie where they lie whatever the seed: only the offset can be fair.
    # 1,000 seeds, 8 rows, six standard errors: false alarm 4e-8.
    y, values = [0, 1, 2, 2, 3, 3, 3, 3], np.array([1.0, 2, 3, 4, 5, 6, 7, 8])
    expected = 5 * values / values.sum()
    sampler = InverseFrequencySampler(strength=0, n_samples=5, random_state=0)
    plan = sampler.fit(None, y, sample_weight=values)._plan
    seeds = [replace(plan, seed=seed) for seed in range(1000)]
    together = sum(plan.epoch(epoch).multiplicities() for plan in seeds)
    fraction = expected % 1
    errors = np.sqrt(fraction * (1 - fraction) / 1000)
    assert (np.abs(together / 1000 - expected) <= 6 * errors).all()


@fixed
@pytest.mark.parametrize("replacement", [False, True])
def test_epochs_and_seeds_differ_and_do_not_add_up(kind, replacement):
    samplers = [fitted(kind, replacement=replacement, random_state=seed) for seed in range(6)]
    drawn = {tuple(sorted(sampler.draw(epoch))) for sampler in samplers for epoch in range(6)}
    assert len(drawn) == 36


def test_classes_of_one_size_have_orders_of_their_own():
    # 250 of 1,000 rows each, in turn in the table: as in the other class, 62.5 of them by chance,
    # standard error 6.
    index = np.arange(2000)
    sampler = InverseFrequencySampler(n_samples=500, random_state=0)
    rows = sampler.fit(None, index % 2, sample_weight=np.ones(2000)).draw(0)
    neighbours = np.isin(rows[rows % 2 == 0] + 1, rows)
    assert abs(neighbours.sum() - 62.5) < 36


def label_sets_of(parameters, y):
    """The labels of each row: its class or bin alone, or several."""
    target_type = parameters.get("target_type")
    if target_type == "multilabel":
        return [set(np.flatnonzero(row).tolist()) for row in y]
    if target_type == "continuous":
        edges = np.histogram_bin_edges(y, parameters.get("bins", 10))
        return [{reference.bin_of(number, edges)} for number in y]
    return [{label} for label in y.tolist()]


@pytest.mark.parametrize("kind", ["weights", "weighted sets", "weighted numbers"])
def test_draws_with_replacement_are_independent_and_by_weight(kind):
    parameters, y, beside = FIXED[kind]
    rows = fitted(kind, replacement=True, n_samples=400_000).draw(3)
    values, label_sets = beside["sample_weight"], label_sets_of(parameters, y)
    members = defaultdict(list)
    for row, part in enumerate(reference.heaviest_labels(label_sets, values, 1.0, {})):
        members[part].append(row)
    for of_part in members.values():
        drawn = rows[np.isin(rows, of_part)]
        if len(of_part) > 1 and len(drawn):
            shares = values[of_part] / values[of_part].sum()
            counts = np.bincount(drawn, minlength=N)[of_part]
            assert chisquare(counts, shares * len(drawn)).pvalue > 1e-5
            # Neighbours are in the same half of the rows as often as by chance.
            upper = np.isin(drawn, of_part[len(of_part) // 2 :])
            pairs = np.bincount(2 * upper[:-1:2] + upper[1::2], minlength=4)
            p = upper.mean()
            by_chance = np.outer([1 - p, p], [1 - p, p]).ravel()
            assert chisquare(pairs, by_chance * pairs.sum()).pvalue > 1e-5


N_ROWS = 6000
INDEX = np.arange(N_ROWS)
EVEN = {"sample_weight": INDEX * 0 + 1.0}
PERIODIC = {
    "one class": ({"strength": 0}, INDEX * 0, EVEN),
    "every second row is heavy": ({}, INDEX * 0, {"sample_weight": 1.0 + 9 * (INDEX % 2)}),
    "every sixth row is heavy": ({}, INDEX // 3 % 2, {"sample_weight": 1.0 + 4 * (INDEX % 6 == 1)}),
    "classes in turn": ({}, INDEX % 5 // 2, {"sample_weight": 1.0 + INDEX % 2}),
    "numbers in turn": ({"target_type": "continuous", "bins": 4}, INDEX % 12 / 1.0, EVEN),
    "label sets in turn": (
        {"target_type": "multilabel"},
        np.stack([INDEX % 2, INDEX % 3 == 1, INDEX % 8 == 1], axis=1).astype(int),
        EVEN,
    ),
}


@pytest.mark.parametrize("n_samples", [750, 2000, 3000, 6000])
@pytest.mark.parametrize("table", PERIODIC)
def test_a_periodic_table_is_drawn_as_by_chance(table, n_samples):
    # Rows with the same remainder by 2 to 16, in 4 epochs and in their batches. 13,000 counts
    # within 6 standard errors, and 3,000 mean squares in batches, each of which passes its bound by
    # chance with probability 1e-8: false alarm 6e-5. Mean squares of counts as small as these are
    # about Gamma distributed, with a variance of 2 and one over the expected count.
    parameters, y, beside = PERIODIC[table]
    sampler = InverseFrequencySampler(random_state=0, n_samples=n_samples, **parameters)
    sampler.fit(None, y, **beside)
    strength = parameters.get("strength", 1)
    label_sets = label_sets_of(parameters, y)
    weights = reference.row_weights(label_sets, beside["sample_weight"], strength, {})
    batches = [batch for epoch in range(4) for batch in batches_in(sampler, 50, epoch)]
    for period in range(2, 17):
        share = np.bincount(INDEX % period, weights, minlength=period) / np.sum(weights)
        errors = np.sqrt(share * (1 - share))
        for epoch in range(4):
            counts = np.bincount(sampler.draw(epoch) % period, minlength=period)
            assert (np.abs(counts - n_samples * share) <= 6 * np.sqrt(n_samples) * errors).all()
        in_batches = [np.bincount(np.array(batch) % period, minlength=period) for batch in batches]
        squares = (in_batches - 50 * share) ** 2 / (50 * errors**2)
        shape = len(batches) / (2 + 1 / (50 * share))
        assert (squares.mean(axis=0) <= gamma.isf(1e-8, shape) / shape).all()


# Draws of an epoch of 1,000 rows, and how far apart the weights are.
MIXES = [(1000, 0.0), (1000, 0.5), (1000, 1.5), (400, 0.5), (400, 1.5), (2500, 0.5), (2500, 1.5)]


@pytest.mark.parametrize(("n_samples", "sigma"), MIXES)
def test_rows_that_share_a_batch_share_one_again_no_more_often_than_by_chance(n_samples, sigma):
    # The pairs of rows that share a batch of 10 in an epoch and again in a later one, beside the
    # same draws in batches at random: 20 times, which gives mean and standard deviation. 5 of these
    # above, over 21 cases: false alarm 1e-4, as a deviation of 20 is known by 16% only.
    values = np.random.default_rng(1).lognormal(sigma=sigma, size=1000)
    sampler = InverseFrequencySampler(strength=0, n_samples=n_samples, random_state=2)
    sampler.fit(None, np.zeros(1000, dtype=int), sample_weight=values)
    random = np.random.default_rng(3)
    before = pairs_of(batches_in(sampler, 10, 4))
    for later in 5, 6, 7:
        batches = batches_in(sampler, 10, later)
        rows = np.concatenate(batches)
        by_chance = []
        for _ in range(20):
            dealt = np.split(random.permutation(rows), len(rows) // 10)
            by_chance.append(len(before & pairs_of(dealt)))
        hits = len(before & pairs_of(batches))
        assert hits <= np.mean(by_chance) + 5 * max(np.std(by_chance), 1)


def pairs_of(batches):
    """Pairs of rows that share a batch."""
    return set(chain.from_iterable(combinations(sorted(set(batch)), 2) for batch in batches))


RAISE_IT = "the rows of a seed have changed: raise STREAM_VERSION in skbalance/_draws/keys.py"

SIXTY = np.arange(60)
GOLDEN_Y = SIXTY % 7 // 3
GOLDEN_SETS = np.stack([SIXTY % 2 == 0, SIXTY % 5 == 1, SIXTY % 11 == 3], axis=1).astype(int)
GOLDEN_NUMBERS = (SIXTY % 13) ** 2 / 4
GOLDEN_WEIGHTS = {"sample_weight": 1 + SIXTY % 5 / 4}
# Rows of epochs 0 and 7, and the first batch of epoch 3.
GOLDEN = {
    "weights": (
        {},
        GOLDEN_Y,
        GOLDEN_WEIGHTS,
    ),
    "weights, with replacement": (
        {"replacement": True},
        GOLDEN_Y,
        GOLDEN_WEIGHTS,
    ),
    "label sets": (
        {"target_type": "multilabel"},
        GOLDEN_SETS,
        {},
    ),
    "weighted label sets": (
        {"target_type": "multilabel", "class_weight": {1: 3}},
        GOLDEN_SETS,
        GOLDEN_WEIGHTS,
    ),
    "numbers": (
        {"target_type": "continuous", "bins": 4},
        GOLDEN_NUMBERS,
        {},
    ),
    "weighted numbers, on a schedule": (
        {"target_type": "continuous", "bins": 4, "strength": lambda epoch: epoch / 4},
        GOLDEN_NUMBERS,
        GOLDEN_WEIGHTS,
    ),
    "groups": (
        {"group_strength": 0.5},
        GOLDEN_Y,
        {"groups": SIXTY % 4 // 3},
    ),
}


# Of each kind, by both ways of shuffling: epochs 0 and 7, and a batch of epoch 3.
GOLDEN_ROWS = {
    ("weights", "sorted"): [
        [23, 15, 13, 17, 6, 27, 3, 50, 55, 11, 46, 2],
        [48, 34, 59, 13, 49, 12, 28, 44, 6, 32, 8, 26],
        [41, 3, 23, 42],
    ],
    ("weights, with replacement", "sorted"): [
        [0, 51, 20, 52, 48, 27, 31, 8, 34, 24, 11, 9],
        [27, 6, 38, 13, 28, 38, 28, 8, 41, 53, 51, 59],
        [6, 52, 57, 35],
    ],
    ("label sets", "sorted"): [
        [21, 16, 57, 14, 59, 25, 58, 54, 33, 47, 51, 32],
        [45, 55, 26, 17, 41, 36, 0, 31, 39, 14, 22, 47],
        [23, 14, 21, 18],
    ],
    ("weighted label sets", "sorted"): [
        [36, 1, 14, 56, 27, 47, 51, 21, 17, 46, 31, 38],
        [58, 29, 6, 19, 41, 51, 50, 16, 39, 11, 21, 46],
        [14, 56, 46, 8],
    ],
    ("numbers", "sorted"): [
        [14, 20, 25, 21, 37, 48, 35, 40, 38, 22, 7, 26],
        [23, 51, 34, 50, 41, 36, 28, 19, 11, 8, 18, 49],
        [25, 48, 20, 15],
    ],
    ("weighted numbers, on a schedule", "sorted"): [
        [43, 56, 9, 1, 51, 21, 7, 57, 24, 58, 31, 29],
        [25, 51, 49, 38, 47, 24, 44, 8, 11, 9, 20, 48],
        [24, 58, 18, 1],
    ],
    ("groups", "sorted"): [
        [1, 54, 7, 10, 27, 41, 13, 37, 11, 34, 26, 14],
        [48, 3, 24, 43, 8, 13, 57, 38, 27, 32, 44, 41],
        [43, 20, 24, 50],
    ],
    ("weights", "some sorted"): [
        [16, 36, 6, 19, 13, 34, 25, 1, 41, 4, 45, 58],
        [27, 41, 5, 55, 2, 17, 44, 49, 13, 33, 43, 31],
        [48, 47, 8, 42],
    ],
    ("weights, with replacement", "some sorted"): [
        [28, 51, 34, 59, 6, 34, 32, 56, 20, 47, 4, 23],
        [27, 13, 18, 55, 44, 18, 9, 56, 48, 33, 51, 38],
        [13, 19, 43, 57],
    ],
    ("label sets", "some sorted"): [
        [16, 11, 9, 25, 59, 58, 47, 22, 53, 36, 21, 40],
        [13, 43, 6, 55, 46, 3, 4, 26, 45, 25, 28, 36],
        [33, 25, 16, 10],
    ],
    ("weighted label sets", "some sorted"): [
        [41, 51, 3, 36, 49, 14, 6, 16, 55, 56, 26, 4],
        [47, 29, 46, 23, 31, 6, 38, 11, 45, 21, 16, 56],
        [3, 36, 56, 42],
    ],
    ("numbers", "some sorted"): [
        [42, 46, 50, 45, 11, 22, 48, 5, 25, 23, 7, 53],
        [10, 51, 8, 24, 43, 36, 0, 47, 38, 34, 2, 9],
        [50, 22, 46, 18],
    ],
    ("weighted numbers, on a schedule", "some sorted"): [
        [54, 17, 49, 16, 11, 34, 32, 52, 37, 6, 39, 1],
        [24, 11, 9, 12, 32, 37, 14, 34, 38, 49, 46, 36],
        [37, 47, 14, 16],
    ],
    ("groups", "some sorted"): [
        [9, 17, 23, 12, 27, 41, 13, 58, 59, 48, 33, 42],
        [41, 31, 38, 51, 22, 48, 16, 25, 27, 17, 58, 20],
        [7, 6, 10, 49],
    ],
    ("weights", "mapped"): [
        [13, 45, 41, 19, 16, 4, 25, 34, 6, 36, 58, 1],
        [13, 44, 41, 17, 27, 49, 5, 2, 43, 33, 55, 31],
        [48, 4, 47, 8],
    ],
    ("weights, with replacement", "mapped"): [
        [6, 4, 20, 59, 28, 47, 32, 34, 34, 51, 23, 56],
        [48, 9, 13, 18, 27, 56, 18, 44, 51, 33, 55, 38],
        [27, 47, 39, 2],
    ],
    ("label sets", "mapped"): [
        [59, 21, 53, 25, 16, 36, 47, 58, 9, 11, 40, 22],
        [45, 4, 43, 3, 13, 26, 6, 46, 28, 25, 55, 36],
        [33, 47, 56, 12],
    ],
    ("weighted label sets", "mapped"): [
        [49, 26, 55, 36, 41, 56, 6, 14, 3, 51, 4, 16],
        [45, 38, 29, 6, 47, 11, 46, 31, 16, 21, 23, 56],
        [9, 56, 36, 20],
    ],
    ("numbers", "mapped"): [
        [11, 7, 25, 45, 42, 23, 48, 22, 50, 46, 53, 5],
        [38, 0, 51, 36, 10, 47, 8, 43, 2, 34, 24, 9],
        [50, 49, 19, 27],
    ],
    ("weighted numbers, on a schedule", "mapped"): [
        [11, 39, 37, 16, 54, 6, 32, 34, 49, 17, 1, 52],
        [38, 14, 11, 37, 24, 34, 9, 32, 46, 49, 12, 36],
        [37, 9, 47, 14],
    ],
    ("groups", "mapped"): [
        [27, 33, 59, 12, 9, 48, 13, 41, 23, 17, 42, 58],
        [27, 16, 31, 48, 41, 25, 38, 22, 58, 17, 51, 20],
        [47, 6, 18, 56],
    ],
}


@pytest.mark.parametrize("kind", GOLDEN)
def test_draws_are_the_same_everywhere_and_for_ever(kind, way):
    parameters, y, beside = GOLDEN[kind]
    sampler = InverseFrequencySampler(random_state=42, n_samples=12, **parameters)
    sampler.fit(None, y, **beside)
    found = [sampler.draw(0).tolist(), sampler.draw(7).tolist(), batches_in(sampler, 4, 3)[0]]
    assert found == GOLDEN_ROWS[kind, way], RAISE_IT


@pytest.mark.parametrize("kind", [kind for kind in FIXED if kind != "groups"])
@pytest.mark.parametrize("is_of_batches", [False, True])
def test_weights_are_computed_once_an_epoch_by_a_training_that_keeps_states(kind, is_of_batches):
    plan, computed = fitted(kind, strength=lambda epoch: epoch / 10)._plan, Counter()

    def weights_of(epoch):
        computed[epoch] += 1
        return plan.weights_of(epoch)

    sampler = wing.BalancedSampler(replace(plan, weights_of=weights_of))
    if is_of_batches:
        sampler = wing.BalancedBatchSampler(sampler, batch_size=8)
    for _ in range(20):
        passing = iter(sampler)
        next(passing)
        passing.state_dict()
        len(sampler)
        list(passing)
        sampler.state_dict()
    assert set(computed.values()) == {1}


def test_rows_that_are_hardly_ever_drawn_are_counted_too():
    weights = [1e-9, *[1.0] * 98, 1e-9]
    sampler = InverseFrequencySampler(strength=0, replacement=True, random_state=0)
    counts = sampler.fit(None, ["one class"] * 100, sample_weight=weights)._plan.epoch(0)
    assert counts.multiplicities().tolist()[::99] == [0, 0]


def test_weights_are_added_up_in_the_same_order_for_ever():
    # 65,536 rows at a time: in another order the last bits of a sum are others, and so may be the
    # fingerprint of a state.
    codes, values = np.arange(150_000) % 3, 1 / (1 + np.arange(150_000) % 997)
    expected, all_at_once = np.zeros(3), np.bincount(codes, weights=values)
    for start in range(0, len(codes), 2**16):
        here = slice(start, start + 2**16)
        expected += [np.cumsum(values[here][codes[here] == c])[-1] for c in range(3)]
    found = by_weight._grouped(codes.astype(np.uint8), 3, values).sums
    assert found.tolist() == expected.tolist() != all_at_once.tolist()


@pytest.mark.parametrize(
    ("parameters", "dtype"),
    [
        ({"n_samples": "over"}, np.uint32),
        ({"strength": lambda epoch: 1 / (epoch + 1), "n_samples": 100}, np.uint32),
        ({"strength": lambda epoch: 1 / (epoch + 1), "n_samples": "over"}, np.uint64),
    ],
    ids=["fixed", "a schedule", "a schedule of lengths"],
)
def test_words_are_as_wide_as_the_draws_of_any_epoch_may_need(parameters, dtype):
    sampler = InverseFrequencySampler(random_state=0, **parameters)
    plan = sampler.fit(None, [0, 0, 0, 1], sample_weight=np.ones(4))._plan
    assert plan.dtype == dtype
