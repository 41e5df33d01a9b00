import ArgumentParser
import Coordination
import Processes
import StudyModel
import StudyStore

/// Ends studies at every point that there is, and compares what they come to; `Tests/exhaustive`
/// calls it.
@main struct StoreFaults: ParsableCommand {
  static let configuration = CommandConfiguration(subcommands: [
    Methods.self, Events.self, Play.self,
  ])

  /// A study of a method, with models that are in use early.
  static func study(_ name: Algorithm.Name, trials: Int) -> Study {
    var study = Study(
      name: "faults", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 1e-4, high: 1, step: nil, log: true)),
        Parameter(
          name: "width", domain: .integer(low: 8, high: 64, step: 8, log: false),
          isArchitecture: true),
        Parameter(
          name: "kind", domain: .categorical([.word("plain"), .word("residual")]),
          isArchitecture: true),
      ]), algorithm: Algorithm(name), trial: TrialSettings(command: ["train"]))
    study.stop.trials = trials
    study.seed = 5
    study.trial.retries = 1
    study.algorithm.search.evolution.population = 6
    study.algorithm.search.evolution.sample = 3
    study.algorithm.search.forest.trees = 5
    study.algorithm.search.forest.candidates = 50
    study.algorithm.search.forest.initialRandom = 4
    study.algorithm.search.process.initialRandom = 4
    study.algorithm.search.process.maximumData = 20
    study.algorithm.search.process.candidates = 20
    study.algorithm.search.process.fantasies = 3
    study.algorithm.search.density.samples = 8
    study.algorithm.search.grid.points = 10
    return study
  }

  static func method(_ name: String) throws -> Algorithm.Name {
    guard let method = Algorithm.Name(rawValue: name) else {
      throw ValidationError("'\(name)' is none of \(Algorithm.Name.allCases.map(\.rawValue))")
    }
    return method
  }

  /// Makes a study's folder where there is none.
  static func directory(_ path: String) throws -> StudyDirectory {
    if exists(path + "/study.yaml") { return try StudyDirectory(existing: path) }
    removeAll(path)
    return try StudyDirectory(
      creating: path, studyFile: Array("name: faults\n".utf8), origin: Array("{}".utf8))
  }

  struct Methods: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The names of the methods.")

    func run() { for name in Algorithm.Name.allCases { print(name.rawValue) } }
  }

  struct Events: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ends a study after each of its events, and compares what it comes to.",
      discussion: "Prints how many ends there were, of how many events.")

    @Argument(help: "A folder for its files.") var folder: String
    @Argument(help: "The method.") var name: String
    @Option(help: "Trials of the study, and more until it has enough events.") var trials = 24
    @Option(help: "Events that the study has at least.") var least = 0
    @Option(help: "How many ends, spread over all events; 0 for each.") var points = 0

    func run() throws {
      let method = try StoreFaults.method(name)
      var trials = trials
      var study = StoreFaults.study(method, trials: trials)
      var whole = try played(study)
      // The random baseline trains nothing: its study is one trial, whatever is asked for.
      while whole.absorbed < least, method != .randomBaseline {
        trials += trials / 4 + 1
        study = StoreFaults.study(method, trials: trials)
        whole = try played(study)
      }
      let (events, outcome) = (whole.absorbed, Outcome(of: whole.coordinator))
      let step = points == 0 ? 1 : max(1, events / points)
      var ends = 0
      // What a killed run leaves is what the whole study has on disk at that event.
      _ = try played(study) { point in
        guard point.isMultiple(of: step) else { return }
        let end = try goneOn(study, endedAfter: point)
        if let difference = Outcome(of: end.coordinator).difference(from: outcome) {
          throw Player.Violation(
            description: "\(name), ended after event \(point): \(difference)")
        }
        ends += 1
      }
      print("{\"events\": \(events), \"ends\": \(ends)}")
    }

    private var study: String { folder + "/study.rung" }
    private var ended: String { folder + "/ended.rung" }

    /// Plays a study from its beginning to its end.
    private func played(
      _ study: Study, afterEach: (Int) throws -> Void = { _ in }
    ) throws -> Player {
      removeAll(self.study)
      return try finished(try StoreFaults.directory(self.study), study, afterEach: afterEach)
    }

    /// Goes on from a copy of what is there after an event, killed once more on its way.
    private func goneOn(_ study: Study, endedAfter point: Int) throws -> Player {
      removeAll(ended)
      try copyFolder(self.study, to: ended)
      let directory = try StoreFaults.directory(ended)
      var killed = try Player(directory, study)
      _ = try killed.play(upTo: 1 + point * 7919 % 40)
      return try finished(directory, study)
    }

    private func finished(
      _ directory: StudyDirectory, _ study: Study, afterEach: (Int) throws -> Void = { _ in }
    ) throws -> Player {
      var player = try Player(directory, study)
      _ = try player.play(afterEach: afterEach)
      try StoreFaults.verify(directory, study)
      return player
    }
  }

  /// The journal replays, and every checkpoint can be read; `mayStray` says whether a file may be
  /// left that a next run deletes, as after a call that failed.
  static func verify(
    _ directory: StudyDirectory, _ study: Study, mayStray: Bool = false
  ) throws {
    let verification = try Verification(of: directory, study: study)
    guard verification.isSound, mayStray || verification.strays.isEmpty else {
      throw Player.Violation(description: "not sound: \(verification)")
    }
  }

  struct Play: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Begins or goes on with a study to its end, and prints what it came to.")

    @Argument(help: "The study's folder.") var folder: String
    @Argument(help: "The method.") var name: String
    @Option(help: "Trials of the study.") var trials = 8
    @Flag(help: "A file may be left that a next run deletes.") var mayStray = false

    func run() throws {
      let study = StoreFaults.study(try StoreFaults.method(name), trials: trials)
      let directory = try StoreFaults.directory(folder)
      var player = try Player(directory, study)
      _ = try player.play()
      try StoreFaults.verify(directory, study, mayStray: mayStray)
      print(try Outcome(of: player.coordinator).text())
    }
  }
}
