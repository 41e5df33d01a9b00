import StudyModel
import TestSupport
import Testing

struct ConfigurationTests {
  @Test(arguments: seeds(50, from: 200_000))
  func equalConfigurationsAreEqualByteForByte(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let names = ["b", "a", "é", "z.y", "Z", "_", "aa", "a1", "ö"].shuffled(using: &random)
    let settings = names.map { ($0, ParameterValue.integer(random.integer(0...9))) }
    let one = Configuration(settings)
    let other = Configuration(settings.shuffled(using: &random))
    #expect(one == other)
    #expect(try json(one) == json(other))
    #expect(one.settings.map(\.name) == names.sorted())
    #expect(settings.allSatisfy { one[$0.0] == $0.1 })
  }

  @Test func theLaterOfTwoSettingsWithOneNameWins() {
    let configuration = Configuration([("a", .integer(1)), ("b", .integer(2)), ("a", .word("x"))])
    #expect(configuration["a"] == .word("x"))
    #expect(configuration.settings.count == 2)
  }

  @Test func settingNilTakesAParameterOut() {
    var configuration = Configuration([("a", .integer(1)), ("b", .integer(2))])
    configuration["a"] = nil
    configuration["c"] = nil
    #expect(configuration == Configuration([("b", .integer(2))]))
    #expect(configuration["a"] == nil)
  }

  @Test func aConfigurationIsAJSONObjectOfScalars() throws {
    let configuration = Configuration([
      ("rate", .real(0.1)), ("width", .integer(-3)), ("optimizer", .word("a \"b\"")),
      ("nesterov", .truth(false)), ("tiny", .real(1e-300)), ("large", .real(1.25e300)),
    ])
    let data = try json(configuration)
    #expect(
      String(decoding: data, as: UTF8.self)
        == #"{"large":1.25e+300,"nesterov":false,"optimizer":"a \"b\"","rate":0.1,"#
        + #""tiny":1e-300,"width":-3}"#)
    #expect(try value(Configuration.self, fromJSON: data) == configuration)
  }

  @Test(arguments: seeds(200, from: 210_000))
  func realNumbersKeepEveryBitOnTheirWayThroughJSON(seed: UInt64) throws {
    var random = SeededGenerator(seed)
    let number = Double(bitPattern: random.next())
    guard number.isFinite else { return }
    let configuration = Configuration([("x", .real(number))])
    let travelled = try roundTrip(configuration)
    #expect(travelled["x"]?.number?.bitPattern == number.bitPattern)
  }

  @Test func valuesReadAsACommandLineShowsThem() {
    #expect(ParameterValue.real(0.01).description == "0.01")
    #expect(ParameterValue.real(1).description == "1.0")
    #expect(ParameterValue.integer(32).description == "32")
    #expect(ParameterValue.word("adam").description == "adam")
    #expect(ParameterValue.truth(true).description == "true")
  }
}
