import Processes
import ProgramSupport
import Simulation
import StudyModel
import Testing

@testable import TableFiles

struct TableFilesTests {
  private let study = Study(
    name: "study", metric: Metric(name: "accuracy", goal: .maximize),
    fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(4)),
    space: SearchSpace(parameters: [
      Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false)),
      Parameter(name: "kind", domain: .categorical([.word("a"), .word("b,\"c\"")])),
    ]), trial: TrialSettings(command: []))

  private func read(
    _ text: String, _ study: Study? = nil, _ edit: (inout TableSettings) -> Void = { _ in }
  ) throws -> TabulatedStudy {
    let folder = try TemporaryFolder()
    let path = try folder.write("table.csv", text)
    var settings = TableSettings(file: path, metrics: ["acc_{epoch}"])
    edit(&settings)
    do { return try readTable(of: study ?? self.study, by: settings, at: path) } catch {
      throw Told(text: error.description.replacing(path, with: "table.csv"))
    }
  }

  private struct Told: Error, Equatable {
    let text: String
  }

  @Test func cellsAreReadAsTheyAreMeant() throws {
    let result = try read(
      "\u{FEFF}rate,kind,acc_1,acc_2,acc_3\r\n0.5,a,1,2,3\r\n1,\"b,\"\"c\"\"\",4,nan,\n")
    #expect(
      result.table.configurations == [
        Configuration([("rate", .real(0.5)), ("kind", .word("a"))]),
        Configuration([("rate", .real(1)), ("kind", .word("b,\"c\""))]),
      ])
    #expect(result.table.curve(ofRow: 0).values == [[1, 2, 3]])
    #expect(result.table.curve(ofRow: 1).values[0].count == 2)
    #expect(result.table.curve(ofRow: 1).values[0][1].isNaN)
    #expect(result.study.space.rows == result.table.configurations)
    #expect(result.notes == [])
  }

  @Test func elapsedTimesBecomeTheTimeOfEachStep() throws {
    let text = "rate,kind,acc_1,acc_2,t_1,t_2,s\n0.5,a,1,2,10,25,7\n"
    let elapsed = try read(text) { $0.time = .elapsed("t_{epoch}") }
    #expect(elapsed.table.curve(ofRow: 0).seconds == .each([10, 15]))
    let each = try read(text) { $0.time = .seconds("t_{epoch}") }
    #expect(each.table.curve(ofRow: 0).seconds == .each([10, 25]))
    let constant = try read(text) { $0.time = .secondsPerStep("s") }
    #expect(constant.table.curve(ofRow: 0).seconds == .perEpoch(7))
  }

  @Test func levelsReadTheirOwnColumnsAndPayForTheEpochsBetween() throws {
    var study = study
    study.fidelity = Fidelity(name: "epoch", levels: [Budget(12), Budget(200)])
    let result = try read("rate,kind,acc_12,acc_200,s\n0.5,a,1,2,3\n", study) {
      $0.time = .secondsPerStep("s")
    }
    let curve = result.table.curve(ofRow: 0)
    #expect((0..<2).map { curve.epoch(ofStep: $0) } == [12, 200])
    #expect((0..<2).map { curve.seconds(ofStep: $0) } == [36, 564])
  }

  @Test func rowsWithEqualSettingsAreToldApart() throws {
    let text = "rate,kind,acc_1,status\n0.5,a,1,OK\n0.5,a,2,OK\n0.25,a,3,no\n"
    let result = try read(text) { $0.rows = ["status": "OK"] }
    #expect(result.table.configurations.map { $0["row"] } == [.integer(0), .integer(1)])
    #expect(result.notes.count == 1)
    var nameless = study
    nameless.space = SearchSpace(parameters: [])
    #expect(
      try read(text, nameless).table.configurations.map { $0["row"] } == [
        .integer(0), .integer(1), .integer(2),
      ])
  }

  static let mistakes: [(text: String, message: String)] = [
    ("", "table.csv: is empty; the first line must be the header"),
    ("rate,kind,acc_1\n0.5,a\n", "table.csv:2: has 2 cells, but the header has 3"),
    (
      "rate,acc_1\n0.5,1\n",
      "table.csv: has no column 'kind', which 'parameters.kind' names; it has 'rate', 'acc_1'"
    ),
    (
      "rate,kind,acc_1\n0.5,a,good\n",
      "table.csv:2: column 'acc_1' is 'good'; it must be a number, 'nan', or empty"
    ),
    (
      "rate,kind,acc_1\n\n0.5,a,1\n2,a,1\n",
      "table.csv:4: column 'rate' is '2', which is no value of the parameter 'rate'; widen the "
        + "parameter, or drop the row by 'table.where'"
    ),
    (
      "rate,kind,acc_1,acc_2\n0.5,a,,1\n",
      "table.csv:2: column 'acc_1' is empty, but a later one of the curve is not"
    ),
    ("rate,kind,acc_1\n", "table.csv: no row is left; look at 'table.where'"),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsToldWithItsLine(text: String, message: String) {
    #expect(throws: Told(text: message)) { _ = try read(text) }
  }

  @Test func aCompressedTableIsReadAndADamagedOneIsNot() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("table.csv", "rate,kind,acc_1\n0.5,a,1\n")
    let settings = TableSettings(file: path, metrics: ["acc_{epoch}"])
    let plain = try readTable(of: study, by: settings, at: path)
    _ = try runCommand(["gzip", path])
    let packed = try readTable(of: study, by: settings, at: path + ".gz")
    #expect(packed.table.configurations == plain.table.configurations)
    _ = try runCommand(["truncate", "--size=-9", path + ".gz"])
    #expect(throws: TableFileError.self) {
      _ = try readTable(of: study, by: settings, at: path + ".gz")
    }
  }
}
