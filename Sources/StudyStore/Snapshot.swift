public import Coordination
import FoundationEssentials
import HDF5
import Processes
import StudyModel

/// The snapshot `study.h5`: the study's state at a point of the journal, in columns for pandas and
/// h5py, and whole for resuming.
///
/// Groups `trials`, `configurations` and `reports` hold columns of one dimension; the documentation
/// page on the formats lists them.
public enum Snapshot {
  /// The version of the format.
  static let format: Int64 = 1

  /// Writes the snapshot beside and renames it over the last one.
  ///
  /// - Parameters:
  ///   - coordinator: The state.
  ///   - entries: How many journal entries it has absorbed.
  ///   - directory: The study.
  /// - Throws: ``StoreError``; then the last snapshot is still there.
  public static func write(
    _ coordinator: Coordinator, after entries: Int, in directory: StudyDirectory
  ) throws(StoreError) {
    let beside = directory.path + "/.study.h5.partial"
    do {
      let file = try File(creating: beside, existing: .replace)
      let study = coordinator.study
      try file.root.setAttribute("format", to: .integer(format))
      try file.root.setAttribute("entries", to: .integer(Int64(entries)))
      try file.root.setAttribute("study", to: .text(study.name))
      try file.root.setAttribute("metric", to: .text(study.metric.name))
      try file.root.setAttribute("goal", to: .text(study.metric.goal.rawValue))
      try file.root.setAttribute("fidelity", to: .text(study.fidelity.name))
      try writeTrials(coordinator, file.root)
      try writeReports(coordinator.reports, file.root)
      try file.root.writeColumn(
        "state", Array(try JSONEncoder().encode(State(of: coordinator, after: entries))),
        options: StorageOptions(deflateLevel: 1)
      ).close()
      try file.close()
      try syncPath(beside)
      try renamePath(beside, to: directory.snapshot)
    } catch {
      abandon(beside)
      if let error = error as? SystemError { throw .system(error) }
      throw .unwritable(file: beside, cause: "\(error)")
    }
  }

  /// Reads the snapshot.
  ///
  /// - Parameter directory: The study.
  /// - Returns: The state and how many journal entries it has absorbed; `nil` where there is no
  ///   snapshot, or none that can be used: the journal alone rebuilds the state.
  public static func read(_ directory: StudyDirectory) -> (Coordinator, entries: Int)? {
    // A damaged or foreign snapshot is no loss: everything in it follows from the journal.
    try? load(directory)
  }

  private static func load(_ directory: StudyDirectory) throws -> (Coordinator, entries: Int)? {
    guard exists(directory.snapshot) else { return nil }
    let file = try File(reading: directory.snapshot)
    guard try file.root.attribute("format") == .integer(format) else { return nil }
    let bytes = try file.root.readColumn("state", as: UInt8.self)
    let state = try JSONDecoder().decode(State.self, from: Data(bytes))
    let reports = try file.root.openGroup("reports")
    func integers(_ name: String) throws -> [Int] {
      try reports.readColumn(name, as: Int64.self).map { Int($0) }
    }
    let log = ReportLog(
      trials: try integers("trial"), attempts: try integers("attempt"),
      epochs: try integers("epoch"), times: try integers("microseconds"), metrics: state.metrics,
      columns: try state.metrics.indices.map { try reports.readColumn("metric-\($0)") })
    let counts = [log.trials, log.attempts, log.epochs, log.times].map(\.count)
    guard (counts + log.columns.map(\.count)).allSatisfy({ $0 == state.reports }) else {
      return nil
    }
    var coordinator = state.coordinator
    coordinator.putReports(log)
    return (coordinator, state.entries)
  }

  /// What resuming needs besides the columns of numbers, all under one checksum: HDF5 sums neither
  /// its attributes nor its texts.
  private struct State: Codable {
    var entries: Int
    var reports: Int
    var metrics: [String]
    var coordinator: Coordinator

    init(of coordinator: Coordinator, after entries: Int) {
      self.entries = entries
      self.coordinator = coordinator
      let log = self.coordinator.takeReports()
      reports = log.count
      metrics = log.metrics
    }
  }

  private static func writeTrials(
    _ coordinator: Coordinator, _ root: borrowing Group
  ) throws(H5Error) {
    let trials = coordinator.trials
    let group = try root.createGroup("trials")
    let packed = StorageOptions(isShuffled: true, deflateLevel: 1)
    func reals(_ name: String, _ values: [Double?]) throws(H5Error) {
      try group.writeColumn(name, values.map { $0 ?? .nan }, options: packed).close()
    }
    func integers(_ name: String, _ values: [Int]) throws(H5Error) {
      try group.writeColumn(name, values.map { Int64($0) }, options: packed).close()
    }
    try integers("trial", trials.map(\.id.number))
    try group.writeColumn("state", trials.map(\.state.rawValue), options: packed).close()
    try group.writeColumn("reason", trials.map(\.reason.description), options: packed).close()
    try integers("attempts", trials.map(\.attempts))
    try integers("failures", trials.map(\.failures))
    try integers("epoch", trials.map(\.epoch))
    try reals("value", trials.map { $0.last?.value })
    try reals("best_value", trials.map { $0.best?.value })
    try integers("best_epoch", trials.map { $0.best?.epoch ?? 0 })
    try reals("started_seconds", trials.map { $0.started?.seconds })
    try reals("ended_seconds", trials.map { $0.ended?.seconds })
    try reals("busy_seconds", trials.map { Double($0.busyMicroseconds) / 1e6 })
    let configurations = try root.createGroup("configurations")
    for parameter in coordinator.study.space.parameters {
      let values = trials.map { $0.configuration[parameter.name] }
      if parameter.domain.isNumeric {
        try configurations.writeColumn(
          parameter.name, values.map { $0?.number ?? .nan }, options: packed
        ).close()
      } else {
        try configurations.writeColumn(
          parameter.name, values.map { $0?.description ?? "" }, options: packed
        ).close()
      }
    }
  }

  private static func writeReports(_ log: ReportLog, _ root: borrowing Group) throws(H5Error) {
    let group = try root.createGroup("reports")
    let packed = StorageOptions(isShuffled: true, deflateLevel: 1)
    for (name, values) in [
      ("trial", log.trials), ("attempt", log.attempts), ("epoch", log.epochs),
      ("microseconds", log.times),
    ] {
      try group.writeColumn(name, values.map { Int64($0) }, options: packed).close()
    }
    try group.writeColumn("metric_names", log.metrics).close()
    for (index, column) in log.columns.enumerated() {
      try group.writeColumn("metric-\(index)", column, options: packed).close()
    }
  }
}

extension Parameter.Domain {
  /// Whether every value is a number.
  fileprivate var isNumeric: Bool {
    switch self {
    case .real, .integer: true
    case .ordinal(let values), .categorical(let values): values.allSatisfy { $0.number != nil }
    case .constant(let value): value.number != nil
    }
  }
}
