import JobScripts
import StudyModel

/// The version that the scripts of these tests name.
let version = "0.1.0"

/// A study of 64 trials with a GPU, a core and 1 GiB each.
func digits() -> Study {
  var stop = StopRules()
  stop.trials = 64
  return Study(
    name: "digits-mlp", metric: Metric(name: "val_accuracy", goal: .maximize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(81)),
    space: SearchSpace(parameters: []),
    trial: TrialSettings(command: ["python3", "train.py"], gpus: 1, cpus: 1, memoryMiB: 1024),
    stop: stop)
}

/// Places that stand for a user's own.
let locations = JobLocations(
  executable: "/path/to/rung", directory: "/path/to/digits/digits-mlp.rung",
  studyFolder: "/path/to/digits")
