/// What a command's help says beside its options: how it works, then worked examples.
///
/// - Parameters:
///   - text: Sentences; may be empty.
///   - examples: Command lines, each of less than 78 characters, so that no terminal wraps them.
/// - Returns: Text for a `CommandConfiguration`.
func discussion(_ text: String = "", examples: String...) -> String {
  (text.isEmpty ? "" : text + "\n\n") + Examples.heading + "\n"
    + examples.map { Examples.margin + $0 }.joined(separator: "\n")
}

/// Examples within a command's help.
enum Examples {
  static let heading = "Examples:"
  static let margin = "  "

  /// The text and the examples of a discussion that ``discussion(_:examples:)`` has made.
  static func split(_ discussion: String) -> (text: String, examples: [String]) {
    let lines = discussion.split(separator: "\n", omittingEmptySubsequences: false)
    guard let place = lines.firstIndex(of: Substring(heading)) else { return (discussion, []) }
    let text = lines[..<place].joined(separator: "\n").trimmed
    let examples = lines[(place + 1)...].filter { $0.hasPrefix(margin) }.map {
      String($0.dropFirst(margin.count))
    }
    return (text, examples)
  }
}
