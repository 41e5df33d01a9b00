/// A user's text as a message shows it: in single quotes, in one line, cut after 60 characters.
func visible(_ text: String) -> String {
  var shown = ""
  var rest = Substring(text)
  for character in text.prefix(60) {
    rest.removeFirst()
    for scalar in character.unicodeScalars.prefix(8) {
      shown += isControl(scalar) ? scalar.escaped(asASCII: true) : String(scalar)
    }
  }
  return "'\(shown)\(rest.isEmpty ? "" : "...")'"
}
