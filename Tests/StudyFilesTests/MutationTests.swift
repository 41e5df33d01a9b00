import StudyFiles
import Testing

/// Thousands of damaged files: each is read or refused with a place, and none crashes or hangs.
@Suite(.timeLimit(.minutes(5))) struct MutationTests {
  private static let pieces: [String] = [
    "\n", " ", "  ", "\t", ":", ": ", "- ", "[", "]", "{", "}", ",", "'", "\"", "#", "&a ", "*a",
    "!", "!!int ", "|", ">", "%", "@", "`", "? ", "---\n", "...\n", "~", "null", "true", ".nan",
    ".inf", "-1", "0", "1e999", "99999999999999999999", "0x10", "\\", "\u{0}", "\u{FEFF}", "é",
    "\u{301}", "😀", "\r", "\u{2028}", "name: x\n", "<<: ", "{min: 1, max: 2}", "when: {width: 8}",
    "step: 0", "scale: log", "-9223372036854775808", "1e-320", "{width}",
  ]

  @Test(arguments: 0..<20 as Range<UInt64>)
  func aDamagedStudyIsReadOrRefused(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    for _ in 0..<250 {
      let text = damaged(exampleStudy, &generator)
      check(text) { () throws(StudyFileError) in _ = try readStudy(text, file: "s.yaml") }
    }
  }

  @Test(arguments: 100..<105 as Range<UInt64>)
  func aDamagedSiteIsReadOrRefused(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    for _ in 0..<200 {
      let text = damaged(exampleSite, &generator)
      check(text) { () throws(StudyFileError) in
        _ = try readSite(text, name: "jureca-dc", file: "s.yaml")
      }
    }
  }

  @Test(arguments: 200..<203 as Range<UInt64>)
  func aDamagedSiteThatAnotherTakesFromIsReadOrRefused(seed: UInt64) {
    var generator = SplitMix64(state: seed)
    for _ in 0..<200 {
      let text = damaged(exampleSite, &generator)
      let files = SiteFiles(texts: [("base.yaml", text)])
      check(text) { () throws(StudyFileError) in
        _ = try readSite("from: base", name: "own", file: "own.yaml", among: files)
      }
    }
  }

  private func check(_ text: String, _ read: () throws(StudyFileError) -> Void) {
    do throws(StudyFileError) {
      try read()
    } catch {
      let lines = text.count { $0.isNewline } + 1
      #expect(!error.mistakes.isEmpty, "\(text.debugDescription)")
      for mistake in error.mistakes {
        #expect((0...lines).contains(mistake.line), "\(mistake) in \(text.debugDescription)")
        let breaksLine = mistake.message.contains { $0.isNewline }
        #expect(!breaksLine, "\(mistake)")
        #expect(mistake.message.contains("; ") || mistake.message.contains(": "), "\(mistake)")
      }
    }
  }

  private func damaged(_ text: String, _ generator: inout SplitMix64) -> String {
    var scalars = Array(text.unicodeScalars)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0..<scalars.count, using: &generator)
      let end = min(scalars.count, place + Int.random(in: 1...12, using: &generator))
      let other = Int.random(in: 0..<scalars.count, using: &generator)
      let piece = Self.pieces.randomElement(using: &generator) ?? ""
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: scalars.removeSubrange(place..<end)
      case 1: scalars.insert(contentsOf: piece.unicodeScalars, at: place)
      case 2: scalars.replaceSubrange(place..<end, with: piece.unicodeScalars)
      case 3: scalars.insert(contentsOf: scalars[place..<end], at: other)
      default:
        // Another value in place of one, where the most code is.
        guard let colon = scalars[place...].firstIndex(of: ":") else { continue }
        let stop = scalars[colon...].firstIndex { ",}\n".unicodeScalars.contains($0) }
        scalars.replaceSubrange(
          (colon + 1)..<max(colon + 1, stop ?? colon), with: (" " + piece).unicodeScalars)
      }
      if scalars.isEmpty { scalars = [" "] }
    }
    return String(String.UnicodeScalarView(scalars))
  }
}

/// Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
private struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
