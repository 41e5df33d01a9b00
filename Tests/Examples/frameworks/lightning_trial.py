"""A tiny model in PyTorch Lightning, as a trial: it learns a straight line."""

import os
import warnings

import torch

# Debian's build of 1.13.1 calls itself an alpha of 1.13.0, and Lightning then takes it for 1.12.
if torch.__version__.startswith("1.13.0a"):
    torch.__version__ = "1.13.1"

import lightning.pytorch as lightning  # noqa: E402  (behind the version)
import rung  # noqa: E402

warnings.filterwarnings("ignore")


class Line(lightning.LightningModule):
    """One weight and one bias; counts the epochs that it has seen, in its state."""

    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.line = torch.nn.Linear(1, 1)
        self.register_buffer("seen", torch.zeros(()))

    def _register_sharded_tensor_state_dict_hooks_if_available(self):
        """Nothing: the module of PyTorch 1.13 for such tensors cannot be imported by Python 3.11."""

    def training_step(self, batch, _):
        x, y = batch
        return torch.nn.functional.mse_loss(self.line(x), y)

    def on_train_epoch_start(self):
        self.seen += 1

    def validation_step(self, batch, _):
        x, y = batch
        self.log("val/loss", torch.nn.functional.mse_loss(self.line(x), y))

    def on_train_epoch_end(self):
        # Behind the hooks of plain callbacks, before those of checkpoints.
        self.log("seen", self.seen)

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), self.rate)


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    x = torch.linspace(-1, 1, 64).unsqueeze(1)
    data = torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(x, 2 * x + 1), batch_size=16)
    callback = rung.LightningCallback({"val_loss": "val/loss", "seen": "seen"})
    ranks = int(os.environ.get("WORLD_SIZE", 1))
    trainer = lightning.Trainer(
        max_epochs=4, callbacks=[callback], accelerator="cpu", devices=ranks,
        strategy="ddp" if ranks > 1 else "auto", logger=False,
        enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Line(callback.trial.config["rate"]), data, data, ckpt_path=callback.ckpt_path)
    print("from", callback.trial.resumed_from, "to", trainer.current_epoch, "of", trainer.max_epochs)
    # Nothing but the trial's checkpoint is left.
    assert not os.path.exists("checkpoints") and not os.path.exists("lightning_logs")


if __name__ == "__main__":
    main()
