import Yams

/// What Yams could not parse, with its place and a remedy.
struct SyntaxProblem {
  let place: Place
  let message: String

  init(_ error: any Error, in source: SourceText) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      if problem == "found unexpected end of stream", let start = context?.mark {
        place = Place(start)
        message = Wording.notYAML("a quote has no end", remedy: Wording.closeQuote)
        return
      }
      let place = source.within(Place(mark))
      let character = source.index(of: Place(mark)).map { source.scalars[$0] }
      let since = context.flatMap { $0.mark.line < place.line ? $0.mark.line : nil }
      self.place = place
      message = Self.message(problem, context?.text, since: since, character)
    default:
      place = .wholeFile
      message = Wording.notYAML("\(error)", remedy: Wording.checkPunctuation)
    }
  }

  /// libyaml's words, with a remedy for those that people meet most.
  private static func message(
    _ problem: String, _ context: String?, since line: Int?, _ character: Unicode.Scalar?
  ) -> String {
    switch problem {
    case "but found another document":
      return Wording.severalDocuments
    case "found undefined alias":
      return Wording.anchor
    case "mapping values are not allowed in this context":
      return Wording.notYAML("a second ': ' in one line", remedy: Wording.quoteColon)
    case _ where character == "\t" || problem.contains(" tab "):
      return Wording.notYAML("a tab", remedy: Wording.useSpaces)
    case "found character that cannot start any token":
      let shown = character.map { visible(String($0)) } ?? "a character"
      return Wording.notYAML("\(shown) cannot begin a value", remedy: Wording.quoteValue)
    default:
      let start = line.map { " begun in line \($0)" } ?? ""
      let place = context.map { " \($0)\(start)" } ?? ""
      return Wording.notYAML(problem + place, remedy: Wording.checkPunctuation)
    }
  }
}
