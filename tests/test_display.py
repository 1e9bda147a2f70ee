"""Pictures that hold what they show, for few classes and for many."""

from itertools import combinations, pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
from imblearn.combine import SMOTEENN
from imblearn.over_sampling import ADASYN, SMOTE, RandomOverSampler
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import (
    EditedNearestNeighbours,
    NearMiss,
    RandomUnderSampler,
    TomekLinks,
)
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV

from skbalance import ClassBalanceDisplay, InverseFrequencySampler, StrengthCurveDisplay

Y = np.array(["common"] * 90 + ["rare"] * 10)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def fitted(y=Y, **parameters):
    return InverseFrequencySampler(**{"random_state": 0, **parameters}).fit(None, y)


def heights(display):
    return [[bar.get_height() for bar in container] for container in display.ax_.containers]


def dots(display, kind="y"):
    """Where the dots of each series stand on the axis of the values."""
    lines = [line for line in display.ax_.lines if line.get_linestyle() == "None"]
    return [getattr(line, f"get_{kind}data")().tolist() for line in lines]


def explained(display):
    return [text.get_text() for text in display.ax_.get_legend().get_texts()]


def test_bars_are_the_counts_before_and_after():
    display = ClassBalanceDisplay.from_sampler(fitted())
    assert heights(display) == [[90, 10], [50, 50]]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == ["common", "rare"]
    assert explained(display) == ["before", "after"]
    assert [text.get_text() for text in display.ax_.texts] == ["90", "10", "50", "50"]
    assert display.figure_ is display.ax_.figure


def test_bars_are_how_often_a_row_is_drawn():
    display = ClassBalanceDisplay.from_sampler(fitted(), quantity="draws_per_row")
    assert np.allclose(heights(display), [[50 / 90, 5]])
    assert display.ax_.get_ylabel() == "draws per row"
    (line,) = display.ax_.lines
    assert (line.get_ydata(), line.get_linestyle()) == ([1, 1], ":")
    assert explained(display) == ["1 = without balancing"]


def test_labels_of_any_resampler_are_shown():
    sampler = fitted(n_samples="over")
    display = ClassBalanceDisplay.from_labels(Y, Y[sampler.draw()])
    assert heights(display) == [[90, 10], [90, 90]]
    assert display.classes.tolist() == ["common", "rare"]
    assert heights(ClassBalanceDisplay.from_labels(Y, Y[:90])) == [[90, 10], [90, 0]]


def test_many_classes_are_curves_by_rank():
    y = np.repeat(np.arange(1000), np.geomspace(2, 3000, 1000).astype(int))
    sampler = fitted(y)
    display = ClassBalanceDisplay.from_sampler(sampler)
    before, after = display.ax_.lines
    assert np.array_equal(before.get_ydata(), np.sort(sampler.class_counts_)[::-1])
    assert np.array_equal(
        after.get_ydata(), np.array(list(sampler.sampling_strategy_.values()))[::-1]
    )
    assert display.ax_.get_yscale() == "log"
    assert len(display.ax_.get_xticklabels()) < 20
    assert "of 1,000" in display.ax_.get_xlabel()


def names_of_bars(display, which):
    """The frames of the names along the axis of the classes, in pixels, and their rotations."""
    display.figure_.canvas.draw()
    ticks = getattr(display.ax_, f"get_{which}ticklabels")()
    boxes = [tick.get_window_extent() for tick in ticks]
    ends = [(box.x0, box.x1) if which == "x" else (-box.y1, -box.y0) for box in boxes]
    return ends, {tick.get_rotation() for tick in ticks}, [tick.get_text() for tick in ticks]


LONG = ["a rather long name", "another long name", "and a third one", "m"]


@pytest.mark.parametrize("names", [range(30), range(12), LONG, [f"class {i}" for i in range(30)]])
@pytest.mark.parametrize("quantity", ["rows", "draws_per_row"])
def test_names_of_classes_lie_and_do_not_run_together(names, quantity):
    y = np.repeat(sorted(names), np.arange(1, len(names) + 1))
    display = ClassBalanceDisplay.from_sampler(fitted(y), quantity=quantity)
    boxes, rotations, shown = names_of_bars(display, "x" if len(names) == 12 else "y")
    assert all(before[1] < after[0] for before, after in pairwise(boxes))
    assert rotations == {0.0}
    assert shown == [str(name) for name in sorted(names)]
    frame = display.figure_.bbox
    labels = display.ax_.get_yticklabels()
    assert min(label.get_window_extent().x0 for label in labels) > frame.x0


def test_bars_lie_where_names_are_long():
    y = np.repeat(LONG, [40, 30, 20, 10])
    display = ClassBalanceDisplay.from_sampler(fitted(y))
    widths = [[bar.get_width() for bar in container] for container in display.ax_.containers]
    counts = dict(zip(LONG, [40, 30, 20, 10], strict=True))
    assert widths == [[counts[name] for name in sorted(LONG)], [25] * 4]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("rows", "class")
    tops = [bar.get_y() for bar in display.ax_.containers[0]]
    assert tops == sorted(tops)  # the axis points down, so the first class is on top
    assert display.ax_.yaxis_inverted()
    draws = ClassBalanceDisplay.from_sampler(fitted(y), quantity="draws_per_row")
    (line,) = draws.ax_.lines
    assert line.get_xdata() == [1, 1]
    assert draws.ax_.get_xlabel() == "draws per row"
    wide = ClassBalanceDisplay.from_sampler(fitted(np.repeat(LONG, [4000, 30, 20, 10])))
    assert dots(wide, "x") == [[4000, 20, 30, 10], [1015] * 4]
    assert wide.ax_.get_xscale() == "log"
    assert wide.ax_.get_xlabel() == "rows (logarithmic)"


def test_names_leave_room_for_bars_in_a_row_of_three():
    figure, axes = plt.subplots(1, 3, layout="constrained")
    y = np.repeat(LONG, [40, 30, 20, 10])
    for ax in axes:
        ClassBalanceDisplay.from_sampler(fitted(y), ax=ax)
    figure.canvas.draw()
    widths = [ax.get_window_extent().width / figure.bbox.width for ax in axes]
    assert min(widths) > 0.15
    assert axes[0].get_yticklabels()[0].get_text() == "a rather …"
    for ax in axes:
        assert not ax.texts
        frame, legend = ax.get_window_extent(), ax.get_legend().get_window_extent()
        assert frame.x0 < legend.x0
        assert legend.y0 > ax.patches[0].get_window_extent().y1


def test_up_to_thirty_classes_are_bars():
    for n_classes, n_containers in ((30, 2), (31, 0)):
        display = ClassBalanceDisplay.from_sampler(fitted(np.repeat(np.arange(n_classes), 2)))
        assert len(display.ax_.containers) == n_containers


@pytest.mark.parametrize("quantity", ["rows", "draws_per_row"])
@pytest.mark.parametrize("most", [30, 300_000])
def test_numbers_and_legend_stay_within_the_frame_and_apart(quantity, most):
    display = ClassBalanceDisplay.from_sampler(
        fitted([0] * most + [1] * 10 + [2] * 5), quantity=quantity
    )
    display.figure_.canvas.draw()
    is_wide = most > 30
    assert display.ax_.get_yscale() == ("log" if is_wide else "linear")
    assert ("logarithmic" in display.ax_.get_ylabel()) == is_wide
    frame = display.ax_.get_window_extent()
    numbers = [text.get_window_extent() for text in display.ax_.texts]
    assert len(numbers) == (6 if quantity == "rows" else 3)
    assert all(number.y1 < frame.y1 for number in numbers)
    legend = display.ax_.get_legend().get_window_extent()
    assert not any(number.overlaps(legend) for number in numbers)


@pytest.mark.parametrize(("most", "is_wide"), [(500, False), (501, True)])
def test_an_axis_is_logarithmic_where_classes_span_more_than_a_factor_of_fifty(most, is_wide):
    display = ClassBalanceDisplay.from_sampler(fitted([0] * most + [1] * 10))
    assert display.ax_.get_yscale() == ("log" if is_wide else "linear")
    shown = dots(display) if is_wide else heights(display)
    assert shown == [[most, 10], [(most + 10) // 2] * 2] or most == 501
    assert bool(heights(display)) != is_wide


def test_dots_stand_where_a_logarithmic_axis_has_no_zero():
    sampler = fitted([0] * 9900 + [1] * 100)
    display = ClassBalanceDisplay.from_sampler(sampler)
    assert dots(display) == [[9900, 100], [5000, 5000]]
    assert not heights(display)
    assert display.ax_.get_ylabel() == "rows (logarithmic)"
    draws = ClassBalanceDisplay.from_sampler(sampler, quantity="draws_per_row")
    assert np.allclose(dots(draws), [[5000 / 9900, 50]])
    low, high = draws.ax_.get_ylim()
    assert low < 5000 / 9900
    assert high > 50


def test_a_class_without_draws_is_at_the_end_of_a_logarithmic_axis():
    display = ClassBalanceDisplay.from_labels([0] * 1000 + [1] * 10, [0] * 500)
    assert dots(display) == [[1000, 10], [500, display.ax_.get_ylim()[0]]]
    assert [text.get_text() for text in display.ax_.texts] == ["1,000", "10", "500", "0"]


@pytest.mark.parametrize("quantity", ["rows", "draws_per_row"])
@pytest.mark.parametrize("most", [90, 9000])
def test_the_scale_may_be_chosen(quantity, most):
    sampler = fitted([0] * most + [1] * 10)
    for scale in "linear", "log":
        display = ClassBalanceDisplay.from_sampler(sampler, quantity=quantity, scale=scale)
        assert display.ax_.get_yscale() == scale
        assert display.plot(quantity=quantity, scale=scale).ax_.get_yscale() == scale
        assert bool(heights(display)) == (scale == "linear")
        display.figure_.canvas.draw()
        low, high = display.ax_.get_ylim()
        ticks = [tick for tick in display.ax_.get_yticks() if low <= tick <= high]
        assert len(ticks) >= 3
    display = ClassBalanceDisplay.from_labels([0] * 90 + [1] * 10, [0, 1], scale="log")
    assert display.ax_.get_yscale() == "log"
    with pytest.raises(ValueError, match="scale must be 'linear', 'log' or None, got 'symlog'"):
        display.plot(scale="symlog")


def test_axes_may_be_given_and_plots_be_repeated():
    _, axes = plt.subplots(1, 2)
    display = ClassBalanceDisplay.from_sampler(fitted(), ax=axes[0])
    assert display.ax_ is axes[0]
    assert display.plot(axes[1], quantity="draws_per_row") is display
    assert display.ax_ is axes[1]


def test_an_epoch_is_shown_as_it_is_drawn():
    sampler = fitted(strength=lambda epoch: float(epoch))
    assert heights(ClassBalanceDisplay.from_sampler(sampler)) == [[90, 10], [90, 10]]
    assert heights(ClassBalanceDisplay.from_sampler(sampler, epoch=1)) == [[90, 10], [50, 50]]


SETS = [{"person"}] * 60 + [{"person", "dog"}] * 20 + [{"dog", "hot air balloon"}] * 4 + [set()] * 6


def bears(label, rows):
    return sum(label in SETS[row] for row in rows)


def labelled(sets=SETS, **parameters):
    return fitted(sets, target_type="multilabel", **parameters)


@pytest.mark.parametrize("epoch", [0, 3])
def test_bars_of_labels_are_the_rows_that_bear_them(epoch):
    sampler = labelled(n_samples=77)
    drawn = sampler.draw(epoch).tolist()
    display = ClassBalanceDisplay.from_sampler(sampler, epoch=epoch)
    labels = ["dog", "hot air balloon", "person"]
    assert [tick.get_text() for tick in display.ax_.get_xticklabels()] == labels
    assert heights(display) == [[24, 4, 80], [bears(label, drawn) for label in labels]]
    assert sum(heights(display)[1]) > 77  # a draw counts for each of its labels
    assert display.ax_.get_xlabel() == "label"
    assert display.ax_.get_ylabel() == "rows with the label"


def test_draws_of_labels_are_means_over_the_rows_that_bear_them():
    sampler = labelled()
    times = np.bincount(sampler.draw(), minlength=len(SETS))
    display = ClassBalanceDisplay.from_sampler(sampler, quantity="draws_per_row")
    means = [
        times[[label in of_row for of_row in SETS]].mean() for label in display.classes.tolist()
    ]
    assert np.allclose(heights(display), [means])
    assert display.ax_.get_ylabel() == "draws per row with the label"
    wide = ClassBalanceDisplay.from_sampler(
        labelled([{"a"}] * 99 + [{"b"}]), quantity="draws_per_row"
    )
    assert wide.ax_.get_ylabel() == "draws per row with the label (logarithmic)"


def test_many_labels_are_curves_by_rank():
    indicator = np.arange(200) >= np.arange(400)[:, None] % 200  # label l is borne by 2 (l + 1)
    sampler = labelled(indicator)
    display = ClassBalanceDisplay.from_sampler(sampler)
    before, after = display.ax_.lines
    assert before.get_ydata().tolist() == list(range(400, 0, -2))
    drawn = indicator[sampler.draw()].sum(axis=0)
    assert after.get_ydata().tolist() == drawn[::-1].tolist()
    assert display.ax_.get_xlabel() == "rank of the label by its rows before, of 200"
    assert display.ax_.get_ylabel() == "rows with the label (logarithmic)"


def test_classes_in_groups_are_those_of_all_groups():
    groups = np.array(["north"] * 95 + ["south"] * 5)
    sampler = InverseFrequencySampler(random_state=0).fit(None, Y, groups=groups)
    drawn = Y[sampler.draw()]
    display = ClassBalanceDisplay.from_sampler(sampler)
    assert heights(display) == [[90, 10], [(drawn == label).sum() for label in ("common", "rare")]]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("class", "rows")


# Bins of unequal widths, of which one within and one at each end hold no rows.
EDGES = [-10.0, 0.0, 1.0, 1.5, 3.0, 10.0, 20.0]
VALUES = np.array([0.5] * 30 + [1.2] * 12 + [5.0] * 6)
IN_USE = [1, 2, 4]


def binned(values=VALUES, bins=EDGES, **parameters):
    return fitted(values, target_type="continuous", bins=bins, **parameters)


def filled(display):
    """Heights of the filled bars over all bins, the edges of these, and where bars begin."""
    (bars,) = display.ax_.patches
    assert bars.get_fill()
    return bars.get_data()


def tops(display):
    """Where each line on top begins and ends, and its height."""
    (lines,) = display.ax_.collections
    segments = np.array(lines.get_segments())
    assert np.array_equal(segments[:, 0, 1], segments[:, 1, 1])
    return segments[:, 0, 0].tolist(), segments[:, 1, 0].tolist(), segments[:, 0, 1].tolist()


@pytest.mark.parametrize("epoch", [0, 1])
def test_bins_are_bars_of_their_own_widths(epoch):
    sampler = binned(n_samples=31, strength=0.5)
    display = ClassBalanceDisplay.from_sampler(sampler, epoch=epoch)
    values, edges, baseline = filled(display)
    nan = np.nan
    assert np.array_equal(values, [nan, 30, 12, nan, 6, nan], equal_nan=True)
    assert edges.tolist() == sampler.bin_edges_.tolist() == EDGES
    assert baseline == 0
    drawn, _ = np.histogram(VALUES[sampler.draw(epoch)], EDGES)
    assert tops(display) == ([0, 1, 3], [1, 1.5, 10], drawn[IN_USE].tolist())
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("value", "rows")
    assert explained(display) == ["before", "after"]


def test_the_draws_of_bins_change_with_the_epoch():
    sampler = binned(strength=lambda epoch: float(epoch))
    of_epochs = [
        tops(ClassBalanceDisplay.from_sampler(sampler, epoch=epoch))[2] for epoch in (0, 1)
    ]
    assert of_epochs == [[30, 12, 6], [16, 16, 16]]


def test_all_bins_are_within_the_frame_the_empty_ones_too():
    display = ClassBalanceDisplay.from_sampler(binned())
    left, right = display.ax_.get_xlim()
    assert left < -10
    assert right > 20
    assert not display.ax_.texts


def test_draws_of_bins_are_means_over_their_rows():
    display = ClassBalanceDisplay.from_sampler(binned(), quantity="draws_per_row")
    values, edges, baseline = filled(display)
    nan = np.nan
    assert np.allclose(values, [nan, 16 / 30, 16 / 12, nan, 16 / 6, nan], equal_nan=True)
    assert edges.tolist() == EDGES
    assert baseline == 0
    assert not display.ax_.collections
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("value", "draws per row")


def levels(display):
    """Heights of the lines of each series, where nothing is filled."""
    assert not display.ax_.patches
    return [
        [float(segment[0, 1]) for segment in lines.get_segments()]
        for lines in display.ax_.collections
    ]


def test_bins_of_one_row_are_seen_beside_bins_of_many():
    sampler = binned([0.0] * 1000 + [7.0, 10.0], bins=10)
    display = ClassBalanceDisplay.from_sampler(sampler)
    assert display.ax_.get_yscale() == "log"
    assert display.ax_.get_ylabel() == "rows (logarithmic)"
    assert levels(display) == [[1000, 1, 1], [334, 334, 334]]
    assert display.ax_.get_ylim()[0] < 1
    draws = ClassBalanceDisplay.from_sampler(sampler, quantity="draws_per_row")
    assert levels(draws) == [[0.334, 334, 334]]
    linear = ClassBalanceDisplay.from_sampler(sampler, scale="linear")
    values, edges, baseline = filled(linear)
    assert values[~np.isnan(values)].tolist() == [1000, 1, 1]
    assert np.allclose(edges, range(11))
    assert baseline == linear.ax_.get_ylim()[0] == 0
    assert tops(linear)[2] == [334, 334, 334]


def n_spots(display, is_spot):
    """Stretches of columns in the frame with a dot of a colour."""
    display.figure_.canvas.draw()
    frame = (
        display.ax_.get_window_extent().shrunk(0.98, 0.83).translated(3, 3)
    )  # no spine, no legend
    picture = np.asarray(display.figure_.canvas.buffer_rgba()).astype(int)[::-1]  # from the bottom
    inside = picture[int(frame.y0) : int(frame.y1), int(frame.x0) : int(frame.x1)]
    has_spot = is_spot(inside[..., 0], inside[..., 2]).any(axis=0)
    return np.diff(has_spot.astype(int), prepend=0).clip(0).sum()


def is_blue(red, blue):
    return blue - red > 40


def is_grey(red, blue):
    return (abs(blue - red) < 10) & (red < 225)


def test_bins_narrower_than_a_dot_are_seen():
    sampler = binned(np.repeat(np.arange(20.0), 3), bins=10_000)
    display = ClassBalanceDisplay.from_sampler(sampler)
    assert n_spots(display, is_grey) == n_spots(display, is_blue) == 20
    draws = ClassBalanceDisplay.from_sampler(sampler, quantity="draws_per_row")
    assert n_spots(draws, is_blue) == 20


@pytest.mark.parametrize("quantity", ["rows", "draws_per_row"])
def test_bins_that_an_epoch_passes_over_are_shown(quantity):
    sampler = binned([0.0] * 100 + [10.0], bins=2, n_samples=3, strength=0)
    display = ClassBalanceDisplay.from_sampler(sampler, quantity=quantity)
    assert display.resampled_counts.tolist() == [3, 0]
    display.figure_.canvas.draw()


@pytest.mark.parametrize("numbers", [[0, 2], [0.0, 2.0], np.array([0, 2], dtype=object)])
def test_bins_may_be_given_by_hand(numbers):
    display = ClassBalanceDisplay(
        classes=numbers, counts=[4, 2], resampled_counts=[3, 3], bin_edges=[0, 1, 2, 8]
    ).plot()
    assert np.array_equal(filled(display)[0], [4, np.nan, 2], equal_nan=True)
    assert tops(display) == ([0, 2], [1, 8], [3, 3])


@pytest.mark.parametrize(
    ("edges", "error", "message"),
    [
        (["a", "b", "c"], TypeError, r"bin_edges must be numbers, got \['a', 'b', 'c'\]"),
        ([0, 1, np.inf], ValueError, r"bin_edges must be finite and rise, got \[0, 1, inf\]"),
        ([0, 1, 1], ValueError, r"bin_edges must be finite and rise, got \[0, 1, 1\]"),
        ([[0, 1, 2]], ValueError, r"bin_edges must be finite and rise, got \[\[0, 1, 2\]\]"),
        ([0, 1], ValueError, "classes must be numbers of the 1 bins, from 0 on, got 1"),
    ],
)
def test_edges_that_bound_no_bins_are_refused(edges, error, message):
    with pytest.raises(error, match=f"^{message}"):
        ClassBalanceDisplay(classes=[0, 1], counts=[1, 2], resampled_counts=[1, 2], bin_edges=edges)


@pytest.mark.parametrize(("classes", "n_columns"), [("abcd", 1), ("abcdef", 1), ("abcd", 3)])
def test_numbers_stay_apart_where_bars_are_narrow(classes, n_columns):
    _, axes = plt.subplots(1, n_columns, squeeze=False, layout="constrained")
    y = np.repeat(list(classes), np.arange(1000, 1000 + 100 * len(classes), 100))
    display = ClassBalanceDisplay.from_sampler(fitted(y), ax=axes[0, 0])
    display.figure_.canvas.draw()
    numbers = [text.get_window_extent().padded(3) for text in display.ax_.texts]
    assert len(numbers) == (8 if (classes, n_columns) == ("abcd", 1) else 0)
    assert not any(one.overlaps(other) for one, other in combinations(numbers, 2))


def test_what_cannot_be_shown_is_refused():
    with pytest.raises(
        ValueError, match="quantity must be 'rows' or 'draws_per_row', got 'counts'"
    ):
        ClassBalanceDisplay.from_sampler(fitted(), quantity="counts")
    with pytest.raises(ValueError, match=r"epoch must be an int from 0 to .*, got -1"):
        ClassBalanceDisplay.from_sampler(fitted(), epoch=-1)
    with pytest.raises(NotFittedError):
        ClassBalanceDisplay.from_sampler(InverseFrequencySampler())
    with pytest.raises(
        TypeError, match=r"sampler must be an InverseFrequencySampler or .*, got LogisticR"
    ):
        ClassBalanceDisplay.from_sampler(LogisticRegression())
    with pytest.raises(
        ValueError, match="y must hold the labels of y_resampled, got none with label 'new'"
    ):
        ClassBalanceDisplay.from_labels(Y, [*Y, "new"])
    with pytest.raises(ValueError, match="y must hold labels, got none"):
        ClassBalanceDisplay.from_labels([], [])
    with pytest.raises(ValueError, match="must have one entry a class, got 2, 2 and 1"):
        ClassBalanceDisplay(classes=[0, 1], counts=[1, 2], resampled_counts=[3])
    with pytest.raises(ValueError, match="every class must have rows before, got none of 1"):
        ClassBalanceDisplay(classes=[0, 1], counts=[1, 0], resampled_counts=[3, 3])


@pytest.mark.parametrize("name", ["counts", "resampled_counts"])
@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ([1, np.nan], ValueError, "must be finite and at least 0, got nan"),
        ([np.inf, 1], ValueError, "must be finite and at least 0, got inf"),
        ([1, -3], ValueError, "must be finite and at least 0, got -3"),
        (["1", "2"], TypeError, "must be numbers of rows, got '1'"),
        ([1, None], TypeError, "must be numbers of rows, got None"),
        ([True, True], TypeError, "must be numbers of rows, got True"),
        ([[1, 2], [3, 4]], ValueError, r"must have one entry a class, got shape \(2, 2\)"),
        (3, TypeError, r"must be numbers of rows \(an array, .*\), got int\."),
    ],
)
def test_counts_that_are_not_numbers_of_rows_are_refused(name, values, error, message):
    counts = {"counts": [5, 5], "resampled_counts": [5, 5], name: values}
    with pytest.raises(error, match=f"^{name} {message}"):
        ClassBalanceDisplay(classes=["a", "b"], **counts)


def test_counts_may_be_averages_in_any_container():
    of_objects = np.array([1.5, 3], dtype=object)
    display = ClassBalanceDisplay(classes=["a", "b"], counts=[1, 3], resampled_counts=of_objects)
    assert heights(display.plot()) == [[1, 3], [1.5, 3]]


@pytest.mark.parametrize("quantity", ["rows", "draws_per_row"])
def test_a_resampler_that_draws_nothing_is_shown(quantity):
    display = ClassBalanceDisplay.from_labels(Y, Y[:0], quantity=quantity)
    assert heights(display)[-1] == [0, 0]


X_AROUND, Y_AROUND = make_classification(300, weights=[0.8], flip_y=0.2, random_state=0)


def counts_of(y):
    return np.bincount(y).tolist()


@pytest.mark.parametrize(
    "sampler",
    [
        RandomOverSampler(random_state=0),
        RandomOverSampler(sampling_strategy=0.5, random_state=0),
        RandomOverSampler(shrinkage=1, random_state=0),
        RandomUnderSampler(random_state=0),
        RandomUnderSampler(sampling_strategy={0: 200, 1: 20}, random_state=0),
        SMOTE(random_state=0),
        SMOTE(sampling_strategy={1: 150}, random_state=0),
        NearMiss(),
        TomekLinks(),
        EditedNearestNeighbours(),
    ],
    ids=str,
)
def test_samplers_of_imbalanced_learn_are_shown(sampler):
    _, resampled = sampler.fit_resample(X_AROUND, Y_AROUND)
    display = ClassBalanceDisplay.from_sampler(sampler, y=Y_AROUND)
    assert heights(display) == [counts_of(Y_AROUND), counts_of(resampled)]
    assert counts_of(Y_AROUND) != counts_of(resampled)


@pytest.mark.parametrize(
    "sampler", [RandomOverSampler(), RandomUnderSampler(sampling_strategy=0.9), SMOTE()], ids=str
)
def test_some_samplers_of_imbalanced_learn_are_shown_after_fit_alone(sampler):
    y = np.array(["no", "yes"])[Y_AROUND]
    display = ClassBalanceDisplay.from_sampler(sampler.fit(X_AROUND, y), y=y)
    _, resampled = sampler.fit_resample(X_AROUND, y)
    assert heights(display)[1] == np.unique(resampled, return_counts=True)[1].tolist()


def test_labels_are_needed_with_samplers_of_imbalanced_learn():
    sampler = RandomOverSampler(random_state=0)
    with pytest.raises(NotFittedError, match="This RandomOverSampler instance is not fitted yet"):
        ClassBalanceDisplay.from_sampler(sampler, y=Y_AROUND)
    sampler.fit_resample(X_AROUND, Y_AROUND)
    with pytest.raises(ValueError, match="y must be given with RandomOverSampler, the labels that"):
        ClassBalanceDisplay.from_sampler(sampler)
    cleaning = EditedNearestNeighbours()
    cleaning.fit_resample(X_AROUND, Y_AROUND)
    message = r"EditedNearestNeighbours was fitted on, at least \d+ rows, got 100"
    with pytest.raises(ValueError, match=message):
        ClassBalanceDisplay.from_sampler(cleaning, y=Y_AROUND[:100])
    with pytest.raises(ValueError, match="RandomOverSampler has no epochs, got epoch=1"):
        ClassBalanceDisplay.from_sampler(sampler, y=Y_AROUND, epoch=1)
    fitted_alone = RandomOverSampler().fit(X_AROUND, Y_AROUND)
    with pytest.raises(ValueError, match=r"y must be .* RandomOverSampler was .* with label 1"):
        ClassBalanceDisplay.from_sampler(fitted_alone, y=[0] * 300)


@pytest.mark.parametrize("sampler", [ADASYN(random_state=0), SMOTEENN(random_state=0)], ids=str)
def test_samplers_that_do_not_tell_what_comes_out_are_refused(sampler):
    sampler.fit_resample(X_AROUND, Y_AROUND)
    name = type(sampler).__name__
    with pytest.raises(ValueError, match=f"{name} tells neither .* from_labels"):
        ClassBalanceDisplay.from_sampler(sampler, y=Y_AROUND)


NAME = "inversefrequencysampler__strength"


@pytest.fixture(scope="module")
def search():
    X, y = make_classification(300, weights=[0.9], random_state=0)
    model = make_pipeline(InverseFrequencySampler(random_state=0), LogisticRegression())
    grid = {NAME: [1, 0, 0.5], "logisticregression__C": [0.01, 1]}
    return GridSearchCV(model, grid, scoring="balanced_accuracy").fit(X, y)


def band_at(band, strength):
    """The lowest and the highest point of a band at a strength."""
    edges = band.get_paths()[0].vertices
    here = edges[edges[:, 0] == strength, 1]
    return here.min(), here.max()


def test_each_setting_of_the_other_parameters_has_a_curve(search):
    display = StrengthCurveDisplay.from_search(search)
    assert display.strengths.tolist() == [0, 0.5, 1] * 2
    assert display.settings.tolist() == ["C=0.01"] * 3 + ["C=1"] * 3
    results = search.cv_results_
    folds = np.array([results[f"split{i}_test_score"] for i in range(5)])
    of_C = results["param_logisticregression__C"]
    lines, bands = display.ax_.lines, display.ax_.collections
    for C, line, band in zip([0.01, 1], lines, bands, strict=True):
        for strength, mean in zip(line.get_xdata(), line.get_ydata(), strict=True):
            (i,) = np.flatnonzero((results[f"param_{NAME}"] == strength) & (of_C == C))
            assert mean == results["mean_test_score"][i]
            std = results["std_test_score"][i]
            low = max(mean - std, folds[:, i].min())
            high = min(mean + std, folds[:, i].max())
            assert np.allclose(band_at(band, strength), [low, high])
    assert explained(display) == ["C=0.01", "C=1"]
    assert display.ax_.get_ylabel() == "balanced accuracy\n(mean ± standard deviation over folds)"
    assert display.ax_.get_xlabel() == "strength"


def test_one_setting_is_one_curve_without_a_name(search):
    X, y = make_classification(100, weights=[0.9], random_state=0)
    grid = {NAME: [1, 0], "logisticregression__C": [1]}
    display = StrengthCurveDisplay.from_search(GridSearchCV(search.estimator, grid).fit(X, y))
    assert display.settings is None
    assert len(display.ax_.lines) == 1
    assert display.ax_.get_legend() is None


def curves(**given):
    given = {"strengths": [0, 1], "mean_scores": [0.9, 0.9], "std_scores": [0.2, 0.2], **given}
    return StrengthCurveDisplay(score_name="accuracy", **given).plot()


def test_bands_end_at_the_lowest_and_the_highest_score():
    (band,) = curves(min_scores=[0.5, 0.8], max_scores=[1, 1]).ax_.collections
    assert np.allclose(band_at(band, 0), [0.7, 1])
    assert np.allclose(band_at(band, 1), [0.8, 1])
    (band,) = curves().ax_.collections
    assert np.allclose(band_at(band, 0), [0.7, 1.1])
    with pytest.raises(ValueError, match=r"min_scores and max_scores belong .* max_scores=None"):
        curves(min_scores=[0, 0])
    with pytest.raises(ValueError, match=r"min_scores and max_scores belong .* min_scores=None"):
        curves(max_scores=[0, 0])


def test_a_grid_that_names_no_other_parameter_is_as_given(search):
    X, y = make_classification(100, weights=[0.9], random_state=0)
    grids = [{NAME: [0, 1]}, {NAME: [0, 1], "logisticregression__C": [0.1]}]
    display = StrengthCurveDisplay.from_search(GridSearchCV(search.estimator, grids).fit(X, y))
    assert display.settings.tolist() == ["as given"] * 2 + ["C=0.1"] * 2


def test_no_setting_is_left_out_of_the_legend():
    assert explained(curves(strengths=[0, 0], settings=["", "_a$b$"])) == [" ", r" _a\$b\$"]


@pytest.mark.parametrize(("n", "n_bands"), [(1, 1), (3, 3), (4, 1), (6, 1), (7, 1)])
def test_of_more_than_three_curves_the_best_alone_has_a_band(n, n_bands):
    means = np.linspace(0.5, 0.6, n)
    settings = [f"C={i}" for i in range(n)]
    display = curves(strengths=[0] * n, mean_scores=means, std_scores=[0.01] * n, settings=settings)
    bands = display.ax_.collections
    assert len(bands) == n_bands
    assert np.allclose(band_at(bands[-1], 0), [0.59, 0.61] if n > 1 else [0.49, 0.51])


def test_strengths_rise_within_each_setting():
    display = curves(strengths=[1, 1], settings=["a", "b"])
    assert [line.get_xdata().tolist() for line in display.ax_.lines] == [[1], [1]]
    with pytest.raises(ValueError, match=r"strengths must be finite and rise, got \[1\.0, 1\.0\]"):
        curves(strengths=[1, 1], settings=["a", "a"])
    with pytest.raises(TypeError, match="settings must be strings, got 3"):
        curves(settings=np.array(["a", 3], dtype=object))
    with pytest.raises(ValueError, match="strengths and settings must be of one length, got 2 and"):
        curves(settings=["a"])


def test_of_many_settings_the_best_stands_out():
    n = 9
    settings = np.repeat([f"C={i}" for i in range(n)], 2)
    means = np.linspace(0.5, 0.6, 2 * n)
    means[6:8] = 0.9, 0.3
    display = curves(
        strengths=[0, 1] * n, mean_scores=means, std_scores=[0.01] * 2 * n, settings=settings
    )
    assert explained(display) == ["the other 8 settings", "C=3 (best)"]
    *others, best = display.ax_.lines[:]
    assert best.get_ydata().tolist() == [0.9, 0.3]
    assert len(others) == 8
    assert len({line.get_color() for line in others}) == 1 != best.get_color()
    assert len(display.ax_.collections) == 1


def test_settings_are_named_by_what_differs():
    def values(*given):
        return np.ma.array(given, mask=[value is None for value in given], dtype=object)

    results = {
        "param_strength": values(0, 0, 0, 0),
        "param_a__C": values(1, 2, 1, None),
        "param_b__C": values(1, 1, 2, 2),
        "param_b__same": values(7, 7, 7, 7),
        "param_b__long": values("x" * 99, "y", "y", "y"),
        "mean_test_score": np.array([0.5, 0.6, 0.7, 0.8]),
        "std_test_score": np.zeros(4),
    }
    display = StrengthCurveDisplay.from_search(Searched().fit(results))
    assert display.settings.tolist() == [
        f"a__C=1, b__C=1, b__long={'x' * 23}…",
        "a__C=2, b__C=1, b__long=y",
        "a__C=1, b__C=2, b__long=y",
        "b__C=2, b__long=y",
    ]


def test_settings_that_begin_alike_are_told_apart(search):
    X, y = make_classification(100, weights=[0.9], random_state=0)
    models = [LogisticRegression(max_iter=n) for n in (1000, 2000)]
    grid = {NAME: [0], "logisticregression": models}
    display = StrengthCurveDisplay.from_search(GridSearchCV(search.estimator, grid).fit(X, y))
    assert display.settings.tolist() == [
        "logisticregression=LogisticRegression(max_iter=1000)",
        "logisticregression=LogisticRegression(max_iter=2000)",
    ]


@pytest.mark.parametrize(
    ("scoring", "shown"),
    [
        ("neg_log_loss", "negative log-loss"),
        ("balanced_accuracy", "balanced accuracy"),
        ("roc_auc_ovr_weighted", "ROC AUC one-vs-rest weighted"),
        ("f1_macro", "F1 macro"),
        ("neg_brier_score", "negative Brier score"),
        ("neg_root_mean_squared_error", "negative root mean squared error"),
        ("my_negation", "my negation"),
    ],
)
def test_scores_are_named_in_words(scoring, shown):
    search = Searched().fit(
        {
            "param_strength": np.ma.array([0]),
            "mean_test_score": np.array([0.5]),
            "std_test_score": np.array([0.1]),
        }
    )
    search.scoring = scoring
    assert StrengthCurveDisplay.from_search(search).score_name == shown


class Searched(BaseEstimator):
    """A finished search with these results."""

    scoring = None

    def fit(self, results):
        self.cv_results_ = results
        return self


def test_candidates_without_a_score_or_a_strength_stand_back():
    results = {
        "param_strength": np.ma.array([0, 0, 1, 1, 7], mask=[0, 0, 0, 0, 1], dtype=object),
        "param_a__nostrength": [0] * 5,
        "mean_test_score": np.array([0.5, np.nan, np.nan, 0.7, 0.9]),
        "std_test_score": np.array([0.1, 0.2, 0.3, 0.4, 0.5]),
    }
    display = StrengthCurveDisplay.from_search(Searched().fit(results))
    assert display.strengths.tolist() == [0, 1]
    assert display.mean_scores.tolist() == [0.5, 0.7]
    assert display.std_scores.tolist() == [0.1, 0.4]


@pytest.fixture(scope="module")
def halving():
    """A search in which strength 0 has the best score of all, on 60 of 240 rows."""
    X, y = make_classification(1000, weights=[0.85], flip_y=0.2, n_informative=4, random_state=1)
    model = make_pipeline(InverseFrequencySampler(random_state=2), LogisticRegression())
    return HalvingGridSearchCV(
        model,
        {NAME: [0, 0.25, 0.5, 0.75, 1]},
        scoring="balanced_accuracy",
        factor=2,
        min_resources=60,
        cv=3,
        random_state=0,
    ).fit(X, y)


def test_of_a_halving_search_the_last_iteration_is_shown(halving):
    results = halving.cv_results_
    assert results["iter"][np.argmax(results["mean_test_score"])] == 0
    display = StrengthCurveDisplay.from_search(halving)
    is_last = results["n_resources"] == 240
    assert 1 < is_last.sum() < 5
    assert display.strengths.tolist() == sorted(results[f"param_{NAME}"][is_last])
    assert sorted(display.mean_scores) == sorted(results["mean_test_score"][is_last])
    peak = display.strengths[np.argmax(display.mean_scores)]
    assert peak == halving.best_params_[NAME]
    assert display.ax_.get_ylabel().startswith("balanced accuracy, last of 3 iterations\n")


def test_the_deviation_of_a_single_strength_is_seen(halving, search):
    results = {name: values[-1:] for name, values in halving.cv_results_.items()}
    (band,) = StrengthCurveDisplay.from_search(Searched().fit(results)).ax_.collections
    assert band.get_linewidth() > 0
    for band in StrengthCurveDisplay.from_search(search).ax_.collections:
        assert band.get_linewidth() == 0


def test_a_last_iteration_without_strengths_is_refused():
    results = {
        "param_strength": np.ma.array([0, 1, 7], mask=[0, 0, 1], dtype=object),
        "iter": np.array([0, 0, 1]),
        "mean_test_score": np.array([0.5, 0.6, 0.7]),
        "std_test_score": np.zeros(3),
    }
    with pytest.raises(ValueError, match=r"no candidate in the last iteration .* has a strength"):
        StrengthCurveDisplay.from_search(Searched().fit(results))


def test_axes_and_parameter_may_be_given(search):
    _, ax = plt.subplots()
    assert StrengthCurveDisplay.from_search(search, parameter=NAME, ax=ax).ax_ is ax


def test_one_of_several_metrics_is_chosen(search):
    X, y = make_classification(100, weights=[0.9], random_state=0)
    several = GridSearchCV(
        search.estimator, {NAME: [0, 1]}, scoring=["accuracy", "roc_auc"], refit=False
    ).fit(X, y)
    display = StrengthCurveDisplay.from_search(several, metric="roc_auc")
    assert display.mean_scores.tolist() == several.cv_results_["mean_test_roc_auc"].tolist()
    assert display.score_name == "ROC AUC"
    with pytest.raises(
        ValueError, match=r"metric must say which of \['accuracy', 'roc_auc'\] to plot, got None"
    ):
        StrengthCurveDisplay.from_search(several)


def test_searches_without_a_curve_are_refused(search):
    X, y = make_classification(100, random_state=0)
    with pytest.raises(NotFittedError):
        StrengthCurveDisplay.from_search(GridSearchCV(search.estimator, {}))
    other = GridSearchCV(LogisticRegression(), {"C": [1, 2]}).fit(X, y)
    with pytest.raises(
        ValueError, match=r"the search has no parameter that is called a strength, only \['C'\]"
    ):
        StrengthCurveDisplay.from_search(other)
    with pytest.raises(ValueError, match=r"parameter must be one of the search's \['C'\], got 'D'"):
        StrengthCurveDisplay.from_search(other, parameter="D")
    functions = GridSearchCV(search.estimator, {NAME: [lambda epoch: 0.5 + 0 * epoch]}).fit(X, y)
    with pytest.raises(TypeError, match="strengths must be numbers to be plotted, got <function"):
        StrengthCurveDisplay.from_search(functions)


@pytest.mark.parametrize("sampler", [RandomOverSampler(), RandomUnderSampler()], ids=str)
def test_a_sampler_is_shown_as_it_was_fitted_last(sampler):
    sampler.fit_resample(X_AROUND, Y_AROUND)
    y = np.arange(len(X_AROUND)) % 3 % 2
    display = ClassBalanceDisplay.from_sampler(sampler.fit(X_AROUND, y), y=y)
    assert heights(display) == [counts_of(y), counts_of(sampler.fit_resample(X_AROUND, y)[1])]


def test_axes_that_were_logarithmic_become_linear():
    figure_of = ClassBalanceDisplay.from_sampler(fitted(), scale="log")
    axes = figure_of.ax_
    figure_of.plot(axes, scale="linear")
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] == 0
