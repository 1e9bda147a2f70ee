"""dask's collections as partitions, and partitions as collections."""

from functools import partial
from operator import itemgetter

import dask.array as da
import dask.dataframe as dd
import numpy as np
from dask.base import tokenize
from dask.delayed import delayed
from dask.highlevelgraph import HighLevelGraph


def check_collection(data, name):
    """Raise unless it is a dask collection of rows."""
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


def check_alike(X, y):
    """Raise if X and y are partitioned in different ways, as far as that shows before their rows
    are there.
    """
    n_X, n_y = n_parts(X), n_parts(y)
    hint = "Take both as frames from one table and make arrays of the results, or give one the other's divisions or chunks."
    if n_X != n_y:
        raise ValueError(
            f"X and y must be partitioned alike, got {n_X} and {n_y} partitions. {hint}"
        )
    if isinstance(X, da.Array) == isinstance(y, da.Array):
        pairs = zip(extents(X), extents(y), strict=True)
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ValueError(
                f"X and y must be partitioned alike, got partitions {extents(X)} and {extents(y)}. {hint}"
            )


def rowless(data):
    """Rows in memory with the columns of the data, but none."""
    return np.empty((0, *data.shape[1:])) if isinstance(data, da.Array) else data._meta


def n_parts(data):
    return data.numblocks[0] if isinstance(data, da.Array) else data.npartitions


def extents(data):
    """Lengths of an array's chunks, or divisions of a frame; those that are unknown are None."""
    return (
        tuple(None if np.isnan(n) else n for n in data.chunks[0])
        if isinstance(data, da.Array)
        else data.divisions
    )


def whole_rows(data):
    """The same data with each row in one chunk."""
    return (
        data.rechunk(dict.fromkeys(range(1, data.ndim), -1)) if isinstance(data, da.Array) else data
    )


def parts_of(data):
    """The partitions, one delayed object each.

    Not optimised: dask would read several small partitions of a file as one, as many as the columns
    suggest, and so other ones of y than of X; and it would shuffle X and y each by itself, each in
    an order of its own. Only where every step works partition by partition are the columns that are
    not in use left out of it.
    """
    if isinstance(data, da.Array):
        return data.to_delayed().ravel().tolist()
    if all(is_partitionwise(step) for step in data.expr.walk()):
        parts = data.simplify().to_delayed(optimize_graph=False)
        # Should a filter that moved into the reading leave files out, there are fewer, and other
        # ones than of the other collection.
        if len(parts) == data.npartitions:
            return parts
    return data.to_delayed(optimize_graph=False)


def is_partitionwise(step):
    """Whether a step of an expression makes each partition of its own one alone; by name, as dask's
    class is not public.
    """
    return not hasattr(step, "npartitions") or any(
        kind.__name__ == "Blockwise" for kind in type(step).__mro__
    )


def constant(value):
    """A value that stands once in the graph, as it is."""
    return delayed(value, pure=False, traverse=False)


def bound(function, *values):
    """A function for `delayed` arguments whose first arguments travel with it: small ones, that
    need no place in the graph.
    """
    return delayed(partial(function, *values), pure=False)


def collections_of(pairs, X, y, lengths):
    """Collections of the first and of the second of each pair, of the kinds of X and y; ``lengths``
    are those of arrays' chunks.

    Frames have one root, by which dask knows that they belong together, also where divisions are
    not known: it would join them by their index otherwise, which sets rows beside labels of others.
    So neither is made without the other.
    """
    if not isinstance(X, da.Array) and not isinstance(y, da.Array) and X.divisions == y.divisions:
        both = collection_of(pairs, X, None)
        return tuple(
            both.map_partitions(itemgetter(which), meta=data._meta, enforce_metadata=False)
            for which, data in enumerate((X, y))
        )
    return tuple(
        collection_of(
            [delayed(itemgetter(which), pure=False)(pair) for pair in pairs], data, lengths
        )
        for which, data in enumerate((X, y))
    )


def collection_of(parts, like, lengths):
    """A collection of the parts, of the same kind as another; divisions hold, as rows stay in their
    partitions.

    Not by `dd.from_delayed`: the scheduler takes its tasks for readers of data and holds them back,
    so that all partitions are made first, and wait in memory. Nor by `da.concatenate`, which leaves
    out empty chunks.
    """
    keys = [part.key for part in parts]
    name = f"resampled-{tokenize(keys)}"
    tasks = with_true_aliases(HighLevelGraph.merge(*(part.dask for part in parts)).to_dict())
    if not isinstance(like, da.Array):
        return dd.from_graph(tasks, like._meta, like.divisions, keys, name)
    in_block = (0,) * (like.ndim - 1)
    blocks = {(name, i, *in_block): key for i, key in enumerate(keys)}
    graph = HighLevelGraph.from_collections(name, tasks | blocks)
    return da.Array(graph, name, chunks=(lengths, *like.chunks[1:]), meta=like._meta)


def with_true_aliases(tasks):
    """The tasks, of which those that only name another one bear their own key: after ``loc`` they
    do not, and arrays fail on it.
    """
    return {
        key: type(task)(key, task.target)
        if type(task).__name__ == "Alias" and task.key != key
        else task
        for key, task in tasks.items()
    }
