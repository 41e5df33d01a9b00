/// What Rung calls something that another tool, or another part of the file, calls `key`.
///
/// Sources: Ray Tune's ASHAScheduler and TuneConfig; Syne Tune's schedulers, Tuner and
/// StoppingCriterion; Weights & Biases' sweep configuration; Optuna's suggest methods, create_study
/// and optimize; sbatch(1).
///
/// - Parameters:
///   - key: An unknown key.
///   - path: The mapping it stands in, such as `parameters.width`; empty at the top.
/// - Returns: What to write, in quotes where words of explanation stand beside it, or `nil` for a
///   word that no tool uses.
func foreignWord(_ key: String, in path: String) -> String? {
  let section = path.split(separator: ".").first.map(String.init) ?? ""
  return foreignWords[section]?[key] ?? foreignWords[""]?[key]
}

/// The section that a key belongs to when it stands at the top by mistake.
func home(of key: String) -> String? {
  let homes: [(section: String, keys: [String])] = [
    ("trial", StudyReader.trialKeys), ("environment", environmentKeys), ("slurm", slurmKeys),
    ("stop", StudyReader.stopKeys), ("algorithm", ["eta", "brackets"]),
    ("metric", ["goal"]), ("fidelity", ["levels"]),
  ]
  return homes.first { $0.keys.contains(key) }?.section
}

/// Section of the study file (empty for the top, which also serves the others), then foreign word,
/// then Rung's.
private let foreignWords: [String: [String: String]] = [
  "parameters": [
    "distribution": "'scale: log', or leave it out",
    "log": "scale: log",
    "base": "scale: log",
    "low": "min", "lower": "min", "lower_bound": "min", "minimum": "min", "from": "min",
    "high": "max", "upper": "max", "upper_bound": "max", "maximum": "max", "to": "max",
    "bounds": "'min' and 'max'", "range": "'min' and 'max'",
    "q": "step", "quantization": "step",
    "choices": "values", "categories": "values", "options": "values", "sequence": "values",
    "const": "value", "constant": "value",
    "default": "'points: [{...}]' at the top of the file", "mu": "'min' and 'max'",
    "sigma": "'min' and 'max'", "probabilities": "'values', which are drawn with equal chances",
    "condition": "when", "conditions": "when", "parent": "when", "active": "when", "if": "when",
  ],
  "metric": [
    "mode": "'goal: maximize' or 'goal: minimize'",
    "direction": "'goal: maximize' or 'goal: minimize'",
    "objective": "'goal: maximize' or 'goal: minimize'",
    "target": "'stop: {target: 0.98}' at the top of the file",
  ],
  "fidelity": [
    "grace_period": "min", "min_iter": "min", "min_resource": "min", "minimum": "min",
    "start": "min", "low": "min",
    "max_t": "max", "max_iter": "max", "max_resource": "max", "max_epochs": "max",
    "maximum": "max", "end": "max", "high": "max",
    "rungs": "levels", "rung_levels": "levels", "budgets": "levels",
    "resource_attr": "name", "time_attr": "name", "type": "name",
  ],
  "algorithm": [
    "reduction_factor": "eta", "rf": "eta",
    "max_t": "'fidelity: {max: 81}' at the top of the file",
    "grace_period": "'fidelity: {min: 1}' at the top of the file",
    "max_iter": "'fidelity: {max: 81}' at the top of the file",
    "min_iter": "'fidelity: {min: 1}' at the top of the file",
    "method": "name", "kind": "name", "s": "brackets",
    "random_seed": "'seed: 1' at the top of the file",
    "seed": "'seed: 1' at the top of the file",
  ],
  "trial": [
    "program": "command", "entrypoint": "command", "entry_point": "command", "script": "command",
    "cmd": "command", "executable": "command", "args": "command",
    "gpu": "gpus", "num_gpus": "gpus", "gpus_per_trial": "gpus", "cpu": "cpus",
    "num_cpus": "cpus", "cpus_per_trial": "cpus", "mem": "memory",
    "timeout": "'silence', the longest time without a report",
    "max_failures": "retries", "max_retries": "retries", "cwd": "directory",
    "working_directory": "directory", "checkpoint_freq": "checkpoint: {every: 5}",
    "env": "'environment: {variables: {...}}' at the top of the file",
  ],
  "environment": [
    "env": "variables", "venv": "activate", "conda": "activate", "image": "container",
  ],
  "slurm": [
    "time": "'--time' on the command line of 'rung plan' or 'rung submit'",
    "nodes": "'--nodes' on the command line of 'rung plan' or 'rung submit'",
    "gres": "'trial: {gpus: 1}' at the top of the file",
    "gpus": "'trial: {gpus: 1}' at the top of the file",
    "mem": "'trial: {memory: 8GiB}' at the top of the file",
    "cpus-per-task": "'trial: {cpus: 4}' at the top of the file",
    "mail-user": "mail", "mail_user": "mail", "email": "mail", "queue": "partition",
    "project": "account",
  ],
  "stop": [
    "num_samples": "trials", "n_trials": "trials", "max_trials": "trials", "run_cap": "trials",
    "max_num_trials_started": "started", "max_num_trials_finished": "trials",
    "max_num_evaluations": "reports", "max_wallclock_time": "wallclock",
    "time_budget_s": "wallclock", "timeout": "wallclock", "time": "wallclock",
    "max_cost": "gpu-hours", "training_iteration": "'fidelity: {max: 81}' at the top of the file",
  ],
  "table": [
    "path": "file", "csv": "file", "columns": "parameters", "filter": "where", "time": "elapsed",
  ],
  "": [
    "max_t": "fidelity: {max: 81}", "max_iter": "fidelity: {max: 81}",
    "max_resource": "fidelity: {max: 81}", "max_resource_attr": "fidelity: {max: 81}",
    "max_epochs": "fidelity: {max: 81}", "epochs": "fidelity: {max: 81}",
    "grace_period": "fidelity: {min: 1}", "min_iter": "fidelity: {min: 1}",
    "min_resource": "fidelity: {min: 1}", "time_attr": "fidelity: {name: epoch}",
    "resource_attr": "fidelity: {name: epoch}", "rung_levels": "fidelity: {levels: [1, 3, 9]}",
    "resource": "fidelity", "budget": "fidelity",
    "reduction_factor": "algorithm: {name: asha, eta: 3}",
    "num_samples": "stop: {trials: 128}", "n_trials": "stop: {trials: 128}",
    "max_trials": "stop: {trials: 128}", "run_cap": "stop: {trials: 128}",
    "max_num_trials_started": "stop: {started: 128}",
    "max_num_evaluations": "stop: {reports: 1000}",
    "max_wallclock_time": "stop: {wallclock: 12h}", "time_budget_s": "stop: {wallclock: 12h}",
    "timeout": "stop: {wallclock: 12h}", "stop_criterion": "stop: {trials: 128}",
    "mode": "metric: {name: ..., goal: maximize}",
    "direction": "metric: {name: ..., goal: maximize}",
    "directions": "metric: {name: ..., goal: maximize}",
    "objective": "metric: {name: ..., goal: maximize}",
    "metrics": "metric: {name: ..., goal: maximize}",
    "method": "algorithm: asha", "early_terminate": "algorithm: asha",
    "scheduler": "algorithm: asha", "searcher": "algorithm: asha", "search_alg": "algorithm: asha",
    "sampler": "algorithm: asha", "pruner": "algorithm: asha",
    "program": "trial: {command: [python3, train.py]}",
    "entrypoint": "trial: {command: [python3, train.py]}",
    "entry_point": "trial: {command: [python3, train.py]}",
    "script": "trial: {command: [python3, train.py]}",
    "resources_per_trial": "trial: {gpus: 1, cpus: 4}", "resources": "trial: {gpus: 1, cpus: 4}",
    "space": "parameters", "search_space": "parameters", "param_space": "parameters",
    "config_space": "parameters", "hyperparameters": "parameters", "config": "parameters",
    "conditions": "'when' within a parameter", "points_to_evaluate": "points",
    "initial_points": "points", "max_concurrent": "'--slots' on the command line of 'rung run'",
    "max_concurrent_trials": "'--slots' on the command line of 'rung run'",
    "n_workers": "'--slots' on the command line of 'rung run'",
    "n_jobs": "'--slots' on the command line of 'rung run'",
    "env": "environment: {variables: {...}}", "study_name": "name", "random_seed": "seed",
  ],
]
