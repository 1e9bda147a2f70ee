"""Passes over a stream, epoch by epoch, and the states by which a run goes on where it stopped.

No framework appears here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import blake2b
from itertools import chain
from math import inf
from operator import length_hint
from threading import RLock
from typing import Any, cast

from skbalance._checks import check_epoch, check_int
from skbalance._draws.batches import Cut
from skbalance._draws.keys import STREAM_VERSION
from skbalance._draws.streams import BatchStream, Progress, Stream


class Pass:
    """What an iterator has listed of an epoch.

    It holds no reference to the iterator or to `Passes`, so there is no reference cycle and memory
    is freed at once.
    """

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.loaded: Progress | None = None
        self.begun: Progress | None = None
        # How many items, and what is left of the latest: one attribute, so that an interrupt or
        # another thread finds both or none.
        self.listed: tuple[int, Iterator[Any]] = 0, iter(())

    @property
    def n_drawn(self) -> int:
        """Items that were taken: those listed, but for what is left of the list under way."""
        n_listed, items = self.listed
        return n_listed - length_hint(items)


class Passes:
    """One pass after the other, each over the next epoch, of one stream or of several in turn.

    An epoch is taken by the first draw of a pass, not by its iterator.
    """

    def __init__(self) -> None:
        self.epoch = 0
        self._loaded: Progress | None = None
        self._latest: Pass | None = None
        self._taking = RLock()

    def set_epoch(self, epoch: int) -> None:
        """Let the next pass take this epoch, from a loaded progress if that stands in it."""
        self.epoch, self._latest = check_epoch(epoch), None

    def next_of(self, stream: Stream) -> Progress:
        """Where the next pass over a stream begins."""
        start, loaded = stream.start_of(self.epoch), self._loaded
        # A sampler of rows shares its passes with that of its batches: each has its own progress.
        if loaded and loaded.epoch == start.epoch and (loaded.cut is None) == (start.cut is None):
            return loaded
        return start

    def begin(self, this_pass: Pass) -> Progress:
        """Begin a pass: it takes the epoch, which no other thread's pass then takes."""
        with self._taking:
            begun = this_pass.loaded or self.next_of(this_pass.stream)
            after = begun.epoch + 1
            # Without a call in between, so that an interrupt finds all of it done or nothing.
            this_pass.begun, self._loaded, self._latest, self.epoch = begun, None, this_pass, after
        return begun

    def progress_of(self, this_pass: Pass) -> Progress:
        """Where a pass stands, also before its first draw."""
        if this_pass.begun is None:
            return this_pass.loaded or self.next_of(this_pass.stream)
        return this_pass.stream.after(this_pass.begun, this_pass.n_drawn)

    def latest_of(self, stream: Stream) -> Progress:
        """Where the latest pass over a stream stands; without one, where the next begins."""
        latest = self._latest
        # The latest pass may have been one of rows, and the epoch may have been assigned since.
        if latest is None or latest.stream is not stream or latest.begun is None:
            return self.next_of(stream)
        is_moved = self.epoch != latest.begun.epoch + 1
        return self.next_of(stream) if is_moved else self.progress_of(latest)

    def load(self, stream: Stream, state: Mapping[str, Any]) -> None:
        """Let the next pass go on from a state, or after the end of an epoch with the next one."""
        progress = progress_in(stream, state)
        if stream.is_finished(progress):
            progress = stream.start_of(progress.epoch + 1)
        self._loaded, self._latest, self.epoch = progress, None, progress.epoch

    def __getstate__(self) -> dict[str, Any]:
        # A pass stays in its process, and so does a lock.
        return {"epoch": self.epoch, "_loaded": self._loaded}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _latest=None, _taking=RLock())


class Lists:
    """The lists of a pass, as iterators, each made once the one before is used up.

    Threads that share them are given the same one, so that each of its items goes to one of them.
    """

    def __init__(self, this_pass: Pass, passes: Passes) -> None:
        self.this_pass = this_pass
        self.passes = passes
        self._lists: Iterator[Any] | None = None
        self._making = RLock()

    def __iter__(self) -> Lists:
        return self

    def __next__(self) -> Iterator[Any]:
        this_pass = self.this_pass
        with self._making:
            n_listed, items = this_pass.listed
            if length_hint(items):  # of a list that another thread has made meanwhile
                return items
            if self._lists is None:
                self._lists = this_pass.stream.lists(self.passes.begin(this_pass))
            latest = next(self._lists)
            this_pass.listed = n_listed + len(latest), iter(latest)
            return this_pass.listed[1]


class ResumableIterator(chain[Any]):
    """A chain of lists that are made one by one; what is left of the latest tells where it stands.

    So it iterates at C speed, and no draw is counted one by one.
    """

    # Held here, too: a chain lets go of its lists at their end, also if another thread is in them.
    _lists: Lists

    @classmethod
    def over(cls, stream: Stream, passes: Passes) -> ResumableIterator:
        """The next pass over a stream."""
        lists = Lists(Pass(stream), passes)
        iterator = cast(ResumableIterator, cls.from_iterable(lists))
        iterator._lists = lists
        return iterator

    def state_dict(self) -> dict[str, Any]:
        """Where this iterator stands: a dict of plain values."""
        this_pass = self._lists.this_pass
        return state_of(this_pass.stream, self._lists.passes.progress_of(this_pass))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state instead of where the next pass would begin.

        A state from the end of an epoch leaves nothing to yield.

        Raises
        ------
        TypeError, ValueError
            As in the sampler's `load_state_dict`; an iterator from which something was drawn.
        """
        this_pass = self._lists.this_pass
        if this_pass.begun is not None:
            raise ValueError(
                "a state is loaded into a fresh iterator, got one that has been drawn from: call "
                "iter() again."
            )
        this_pass.loaded = progress_in(this_pass.stream, state)

    def __reduce__(self) -> Any:
        # Python's own way would copy the chain without its lists: an iterator without rows.
        raise TypeError(
            "an iterator over a sampler cannot be pickled or copied; keep its state_dict(). (A "
            "pickled sampler begins with the next epoch.)"
        )


def state_of(stream: Stream, progress: Progress) -> dict[str, Any]:
    """A progress as plain values, with a fingerprint of what the rows depend on."""
    return {
        "version": STREAM_VERSION,
        "fingerprint": _fingerprint(stream, progress),
        "epoch": progress.epoch,
        "position": progress.position,
        "cut": progress.cut and list(progress.cut),
    }


def progress_in(stream: Stream, state: Mapping[str, Any]) -> Progress:
    """The progress in a state, checked, and taken up by the ranks of a stream."""
    progress = _checked(stream, state)
    end = stream.end_of(progress)
    if not 0 <= progress.position <= end:
        raise ValueError(
            f"position {progress.position} of the state is not in epoch {progress.epoch}, which "
            f"ends at {end}."
        )
    return progress if progress.position == end else stream.resumed(progress)


def _fingerprint(stream: Stream, progress: Progress) -> str:
    of_plan: str = stream.plan.fingerprint(progress.epoch)
    if progress.cut is None:
        return of_plan
    return blake2b(f"{of_plan} {tuple(progress.cut)}".encode(), digest_size=16).hexdigest()


def _checked(stream: Stream, state: Mapping[str, Any]) -> Progress:
    """The progress in a state, once it is known to be one of the stream's plan."""
    if not isinstance(state, Mapping):
        raise TypeError(f"a state must be a dict made by state_dict(), got {type(state).__name__}.")
    wanted = "version", "fingerprint", "epoch", "position", "cut"
    missing = [name for name in wanted if name not in state]
    more = [repr(name) for name in state if name not in wanted]
    if missing or more:
        seen = f"without {', '.join(missing)}" if missing else f"with {', '.join(more)}, too"
        raise ValueError(f"a state must be made by state_dict(), got one {seen}.")
    if type(state["version"]) is not int or state["version"] != STREAM_VERSION:
        raise ValueError(
            f"the state is of version {state['version']!r}, this skbalance reads version "
            f"{STREAM_VERSION}."
        )
    is_of_batches = isinstance(stream, BatchStream)
    if (state["cut"] is not None) != is_of_batches:
        kinds = ("rows", "batches") if is_of_batches else ("batches", "rows")
        raise ValueError(
            f"the state is that of a sampler of {kinds[0]}, this is one of {kinds[1]}."
        )
    epoch = check_epoch(state["epoch"])
    position = check_int(state["position"], "the position of a state must be an int", least=-inf)
    progress = Progress(epoch, position, _cut_of(state["cut"]) if is_of_batches else None)
    fingerprint = state["fingerprint"]
    if not isinstance(fingerprint, str) or fingerprint != _fingerprint(stream, progress):
        raise ValueError(
            "the state belongs to other labels (or another order of them), other weights or "
            "groups, other parameters or another seed; give random_state an int, so that another "
            "process has the same seed."
        )
    return progress


def _cut_of(values: Any) -> Cut:
    match values:
        case [int(size), bool(drop_last), int(n_in_step)] if min(size, n_in_step) >= 1:
            # A bool is an int, too.
            if not isinstance(size, bool) and not isinstance(n_in_step, bool):
                return Cut(size, drop_last, n_in_step)
    raise ValueError(f"the cut of a state must be [size, drop_last, n_in_step], got {values!r}.")
