import StudyModel

/// Where each trial of an asynchronous halving stands.
struct ProgressList: Sendable {
  private var list: [Progress] = []

  /// Where a trial stands.
  struct Progress: Sendable {
    /// Rungs of its bracket at which it is recorded.
    var recorded = 0
    /// Rungs of its bracket from which it was promoted.
    var promoted = 0
    /// The loss that stands for every higher rung, once it has ended.
    var final: Loss?
    var isOut = false
  }

  var count: Int { list.count }
  mutating func append(_ progress: Progress) { list.append(progress) }

  subscript(trial: Int) -> Progress {
    get { list[trial] }
    _modify { yield &list[trial] }
  }
}

extension ProgressList: Codable {
  private enum Field: CodingKey {
    case recorded, promoted, out, ended, finals
  }

  /// Reads what ``encode(to:)`` writes.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    let recorded = try container.decode([Int].self, forKey: .recorded)
    let promoted = try container.decode([Int].self, forKey: .promoted)
    list = zip(recorded, promoted).map { Progress(recorded: $0, promoted: $1) }
    let ended = try container.decode([Int].self, forKey: .ended)
    let out = try container.decode([Int].self, forKey: .out)
    guard (ended + out).allSatisfy(list.indices.contains) else {
      throw DecodingError.dataCorruptedError(
        forKey: .ended, in: container, debugDescription: "more than there are")
    }
    for (trial, final) in zip(ended, try container.decode([Loss].self, forKey: .finals)) {
      list[trial].final = final
    }
    for trial in out { list[trial].isOut = true }
  }

  /// Writes numbers in lists: a list of objects takes four times as long to read.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(list.map(\.recorded), forKey: .recorded)
    try container.encode(list.map(\.promoted), forKey: .promoted)
    try container.encode(list.indices.filter { list[$0].isOut }, forKey: .out)
    try container.encode(list.indices.filter { list[$0].final != nil }, forKey: .ended)
    try container.encode(list.compactMap(\.final), forKey: .finals)
  }
}
