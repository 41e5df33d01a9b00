import ArgumentParser
import StudyModel

/// Reads a word that is one of few, for an option's `transform`; the parser's own message would list all and
/// name none.
///
/// - Parameter word: What was written.
/// - Returns: The value of this name.
/// - Throws: `ValidationError` that names the nearest.
func oneOf<Value: RawRepresentable & CaseIterable>(
  _ word: String
) throws -> Value where Value.RawValue == String {
  if let value = Value(rawValue: word) { return value }
  throw ValidationError(correction(of: word, known: Value.allCases.map(\.rawValue)))
}

extension CompletionKind {
  /// The words of a type.
  static func words<Value: RawRepresentable & CaseIterable>(_ type: Value.Type) -> CompletionKind
  where Value.RawValue == String {
    .list(type.allCases.map(\.rawValue))
  }
}
