import CompactJSON
public import Coordination
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
  static let format: Int64 = 2

  /// Writes the snapshot beside and renames it over the last one.
  ///
  /// - Parameters:
  ///   - coordinator: The state.
  ///   - position: Up to where it has absorbed the journal.
  ///   - directory: The study.
  /// - Throws: ``StoreError``; then the last snapshot is still there.
  public static func write(
    _ coordinator: Coordinator, at position: Journal.Position, in directory: StudyDirectory
  ) throws(StoreError) {
    // Of each run its own: one that was taken over may still be writing.
    let beside = partial(of: position.run, in: directory)
    do {
      let file = try createPartial(beside)
      let study = coordinator.study
      try file.root.setAttribute("format", to: .integer(format))
      try file.root.setAttribute("entries", to: .integer(Int64(position.entries)))
      try file.root.setAttribute("study", to: .text(study.name))
      try file.root.setAttribute("metric", to: .text(study.metric.name))
      try file.root.setAttribute("goal", to: .text(study.metric.goal.rawValue))
      try file.root.setAttribute("fidelity", to: .text(study.fidelity.name))
      var columns = SnapshotColumns(path: beside)
      try writeTrials(coordinator, file.root, &columns)
      try writeReports(coordinator.reports, file.root, &columns)
      try writeState(of: coordinator, at: position, file.root, &columns)
      try file.close()
      try syncPath(beside)
      try Journal.refuseIfTakenOver(directory.journal, position.run)
      try renamePath(beside, to: directory.snapshot)
    } catch {
      abandon(beside)
      if let error = error as? StoreError { throw error }
      if let error = error as? SystemError { throw .system(error) }
      throw .unwritable(file: beside, cause: "\(error)")
    }
  }

  private static let partialName = ".study.h5.partial"

  /// Where a run writes its snapshots.
  static func partial(of run: Int, in directory: StudyDirectory) -> String {
    "\(directory.path)/\(partialName)-\(run)"
  }

  /// Deletes what the writers of earlier runs have left: they were killed, or were taken over.
  ///
  /// - Parameter directory: The study.
  static func removePartials(in directory: StudyDirectory) {
    for name in namesInFolder(directory.path) where name.hasPrefix(partialName) {
      removeAll(directory.path + "/" + name)
    }
  }

  /// Reads the snapshot.
  ///
  /// - Parameter directory: The study.
  /// - Returns: The state and up to where it has absorbed the journal; `nil` where there is no
  ///   snapshot, or none that can be used: the journal alone rebuilds the state.
  public static func read(
    _ directory: StudyDirectory
  ) -> (coordinator: Coordinator, position: Journal.Position)? {
    // A damaged or foreign snapshot is no loss: everything in it follows from the journal.
    try? load(directory)
  }

  private static func load(
    _ directory: StudyDirectory
  ) throws -> (coordinator: Coordinator, position: Journal.Position)? {
    guard exists(directory.snapshot) else { return nil }
    let file = try File(reading: directory.snapshot)
    guard try file.root.attribute("format") == .integer(format) else { return nil }
    let bytes = try file.root.readColumn("state", as: UInt8.self)
    let state = try CompactJSON.decode(State.self, from: bytes)
    var coordinator = state.coordinator
    guard coordinator.putTrials(try readTrials(state.trials, file.root)),
      let log = try readReports(state, file.root)
    else { return nil }
    coordinator.putReports(log)
    return (coordinator, state.position)
  }

  /// What resuming needs besides the columns of numbers, all under one checksum: HDF5 sums neither
  /// its attributes nor its texts.
  private struct State: Codable {
    var position: Journal.Position
    var reports: Int
    var metrics: [String]
    var trials: TrialColumns.Shared
    var coordinator: Coordinator
  }

  private static func writeState(
    of coordinator: Coordinator, at position: Journal.Position, _ root: borrowing Group,
    _ columns: inout SnapshotColumns
  ) throws {
    var coordinator = coordinator
    let reports = coordinator.takeReports()
    let trials = coordinator.takeTrials()
    let group = try root.createGroup("resume")
    for (index, column) in trials.integers.enumerated() {
      try columns.write("integers-\(index)", column.numbers.map { Int64($0) }, in: group)
    }
    for (index, column) in trials.reals.enumerated() {
      try columns.write("reals-\(index)", column.numbers, in: group)
    }
    let state = State(
      position: position, reports: reports.count, metrics: reports.metrics,
      trials: trials.shared, coordinator: coordinator)
    try columns.write("state", try CompactJSON.encode(state), in: root, isShuffled: false)
  }

  private static func readTrials(
    _ shared: TrialColumns.Shared, _ root: borrowing Group
  ) throws(H5Error) -> TrialColumns {
    let group = try root.openGroup("resume")
    var integers: [TrialColumns.Column<Int>] = []
    var reals: [TrialColumns.Column<Double>] = []
    for (index, name) in shared.integers.enumerated() {
      let numbers = try group.readColumn("integers-\(index)", as: Int64.self).map { Int($0) }
      integers.append(TrialColumns.Column(name: name, numbers: numbers))
    }
    for (index, name) in shared.reals.enumerated() {
      reals.append(TrialColumns.Column(name: name, numbers: try group.readColumn("reals-\(index)")))
    }
    return TrialColumns(integers: integers, reals: reals, shared: shared)
  }

  private static func readReports(
    _ state: State, _ root: borrowing Group
  ) throws(H5Error) -> ReportLog? {
    let group = try root.openGroup("reports")
    func integers(_ name: String) throws(H5Error) -> [Int] {
      try group.readColumn(name, as: Int64.self).map { Int($0) }
    }
    var columns: [[Double]] = []
    for index in state.metrics.indices { columns.append(try group.readColumn("metric-\(index)")) }
    let log = ReportLog(
      trials: try integers("trial"), attempts: try integers("attempt"),
      epochs: try integers("epoch"), times: try integers("microseconds"), metrics: state.metrics,
      columns: columns)
    let counts = [log.trials, log.attempts, log.epochs, log.times].map(\.count)
    return (counts + columns.map(\.count)).allSatisfy { $0 == state.reports } ? log : nil
  }

  private static func writeTrials(
    _ coordinator: Coordinator, _ root: borrowing Group, _ columns: inout SnapshotColumns
  ) throws {
    let trials = coordinator.trials
    let group = try root.createGroup("trials")
    func reals(_ name: String, _ value: (TrialRecord) -> Double?) throws {
      try columns.write(name, trials.map { value($0) ?? .nan }, in: group)
    }
    func integers(_ name: String, _ value: (TrialRecord) -> Int) throws {
      try columns.write(name, trials.map { Int64(value($0)) }, in: group)
    }
    try integers("trial") { $0.id.number }
    try columns.write("state", trials.map(\.state.rawValue), in: group)
    try columns.write("reason", trials.map { column($0.reason.description) }, in: group)
    try integers("attempts", \.attempts)
    try integers("failures", \.failures)
    try integers("epoch", \.epoch)
    try reals("value") { $0.last?.value }
    try reals("best_value") { $0.best?.value }
    try integers("best_epoch") { $0.best?.epoch ?? 0 }
    try reals("started_seconds") { $0.started?.seconds }
    try reals("ended_seconds") { $0.ended?.seconds }
    try reals("busy_seconds") { Double($0.busyMicroseconds) / 1e6 }
    let configurations = try root.createGroup("configurations")
    for parameter in coordinator.study.space.parameters {
      let values = trials.map { $0.configuration[parameter.name] }
      if parameter.domain.isNumeric {
        try columns.write(
          parameter.name, values.map { $0?.number ?? .nan }, in: configurations)
      } else {
        try columns.write(
          parameter.name, values.map { $0?.description ?? "" }, in: configurations)
      }
    }
  }

  /// A text of a trial's as a column for people has it: HDF5 ends a text at a zero byte. What resuming
  /// needs is elsewhere, as it was.
  private static func column(_ text: String) -> String {
    text.unicodeScalars.contains("\0")
      ? text.unicodeScalars.map { $0 == "\0" ? "\\0" : String($0) }.joined() : text
  }

  private static func writeReports(
    _ log: ReportLog, _ root: borrowing Group, _ columns: inout SnapshotColumns
  ) throws {
    let group = try root.createGroup("reports")
    for (name, values) in [
      ("trial", log.trials), ("attempt", log.attempts), ("epoch", log.epochs),
      ("microseconds", log.times),
    ] {
      try columns.write(name, values.map { Int64($0) }, in: group)
    }
    try group.writeColumn("metric_names", log.metrics.map(column)).close()
    for (index, column) in log.columns.enumerated() {
      try columns.write("metric-\(index)", Array(column), in: group)
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
