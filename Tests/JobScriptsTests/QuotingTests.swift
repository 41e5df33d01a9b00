import Testing

@testable import JobScripts

@Suite struct QuotingTests {
  @Test(arguments: [
    ("plain", "'plain'"), ("", "''"), ("it's", "'it'\\''s'"),
    ("$(rm -r ~) `x`", "'$(rm -r ~) `x`'"),
    ("a\\b\"c", "'a\\b\"c'"), ("'\u{301}", "''\\''\u{301}'"),
  ])
  func bashReadsOneWord(value: String, quoted: String) {
    #expect(shellQuoted(value) == quoted)
  }

  @Test(arguments: [
    ("dc-gpu", "dc-gpu"), ("a@b.org", "a@b.org"), ("a b", "\"a b\""), ("a#b", "\"a#b\""),
    ("it's", "\"it's\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("[a|b]&c", "\"[a|b]&c\""),
    ("ü", "\"ü\""),
  ])
  func sbatchReadsOneValue(value: String, quoted: String) {
    #expect(sbatchQuoted(value) == quoted)
  }

  @Test func aPercentSignInAnOutputPathIsNoPattern() {
    #expect(outputPattern("/50%j/%%") == "/50%%j/%%%%")
  }
}
