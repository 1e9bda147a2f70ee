"""Iterators at C speed that know where they are, and the states in which a run is kept and taken up
again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from numbers import Integral
from operator import length_hint
from typing import Any, NamedTuple, cast

from torch.utils.data import Sampler

from skbalance._checks import check_epoch
from skbalance._draws.batches import Cut
from skbalance._draws.plan import Plan

# Changes whenever the same state would stand for other rows.
VERSION = 1


class Place(NamedTuple):
    """Where a pass stands in an epoch.

    ``position`` counts what is done: of rows the draws of all ranks together, of batches those of
    one rank. The latter go with the way in which the epoch is cut.
    """

    epoch: int
    position: int = 0
    cut: Cut | None = None


class ResumableIterator(chain[Any]):
    """A chain of lists, made one by one. What is left of the current list tells where the chain
    stands.
    """

    _sampler: ResumableSampler
    _pass: Pass

    @classmethod
    def over(cls, sampler: ResumableSampler) -> ResumableIterator:
        this_pass = Pass()
        iterator = cast(ResumableIterator, cls.from_iterable(this_pass.lists(sampler)))
        iterator._sampler, iterator._pass = sampler, this_pass
        return iterator

    def state_dict(self) -> dict[str, Any]:
        """Where this iterator stands: a dict of plain values."""
        return self._sampler._state_of(self._sampler._place_in(self._pass))

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state instead of where the sampler would begin; a state from the end of an
        epoch leaves nothing to yield.

        Raises
        ------
        TypeError, ValueError
            As in the sampler's `load_state_dict`; an iterator from which something was drawn.
        """
        if self._pass.begun is not None:
            raise ValueError(
                "a state is loaded into a fresh iterator, got one that has been drawn from: call iter() again."
            )
        self._pass.loaded = self._sampler._place_of(state)


class Pass:
    """What an iterator has listed of an epoch. It knows neither iterator nor sampler, so that
    nothing holds itself.
    """

    def __init__(self) -> None:
        self.loaded: Place | None = None
        self.begun: Place | None = None
        self._n_listed = 0
        self._items: Iterator[Any] = iter(())

    @property
    def n_drawn(self) -> int:
        return self._n_listed - length_hint(self._items)

    def lists(self, sampler: ResumableSampler) -> Iterator[Iterator[Any]]:
        # A generator, so that the epoch is taken with the first draw and not by iter().
        self.begun = sampler._begin(self)
        for items in sampler._lists(self.begun):
            self._n_listed += len(items)
            self._items = iter(items)
            yield self._items


class ResumableSampler(Sampler[Any]):
    """What samplers of rows and of batches share: epochs, and states that tell where one stands.

    A sampler says what a pass from a place lists (`_lists`), how many items that is (`_n_left`),
    where a pass stands after some of them (`_place_after`), at which position the place's epoch
    ends (`_end_of`), and how a place of other ranks has to be changed to be its own (`_adapted`).
    """

    _plan: Plan
    _cut: Cut | None = None
    _loaded: Place | None = None
    _latest: Pass | None = None
    epoch: int

    def _lists(self, place: Place) -> Iterator[list[Any]]:
        raise NotImplementedError

    def _n_left(self, place: Place) -> int:
        raise NotImplementedError

    def _end_of(self, place: Place) -> int:
        raise NotImplementedError

    def _adapted(self, place: Place) -> Place:
        return place

    def __iter__(self) -> Iterator[Any]:
        return ResumableIterator.over(self)

    def __len__(self) -> int:
        return self._n_left(self._next_place())

    def state_dict(self) -> dict[str, Any]:
        """Where the pass that began last stands, also if it was left early; before any, or after
        `set_epoch`, where the next begins.

        Returns
        -------
        state : dict
            Of plain values: epoch, position, and a fingerprint of labels, parameters and seed.
        """
        latest = self._latest
        begun = latest.begun if latest else None
        # A row sampler and its batch sampler share the epoch, and it may be assigned: then it was
        # another pass, or none.
        if (
            latest
            and begun
            and (begun.cut is None) == (self._cut is None)
            and begun.epoch + 1 == self.epoch
        ):
            return self._state_of(self._place_in(latest))
        return self._state_of(self._next_place())

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Let the next pass go on from a state of this or another process.

        A state from the end of an epoch goes on with the next one. Of batches, the rest of the
        epoch keeps the steps of the state (their size over all ranks, and whether all are full);
        the sampler's own hold from the next epoch on.

        Parameters
        ----------
        state : dict
            From `state_dict` of a sampler, or of an iterator over one, of the same kind, labels,
            parameters and seed; the number of ranks may be another.

        Raises
        ------
        TypeError, ValueError
            Anything else.
        """
        place = self._place_of(state)
        self._loaded = place if self._n_left(place) else Place(place.epoch + 1, 0, self._cut)
        self._latest = None
        self.epoch = self._loaded.epoch

    def set_epoch(self, epoch: int) -> None:
        """Let the next first draw take this epoch, whatever went before.

        In the epoch of a state just loaded, it still goes on from that state.

        Parameters
        ----------
        epoch : int
            At least 0.

        Raises
        ------
        TypeError, ValueError
            An epoch that is no int from 0 to 2**63 - 2.
        """
        self._latest = None
        self.epoch = check_epoch(epoch)

    def _next_place(self) -> Place:
        if self._loaded and self._loaded.epoch == self.epoch:
            return self._loaded
        return Place(check_epoch(self.epoch), 0, self._cut)

    def _begin(self, this_pass: Pass) -> Place:
        place = this_pass.loaded or self._next_place()
        self._loaded, self._latest = None, this_pass
        self.epoch = place.epoch + 1
        return place

    def _place_in(self, this_pass: Pass) -> Place:
        if this_pass.begun is None:
            return this_pass.loaded or self._next_place()
        return self._place_after(this_pass.begun, this_pass.n_drawn)

    def _place_after(self, place: Place, n_items: int) -> Place:
        return place._replace(position=place.position + n_items)

    def _state_of(self, place: Place) -> dict[str, Any]:
        return {
            "version": VERSION,
            "fingerprint": self._plan.fingerprint(place.epoch),
            "epoch": place.epoch,
            "position": place.position,
            "cut": place.cut and [*place.cut[:-1], [list(stop) for stop in place.cut.earlier]],
        }

    def _place_of(self, state: Mapping[str, Any]) -> Place:
        """The place that a state tells, checked, and adapted to the ranks of now."""
        place = _checked(state, self._plan, self._cut is not None)
        end = self._end_of(place)
        if not 0 <= place.position <= end:
            raise ValueError(
                f"position {place.position} of the state is not in epoch {place.epoch}, which ends at {end}."
            )
        if place.position == 0 and not (place.cut and place.cut.earlier):
            return Place(place.epoch, 0, self._cut)
        return self._adapted(place) if place.position < end else place

    def __getstate__(self) -> dict[str, Any]:
        # A pass stays in its process.
        return {name: value for name, value in self.__dict__.items() if name != "_latest"}


def _checked(state: Mapping[str, Any], plan: Plan, of_batches: bool) -> Place:
    """The place in a state, once it is known to be one of this plan."""
    if not isinstance(state, Mapping):
        raise TypeError(f"a state must be a dict made by state_dict(), got {type(state).__name__}.")
    wanted = "version", "fingerprint", "epoch", "position", "cut"
    missing = [name for name in wanted if name not in state]
    if missing:
        raise ValueError(
            f"a state must be made by state_dict(), got one without {', '.join(missing)}."
        )
    if type(state["version"]) is not int or state["version"] != VERSION:
        raise ValueError(
            f"the state is of version {state['version']!r}, this skbalance reads version {VERSION}."
        )
    if (state["cut"] is not None) != of_batches:
        kinds = ("rows", "batches") if of_batches else ("batches", "rows")
        raise ValueError(
            f"the state is that of a sampler of {kinds[0]}, this is one of {kinds[1]}."
        )
    if not isinstance(state["position"], Integral) or isinstance(state["position"], bool):
        raise TypeError(f"the position of a state must be an int, got {state['position']!r}.")
    place = Place(
        check_epoch(state["epoch"]),
        int(state["position"]),
        _cut_of(state["cut"]) if of_batches else None,
    )
    if state["fingerprint"] != plan.fingerprint(place.epoch):
        raise ValueError(
            "the state belongs to other labels (or another order of them), other parameters or another seed; give "
            "random_state an int, so that another process has the same seed."
        )
    return place


def _cut_of(values: Any) -> Cut:
    match values:
        case [int(size), bool(drop_last), int(n_ranks), int(n_turns), [*earlier]] if (
            min(size, n_ranks, n_turns) >= 1
        ):
            if all(_is_stop(stop) for stop in earlier):
                return Cut(size, drop_last, n_ranks, n_turns, tuple(map(tuple, earlier)))
    raise ValueError(
        "the cut of a state must be [size, drop_last, n_ranks, n_turns, [[n_ranks, n_turns, turn], ...]], "
        f"got {values!r}."
    )


def _is_stop(values: Any) -> bool:
    match values:
        case [int(n_ranks), int(n_turns), int(turn)]:
            return n_ranks >= 1 and 0 <= turn < n_turns
    return False
