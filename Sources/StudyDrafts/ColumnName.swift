import StudyModel

/// What the name of a table's column says of it.
struct ColumnName {
  /// The name's words, in small letters, digits split off.
  let words: [String]

  init(_ name: String) {
    var words: [String] = []
    var word = ""
    for character in name {
      let isNumber = character.isNumber
      if !(character.isLetter || isNumber) || word.first.map({ $0.isNumber != isNumber }) == true {
        if !word.isEmpty { words.append(word) }
        word = ""
      }
      if character.isLetter || isNumber { word += character.lowercased() }
    }
    if !word.isEmpty { words.append(word) }
    self.words = words
  }

  private func has(_ some: Set<String>) -> Bool { words.contains { some.contains($0) } }

  /// Which way the metric of this name is better; `nil` where the name tells of none.
  var goal: Goal? {
    if has(["acc", "accuracy", "bleu", "f1", "auc", "score", "reward", "r2", "map"]) {
      return .maximize
    }
    let losses: Set = [
      "loss", "err", "error", "ppl", "perplexity", "mse", "mae", "rmse", "nll", "regret",
    ]
    return has(losses) ? .minimize : nil
  }

  /// Of training, testing or validating: the last is what a search looks at.
  var isValidated: Bool { has(["val", "valid", "validation", "dev", "eval"]) }
  /// Whether it is of a part that a search must not see, or has seen already.
  var isOtherPart: Bool { has(["test", "train", "training"]) }
  /// Whether it is a time.
  var isTime: Bool { has(["elapsed", "seconds", "second", "sec", "secs", "time", "runtime"]) }
  /// Whether times add up.
  var isElapsed: Bool { has(["elapsed", "cumulative", "total"]) }
  /// Whether it is a time of one step.
  var isTimePerStep: Bool { isTime && words.contains("per") }
  /// Whether a number behind the word counts repetitions, not epochs.
  static func isRepetition(_ word: String) -> Bool {
    ["run", "seed", "rep", "repeat", "fold", "trial"].contains(word)
  }
  /// Whether it names rows.
  var isLabel: Bool { has(["id", "hash", "index", "uuid", "name"]) }
  /// Whether it tells rows that are whole from others.
  var isStatus: Bool { words == ["status"] }
  /// Whether numbers of this name were measured, not set.
  var isResult: Bool {
    let measured: Set = [
      "kwh", "energy", "flops", "mflops", "gflops", "params", "parameters", "memory", "checkpoints",
      "updates", "throughput",
    ]
    return goal != nil || isTime || has(measured)
  }
}
