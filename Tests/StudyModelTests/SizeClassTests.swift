import FoundationEssentials
import StudyModel
import Testing

/// Classes of trials by their size, as text and as ranges.
struct SizeClassTests {
  @Test(arguments: [
    ("0", 0.0, 0.0 as Double?), ("4", 4, 4), ("1-2", 1, 2), ("4-", 4, nil), ("0.25-1", 0.25, 1),
    ("0.5", 0.5, 0.5), ("0-1", 0, 1),
  ])
  func aClassIsReadAsItIsWritten(text: String, least: Double, most: Double?) throws {
    let sizes = try #require(SizeClass(text))
    #expect(sizes.least.number == least && sizes.most?.number == most)
    #expect(sizes.description == text)
    let bytes = try JSONEncoder().encode(sizes)
    #expect(String(decoding: bytes, as: UTF8.self) == "\"\(text)\"")
    #expect(try JSONDecoder().decode(SizeClass.self, from: bytes) == sizes)
  }

  @Test(arguments: [
    "", "-", "-1", "2-1", "1-1", "a", "1-b", "0.3", "1--2", "1-2-3", "nan", "1-inf",
  ])
  func othersAreNone(text: String) {
    #expect(SizeClass(text) == nil)
    let json = Data("\"\(text)\"".utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(SizeClass.self, from: json) }
  }

  @Test func whichTrialsAreMeant() throws {
    let small = try #require(SizeClass("0.25-2"))
    #expect(small.contains(TrialSize(sharing: 4)) && small.contains(TrialSize(gpus: 2)))
    #expect(!small.contains(TrialSize(sharing: 8)) && !small.contains(TrialSize(gpus: 3)))
    #expect(small.needsGPUs && small.leastSlots(ofShares: 8) == 2)
    let large = try #require(SizeClass("4-"))
    #expect(large.contains(TrialSize(gpus: 4000)) && large.leastSlots(ofShares: 8) == 32)
    let none = try #require(SizeClass("0"))
    #expect(!none.needsGPUs && none.leastSlots(ofShares: 8) == 0)
    #expect(none.contains(TrialSize(gpus: 0)) && !none.contains(TrialSize(sharing: 64)))
  }
}
