/// Collects the mistakes and warnings of one file while it is read.
///
/// A class, because every reader of a part of the file writes to the same one.
final class Ledger {
  /// More mistakes than anyone reads at once; further ones are not worded.
  static let mostMistakes = 100

  /// Whether the words of other tools for hyperparameter search may be met.
  let isOfStudy: Bool
  /// What the study is read for.
  let purpose: StudyPurpose
  private let file: String
  private var mistakes: [Mistake] = []
  private var warnings: [Mistake] = []

  init(file: String, isOfStudy: Bool = true, for purpose: StudyPurpose = .running) {
    self.file = file
    self.purpose = purpose
    self.isOfStudy = isOfStudy
  }

  /// Whether a mistake was found.
  var hasMistakes: Bool { !mistakes.isEmpty }

  /// Notes a mistake.
  func mistake(at place: Place, _ message: @autoclosure () -> String) {
    guard mistakes.count < Self.mostMistakes else { return }
    mistakes.append(note(place, message()))
  }

  /// Notes what is allowed but probably not meant.
  func warning(at place: Place, _ message: @autoclosure () -> String) {
    guard warnings.count < Self.mostMistakes else { return }
    warnings.append(note(place, message()))
  }

  /// All that was noted, as an error.
  var error: StudyFileError {
    StudyFileError(mistakes: Self.sorted(mistakes), warnings: Self.sorted(warnings))
  }

  /// A value that was read without mistakes.
  func checked<Value>(_ value: Value) -> Checked<Value> {
    Checked(value: value, warnings: Self.sorted(warnings))
  }

  private func note(_ place: Place, _ message: String) -> Mistake {
    Mistake(file: file, line: place.line, column: place.column, message: message)
  }

  /// By line and column; those of one place stay in the order of their discovery.
  private static func sorted(_ notes: [Mistake]) -> [Mistake] {
    notes.enumerated().sorted { first, second in
      (first.element.line, first.element.column, first.offset)
        < (second.element.line, second.element.column, second.offset)
    }.map(\.element)
  }
}
