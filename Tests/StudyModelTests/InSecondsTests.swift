import FoundationEssentials
import StudyModel
import Testing

struct InSecondsTests {
  private struct Holder: Codable, Equatable {
    @InSeconds var time: Duration
  }

  @Test func aDurationIsANumberOfSeconds() throws {
    let holder = Holder(time: .milliseconds(5_400_250))
    let text = String(decoding: try JSONEncoder().encode(holder), as: UTF8.self)
    #expect(text == "{\"time\":5400.25}")
    #expect(try JSONDecoder().decode(Holder.self, from: Data(text.utf8)) == holder)
  }

  @Test func whatEarlierVersionsWroteIsRead() throws {
    struct Former: Encodable { var time = Duration.seconds(3600) }
    let text = try JSONEncoder().encode(Former())
    #expect(text.contains(UInt8(ascii: "[")))
    #expect(try JSONDecoder().decode(Holder.self, from: text).time == .seconds(3600))
  }
}
