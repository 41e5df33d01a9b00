import StudyFiles
import StudyModel

/// The example of the study file's documentation, cut to what this version can do.
let exampleStudy = """
  name: digits-mlp
  metric: {name: val_accuracy, goal: maximize}       # or goal: minimize
  fidelity: {name: epoch, min: 1, max: 81}            # what a trial is promoted in
  parameters:
    learning_rate: {min: 1.0e-4, max: 1.0e-1, scale: log}   # real
    width:         {min: 8, max: 64, step: 8}               # otherwise integers
    hidden:        {min: 16, max: 1024, scale: log, type: integer}
    batch_size:    {values: [32, 64, 128]}                  # numbers in a list are ordered
    optimizer:     {values: [sgd, adam]}                    # words are not
    momentum:      {min: 0.0, max: 0.99, when: {optimizer: sgd}}
    cell:          {values: [none, skip, conv3x3], architecture: true}
    activation:    {value: relu}                            # a constant
  constraints: ["width * batch_size <= 8192"]
  points: [{learning_rate: 0.01, width: 32}]                # tried first
  algorithm: asha
  trial:
    command: [python3, train.py]
    gpus: 1
    cpus: 4            # of each process that Rung starts
    memory: 8GiB       # likewise
    launch: plain
    arguments: append  # append | none | hydra
    directory: study
    checkpoint: {every: 5}
    silence: 30m
    retries: 2
  environment: {modules: [CUDA/12], activate: .venv, variables: {NCCL_DEBUG: WARN}}
  slurm: {account: proj, partition: dc-gpu, qos: normal, constraint: null, mail: null}
  stop: {trials: 128}
  baseline: 0.902
  seed: 1
  table: {file: curves.csv.gz, metric: "val_acc_{epoch}", elapsed: "elapsed_seconds_{epoch}"}
  """

/// A site file with every field.
let exampleSite = """
  name: jureca-dc
  summary: JURECA-DC at the Jülich Supercomputing Centre
  source: [https://apps.fz-juelich.de/jsc/hps/jureca/]
  hosts: ["jrlogin*.jureca", "jrc????"]
  partitions:
    dc-gpu:
      nodes: 192
      cores: 128
      memory: 480GiB
      gpus: {count: 4, vendor: nvidia, model: A100, type: null, memory: 40GiB}
      time: 24h
      max_nodes: 24
      sockets: 2
      threads: 2
      numa: 8
      local: {path: /local/scratch, size: 1TiB}
    dc-cpu: {nodes: 480, cores: 128, memory: 480GiB, time: 1-00:00:00, local: {}}
  workers: dc-gpu
  coordinator: dc-cpu
  capabilities: {hetjobs: true, gres: true, memory: false, sbatch: false, requeue: false, no-kill: false, max_steps: 100}
  mpi: pspmix
  interconnect: InfiniBand HDR
  storage: {kind: GPFS, paths: [/p/project, /p/scratch]}
  modules: [Stages/2025, Python/3.10]
  variables: {UCX_TLS: all, LEVEL: 010}
  time: 1h
  slurm: {account: null, qos: normal}
  unsourced: [partitions.dc-gpu.memory]
  """

/// A small valid study, in parts that a test can replace or remove.
struct StudyParts {
  private var parts = [
    ("name", "name: small"),
    ("metric", "metric: {name: loss, goal: minimize}"),
    ("fidelity", "fidelity: {name: epoch, min: 1, max: 9}"),
    ("parameters", "parameters: {width: {min: 8, max: 64}, act: {values: [relu, tanh]}}"),
    ("trial", "trial: {command: [./train]}"),
    ("stop", "stop: {trials: 4}"),
  ]

  /// The study with `text` in place of each part of the same key, or added at the end.
  ///
  /// A key alone removes its part.
  init(_ texts: String...) {
    for text in texts {
      let key = String(text.prefix { $0 != ":" })
      let place = parts.firstIndex { $0.0 == key }
      if let place, text == key {
        parts.remove(at: place)
      } else if let place {
        parts[place].1 = text
      } else {
        parts.append((key, text))
      }
    }
  }

  var text: String { parts.map(\.1).joined(separator: "\n") }
}

/// The mistakes of a study, one a line, without the file's name.
func mistakes(_ text: String) -> [String] {
  do throws(StudyFileError) {
    _ = try readStudy(text, file: "s.yaml")
    return []
  } catch {
    return error.mistakes.map { "\($0.line): \($0.message)" }
  }
}

/// The warnings of a study without mistakes.
func warnings(_ text: String) throws -> [String] {
  try readStudy(text, file: "s.yaml").warnings.map { "\($0.line): \($0.message)" }
}

/// The mistakes of a site file that is found as `jureca-dc`.
func siteMistakes(_ text: String) -> [String] {
  do throws(StudyFileError) {
    _ = try readSite(text, name: "jureca-dc", file: "s.yaml")
    return []
  } catch {
    return error.mistakes.map { "\($0.line): \($0.message)" }
  }
}

/// The mistakes in a campaign file, each with its line.
func campaignMistakes(_ text: String) -> [String] {
  do throws(StudyFileError) {
    _ = try readCampaign(text, file: "c.yaml")
    return []
  } catch {
    return error.mistakes.map { "\($0.line): \($0.message)" }
  }
}
