"""A training that draws, stops, saves, and goes on with other ranks and batches, in any order.

hypothesis drives samplers of all kinds of targets through such lives; at the end of each epoch all
ranks together must have drawn it, each row as often as `draw` says.

For 20,000 lives:
``python -m pytest tests/test_stateful.py --hypothesis-profile=long``
"""

import json
import pickle
from collections import Counter
from itertools import chain, islice

import pytest
from examples import same_in_ci
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from test_kinds import KINDS, MANY_CLASSES

worlds = st.integers(1, 4)
batch_sizes = st.integers(1, 12)
# Up to the last one but for those that a life may go on to.
epochs = st.one_of(st.integers(0, 5), st.integers(0, 2**63 - 100))


class Training(RuleBasedStateMachine):
    """Ranks in step: each iterates over its own sampler, and all stop at the same item."""

    @initialize(
        case=st.one_of(*KINDS.values()),
        is_of_batches=st.booleans(),
        drop_last=st.booleans(),
        world=worlds,
        batch_size=batch_sizes,
    )
    def begin(self, case, is_of_batches, drop_last, world, batch_size):
        self.sampler, self.is_of_batches = case.fitted(), is_of_batches
        self.is_scheduled, self.drop_last = len(case.strengths) > 1, drop_last
        self.has_lambdas = self.is_scheduled or callable(case.class_weight)
        self.batch_size, self.epoch, self.drawn = batch_size, 0, []
        # Every epoch must have a step: nothing but batches of one row has one in any case.
        if is_of_batches and drop_last:
            world = self.batch_size = 1
        self.samplers = self.made(world, self.batch_size)
        self.widest, self.loaded_in = world, None
        self.iterators = [*map(iter, self.samplers)]

    def made(self, world, batch_size):
        """A sampler for each rank."""
        ranks = [{"num_replicas": world, "rank": rank} for rank in range(world)]
        if not self.is_of_batches:
            return [self.sampler.to_torch_sampler(**of_rank) for of_rank in ranks]
        options = {"batch_size": batch_size, "drop_last": self.drop_last}
        return [self.sampler.to_torch_batch_sampler(**options, **of_rank) for of_rank in ranks]

    @rule(n_items=st.integers(0, 9))
    def draw_some(self, n_items):
        got = [list(islice(iterator, n_items)) for iterator in self.iterators]
        assert len({*map(len, got)}) == 1, "all ranks have equally many items"
        self.take(got)
        if len(got[0]) < n_items:
            self.end_epoch()

    @rule()
    def draw_the_rest(self):
        got = [list(islice(iterator, 10**6)) for iterator in self.iterators]
        assert len({*map(len, got)}) == 1, "all ranks have equally many items"
        self.take(got)
        self.end_epoch()

    def take(self, got):
        if self.is_of_batches:
            got = [list(chain.from_iterable(batches)) for batches in got]
        self.drawn += chain.from_iterable(got)

    def end_epoch(self):
        """All ranks together drew the epoch, and what made them equal; then the next one begins."""
        drawn, wanted = Counter(self.drawn), Counter(self.sampler.draw(self.epoch).tolist())
        assert not wanted - drawn
        # In batches of one row what is missing for the last step is taken from the start again.
        assert sum((drawn - wanted).values()) < self.widest
        self.epoch, self.drawn, self.widest = self.epoch + 1, [], len(self.samplers)
        self.iterators = [*map(iter, self.samplers)]

    @rule(world=worlds, batch_size=batch_sizes)
    def stop_and_go_on(self, world, batch_size):
        state, *others = [sampler.state_dict() for sampler in self.samplers]
        assert all(other == state for other in others), "all ranks stand at the same place"
        saved = json.loads(json.dumps(state))
        # From the end of an epoch, drawn to its last item, it goes on with the next.
        is_over = not Counter(self.sampler.draw(self.epoch).tolist()) - Counter(self.drawn)
        if self.drop_last and self.is_of_batches:
            world = batch_size = 1
        try:
            fresh = self.loaded(saved, world, batch_size)
        except ValueError as error:
            # A step that others began may not be shared by these ranks: said in so many words.
            if "go on with" not in str(error):
                raise
            fresh = self.loaded(saved, len(self.samplers), self.batch_size)
        else:
            self.batch_size = batch_size
        self.samplers, self.iterators = fresh, [*map(iter, fresh)]
        self.widest, self.loaded_in = max(self.widest, len(fresh)), self.epoch
        if is_over:
            self.end_epoch()

    def loaded(self, state, world, batch_size):
        """Samplers that go on from a state."""
        samplers = self.made(world, batch_size)
        for sampler in samplers:
            sampler.load_state_dict(state)
        return samplers

    @rule()
    def pickle_between_epochs(self):
        if self.drawn or self.has_lambdas:
            return
        self.samplers = [pickle.loads(pickle.dumps(sampler)) for sampler in self.samplers]
        self.iterators = [*map(iter, self.samplers)]

    @precondition(lambda self: not self.is_scheduled)
    @rule(epoch=epochs)
    def jump(self, epoch):
        if epoch == self.loaded_in:  # in the epoch of a loaded state its place is kept
            return
        for sampler in self.samplers:
            sampler.set_epoch(epoch)
        self.epoch, self.drawn, self.widest = epoch, [], len(self.samplers)
        self.iterators = [*map(iter, self.samplers)]


TestTraining = Training.TestCase
TestTraining.settings = settings(same_in_ci(), stateful_step_count=25)
TestTraining.pytestmark = [pytest.mark.filterwarnings("error"), MANY_CLASSES]
