import Slurm
import Testing

@Suite struct JobStateTests {
  @Test(
    arguments: [
      (0, .pending, "PENDING"), (1, .running, "RUNNING"), (2, .suspended, "SUSPENDED"),
      (3, .completed, "COMPLETED"), (4, .cancelled, "CANCELLED"), (5, .failed, "FAILED"),
      (6, .timeout, "TIMEOUT"), (7, .nodeFail, "NODE_FAIL"), (8, .preempted, "PREEMPTED"),
      (9, .bootFail, "BOOT_FAIL"), (10, .deadline, "DEADLINE"), (11, .outOfMemory, "OUT_OF_MEMORY"),
    ] as [(UInt32, JobState.Base, String)])
  func everyBaseHasANumberAndAWord(number: UInt32, base: JobState.Base, word: String) {
    let state = JobState(rawValue: number)
    #expect(state.base == base && state.flags.isEmpty && state.description == word)
    #expect(JobState(words: word) == state)
    #expect(state.isLive == (number < 3))
  }

  @Test(arguments: 8..<24 as Range<UInt32>)
  func everyFlagHasAWord(bit: UInt32) {
    let state = JobState(rawValue: 1 | 1 << bit)
    let words = state.description
    #expect(words.hasPrefix("RUNNING|") && !words.contains("0x"))
    #expect(JobState(words: words) == state)
  }

  @Test func whatIsUnknownIsKept() {
    let state = JobState(rawValue: 1 << 30 | 1 << 15 | 99)
    #expect(state.base == .unknown(99) && state.flags.contains(.completing))
    #expect(state.description == "UNKNOWN_99|COMPLETING|FLAGS_0x40000000")
    #expect(JobState(rawValue: 99).isLive)
  }

  @Test(
    arguments: [
      ("CANCELLED by 1000", 4), ("CANCELLED+", 4), ("COMPLETING", 3 | 1 << 15),
      ("CONFIGURING", 1 | 1 << 14), ("REQUEUE_HOLD", 0 | 1 << 11),
      ("RUNNING,COMPLETING", 1 | 1 << 15),
    ] as [(String, UInt32)])
  func theWordsOfTheCommandsAreUnderstood(words: String, number: UInt32) {
    #expect(JobState(words: words)?.rawValue == number)
  }

  @Test(arguments: ["", "running", "NEW_STATE", " "])
  func otherWordsAreNone(words: String) {
    #expect(JobState(words: words) == nil)
  }

  @Test(arguments: [(3 | 1 << 15, true), (3 | 1 << 10, true), (4, false), (1 | 1 << 14, true)])
  func aJobIsLiveWhileItHoldsNodesOrWillBeStartedAgain(number: Int, isLive: Bool) {
    #expect(JobState(rawValue: UInt32(number)).isLive == isLive)
  }
}
