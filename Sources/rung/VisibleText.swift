/// A text for people, on a terminal: what trials printed, or named a metric, may hold characters that
/// move the cursor, hide what follows or turn its direction round; they are shown as escapes.
///
/// - Parameter text: Any number of lines.
/// - Returns: The text without control characters, formatting characters and separators of lines,
///   but for line feeds.
func visibleText(_ text: String) -> String {
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator:
      shown += scalar == "\n" ? "\n" : scalar.escaped(asASCII: true)
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown
}
