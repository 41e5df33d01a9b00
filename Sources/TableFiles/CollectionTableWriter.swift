import Campaigns
public import HDF5
import StudyModel

/// Writes the table of a collection as an HDF5 file, shard by shard, in memory that grows with a shard
/// and not with the collection.
///
/// Row N of every column and matrix is training N of the collection; what has not been trained is NaN
/// or empty there. The documentation's page on formats lists what is in the file.
public struct CollectionTableWriter: ~Copyable {
  /// The version of the format.
  static let format: Int64 = 1
  /// The attribute of a parameter's column that says which of two kinds of numbers it holds.
  static let type = "type"
  /// The root's attribute `kind`.
  static let kind = "collection"

  /// The shape of a chunk of a matrix: 1,024 trainings by 8 epochs, 64 KiB.
  ///
  /// The trainings of a configuration are neighbours: all their epochs are in one band of chunks, for
  /// 200 epochs 25 of them, 1.6 MiB. One epoch of a million trainings is in 977 chunks, of which an
  /// eighth is what is asked for, 61 MiB. Chunks of whole rows would make the second 25 times as
  /// costly, and chunks of whole columns the first.
  public static let chunk = (rows: 1024, columns: 8)
  static let packed = StorageOptions(
    chunkBytes: 64 << 10, isShuffled: true, deflateLevel: 4)
  /// The longest name of a host that Linux allows.
  static let hostBytes = 64

  private let file: File
  private let header: CollectionHeader
  private let epochs: [Int]

  /// Creates a table without a training.
  ///
  /// - Parameters:
  ///   - path: Where; a file that is there is replaced.
  ///   - header: What stands at its head.
  /// - Throws: `H5Error`.
  public init(creating path: String, _ header: CollectionHeader) throws(H5Error) {
    let epochs = header.study.fidelity.columns
    let file = try File(creating: path, existing: .replace)
    try Self.writeHead(header, epochs, file.root)
    try Self.makeColumns(header, epochs, file.root)
    self.file = file
    self.header = header
    self.epochs = epochs
  }

  private static func writeHead(
    _ header: CollectionHeader, _ epochs: [Int], _ root: borrowing Group
  ) throws(H5Error) {
    let study = header.study
    try root.setAttribute("format", to: .integer(Self.format))
    try root.setAttribute("kind", to: .text(Self.kind))
    try root.setAttribute("name", to: .text(header.name))
    try root.setAttribute("rung", to: .text(header.rung))
    try root.setAttribute("date", to: .text(header.date))
    try root.setAttribute("fidelity", to: .text(study.fidelity.name))
    try root.setAttribute("trainings", to: .integer(Int64(header.trainings)))
    let columns: [(String, [String])] = [
      ("campaign", [header.campaignText]), ("study", [header.studyText]),
      ("parameters", study.space.parameters.map { CollectionBlock.safe($0.name) }),
      ("metrics", study.metrics.map(\.name)), ("goals", study.metrics.map(\.goal.rawValue)),
      ("fidelities", study.space.parameters.filter(\.isFidelity).map(\.name)),
    ]
    let texts = try root.createGroup("texts")
    for (name, values) in columns {
      try texts.writeColumn(name, values, options: Self.packed).close()
    }
    let origins: [(String, KeyPath<CollectionHeader.Shard, String>)] = [
      ("name", \.name), ("rung", \.rung), ("created", \.created), ("commit", \.commit),
      ("hashes", \.hashes),
    ]
    let shards = try root.createGroup("shards")
    for (name, value) in origins {
      try shards.writeColumn(name, header.shards.map { $0[keyPath: value] }, options: Self.packed)
        .close()
    }
    try root.writeColumn("epochs", epochs.map { Int64($0) }, options: Self.packed).close()
  }

  private static func makeColumns(
    _ header: CollectionHeader, _ epochs: [Int], _ root: borrowing Group
  ) throws(H5Error) {
    let count = header.trainings
    let trainings = try root.createGroup("trainings")
    for name in CollectionBlock.integers {
      try trainings.createIntegers(name, count: count, options: Self.packed).close()
    }
    for name in CollectionBlock.reals {
      try trainings.createReals(name, count: count, options: Self.packed).close()
    }
    let states = TrainingRows.State.allCases.map(\.rawValue.utf8.count).max() ?? 1
    try trainings.createTexts("state", count: count, bytes: states, options: Self.packed).close()
    try trainings.createTexts("host", count: count, bytes: Self.hostBytes, options: Self.packed)
      .close()
    let parameters = try root.createGroup("parameters")
    for parameter in header.study.space.parameters {
      if let width = parameter.domain.textWidth {
        try parameters.createTexts(
          CollectionBlock.safe(parameter.name), count: count, bytes: width, options: Self.packed
        ).close()
      } else {
        let column = try parameters.createReals(
          CollectionBlock.safe(parameter.name), count: count, options: Self.packed)
        try column.setAttribute(Self.type, to: parameter.domain.isReal ? "real" : "integer")
        try column.close()
      }
    }
    try root.createGroup("metrics").close()
    try root.createMatrix(
      "elapsed", rows: count, columns: epochs.count, chunk: Self.chunk, options: Self.packed
    ).close()
  }

  /// Writes the trainings of one shard.
  ///
  /// - Parameter block: The trainings.
  /// - Throws: `H5Error`.
  public borrowing func write(_ block: CollectionBlock) throws(H5Error) {
    let row = block.first
    let trainings = try file.root.openGroup("trainings")
    for (name, values) in zip(CollectionBlock.integers, block.integers) {
      try Self.put(values, into: try trainings.openDataset(name), at: row)
    }
    for (name, values) in zip(CollectionBlock.reals, block.reals) {
      try Self.put(values, into: try trainings.openDataset(name), at: row)
    }
    for (name, values) in zip(CollectionBlock.texts, block.texts) {
      try Self.put(values, into: try trainings.openDataset(name), at: row)
    }
    let parameters = try file.root.openGroup("parameters")
    for (name, values) in block.parameters {
      let column = try parameters.openDataset(CollectionBlock.safe(name))
      if header.study.space.parameter(named: name)?.domain.textWidth != nil {
        try Self.put(values.map { $0?.description ?? "" }, into: column, at: row)
      } else {
        try Self.put(values.map { $0?.number ?? .nan }, into: column, at: row)
      }
    }
    let metrics = try file.root.openGroup("metrics")
    for (name, values) in block.metrics {
      let name = CollectionBlock.safe(name)
      let matrix =
        try metrics.exists(name)
        ? try metrics.openMatrix(name)
        : try metrics.createMatrix(
          name, rows: header.trainings, columns: epochs.count, chunk: Self.chunk,
          options: Self.packed)
      try matrix.write(values, atRow: row)
      try matrix.close()
    }
    let elapsed = try file.root.openMatrix("elapsed")
    try elapsed.write(block.elapsed, atRow: row)
    try elapsed.close()
  }

  private static func put(
    _ values: [Int64], into column: consuming Dataset, at row: Int
  ) throws(H5Error) {
    try column.write(values, atRow: row)
    try column.close()
  }

  private static func put(
    _ values: [Double], into column: consuming Dataset, at row: Int
  ) throws(H5Error) {
    try column.write(values, atRow: row)
    try column.close()
  }

  private static func put(
    _ values: [String], into column: consuming Dataset, at row: Int
  ) throws(H5Error) {
    try column.write(values, atRow: row)
    try column.close()
  }

  /// Completes the file.
  ///
  /// - Throws: `H5Error`, for example when the disk is full; then the file is not complete.
  public consuming func close() throws(H5Error) { try file.close() }
}

extension Parameter.Domain {
  /// Whether its numbers are real.
  var isReal: Bool {
    switch self {
    case .real: true
    case .integer: false
    case .ordinal(let values), .categorical(let values):
      values.contains { if case .real = $0 { true } else { false } }
    case .constant(let value): if case .real = value { true } else { false }
    }
  }

  /// The bytes of the longest value, where not every value is a number; `nil` where each is.
  var textWidth: Int? {
    let values: [ParameterValue]
    switch self {
    case .real, .integer: return nil
    case .ordinal(let list), .categorical(let list): values = list
    case .constant(let value): values = [value]
    }
    guard values.contains(where: { $0.number == nil }) else { return nil }
    return max(1, values.map(\.description.utf8.count).max() ?? 1)
  }
}
