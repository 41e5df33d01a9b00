public import Campaigns
import Coordination
public import StudyModel

/// Some neighbouring trainings of a collection with all that is known of them, in columns.
public struct CollectionBlock: Sendable {
  static let integers = ["configuration", "seed", "shard", "attempts", "failures", "epoch"]
  static let reals = ["seconds", "started_seconds", "ended_seconds"]
  static let texts = ["state", "host"]

  /// The number of the first training.
  public let first: Int
  /// How many trainings.
  public let count: Int
  /// The epochs that curves have columns for.
  public let epochs: [Int]
  /// `configuration` and `seed` follow from the training's number; `shard` is from 1; `epoch` is the
  /// highest reported.
  let integers: [[Int64]]
  /// `seconds` for which it held its slots, and when it began and ended, in seconds since its shard's
  /// study did; NaN where it has not.
  let reals: [[Double]]
  /// `state`, and the `host` on which it ran last.
  let texts: [[String]]
  /// The values of each parameter; `nil` where it is inactive, or the training has not begun.
  let parameters: [(name: String, values: [ParameterValue?])]
  /// The metrics, training by training, each epoch by epoch; NaN behind the last report.
  let metrics: [(name: String, values: [Double])]
  /// Seconds of training until the end of each epoch, likewise.
  let elapsed: [Double]

  /// A block that was read.
  init(
    first: Int, count: Int, epochs: [Int], integers: [[Int64]], reals: [[Double]],
    texts: [[String]], parameters: [(name: String, values: [ParameterValue?])],
    metrics: [(name: String, values: [Double])], elapsed: [Double]
  ) {
    self.first = first
    self.count = count
    self.epochs = epochs
    self.integers = integers
    self.reals = reals
    self.texts = texts
    self.parameters = parameters
    self.metrics = metrics
    self.elapsed = elapsed
  }

  /// The trainings of a shard.
  ///
  /// - Parameters:
  ///   - rows: Its trainings.
  ///   - study: That of the whole collection.
  ///   - shard: Its number, from 1.
  public init(_ rows: TrainingRows, of study: Study, shard: Int) {
    let numbers = study.trainingNumbers
    let all = 0..<rows.count
    let records = all.map { rows.record($0) }
    func whole(_ value: (Int) -> Int) -> [Int64] { all.map { Int64(value($0)) } }
    self.init(
      first: rows.first, count: rows.count, epochs: rows.epochs,
      integers: [
        whole { numbers?.configuration(of: rows.first + $0) ?? rows.first + $0 },
        whole { numbers?.seed(of: rows.first + $0) ?? 0 }, whole { _ in shard },
        whole { records[$0]?.attempts ?? 0 }, whole { records[$0]?.failures ?? 0 },
        whole { records[$0]?.epoch ?? 0 },
      ],
      reals: [
        records.map { record in
          record?.started == nil ? .nan : Double(record?.busyMicroseconds ?? 0) / 1e6
        },
        records.map { $0?.started?.seconds ?? .nan }, records.map { $0?.ended?.seconds ?? .nan },
      ],
      texts: [all.map { rows.state($0).rawValue }, records.map { $0?.hosts.last ?? "" }],
      parameters: study.space.parameters.map { parameter in
        (parameter.name, records.map { $0?.configuration[parameter.name] })
      },
      metrics: rows.metrics.enumerated().map { ($1, rows.values(of: $0)) },
      elapsed: rows.elapsed())
  }

  /// What became of a training.
  public func state(_ row: Int) -> TrainingRows.State {
    TrainingRows.State(rawValue: texts[0][row]) ?? .waiting
  }

  /// How many columns of a training's curves have a value.
  public func length(_ row: Int) -> Int {
    epochs.count { $0 <= Int(integers[5][row]) }
  }

  /// The places of a training's values in the curves.
  func curve(_ row: Int) -> Range<Int> {
    row * epochs.count..<row * epochs.count + length(row)
  }

  /// A metric's name as a dataset has it: in HDF5 a slash would be a folder.
  static func safe(_ name: String) -> String {
    let text = name.unicodeScalars.map { $0 == "/" || $0 == "\0" ? "_" : String($0) }.joined()
    return text == "." || text == ".." || text.isEmpty ? "_" : text
  }
}
