import FoundationEssentials
import Processes
import ProgramSupport
import Testing

@testable import rung

/// With `--json` every command prints one object on standard output, and nothing else there.
struct JSONTests {
  static let study = """
    name: json
    metric: {name: value, goal: minimize}
    fidelity: {name: epoch, min: 1, max: 3}
    parameters: {x: {min: 0.0, max: 1.0}}
    algorithm: asha
    trial: {command: [sh, train.sh], arguments: none}
    stop: {trials: 4}
    """

  static let trial = """
    from=${RUNG_RESUME_FROM:-0}
    while [ "$from" -lt "$RUNG_FIDELITY_UNTIL" ]; do
      from=$((from + 1))
      echo "[rung] {\\"epoch\\": $from, \\"value\\": 0.$from$RUNG_TRIAL}"
    done
    """

  private let bench: ProgramBench

  init() throws {
    bench = try ProgramBench(study: Self.study, trial: "")
    _ = try bench.folder.write("train.sh", Self.trial)
    // Slurm's own commands are on the path of the tests on a private Slurm; here two that answer.
    _ = try bench.folder.write(
      "sbatch", "#!/bin/sh\necho 77\necho 'sbatch: Job 77 to start at 2026-11-29T07:00:00' >&2\n")
    _ = try bench.folder.write("scancel", "#!/bin/sh\n")
    for name in ["sbatch", "scancel"] { try setMode(bench.folder.file(name), 0o755) }
  }

  /// A JSON value whose keys matter.
  private enum Value: Decodable {
    case object([String: Value])
    case array([Value])
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let object = try? container.decode([String: Value].self) {
        self = .object(object)
      } else if let array = try? container.decode([Value].self) {
        self = .array(array)
      } else {
        self = .other
      }
    }

    /// Every key in it.
    var keys: [String] {
      switch self {
      case .object(let members): members.flatMap { [$0.key] + $0.value.keys }
      case .array(let values): values.flatMap(\.keys)
      case .other: []
      }
    }
  }

  /// Runs a command; with `--json` its output is one object, whose keys are in lower case.
  private func check(
    _ words: [String], _ statuses: Set<Int> = [0], variables: [String] = []
  ) throws {
    let path = "PATH=\(bench.folder.path):\(environment("PATH") ?? "")"
    let wrapper = ["env", "-u", "RUNG_SITE", path] + variables
    for more in [["--json"], ["--json", "--quiet"]] {
      let result = try bench.rung(words + more, under: wrapper)
      let errors = text(result.errors)
      #expect(statuses.contains(result.status), "\(words) \(result.status) \(errors)")
      let value = try? JSONDecoder().decode(Value.self, from: Data(result.output))
      guard case .object(let members)? = value else {
        Issue.record("\(words) printed no object: \(text(result.output))")
        continue
      }
      #expect(!members.isEmpty, "\(words)")
      for key in value?.keys ?? [] {
        #expect(key == snakeCase(key), "\(words): key '\(key)'")
      }
      // Errors are shown however quiet it is to be.
      if more.count > 1, result.status == 0 { #expect(errors.isEmpty, "\(words): \(errors)") }
    }
  }

  @Test func everyCommandPrintsOneObject() throws {
    let (file, folder) = (bench.study, bench.directory)
    let site = ["--site", "generic-cpu"]
    try check(["check", file] + site)
    try check(["run", file, "--slots", "2", "--fresh"])
    for command in ["status", "watch", "best", "report", "verify", "resume", "stop"] {
      try check([command, folder])
    }
    try check(["explain", folder, "0"])
    try check(["export", folder])
    try check(["export", folder, "--format", "json"])
    try check(["calibrate", file, "--trials", "2", "--fresh"])
    try check(["calibrate", file, "--dry-run"])
    try check(["calibrate", folder])
    try check(["plan", file] + site)
    try check(["plan", file, "--script"] + site)
    try check(["submit", file, "--dry-run"] + site)
    try check(["submit", file, "--output", bench.folder.file("sent.rung")] + site, [0, 75])
    try check(["simulate", file, "--slots", "2", "--objective", "curves", "--seeds", "2"])
    let campaign = try bench.folder.write(
      "scaling.yaml",
      "{kind: strong-scaling, study: study.yaml, algorithms: [random, asha], gpus: [1, 2]}\n")
    try check(["campaign", "plan", campaign] + site)
    try check(["campaign", "simulate", campaign])
    try check(["campaign", "submit", campaign, "--dry-run"] + site)
    try check(["campaign", "report", campaign])
    let benchmark = try bench.folder.write(
      "benchmark.yaml",
      "{kind: benchmark, studies: [{file: study.yaml, objective: curves}], algorithms: [random, asha]}\n"
    )
    try check(["campaign", "plan", benchmark])
    try check(["campaign", "run", benchmark, "--processes", "1"])
    try check(["campaign", "submit", benchmark, "--dry-run"] + site)
    try check(["campaign", "report", benchmark])
    try check(["sites"])
    try check(["sites", "jureca-dc"])
    try check(["doctor", "--here"] + site, [0, 1])
    // Without Slurm at hand, the site file alone.
    try check(["doctor", "--dry-run"] + site, variables: ["PATH=/nowhere"])
    try check(["install", bench.folder.file("prefix")])
    for number in 1...2 {
      let new = bench.folder.file("new-\(number)")
      let result = try bench.rung("init", new, "--json")
      #expect(result.status == 0 && result.errors.isEmpty)
      _ = try JSONDecoder().decode(Value.self, from: Data(result.output))
    }
    try check(["agent", folder, "--slots", "1", "--gpu-vendor", "none"])
    let tested: Set = [
      "init", "check", "run", "calibrate", "plan", "submit", "resume", "stop", "agent", "status",
      "watch", "best", "report", "export", "explain", "verify", "simulate", "sites", "doctor",
      "install", "campaign",
    ]
    #expect(Set(HelpTests.names) == tested, "a new command needs a line here")
  }
}

/// Keys of results.
struct ResultKeyTests {
  @Test(arguments: [
    ("memoryMiB", "memory_mib"), ("asksForGPUs", "asks_for_gpus"),
    ("slotsPerNode", "slots_per_node"),
    ("trialsPerGPU", "trials_per_gpu"), ("mpi", "mpi"), ("peak_mib", "peak_mib"), ("_0", "_0"),
    ("isTaken", "is_taken"), ("best_full", "best_full"), ("inMPI", "in_mpi"),
  ])
  func namesBecomeKeys(name: String, key: String) {
    #expect(snakeCase(name) == key)
  }
}
