import ArgumentParser

/// Measures the core; `Tests/Benchmarks/run` calls it beside the peers.
@main struct Benchmarks: ParsableCommand {
  static let configuration = CommandConfiguration(subcommands: [
    Decisions.self, Proposals.self, Write.self, Restart.self,
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
}
