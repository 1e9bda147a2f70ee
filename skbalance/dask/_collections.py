"""Dask collections taken apart into delayed partitions, and put together from them again.

All that the library borrows from dask without a promise is used here, each piece in a function of
its own, and held by a test: the steps of a frame (`is_partitionwise`) and aliases
(`with_true_aliases`).
"""

from functools import partial
from operator import itemgetter

import dask.array as da
import dask.dataframe as dd
import numpy as np
from dask.array.utils import meta_from_array
from dask.base import tokenize
from dask.dataframe.dispatch import make_meta
from dask.delayed import delayed
from dask.highlevelgraph import HighLevelGraph


def check_collection(data, name):
    """Raise unless the data are a dask collection of rows."""
    if not isinstance(data, (dd.DataFrame, dd.Series, da.Array)) or isinstance(data, dd.Index):
        way_out = "for data in memory there is skbalance.InverseFrequencySampler"
        if isinstance(data, dd.Index):
            way_out = f"pass {name}.to_series()"
        elif isinstance(data, str):
            way_out = f"pass the column itself, X[{data!r}]"
        raise TypeError(
            f"{name} must be a dask DataFrame, Series or array, got {type(data).__name__}; "
            f"{way_out}."
        )
    if isinstance(data, dd.DataFrame) and len(data.columns) == 0:
        raise ValueError(f"{name} must have columns, got a frame without.")
    if isinstance(data, da.Array) and (data.ndim == 0 or 0 in data.shape[1:]):
        raise ValueError(f"{name} must have rows and columns, got an array of shape {data.shape}.")


def check_alike(data, y, name):
    """Raise if the data of this name and y are known to be partitioned differently.

    Lengths that dask does not know yet are compared later, by `skbalance._partitions`.
    """
    hint = (
        "Take both as frames from one table and make arrays of the results, or give one the "
        "other's divisions or chunks."
    )
    n, n_y = n_partitions(data), n_partitions(y)
    if n != n_y:
        raise ValueError(
            f"{name} and y must be partitioned alike, got {n} and {n_y} partitions. {hint}"
        )
    if isinstance(data, da.Array) == isinstance(y, da.Array):
        pairs = zip(extents(data), extents(y), strict=True)
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(
                f"{name} and y must be partitioned alike, got partitions {extents(data)} and "
                f"{extents(y)}. {hint}"
            )


def n_partitions(data):
    return data.numblocks[0] if isinstance(data, da.Array) else data.npartitions


def extents(data):
    """The lengths of an array's chunks, or the divisions of a frame; None where unknown."""
    if isinstance(data, da.Array):
        return tuple(None if np.isnan(n) else n for n in data.chunks[0])
    return data.divisions


def empty_like(data):
    """What dask knows of the data without computing them: as in memory, but without rows."""
    return meta_from_array(data) if isinstance(data, da.Array) else make_meta(data)


def rowless(data):
    """An object in memory with the columns of the data but none of its rows."""
    # dask's own empty array has lost the number of columns.
    return np.empty((0, *data.shape[1:])) if isinstance(data, da.Array) else empty_like(data)


def whole_rows(data):
    """The same data, with each row in one chunk."""
    if isinstance(data, da.Array):
        return data.rechunk(dict.fromkeys(range(1, data.ndim), -1))
    return data


def delayed_partitions(data):
    """One delayed object for each partition.

    Frames are not optimised. dask would read several small partitions of a file as one, but how
    many depends on the columns in use, so X and y would end up with different partitions. It would
    also shuffle X and y separately, each into an order of its own. Only where every step works
    partition by partition are columns that nobody uses left unread.
    """
    if isinstance(data, da.Array):
        return data.to_delayed().ravel().tolist()
    if all(is_partitionwise(step) for step in data.expr.walk()):
        partitions = data.simplify().to_delayed(optimize_graph=False)
        # A filter that moves into the reading may leave out files: there are fewer partitions
        # then, and others than in the other collection.
        if len(partitions) == data.npartitions:
            return partitions
    return data.to_delayed(optimize_graph=False)


def delayed_tuples(*collections):
    """For each partition a tuple of delayed objects, one of each collection."""
    return zip(*map(delayed_partitions, collections), strict=True)


def is_partitionwise(step):
    """Whether each partition of a frame's step depends on one partition of the step before."""
    # dask offers the class under no public name, so it is recognised by its name.
    return not hasattr(step, "npartitions") or any(
        kind.__name__ == "Blockwise" for kind in type(step).__mro__
    )


def constant(value):
    """A value that stands in the graph once, as it is."""
    return delayed(value, pure=False, traverse=False)


def bound(function, *values):
    """A function for delayed arguments whose first arguments are given now.

    Those travel with the function instead of having a place of their own in the graph, so they
    should be small.
    """
    return delayed(partial(function, *values), pure=False)


def collections_of(pairs, X, y, lengths):
    """Two collections like X and y: of the first and of the second object in each delayed pair.

    ``lengths`` are those of the chunks of arrays.
    """
    if not isinstance(X, da.Array) and not isinstance(y, da.Array) and X.divisions == y.divisions:
        # Both frames come from one, so dask knows that their partitions belong together even where
        # divisions are unknown. It would join them by index otherwise, and set rows beside the
        # labels of others.
        both = collection_of(pairs, X, None)
        return tuple(
            both.map_partitions(itemgetter(which), meta=empty_like(data), enforce_metadata=False)
            for which, data in enumerate((X, y))
        )
    return tuple(
        collection_of([bound(itemgetter(which))(pair) for pair in pairs], data, lengths)
        for which, data in enumerate((X, y))
    )


def collection_of(partitions, like, lengths):
    """A collection of the delayed partitions, of the kind of another and with its divisions.

    ``lengths`` are those of an array's chunks.
    """
    # Not by dd.from_delayed: the scheduler takes its tasks for ones that read data and holds them
    # back, so that all partitions are made first and wait in memory. Nor by da.concatenate, which
    # leaves out empty chunks.
    keys = [partition.key for partition in partitions]
    name = f"resampled-{tokenize(keys)}"
    graphs = (partition.dask for partition in partitions)
    tasks = with_true_aliases(HighLevelGraph.merge(*graphs).to_dict())
    meta = empty_like(like)
    if not isinstance(like, da.Array):
        return dd.from_graph(tasks, meta, like.divisions, keys, name)
    in_block = (0,) * (like.ndim - 1)
    blocks = {(name, i, *in_block): key for i, key in enumerate(keys)}
    graph = HighLevelGraph.from_collections(name, tasks | blocks)
    return da.Array(graph, name, chunks=(lengths, *like.chunks[1:]), meta=meta)


def with_true_aliases(tasks):
    """The same tasks, with every alias under its own key.

    An alias is a task that only names another. After ``loc`` on a frame dask makes aliases that
    carry the other's key as their own, and its optimisation of arrays then fails.
    """
    # Aliases are recognised by the name of their class, as dask does not offer it under a public
    # one. Not by their attributes: data stand in the graph, too, and a frame may have a column
    # "key". The target alone can replace the task, as a key in place of a task is an alias to dask.
    return {
        key: task.target if type(task).__name__ == "Alias" and task.key != key else task
        for key, task in tasks.items()
    }
