"""What the processes of `test_accelerate` do; a module of its own, so that they can import it.

Accelerate takes seconds to import: only the processes do.
"""

import json
from pathlib import Path

import torch
from ranks_at_work import as_torchrun_does
from torch.utils.data import DataLoader, TensorDataset

from skbalance import InverseFrequencySampler

Y = [0] * 903 + [1] * 100
DATA = TensorDataset(torch.arange(len(Y)))
BATCH_SIZE = 42  # 24 batches: 19 of 42 rows and 5 of 41, or 23 full ones


def loader_of(kind, n_ranks, rank):
    sampler = InverseFrequencySampler(random_state=0)
    if kind in ("rows", "sharded rows"):
        ranks = {"num_replicas": n_ranks, "rank": rank} if kind == "sharded rows" else {}
        rows = sampler.to_torch_sampler(Y, **ranks)
        return DataLoader(DATA, sampler=rows, batch_size=BATCH_SIZE)
    size = BATCH_SIZE - 1 if kind == "odd batches" else BATCH_SIZE
    batches = sampler.to_torch_batch_sampler(Y, batch_size=size, drop_last=kind == "full batches")
    if kind == "batches as sampler":
        return DataLoader(DATA, sampler=batches, batch_size=None)
    return DataLoader(DATA, batch_sampler=batches)


def prepared(kind, options):
    """An Accelerator and a loader that it has prepared."""
    from accelerate import Accelerator, DataLoaderConfiguration

    accelerator = Accelerator(cpu=True, dataloader_config=DataLoaderConfiguration(**options))
    loader = loader_of(kind, accelerator.num_processes, accelerator.process_index)
    return accelerator, accelerator.prepare(loader)


def epochs(loader, numbers, setting=False):
    """The rows, batch by batch, of a pass for each number, told to the loader or not."""
    seen = []
    for number in numbers:
        if setting:
            loader.set_epoch(number)
        seen.append([rows.tolist() for (rows,) in loader])
    return seen


def skip(kind, options, n_skipped, setting):
    """What is left of epoch 1 after some batches, and the epoch after that."""
    from accelerate import skip_first_batches

    _, loader = prepared(kind, options)
    if setting:
        loader.set_epoch(1)
    rest = epochs(skip_first_batches(loader, n_skipped), [1])
    return rest + epochs(loader, [2], setting)


def keep(kind, options, n_batches, setting, folder):
    """Epoch 0, epoch 1 until a checkpoint, what a new loader makes of it, and the next epoch."""
    accelerator, loader = prepared(kind, options)
    whole, before = epochs(loader, [0]), []
    for (rows,) in loader:
        before.append(rows.tolist())
        if len(before) == n_batches:
            accelerator.save_state(folder)
            accelerator.wait_for_everyone()  # else a rank reads what another is still writing
            break
    accelerator, loader = prepared(kind, options)
    accelerator.load_state(folder)
    return [*whole, before, *epochs(loader, [1, 2], setting)]


def do(folder, kind, options, skipped=None, kept=None, setting=True):
    if skipped is not None:
        return skip(kind, options, skipped, setting)
    if kept is not None:
        return keep(kind, options, kept, setting, folder)
    return epochs(prepared(kind, options)[1], range(3))


def outcome(folder, job):
    """What a job gives, or the error in which it ends."""
    try:
        return do(folder, **job)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def work(folder, rank, n_ranks, jobs):
    """Write the outcome of each job."""
    torch.set_num_threads(1)
    as_torchrun_does(folder, rank, n_ranks)
    results = {}
    for name, job in jobs.items():
        results[name] = outcome(str(Path(folder, name)), job)
    Path(folder, f"{rank}.json").write_text(json.dumps(results))
