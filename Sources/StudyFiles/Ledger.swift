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

  /// Notes what was noted about another file.
  func adopt(_ other: Ledger) {
    mistakes += other.mistakes.prefix(Self.mostMistakes - mistakes.count)
    warnings += other.warnings.prefix(Self.mostMistakes - warnings.count)
  }

  /// All that was noted, as an error.
  var error: StudyFileError {
    StudyFileError(mistakes: sorted(mistakes), warnings: sorted(warnings))
  }

  /// A value that was read without mistakes.
  func checked<Value>(_ value: Value) -> Checked<Value> {
    Checked(value: value, warnings: sorted(warnings))
  }

  private func note(_ place: Place, _ message: String) -> Mistake {
    Mistake(file: place.file ?? file, line: place.line, column: place.column, message: message)
  }

  /// The file's own first, by line and column; those of one place stay in the order of their
  /// discovery.
  private func sorted(_ notes: [Mistake]) -> [Mistake] {
    func rank(_ note: Mistake) -> String { note.file == file ? "" : note.file }
    return notes.enumerated().sorted { first, second in
      (rank(first.element), first.element.line, first.element.column, first.offset)
        < (rank(second.element), second.element.line, second.element.column, second.offset)
    }.map(\.element)
  }
}
