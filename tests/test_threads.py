"""Threads that draw from one sampler at once, and interrupts at every line of a pass."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from threading import Barrier

import numpy as np
import pytest
from resuming import Y, fitted, kinds, rows_of, stream

from skbalance import InverseFrequencySampler
from skbalance._draws import passes

N_THREADS = 8


@pytest.fixture(autouse=True)
def _switching_often():
    """Threads change places some thousand times as often as they do by default."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def at_once(work, n_threads=N_THREADS):
    """What as many threads that start together return; an error in one of them is raised."""
    barrier = Barrier(n_threads)

    def start(number):
        barrier.wait(60)
        return work(number)

    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(start, range(n_threads), timeout=60))


WEIGHTS = np.random.default_rng(0).random(len(Y))
MANY_LABELS = np.random.default_rng(0).random((len(Y), 4)) < [0.6, 0.3, 0.1, 0.05]
SAMPLERS = {
    "classes": lambda: fitted(),
    "large": lambda: fitted(np.repeat(Y, 150)),  # more draws than are found at once
    "schedule": lambda: fitted(strength=lambda epoch: epoch / 40),
    "replacement": lambda: fitted(replacement=True),
    "weights": lambda: InverseFrequencySampler(random_state=0).fit(None, Y, WEIGHTS),
    "weights, schedule": lambda: InverseFrequencySampler(
        strength=lambda epoch: epoch / 40, random_state=0
    ).fit(None, Y, WEIGHTS),
    "multilabel": lambda: fitted(MANY_LABELS.astype(int), target_type="multilabel"),
}


@pytest.mark.parametrize("make", SAMPLERS.values(), ids=SAMPLERS)
def test_threads_that_draw_from_one_sampler_draw_what_one_draws(make):
    epochs = [0, 7, 3, 12, 1]
    alone = make()
    expected = {epoch: alone.draw(epoch) for epoch in sorted(epochs)}
    shared = make()  # nothing of its epochs is known yet

    def draw(number):
        order = np.roll(epochs, number).tolist()
        return {epoch: shared.draw(epoch) for epoch in order}

    for drawn in at_once(draw):
        assert all(np.array_equal(drawn[epoch], expected[epoch]) for epoch in epochs)


@kinds
def test_threads_with_iterators_of_their_own_take_an_epoch_each(make):
    n_passes = 4
    one_by_one = make(fitted())
    expected = [list(one_by_one) for _ in range(N_THREADS * n_passes)]
    sampler = make(fitted())

    def draw(_):
        taken = []
        for _ in range(n_passes):
            iterator = iter(sampler)
            first = next(iterator)
            epoch = iterator.state_dict()["epoch"]
            assert 0 <= sampler.state_dict()["epoch"] < len(expected)  # that of some thread
            taken.append((epoch, [first, *iterator]))
        return taken

    for _ in range(2):
        sampler.set_epoch(0)
        assert sorted(chain.from_iterable(at_once(draw))) == list(enumerate(expected))
        assert sampler.epoch == len(expected)


@kinds
@pytest.mark.parametrize("n_times", [1, 40])
def test_threads_that_share_an_iterator_share_its_epoch(make, n_times):
    y = np.repeat(Y, n_times)
    expected = sorted(make(fitted(y)))
    for _ in range(10):
        iterator = iter(make(fitted(y)))
        shares = at_once(lambda _, shared=iterator: list(shared), 4)
        assert sorted(chain.from_iterable(shares)) == expected
        state = iterator.state_dict()
        assert state["epoch"] == 0
        resumed = make(fitted(y))
        resumed.load_state_dict(state)
        assert resumed.epoch == 1  # all of it was drawn


@kinds
def test_what_is_left_of_a_shared_iterator_is_drawn_once(make):
    y = np.repeat(Y, 40)
    whole = Counter(map(str, make(fitted(y))))
    for _ in range(5):
        iterator = iter(make(fitted(y)))
        n_each = sum(whole.values()) // 6
        shares = at_once(lambda _, shared=iterator, n=n_each: list(islice(shared, n)), 4)
        resumed = make(fitted(y))
        resumed.load_state_dict(iterator.state_dict())
        assert Counter(map(str, chain(*shares, resumed))) == whole


class Interrupted:
    """Within it, a KeyboardInterrupt is raised at the n-th line that runs of `passes`."""

    def __init__(self, n):
        self.n_left = n

    def __enter__(self):
        self.before = sys.gettrace()  # that of a measurement of coverage
        sys.settrace(self.trace)

    def __exit__(self, *_):
        sys.settrace(self.before)

    def trace(self, frame, event, _):
        if frame.f_code.co_filename != passes.__file__:
            return None
        self.n_left -= event in ("line", "return")
        if self.n_left < 0:
            sys.settrace(None)
            raise KeyboardInterrupt
        return self.trace


def drawn_until(iterator, interrupted):
    """Items that are drawn until the interrupt, and whether it came."""
    drawn = []
    try:
        with interrupted:
            drawn.extend(iterator)  # in one go, so that the interrupt takes no item with it
    except KeyboardInterrupt:
        return drawn, True
    return drawn, False


@kinds
@pytest.mark.parametrize("n_before", [0, 5])
def test_an_interrupt_at_any_line_leaves_the_place_of_a_pass(make, n_before):
    sampler = make(fitted())
    uninterrupted, n_items = stream(sampler, 2), len(sampler)
    n_lines, is_interrupted = 0, True
    while is_interrupted:
        sampler = make(fitted())
        iterator = iter(sampler)
        drawn = list(islice(iterator, n_before))
        sampler.load_state_dict(iterator.state_dict())
        here, is_interrupted = drawn_until(iter(sampler), Interrupted(n_lines))
        resumed = make(fitted())
        resumed.load_state_dict(sampler.state_dict())
        drawn += here
        is_over = len(drawn) == n_items  # then what is resumed is the next epoch
        drawn += list(resumed)
        assert drawn == uninterrupted[: n_items * (1 + is_over)], f"after {n_lines} lines"
        n_lines += 1
    assert n_lines > 20  # or the lines were not those of passes


def test_an_epoch_that_is_refused_leaves_the_place_of_a_pass():
    sampler = rows_of(fitted())
    list(islice(iter(sampler), 5))
    state = sampler.state_dict()
    with pytest.raises(ValueError, match="epoch must be an int from 0 to"):
        sampler.set_epoch(-1)
    assert sampler.state_dict() == state
