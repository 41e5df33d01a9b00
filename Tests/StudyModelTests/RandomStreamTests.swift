import TestSupport
import Testing

@testable import StudyModel

struct RandomStreamTests {
  /// The three vectors `philox4x32 10` of Random123's `tests/kat_vectors`: counter, key, answer.
  static let knownAnswers: [(SIMD4<UInt32>, SIMD2<UInt32>, SIMD4<UInt32>)] = [
    (
      SIMD4(repeating: 0), SIMD2(repeating: 0),
      SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8)
    ),
    (
      SIMD4(repeating: 0xffff_ffff), SIMD2(repeating: 0xffff_ffff),
      SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd)
    ),
    (
      SIMD4(0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
      SIMD2(0xa409_3822, 0x299f_31d0),
      SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1)
    ),
  ]

  @Test(arguments: knownAnswers)
  func philoxGivesTheKnownAnswersOfRandom123(
    counter: SIMD4<UInt32>, key: SIMD2<UInt32>, answer: SIMD4<UInt32>
  ) {
    #expect(philox(counter, key: key) == answer)
  }

  @Test func aStreamStartsWithTheCipherOfItsCoordinates() {
    var stream = RandomStream(
      seed: 0x1122_3344_5566_7788, trial: TrialID(0x9_0000_0007), purpose: .bracket)
    let key = SIMD2<UInt32>(0x5566_7788, 0x1122_3344)
    for block in UInt32(0)..<3 {
      let words = philox(SIMD4(block, 2, 7, 9), key: key)
      #expect(stream.next() == UInt64(words[0]) | UInt64(words[1]) << 32)
      #expect(stream.next() == UInt64(words[2]) | UInt64(words[3]) << 32)
    }
  }

  @Test func theDrawsOfATrialDoNotDependOnThoseOfOthers() {
    let apart = (0..<20).map { trial in
      var stream = RandomStream(seed: 5, trial: TrialID(trial), purpose: .configuration)
      return (0..<9).map { _ in stream.next() }
    }
    var streams = (0..<20).map {
      RandomStream(seed: 5, trial: TrialID($0), purpose: .configuration)
    }
    var together = Array(repeating: [UInt64](), count: 20)
    var generator = SeededGenerator(1)
    while together.contains(where: { $0.count < 9 }) {
      let trial = generator.integer(0...19)
      if together[trial].count < 9 { together[trial].append(streams[trial].next()) }
    }
    #expect(together == apart)
  }

  @Test func streamsOfDifferentCoordinatesDiffer() {
    var seen: Set<UInt64> = []
    for seed in UInt64(0)..<20 {
      for trial in 0..<20 {
        for purpose in [RandomStream.Purpose.configuration, .bracket] {
          var stream = RandomStream(seed: seed << 30, trial: TrialID(trial), purpose: purpose)
          seen.insert(stream.next())
        }
      }
    }
    #expect(seen.count == 800)
  }

  @Test func unitIsUniformFromZeroToBelowOne() {
    var stream = RandomStream(seed: 3, trial: TrialID(4), purpose: .configuration)
    var counts = Array(repeating: 0, count: 100)
    var bits: UInt64 = 0
    for _ in 0..<100_000 {
      let unit = stream.unit()
      guard (0..<1).contains(unit) else {
        Issue.record("\(unit) is not in 0..<1")
        return
      }
      counts[Int(unit * 100)] += 1
      bits |= UInt64(unit * 0x1p53)
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 99))
    #expect(bits == 1 << 53 - 1, "all 53 bits occur")
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func indexIsUniformBelowItsBound(count: Int) {
    var stream = RandomStream(seed: 8, trial: TrialID(1), purpose: .configuration)
    var counts = Array(repeating: 0, count: count)
    for _ in 0..<20_000 { counts[stream.index(below: count)] += 1 }
    #expect(chiSquare(counts) < chiSquareBound(degrees: count - 1))
  }
}
