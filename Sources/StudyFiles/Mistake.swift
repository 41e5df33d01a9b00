/// A mistake in a file, or a warning about one: the place, what is wrong and what to write instead.
public struct Mistake: Error, Hashable, Sendable {
  /// The file as its caller named it.
  public let file: String
  /// The line, from 1; 0 where the file as a whole is meant, such as one that cannot be read.
  public let line: Int
  /// The column, from 1, in Unicode scalars; 0 where the line as a whole is meant.
  public let column: Int
  /// What is wrong; what to write instead. One line of text.
  public let message: String

  /// A mistake at a place.
  public init(file: String, line: Int, column: Int, message: String) {
    self.file = file
    self.line = line
    self.column = column
    self.message = message
  }
}

extension Mistake: CustomStringConvertible {
  /// `FILE:LINE: what is wrong; what to write instead`.
  public var description: String {
    line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)"
  }
}

/// Every mistake that a study or site file holds, ascending by line.
public struct StudyFileError: Error, Hashable, Sendable {
  /// The mistakes; not empty.
  public let mistakes: [Mistake]
  /// What is allowed but probably not meant.
  public let warnings: [Mistake]

  /// An error of these mistakes.
  public init(mistakes: [Mistake], warnings: [Mistake] = []) {
    self.mistakes = mistakes
    self.warnings = warnings
  }
}

extension StudyFileError: CustomStringConvertible {
  /// The mistakes, one a line.
  public var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

/// A value read from a file without mistakes, with what is allowed but probably not meant.
public struct Checked<Value: Hashable & Sendable>: Hashable, Sendable {
  /// The value.
  public let value: Value
  /// The warnings, ascending by line.
  public let warnings: [Mistake]

  /// A value with warnings.
  public init(value: Value, warnings: [Mistake] = []) {
    self.value = value
    self.warnings = warnings
  }
}
