"""A tiny model under the Trainer of Hugging Face, as a trial: it learns a straight line."""

import sys

import rung
import torch
import transformers


class Line(torch.nn.Module):
    """One weight and one bias; counts the samples that it has seen, in its state."""

    def __init__(self):
        super().__init__()
        self.line = torch.nn.Linear(1, 1)
        self.register_buffer("seen", torch.zeros(()))

    def forward(self, x, labels):
        if self.training:
            self.seen += len(x)
        result = self.line(x)
        return {"loss": torch.nn.functional.mse_loss(result, labels), "logits": result}


class Points(torch.utils.data.Dataset):
    """Points on the line."""

    def __init__(self):
        self.x = torch.linspace(-1, 1, 64).unsqueeze(1)

    def __len__(self):
        return len(self.x)

    def __getitem__(self, place):
        return {"x": self.x[place], "labels": 2 * self.x[place] + 1}


def main():
    torch.manual_seed(1)
    torch.set_num_threads(1)
    model = Line()
    callback = rung.TrainerCallback()
    arguments = transformers.TrainingArguments(
        "unused", learning_rate=callback.trial.config["rate"], num_train_epochs=4,
        per_device_train_batch_size=16, report_to=[], disable_tqdm=True, use_cpu=True,
        dataloader_num_workers=0)
    trainer = transformers.Trainer(
        model, arguments, train_dataset=Points(), eval_dataset=Points(), callbacks=[callback],
        compute_metrics=lambda _: {"seen": model.seen.item() / 64})
    trainer.train(resume_from_checkpoint=callback.checkpoint)
    print("from", callback.trial.resumed_from, "to", round(trainer.state.epoch), "of",
          arguments.num_train_epochs, file=sys.stderr)


if __name__ == "__main__":
    main()
