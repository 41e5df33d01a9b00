import StudyFiles
import StudyModel
import Testing

@testable import StudyFiles

/// What is wrong with a file before its fields are looked at, and files made to do harm.
@Suite(.timeLimit(.minutes(2))) struct YAMLTests {
  @Test(arguments: [
    ("", "the file is empty; write at least metric, fidelity, parameters, trial and stop"),
    ("# only", "the file is empty; write at least metric, fidelity, parameters, trial and stop"),
    ("word", "the file is 'word'; write for example 'metric: {name: loss, goal: minimize}'"),
    ("- a", "the file is a list; write for example 'metric: {name: loss, goal: minimize}'"),
    ("null", "the file is empty; write for example 'metric: {name: loss, goal: minimize}'"),
    ("a: \u{7}", "the file holds the character '\\u{0007}'; remove it"),
    ("a: \u{0}", "the file holds the character '\\0'; remove it"),
  ])
  func aFileThatIsNoMappingIsRefused(text: String, message: String) {
    #expect(mistakes(text).map { $0.replacing("\\u{07}", with: "\\u{0007}") } == ["1: \(message)"])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func linesAreCountedWhateverEndsThem(lineBreak: String) {
    let text = StudyParts("seed: -1", "name: a\nname: b").text
    let found = mistakes(text.replacing("\n", with: lineBreak))
    #expect(
      found == [
        "2: the key 'name' is given twice, first in line 1; remove one",
        "8: 'seed' is '-1'; write a whole number, at least 0",
      ])
  }

  @Test func aByteOrderMarkAndADirectiveArePassedOver() throws {
    _ = try readStudy("\u{FEFF}%YAML 1.2\n---\n" + StudyParts().text + "\n...\n", file: "s.yaml")
  }

  @Test func columnsAreCounted() {
    let text = StudyParts("name: ü", "stop: {é: 1, trials: 0}").text
    let error = #expect(throws: StudyFileError.self) { try readStudy(text, file: "s.yaml") }
    #expect(error?.mistakes.map(\.column) == [7, 8, 22])
  }

  @Test func coreTagsAreUnderstood() throws {
    let text = StudyParts(
      "parameters: {x: {values: [!!str 1, !!int 2, !!float 3, !!bool true, ! 5]}}"
    ).text
    #expect(
      try readStudy(text, file: "s.yaml").value.space.parameters[0].domain
        == .categorical([.word("1"), .integer(2), .real(3), .truth(true), .word("5")]))
  }

  @Test func blockAndFoldedTextsAreWords() throws {
    let text = StudyParts("trial:\n  command:\n  - sh\n  - -c\n  - |\n    a &x\n    b *y").text
    #expect(
      try readStudy(text, file: "s.yaml").value.trial.command == ["sh", "-c", "a &x\nb *y\n"])
  }

  @Test func starsAndAmpersandsInTextsAreNoReferences() throws {
    let factors = (0..<20).map { _ in "width *width" }.joined(separator: " + ")
    let text = StudyParts(
      "constraints: ['\(factors) > 0']", "trial: {command: [sh, -c, 'a && b 2>&1 &']}"
    ).text
    _ = try readStudy(text, file: "s.yaml")
  }

  @Test func aliasesOfAliasesDoNotMultiply() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<30 {
      let alias = "*a\(level - 1)"
      let list = Array(repeating: alias, count: 9).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n? *a\(level - 1)\n: 1\n"
    }
    let message =
      "anchors ('&name') and aliases ('*name') are not read; write the value out at each place"
    #expect(mistakes(text) == ["1: \(message)"])
    let few = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n? *c\n: 1"
    #expect(mistakes(few).contains("1: \(message)"))
  }

  @Test func deepNestingIsRefused() {
    let message = "lists and mappings nest more than 32 deep; write fewer levels"
    let deep = String(repeating: "[", count: 500) + String(repeating: "]", count: 500)
    #expect(mistakes(StudyParts("points: \(deep)").text).last == "7: \(message)")
    let deeper = StudyParts("points: " + String(repeating: "[", count: 500_000)).text
    #expect(mistakes(deeper).count == 1)
    let block = StudyParts("points:\n" + String(repeating: "- ", count: 100_000) + "x").text
    #expect(!mistakes(block).isEmpty)
    let mappings = StudyParts("points: " + String(repeating: "{a: ", count: 400)).text
    #expect(!mistakes(mappings).isEmpty)
    let keys = StudyParts("points: " + String(repeating: "{? ", count: 400)).text
    #expect(!mistakes(keys).isEmpty)
  }

  @Test func aFileIsAtMostAMebibyte() {
    let large = "# " + String(repeating: "x", count: 1 << 20)
    #expect(mistakes(large) == ["0: the file has more than 1 MiB; write a shorter one"])
  }

  @Test func largeFilesOfMistakesEnd() {
    let keys = (0..<40_000).map { "key\($0): 1" }.joined(separator: "\n")
    #expect(mistakes(keys).count == 100)
    let pairs = (0..<1000).map { "key\($0): 1\nkey\($0): 2" }.joined(separator: "\n")
    #expect(!mistakes(pairs).isEmpty)
    let points = Array(repeating: "{}", count: 300_000).joined(separator: ",")
    #expect(
      mistakes(StudyParts("points: [\(points)]").text)
        == ["7: 'points' has more than 1000 items; write fewer"])
    let quotes = String(repeating: "'", count: 1_000_000)
    #expect(!mistakes(StudyParts("baseline: \(quotes)").text).isEmpty)
  }

  @Test func textsInMessagesAreShortAndInOneLine() {
    #expect(visible("a\nb\u{202E}\u{1B}") == "'a\\nb\\u{202E}\\u{1B}'")
    #expect(visible(String(repeating: "é", count: 61)).count == 65)
    let zalgo = "a" + String(repeating: "\u{301}", count: 1000)
    #expect(visible(zalgo).unicodeScalars.count == 10)
  }
}
