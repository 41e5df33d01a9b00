import Coordination
import FoundationEssentials
import StudyModel

/// A line that a trial says, over its socket or, after `[rung] `, on its standard output.
enum TrialMessage: Hashable {
  /// The first line over the socket: who speaks.
  case hello(LegID, rank: Int = 0, isWarm: Bool)
  /// An epoch is finished; whether the trial waits, because it was asked to hold.
  case report(epoch: Int, values: [Report.Value], isHeld: Bool = false)
  /// A warm process is done with its trial and asks for the next.
  case next
  /// Not one of ours; why.
  case rubbish(String)

  /// Reads a line.
  ///
  /// NaN and infinities are read too, as bare words: Python writes `NaN` and `-Infinity`, C's
  /// printf(3) `nan`, `-nan` and `inf`.
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
    } else if fields[fidelity] == nil, fields["epoch"] == nil,
      case .number(let trial)? = fields["trial"], case .number(let attempt)? = fields["attempt"],
      let number = Int(exactly: trial), let count = Int(exactly: attempt)
    {
      let rank: Int? = if case .number(let rank)? = fields["rank"] { Int(exactly: rank) } else { 0 }
      self = .hello(
        LegID(TrialID(number), attempt: count), rank: rank ?? 0,
        isWarm: fields["warm"] == .truth(true))
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
    let isHeld = fields["waiting"] == .truth(true)
    for name in fields.keys.sorted() where name != key && !(isHeld && name == "waiting") {
      switch fields[name] {
      case .number(let value)?: values.append(Report.Value(name, value))
      case .truth(let value)?: values.append(Report.Value(name, value ? 1 : 0))
      case .word(let word)?:
        if let value = notFinite(word[...]) { values.append(Report.Value(name, value)) }
      case .other, nil: break
      }
    }
    return .report(epoch: epoch, values: values, isHeld: isHeld)
  }

  private enum Scalar: Hashable, Decodable {
    case number(Double)
    case truth(Bool)
    case word(String)
    case other

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      // What it is not is no error: the next kind is tried.
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

/// The value of a word for NaN or an infinity; `nil` for any other word.
private func notFinite(_ word: Substring) -> Double? {
  let isNegative = word.first == "-"
  return switch word.drop(while: { $0 == "-" || $0 == "+" }).lowercased() {
  case "nan": .nan
  case "inf", "infinity": isNegative ? -.infinity : .infinity
  default: nil
  }
}

/// Puts words for NaN and infinities that stand outside of strings into quotes.
private func quotingBareWords(_ line: ArraySlice<UInt8>) -> [UInt8] {
  func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")) ~= byte | 0x20 }
  var result: [UInt8] = []
  var place = line.startIndex
  var isInString = false
  while place < line.endIndex {
    let byte = line[place]
    let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    if !isInString, isSign || isLetter(byte) {
      let word = line[place...].prefix { isLetter($0) || ($0 == byte && isSign) }
      let quote = notFinite(String(decoding: word, as: UTF8.self)[...]) == nil ? [] : [quotation]
      result += quote + word + quote
      place = word.endIndex
      continue
    }
    result.append(byte)
    place += 1
    if byte == UInt8(ascii: "\\"), isInString, place < line.endIndex {
      result.append(line[place])
      place += 1
    } else if byte == quotation {
      isInString.toggle()
    }
  }
  return result
}

private let quotation = UInt8(ascii: "\"")

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
