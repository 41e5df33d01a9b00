import Coordination
import StudyModel
import Testing

@testable import Agents

@Suite struct TrialMessageTests {
  private func read(_ text: String, fidelity: String = "epoch") -> TrialMessage {
    TrialMessage(Array(text.utf8)[...], fidelity: fidelity)
  }

  private func isRubbish(_ message: TrialMessage) -> Bool {
    if case .rubbish = message { true } else { false }
  }

  @Test func aReportHasItsEpochAndItsMetrics() {
    #expect(
      read(
        #"{"epoch": 3, "b": 0.25, "a": -1e-3, "flag": true, "note": "x", "list": [1], "n": null}"#)
        == .report(
          epoch: 3, values: [.init("a", -0.001), .init("b", 0.25), .init("flag", 1)]))
    #expect(read(#" { "epoch" : 1 } "#) == .report(epoch: 1, values: []))
    #expect(read(#"{"epoch": 3.0, "é\n": 1}"#) == .report(epoch: 3, values: [.init("é\n", 1)]))
  }

  @Test func theFidelityMayHaveANameOfItsOwn() {
    #expect(
      read(#"{"step": 5, "a": 1}"#, fidelity: "step") == .report(epoch: 5, values: [.init("a", 1)]))
    #expect(
      read(#"{"epoch": 5, "a": 1}"#, fidelity: "step") == .report(epoch: 5, values: [.init("a", 1)])
    )
    #expect(
      read(#"{"step": 5, "epoch": 2}"#, fidelity: "step")
        == .report(epoch: 5, values: [.init("epoch", 2)]))
  }

  @Test(arguments: [
    ("NaN", Double.nan), ("nan", .nan), ("-nan", .nan), ("\"NaN\"", .nan), ("Infinity", .infinity),
    ("-Infinity", -.infinity), ("inf", .infinity), ("-inf", -.infinity), ("+INF", .infinity),
  ])
  func whatIsNotFiniteIsRead(word: String, value: Double) {
    #expect(
      read("{\"epoch\":1,\"loss\":\(word),\"NaN\":2}")
        == .report(epoch: 1, values: [.init("NaN", 2), .init("loss", value)]))
  }

  @Test func wordsWithinStringsStay() {
    #expect(
      read(#"{"epoch": 1, "a NaN \" inf": 2, "true": false}"#)
        == .report(epoch: 1, values: [.init(#"a NaN " inf"#, 2), .init("true", 0)]))
  }

  @Test func aProcessSaysWhoItIs() {
    let leg = LegID(TrialID(7), attempt: 2)
    #expect(
      read(#"{"trial": 7, "attempt": 2, "rank": 0, "protocol": 1, "warm": true}"#)
        == .hello(leg, isWarm: true))
    #expect(read(#"{"trial": 7, "attempt": 2}"#) == .hello(leg, isWarm: false))
    #expect(read(#"{"next": true}"#) == .next)
  }

  /// They are good names for metrics too.
  @Test func aReportWithAMetricCalledTrialIsAReport() {
    #expect(
      read(#"{"epoch": 1, "trial": 7, "attempt": 2}"#)
        == .report(epoch: 1, values: [.init("attempt", 2), .init("trial", 7)]))
    #expect(
      read(#"{"epoch": 1, "next": 3}"#) == .report(epoch: 1, values: [.init("next", 3)]))
  }

  @Test(arguments: [
    "", " ", "{", "{}", "[]", "[1, 2]", "null", "3", "\"epoch\"", "{\"epoch\": }",
    "{\"epoch\": \"3\"}",
    "{\"epoch\": 0}", "{\"epoch\": -1}", "{\"epoch\": 1.5}", "{\"epoch\": 1e300}",
    "{\"epoch\": nan}",
    "{\"epoch\": true}", "{\"epoch\": 1} {\"epoch\": 2}", "{'epoch': 1}", "{\"loss\": 1}",
    "{\"trial\": 1.5, \"attempt\": 1}", "nan", "-", "\\", "\"",
  ])
  func everythingElseIsRubbish(text: String) { #expect(isRubbish(read(text))) }

  @Test func bytesThatAreNoTextAreRubbish() {
    for bytes in [[UInt8](0...255), [0xFF, 0xFE], Array(repeating: 0, count: 100)] {
      #expect(isRubbish(TrialMessage(bytes[...], fidelity: "epoch")))
    }
    let text = Array("{\"epoch\": 1, \"".utf8) + [0xFF] + Array("\": 1}".utf8)
    #expect(isRubbish(TrialMessage(text[...], fidelity: "epoch")))
  }

  @Test func somethingHugeIsReadOrRefusedButEndsNothing() {
    let many = (0..<20_000).map { "\"m\($0)\": \($0)" }.joined(separator: ", ")
    guard case .report(1, let values, false) = read("{\"epoch\": 1, \(many)}") else {
      Issue.record("it was not understood")
      return
    }
    #expect(values.count == 20_000)
    #expect(isRubbish(read(String(repeating: "[", count: 500_000))))
    #expect(isRubbish(read("{\"a\":" + String(repeating: "[", count: 500_000))))
    #expect(isRubbish(read(String(repeating: "\\\"", count: 250_000))))
    #expect(isRubbish(read(String(repeating: "n", count: 500_000))))
    #expect(isRubbish(read("{\"epoch\": " + String(repeating: "1", count: 500_000) + "}")))
  }

  @Test func answersAreWhatTheClientReads() throws {
    let verdicts: [(Verdict, String)] = [
      (.goOn(until: 9), #"{"decision":"continue","epoch":3,"until":9}"#),
      (.pause, #"{"decision":"pause","epoch":3}"#), (.complete, #"{"decision":"stop","epoch":3}"#),
      (.stop, #"{"decision":"stop","epoch":3}"#),
    ]
    for (verdict, text) in verdicts {
      let line = try encodeSorted(TrialAnswer(epoch: 3, verdict))
      #expect(line == text)
    }
  }
}
