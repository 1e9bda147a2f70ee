"""The figures of the site, drawn by the library's own code: `python notebooks/figures.py`."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from skbalance import InverseFrequencySampler

FOLDER = Path(__file__).parent / "_static"
# Colours that colour-blind people can tell apart (Okabe and Ito), on white.
COLORS = "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9"
GREY = "#999999"
LONG_TAIL = 5000, 2997, 1796, 1077, 645, 387, 232, 139, 83, 50  # as in dial.js


def save(figure, name):
    figure.savefig(FOLDER / f"{name}.png", dpi=120, metadata={"Software": None})
    plt.close(figure)


def quotas(counts, **parameters):
    """Draws of each class, of classes of so many rows."""
    y = np.repeat(np.arange(len(counts)), counts)
    sampler = InverseFrequencySampler(random_state=0, **parameters).fit(None, y)
    return np.array(list(sampler.sampling_strategy_.values()))


def shares_on_axes(axes, counts, strengths):
    """Bars of the shares at each strength, beside those of the data."""
    places = np.arange(len(counts))
    own = 100 * np.array(counts) / sum(counts)
    for axis, strength in zip(axes, strengths, strict=True):
        drawn = quotas(counts, strength=strength)
        axis.bar(places, own, color="none", edgecolor=GREY, linestyle="--", label="the data")
        axis.bar(places, 100 * drawn / drawn.sum(), color=COLORS[0], alpha=0.85, label="draws")
        axis.set_title(f"strength {strength}")
        axis.set_xticks([])
        axis.set_xlabel("classes, by size")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("share, %")
    axes[-1].legend(frameon=False)


def dial():
    """What stands in for the dial where scripts are off."""
    figure, axes = plt.subplots(1, 4, figsize=(9, 2.8), sharey=True, layout="constrained")
    shares_on_axes(axes, LONG_TAIL, [0, 0.5, 1, 1.5])
    save(figure, "dial")


def plan():
    """Quotas of five classes."""
    counts, strengths = (500, 250, 150, 75, 25), (0, 0.5, 1)
    figure, axes = plt.subplots(1, 3, figsize=(9, 2.8), sharey=True, layout="constrained")
    for axis, strength in zip(axes, strengths, strict=True):
        drawn = quotas(counts, strength=strength)
        bars = axis.bar(range(5), drawn, color=COLORS)
        axis.bar_label(bars)
        axis.bar(range(5), counts, color="none", edgecolor=GREY, linestyle="--")
        axis.set_title(f"strength {strength}: {drawn.sum()} draws")
        axis.set_xticks(range(5), [f"{n}\nrows" for n in counts])
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("quota")
    save(figure, "plan")


def circle():
    """Which rows of a class of 12 each epoch takes, if it draws the class five times."""
    n_rows, n_draws, n_epochs = 12, 5, 5
    y = [0] * n_rows + [1] * 3
    sampler = InverseFrequencySampler(n_samples={0: n_draws, 1: 3}, random_state=0).fit(None, y)
    epochs = [[row for row in sampler.draw(e).tolist() if row < n_rows] for e in range(n_epochs)]
    # Rows in the order of the circle: by the first epoch that draws them, and within it by that in
    # which they come round again.
    turns = {row: [e for e, rows in enumerate(epochs) if row in rows] for row in range(n_rows)}
    order = sorted(turns, key=lambda row: [*turns[row], n_epochs])
    angles = np.pi / 2 - 2 * np.pi * (np.arange(n_rows) + 0.5) / n_rows
    figure, axes = plt.subplots(1, n_epochs, figsize=(10, 2.4), layout="constrained")
    so_far = np.zeros(n_rows, dtype=int)
    for epoch, axis in enumerate(axes):
        drawn = np.isin(order, epochs[epoch])
        so_far += drawn
        axis.scatter(
            np.cos(angles),
            np.sin(angles),
            s=190,
            c=np.where(drawn, COLORS[1], "#ffffff"),
            edgecolors=GREY,
        )
        for angle, times in zip(angles, so_far, strict=True):
            axis.text(np.cos(angle), np.sin(angle), times, ha="center", va="center", size=8)
        axis.set_title(f"epoch {epoch}", size=10)
        axis.set(xlim=(-1.35, 1.35), ylim=(-1.35, 1.35), aspect="equal")
        axis.axis("off")
    axes[0].text(0, 0, "draws\nso far", ha="center", va="center", size=8, color="#555555")
    save(figure, "circle")


def batches():
    """Draws laid out class by class, and the batches that take every fifth of them."""
    drawn, n_batches = (20, 14, 6), 5
    y = np.repeat([0, 1, 2], drawn)
    sampler = InverseFrequencySampler(strength=0, random_state=0)
    made = list(sampler.to_torch_batch_sampler(y, batch_size=8))
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(9, 3), height_ratios=[1, n_batches], layout="constrained"
    )
    above.bar(range(40), 1, width=0.9, color=np.take(COLORS, y))
    for place in range(0, 40, n_batches):
        above.text(place, 0.5, "0", ha="center", va="center", size=8, color="white")
    for place in range(1, 40, n_batches):
        above.text(place, 0.5, "1", ha="center", va="center", size=8, color="white")
    above.set_title(
        "an epoch, class by class: draws marked 0 make one batch, those marked 1 another",
        loc="left",
        size=9,
    )
    for number, rows in enumerate(made):
        held = np.sort(y[rows])
        below.barh([number] * 8, 0.9, left=np.arange(8), color=np.take(COLORS, held))
        below.text(8.2, number, f"{np.bincount(held).tolist()} of each class", va="center", size=8)
    below.invert_yaxis()
    below.set_xlim(0, 12)
    below.set_title("the batches", loc="left", size=9)
    for axis in (above, below):
        axis.axis("off")
    save(figure, "batches")


def line():
    """Rows by their weights on a line, and the points at which each epoch draws them."""
    weights = np.array([3.2, 0.4, 1.5, 0.7, 2.1, 0.6, 1.0, 0.5])
    n_draws, n_epochs = 10, 4
    sampler = InverseFrequencySampler(strength=0, n_samples=n_draws, random_state=3)
    sampler.fit(None, np.zeros(len(weights)) > 0, sample_weight=weights)
    laid, _ = sampler._plan.line_of(0)
    one = 2.0**laid.bits
    lengths = weights[laid.rows] * n_draws / weights.sum()
    ends = np.cumsum(lengths)
    figure, axis = plt.subplots(figsize=(9, 2.6), layout="constrained")
    axis.barh(
        [-1] * len(ends),
        lengths,
        left=ends - lengths,
        color=np.resize(COLORS, len(ends)),
        height=0.8,
    )
    for end, length in zip(ends, lengths, strict=True):
        axis.text(end - length / 2, -1, f"{length:.2f}", ha="center", va="center", size=8)
    for epoch in range(n_epochs):
        offset = sampler._plan.line_of(epoch)[1] / one
        axis.plot(np.arange(n_draws) + offset, [epoch] * n_draws, "ko", markersize=4)
    for end in ends[:-1]:
        axis.axvline(end, color=GREY, linewidth=0.6, zorder=0)
    axis.set_yticks(
        range(-1, n_epochs), ["draws expected", *(f"epoch {e}" for e in range(n_epochs))]
    )
    axis.set(xlim=(0, n_draws), xlabel="the line: a row is as long as the draws that it is to have")
    axis.invert_yaxis()
    axis.spines[["top", "right", "left"]].set_visible(False)
    save(figure, "line")


if __name__ == "__main__":
    for draw in (dial, plan, circle, batches, line):
        draw()
