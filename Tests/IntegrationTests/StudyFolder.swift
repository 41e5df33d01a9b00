import Coordination
import FoundationEssentials
import Processes
import ProgramSupport
import StudyModel
import StudyStore

/// A study in a temporary folder that goes with it.
final class StudyFolder {
  let path: String
  var study: String { path + "/study.yaml" }
  var directory: String { path + "/study.rung" }

  /// A study of these files.
  init(_ files: [String: String]) throws {
    path = try makeTemporaryFolder("/tmp/rung-test-")
    for (name, text) in files { try writeFile("\(path)/\(name)", Array(text.utf8)) }
  }

  /// The digits study, copied from `jobscripts/digits`, with its interpreter that has
  /// scikit-learn.
  convenience init(digitsFrom repository: String, python: String) throws {
    func text(_ name: String) throws -> String {
      String(decoding: try readFile("\(repository)/jobscripts/digits/\(name)"), as: UTF8.self)
    }
    let study = try text("study.yaml")
      .split(separator: "\n", omittingEmptySubsequences: false)
      .map { line in
        guard let place = line.range(of: "[python3, train.py]") else { return String(line) }
        return line.replacingCharacters(in: place, with: "[\(python), train.py]")
      }.joined(separator: "\n")
    try self.init(["study.yaml": study, "train.py": try text("train.py")])
  }

  deinit { removeAll(path) }

  /// Everything that was journalled.
  func journal() throws -> [JournalEntry] {
    try Journal.entries(StudyDirectory(existing: directory).journal)
  }

  /// Every process that was ordered, in order.
  func legs() throws -> [Leg] {
    try journal().flatMap(\.commands).compactMap { command in
      if case .start(let leg) = command { leg } else { nil }
    }
  }

  /// How processes failed, with the ends of their output, in order: for messages.
  func failures() -> [String] {
    ((try? journal()) ?? []).compactMap { entry in
      guard case .legEnded(let end) = entry.event else { return nil }
      switch end.outcome {
      case .exited(status: 0), .askedForNext, .endedByRung: return nil
      default: return "\(end.leg) \(end.outcome) \(end.lastLine ?? "")"
      }
    }
  }

  /// Every report that was accepted from a trial's process, in order.
  func reports() throws -> [Report] {
    try journal().compactMap { entry in
      if case .reported(let report) = entry.event { report } else { nil }
    }
  }
}

extension StringProtocol {
  /// The first place of `text`.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }

  /// The text with the first place of `text` replaced, where there is one.
  func replacing(_ text: String, _ other: String) -> String {
    range(of: text).map { replacingCharacters(in: $0, with: other) } ?? String(self)
  }

  /// The text with a part replaced.
  func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
