"""What the processes of `test_lightning` do; a module of its own, so that they can import it.

Lightning takes seconds to import: only the processes do.
"""

import json
import logging
import warnings
from pathlib import Path

import torch
from ranks_at_work import as_torchrun_does
from torch.utils.data import BatchSampler, DataLoader, TensorDataset
from torchdata.stateful_dataloader import StatefulDataLoader

from skbalance import InverseFrequencySampler
from skbalance.torch import BalancedDataLoader

Y = [0] * 900 + [1] * 80 + [2] * 23
DATA = TensorDataset(torch.arange(len(Y)))
BATCH_SIZE = 50


def loader_of(kind, n_ranks, rank, stateful=False, n_workers=0):
    """The training loader of a job."""
    make = StatefulDataLoader if stateful else DataLoader
    # Workers would come from the slow fork server, too.
    workers = {"num_workers": n_workers, "multiprocessing_context": "fork"} if n_workers else {}
    sampler = InverseFrequencySampler(random_state=0)
    ranks = {"num_replicas": n_ranks, "rank": rank} if n_ranks > 1 else {}
    if kind == "torchdata's own":
        return make(DATA, batch_size=BATCH_SIZE, shuffle=True, **workers)
    if kind == "loader":
        return BalancedDataLoader(DATA, BATCH_SIZE, labels=Y, random_state=0)
    if kind in ("rows", "own rows", "wrapped rows"):
        rows = sampler.to_torch_sampler(Y, **({} if kind == "wrapped rows" else ranks))
        return make(DATA, sampler=rows, batch_size=BATCH_SIZE, **workers)
    batches = sampler.to_torch_batch_sampler(Y, batch_size=BATCH_SIZE, **ranks)
    if kind == "batches":
        return make(DATA, sampler=batches, batch_size=None, **workers)
    if kind == "torch's batches":
        rows = sampler.to_torch_sampler(Y)
        return make(DATA, batch_sampler=BatchSampler(rows, BATCH_SIZE, drop_last=False))
    assert kind in ("own batches", "batch_sampler")
    return make(DATA, batch_sampler=batches)


def model_of(kind, **loader):
    """A model that learns nothing and keeps the rows of each batch, by epoch."""
    import lightning

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1, 1)
            self.seen = [[], [], []]

        def training_step(self, batch):
            (rows,) = batch
            self.seen[self.current_epoch].append(rows.tolist())
            return self.layer(rows[:, None].float()).mean()

        def validation_step(self, batch):
            pass

        def predict_step(self, batch):
            return batch[0].tolist()

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=1e-6)

        def train_dataloader(self):
            return loader_of(kind, self.trainer.world_size, self.trainer.global_rank, **loader)

        def predict_dataloader(self):
            return self.train_dataloader()

        def val_dataloader(self):
            return DataLoader(DATA, BATCH_SIZE)

    return Model()


def trainer_of(folder, n_ranks, **options):
    import lightning

    quiet = dict.fromkeys(["logger", "enable_progress_bar", "enable_model_summary"], False)
    options = {"enable_checkpointing": False, "limit_val_batches": 0, **quiet, **options}
    strategy = "ddp" if n_ranks > 1 else "auto"
    return lightning.Trainer(
        accelerator="cpu", devices=n_ranks, strategy=strategy, default_root_dir=folder, **options
    )


def fit(folder, n_ranks, model, ckpt_path=None, **options):
    """The rows that the model is given, batch by batch, in each of three epochs."""
    trainer = trainer_of(folder, n_ranks, max_epochs=3, num_sanity_val_steps=0, **options)
    trainer.fit(model, ckpt_path=ckpt_path)
    return model.seen


def stop_and_go_on(folder, n_ranks, model, n_steps, **options):
    """What is seen before a checkpoint after so many steps, and by the run that starts from it."""
    from lightning.pytorch.callbacks import ModelCheckpoint

    checkpoint = ModelCheckpoint(dirpath=folder, every_n_train_steps=n_steps)
    keeping = {"enable_checkpointing": True, "callbacks": [checkpoint]}
    before = fit(folder, n_ranks, model(), max_steps=n_steps, **keeping, **options)
    return before, fit(folder, n_ranks, model(), checkpoint.best_model_path, **options)


def predict(folder, n_ranks, model, loader=None):
    """Over a loader that is given, else over the one that a hook of the model makes."""
    return trainer_of(folder, n_ranks).predict(model, loader)


def do(folder, n_ranks, kind, loader, options, stop_after=None, predicting=None):
    def model():
        return model_of(kind, **loader)

    if stop_after is not None:
        return stop_and_go_on(folder, n_ranks, model, stop_after, **options)
    if predicting is not None:
        given = None if predicting == "in hook" else loader_of(kind, 1, 0)
        return predict(folder, n_ranks, model(), given)
    return fit(folder, n_ranks, model(), **options)


def work(folder, rank, n_ranks, jobs):
    """Write what each job gives, or the error in which it ends."""
    torch.set_num_threads(1)
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    as_torchrun_does(folder, rank, n_ranks)
    results = {}
    for name, job in jobs.items():
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                done = do(Path(folder, name), n_ranks, **job)
            except Exception as error:
                done = f"{type(error).__name__}: {error}"
        results[name] = {"done": done, "warned": [str(warning.message) for warning in warned]}
    Path(folder, f"{rank}.json").write_text(json.dumps(results))
