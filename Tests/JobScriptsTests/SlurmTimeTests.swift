import JobScripts
import Testing

@Suite struct SlurmTimeTests {
  @Test(arguments: [
    (1, "0-00:01:00"), (60, "0-00:01:00"), (61, "0-00:02:00"), (3599, "0-01:00:00"),
    (3600, "0-01:00:00"), (95_400, "1-02:30:00"), (86_400, "1-00:00:00"),
    (30 * 86_400, "30-00:00:00"),
  ])
  func limitsAreWrittenAsSlurmReadsThem(seconds: Int, text: String) {
    #expect(slurmTime(.seconds(seconds)) == text)
  }

  @Test func aPartOfASecondIsRoundedUpToo() {
    #expect(slurmTime(.milliseconds(60_001)) == "0-00:02:00")
    #expect(slurmTime(.nanoseconds(1)) == "0-00:01:00")
  }
}
