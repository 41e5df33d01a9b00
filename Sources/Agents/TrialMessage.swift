import Coordination
import FoundationEssentials
import StudyModel

/// A line that a trial says, over its socket or, after `[rung] `, on its standard output.
enum TrialMessage: Hashable {
  /// The first line over the socket: who speaks.
  case hello(LegID, isWarm: Bool)
  /// An epoch is finished.
  case report(epoch: Int, values: [Report.Value])
  /// A warm process is done with its trial and asks for the next.
  case next
  /// Not one of ours; why.
  case rubbish(String)

  /// Reads a line.
  ///
  /// Python writes NaN and infinities as the bare words `NaN`, `Infinity` and `-Infinity`, which
  /// are read too.
  ///
  /// - Parameters:
  ///   - line: UTF-8, without its newline.
  ///   - fidelity: The name of the study's fidelity.
  init(_ line: ArraySlice<UInt8>, fidelity: String) {
    let decoder = JSONDecoder()
    let fields: [String: Scalar]
    do {
      fields = try decoder.decode([String: Scalar].self, from: Data(quotingBareWords(line)))
    } catch {
      self = .rubbish("not a JSON object of numbers")
      return
    }
    if fields["next"] != nil, fields.count == 1 {
      self = .next
    } else if case .number(let trial)? = fields["trial"],
      case .number(let attempt)? = fields["attempt"],
      let number = Int(exactly: trial), let count = Int(exactly: attempt)
    {
      self = .hello(LegID(TrialID(number), attempt: count), isWarm: fields["warm"] == .truth(true))
    } else {
      self = Self.report(fields, fidelity: fidelity)
    }
  }

  private static func report(_ fields: [String: Scalar], fidelity: String) -> TrialMessage {
    let key = fields[fidelity] == nil ? "epoch" : fidelity
    guard case .number(let number)? = fields[key] else {
      return .rubbish("it has no number '\(fidelity)'")
    }
    guard let epoch = Int(exactly: number), epoch >= 1 else {
      return .rubbish("'\(key)' is \(number), which is no whole number from 1")
    }
    var values: [Report.Value] = []
    for name in fields.keys.sorted() where name != key {
      switch fields[name] {
      case .number(let value)?: values.append(Report.Value(name, value))
      case .truth(let value)?: values.append(Report.Value(name, value ? 1 : 0))
      case .word("NaN")?: values.append(Report.Value(name, .nan))
      case .word("Infinity")?: values.append(Report.Value(name, .infinity))
      case .word("-Infinity")?: values.append(Report.Value(name, -.infinity))
      case .word, .other, nil: break
      }
    }
    return .report(epoch: epoch, values: values)
  }

  private enum Scalar: Hashable, Decodable {
    case number(Double)
    case truth(Bool)
    case word(String)
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let value = try? container.decode(Bool.self) {
        self = .truth(value)
      } else if let value = try? container.decode(Double.self) {
        self = .number(value)
      } else if let value = try? container.decode(String.self) {
        self = .word(value)
      } else {
        self = .other
      }
    }
  }
}

/// Puts the bare words `NaN`, `Infinity` and `-Infinity` outside of strings into quotes.
private func quotingBareWords(_ line: ArraySlice<UInt8>) -> [UInt8] {
  let words = ["NaN", "-Infinity", "Infinity"].map { Array($0.utf8) }
  guard line.contains(UInt8(ascii: "N")) || line.contains(UInt8(ascii: "I")) else {
    return Array(line)
  }
  var result: [UInt8] = []
  var rest = line
  var isInString = false
  while let byte = rest.first {
    if !isInString, let word = words.first(where: { rest.starts(with: $0) }) {
      result += [UInt8(ascii: "\"")] + word + [UInt8(ascii: "\"")]
      rest = rest.dropFirst(word.count)
      continue
    }
    result.append(byte)
    rest = rest.dropFirst()
    if byte == UInt8(ascii: "\\"), isInString, let escaped = rest.first {
      result.append(escaped)
      rest = rest.dropFirst()
    } else if byte == UInt8(ascii: "\"") {
      isInString.toggle()
    }
  }
  return result
}

/// What an agent says to a trial.
struct TrialAnswer: Encodable {
  var epoch: Int
  var decision: String
  var until: Int?

  init(epoch: Int, _ verdict: Verdict) {
    self.epoch = epoch
    switch verdict {
    case .goOn(let until):
      decision = "continue"
      self.until = until
    case .pause: decision = "pause"
    case .complete, .stop: decision = "stop"
    }
  }
}
