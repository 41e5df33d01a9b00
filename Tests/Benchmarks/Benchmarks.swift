import ArgumentParser

/// Measures the core; `Tests/Benchmarks/run` calls it beside the peers.
@main struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(subcommands: [
    Decisions.self, Proposals.self, Write.self, Restart.self, Loop.self, Checkpoint.self,
    Merge.self,
  ])

  struct Decisions: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Reports and starts of a whole study, through the coordinator.")

    @Argument(help: "promotion, stopping or pasha.") var schedule: String
    @Argument(help: "How many trials.") var trials: Int
    @Option(help: "Trials at a time.") var slots = 64

    func run() throws {
      guard let figures = DecisionBenchmark.run(schedule, trials: trials, slots: slots) else {
        let known = DecisionBenchmark.schedules.keys.sorted()
        throw ValidationError("'\(schedule)' is none of \(known)")
      }
      try emit(figures)
    }
  }

  struct Proposals: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Proposals of a model.")

    @Argument(help: "bohb, mobster or mixed-bo.") var search: String
    @Argument(help: "How many losses it knows.") var observations: Int
    @Option(help: "How many proposals.") var cycles = 20

    func run() throws {
      let figures = ProposalBenchmark.run(search, observations: observations, cycles: cycles)
      guard let figures else {
        throw ValidationError("'\(search)' is none of \(ProposalBenchmark.searches.keys.sorted())")
      }
      try emit(figures)
    }
  }

  struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a study, for `restart`: journal and snapshots.")

    @Argument(help: "A new folder.") var folder: String
    @Argument(help: "How many trials.") var trials: Int
    @Flag(help: "As if killed right before a snapshot.") var killed = false

    func run() throws {
      try emit(try RestartBenchmark.write(folder, trials: trials, isKilled: killed))
    }
  }

  struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "From the start of a run to its first decision.")

    @Argument(help: "What `write` wrote; it is begun anew, so it can be done once more.")
    var folder: String
    @Argument(help: "How many trials it has.") var trials: Int

    func run() throws { try emit(try RestartBenchmark.restart(folder, trials: trials)) }
  }

  struct Checkpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "A checkpoint into a container and out of it, beside the same bytes without one.")

    @Argument(help: "A new folder.") var folder: String
    @Argument(help: "Its size in MiB.") var mebibytes: Int

    func run() throws { try emit(try CheckpointBenchmark.run(folder, mebibytes: mebibytes)) }
  }

  struct Merge: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Many checkpoints of a byte into containers, and these into one.")

    @Argument(help: "A new folder.") var folder: String
    @Argument(help: "How many checkpoints.") var checkpoints: Int

    func run() throws {
      try emit(try CheckpointBenchmark.merge(folder, checkpoints: checkpoints))
    }
  }

  struct Loop: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The coordinator's loop, with its journal and agents that train nothing.")

    @Argument(help: "A new folder for the study.") var folder: String
    @Option(help: "The program, whose processes rank 0's own agent has.") var rung: String
    @Option(help: "Agents in this process.") var agents = 4096
    @Option(help: "Slots of each.") var slots = 1
    @Option(help: "Trials of the study.") var trials = 100_000
    @Option(help: "Epochs of a trial that is never stopped.") var epochs = 81
    @Option(help: "Reports a second of all agents together; as many as can be where it is 0.")
    var rate = 0.0
    @Flag(help: "Agents are the other ranks of this MPI job.") var mpi = false

    func run() throws {
      let wish = LoopBenchmark.Wish(
        folder: folder, program: rung, agents: agents, slots: slots, trials: trials, epochs: epochs,
        pause: rate > 0 ? Double(agents * slots) / rate : 0)
      guard mpi else { return try emit(try LoopBenchmark.run(wish)) }
      let (figures, decisions) = try LoopBenchmark.runOverMPI(wish)
      if let figures { try emit(figures) }
      if let decisions { try emit(decisions) }
    }
  }
}
