import Campaigns
import Coordination
import HDF5
import Processes
import ProgramSupport
import Simulation
import StudyModel
import Testing

@testable import TableFiles

/// A collection's table in HDF5 and as text, written shard by shard and read back.
struct CollectionTableTests {
  /// Four configurations at two fidelities with two seeds: trainings 0 to 15, of which a shard has some.
  private func study(first: Int = 0, trainings: Int = 16) -> Study {
    var search = Search(.collection)
    search.collection = CollectionSettings(
      configurations: .sobol(4), seeds: [1, 2], first: first)
    var study = Study(
      name: "study", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(11)),
      space: SearchSpace(parameters: [
        Parameter(name: "x", domain: .real(low: 0, high: 1, step: nil, log: false)),
        Parameter(name: "kind", domain: .categorical([.word("a"), .word("b,c")])),
        Parameter(name: "net/width", domain: .ordinal([.real(1), .real(2)])),
        Parameter(
          name: "depth", domain: .integer(low: 1, high: 3, step: 1, log: false),
          conditions: [.init(parameter: "kind", values: [.word("a")])]),
        Parameter(name: "f", domain: .ordinal([.integer(1), .integer(8)]), isFidelity: true),
      ]), algorithm: Algorithm(schedule: Schedule(.full), search: search),
      trial: TrialSettings(command: ["train"]), seed: 4)
    study.stop.trials = trainings
    return study
  }

  /// A shard's trainings, of which so many were trained.
  private func block(_ first: Int, _ count: Int, trained: Int? = nil) throws -> CollectionBlock {
    let study = study(first: first, trainings: trained ?? count)
    var simulator = Simulator(
      study: study, objective: BuiltInObjective(.curves, for: study, secondsPerEpoch: 3),
      settings: Simulator.Settings(slots: [2]))
    try simulator.run()
    return CollectionBlock(
      TrainingRows(of: simulator.coordinator, count: count), of: self.study(),
      shard: first / 6 + 1)
  }

  private func header() -> CollectionHeader {
    CollectionHeader(
      study: study(), name: "table", campaignText: "kind: collect\n", studyText: "seed: 4\n",
      rung: "1.2.3", date: "2026-11-30T00:00:00Z", trainings: 16,
      shards: [
        .init(name: "shard-0001", rung: "1.2.3", created: "now", commit: "abc+", hashes: "{}"),
        .init(name: "shard-0002"), .init(name: "shard-0003"),
      ])
  }

  /// Shards that end within chunks, of which the last is not whole.
  private func blocks() throws -> [CollectionBlock] {
    [try block(0, 6), try block(6, 6), try block(12, 4, trained: 3)]
  }

  private func written(in folder: borrowing TemporaryFolder) throws -> String {
    let path = folder.file("table.h5")
    let writer = try CollectionTableWriter(creating: path, header())
    for block in try blocks() { try writer.write(block) }
    try writer.close()
    return path
  }

  @Test func theTableIsReadAsItWasWritten() throws {
    let folder = try TemporaryFolder()
    let path = try written(in: folder)
    #expect(CollectionTable.isOne(path))
    #expect(try !CollectionTable.isOne(folder.write("t.csv", "a\n")))
    #expect(!CollectionTable.isOne(folder.file("none")))
    let table = try CollectionTable(reading: path)
    let head = table.head
    #expect(head.name == "table" && head.rung == "1.2.3" && head.trainings == 16)
    #expect(head.campaign == "kind: collect\n" && head.study == "seed: 4\n")
    #expect(head.epochs == Array(1...11) && head.metrics == ["loss"])
    #expect(head.parameters == ["x", "kind", "net_width", "depth", "f"])
    let blocks = try blocks()
    try table.eachBlock { read in
      #expect(read.first == 0 && read.count == 16)
      #expect(read.integers == (0..<6).map { column in blocks.flatMap { $0.integers[column] } })
      #expect(read.texts == (0..<2).map { column in blocks.flatMap { $0.texts[column] } })
      for column in read.parameters.indices {
        #expect(
          read.parameters[column].values == blocks.flatMap { $0.parameters[column].values },
          "\(read.parameters[column].name)")
      }
      func bits(_ values: [Double]) -> [UInt64] {
        values.map { $0.isNaN ? 0 : $0.bitPattern }
      }
      #expect(bits(read.elapsed) == bits(blocks.flatMap(\.elapsed)))
      #expect(bits(read.metrics[0].values) == bits(blocks.flatMap { $0.metrics[0].values }))
      #expect(
        (0..<16).map { read.state($0) } == [TrainingRows.State](
          repeating: .completed, count: 15) + [.waiting])
      #expect((0..<16).map { read.length($0) } == [Int](repeating: 11, count: 15) + [0])
      #expect(read.integers[0] == (0..<16).map { Int64($0 / 4) })
      #expect(read.integers[1] == (0..<16).map { [1, 2][$0 % 2] })
    }
  }

  @Test func aTableThatWasNotClosedIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("table.h5")
    do { _ = try CollectionTableWriter(creating: path, header()) }
    #expect(throws: TableFileError.self) { _ = try CollectionTable(reading: path) }
    let other = try File(creating: folder.file("other.h5"))
    try other.close()
    let message = #expect(throws: TableFileError.self) {
      _ = try CollectionTable(reading: folder.file("other.h5"))
    }
    #expect(
      message?.description.contains("is no table of a collection: it is another HDF5 file") == true)
  }

  /// A study searches the collection at its last fidelity, or at the one that it fixes.
  @Test(arguments: [nil, 1, 8])
  func aStudySearchesItsOwnFidelity(fidelity: Int?) throws {
    let folder = try TemporaryFolder()
    let path = try written(in: folder)
    var search = study()
    search.algorithm = Algorithm(.random)
    search.space = search.space.atFullFidelity
    if let fidelity {
      search.space = SearchSpace(
        parameters: search.space.parameters.map { parameter in
          parameter.name == "f"
            ? Parameter(name: "f", domain: .constant(.integer(fidelity))) : parameter
        })
    }
    let settings = TableSettings(file: path, metrics: ["loss_{epoch}"])
    let tabulated = try readTable(of: search, by: settings, at: path)
    // The last of the sixteen is at the fidelity 8, and has a sibling of the other seed.
    #expect(tabulated.table.configurations.count == 4)
    #expect(tabulated.notes.count == 1)
    for configuration in tabulated.table.configurations {
      #expect(configuration["f"] == .integer(fidelity ?? 8))
      #expect(search.space.conforming(configuration) == configuration)
    }
    // Both seeds are drawn.
    let rows = (0..<50).compactMap { trial in
      tabulated.table.curve(of: tabulated.table.configurations[0], for: TrialID(trial))?.row
    }
    #expect(Set(rows).count == 2 && rows.count == 50)
    let curve = tabulated.table.curve(ofRow: 0)
    #expect(curve.count == 11 && curve.row == (fidelity == 1 ? 0 : 2))
    // An epoch of three seconds.
    #expect((0..<11).allSatisfy { abs(curve.seconds(ofStep: $0) - 3) < 1e-5 }, "\(curve.seconds)")
    var one = settings
    one.rows = ["seed": "2"]
    let second = try readTable(of: search, by: one, at: path)
    #expect(second.notes.isEmpty)
    #expect(second.table.curve(ofRow: 0).row == (fidelity == 1 ? 1 : 3))
    var simulator = Simulator(
      study: tabulated.study, objective: tabulated.table, settings: .init(slots: [3]))
    try simulator.run()
    #expect(simulator.coordinator.trials.count { $0.state == .completed } == 4)
  }

  @Test func whatATableLacksIsTold() throws {
    let folder = try TemporaryFolder()
    let path = try written(in: folder)
    var search = study()
    search.algorithm = Algorithm(.random)
    func message(_ settings: TableSettings) -> String {
      do { _ = try readTable(of: search, by: settings, at: path) } catch {
        return error.description.replacing(path, with: "t.h5")
      }
      return ""
    }
    #expect(
      message(TableSettings(file: path, metrics: ["accuracy_{epoch}"]))
        == "t.h5: has no column 'accuracy', which 'table.metric' names; it has 'loss'")
    var settings = TableSettings(file: path, metrics: ["loss_{epoch}"], rows: ["seed": "9"])
    #expect(message(settings) == "t.h5: no row is left; look at 'table.where'")
    settings.rows = ["sed": "1"]
    #expect(
      message(settings).hasPrefix("t.h5: has no column 'sed', which 'table.where' names; it has"))
    settings.rows = [:]
    search.space = SearchSpace(parameters: [
      Parameter(name: "x", domain: .real(low: 0, high: 0.01, step: nil, log: false))
    ])
    #expect(
      message(settings).contains("which is no value of the parameter 'x'; widen the parameter"))
  }

  @Test func theTextHasWhatTheTableHas() throws {
    let folder = try TemporaryFolder()
    let path = try written(in: folder)
    let table = try CollectionTable(reading: path)
    var texts: [CollectionText.Kind: [[Substring]]] = [:]
    for kind in [CollectionText.Kind.trainings, .curves, .reports] {
      let writer = CollectionText(
        kind, parameters: table.head.parameters, metrics: table.head.metrics,
        epochs: table.head.epochs, fidelity: table.head.fidelity)
      var text = writer.header
      try table.eachBlock { text += writer.lines($0) }
      texts[kind] = text.split(separator: "\n").map {
        $0.split(separator: ",", omittingEmptySubsequences: false)
      }
    }
    // Fifteen have begun.
    #expect(texts[.trainings]?.count == 16 && texts[.curves]?.count == 16)
    #expect(texts[.reports]?.count == 1 + 15 * 11)
    #expect(
      texts[.trainings]?[0].joined(separator: ",")
        == "training,configuration,seed,shard,attempts,failures,epoch,state,host,seconds,"
        + "started_seconds,ended_seconds,config.x,config.kind,config.net_width,config.depth,config.f,loss"
    )
    let last = texts[.curves]?[1].dropLast(11).last
    #expect(texts[.trainings]?[1].last == last && texts[.reports]?[11].last == last)
    // As CSV it drives a study as well: each training is a row of its own.
    var search = study()
    search.algorithm = Algorithm(.random)
    search.space = SearchSpace(
      parameters: search.space.atFullFidelity.parameters.filter { $0.name != "net/width" })
    let file = try folder.write(
      "t.csv", (texts[.curves] ?? []).map { $0.joined(separator: ",") + "\n" }.joined())
    let settings = TableSettings(
      file: file, metrics: ["loss_{epoch}"], time: .elapsed("elapsed_{epoch}"))
    let tabulated = try readTable(of: search, by: settings, at: file)
    #expect(tabulated.table.configurations.count == 7)
  }

  @Test func h5pyAndPandasReadItInThreeLines() throws {
    let folder = try TemporaryFolder()
    let path = try written(in: folder)
    let program = """
      import sys, h5py, pandas, numpy
      file = h5py.File(sys.argv[1])
      table = pandas.DataFrame({name: c.asstr()[:] if c.dtype.kind == "S" else c[:] for g in ("trainings", "parameters") for name, c in file[g].items()})
      final = table.assign(loss=file["metrics/loss"][:, -1]).query("f == 8").groupby("configuration").loss.mean()
      assert list(final.index) == [0, 1, 2, 3] and final.notna().all(), final
      assert file["metrics/loss"].chunks == (16, 8) and file["metrics/loss"].compression == "gzip"
      assert file["metrics/loss"].shuffle and file["metrics/loss"].fletcher32
      assert numpy.isnan(file["metrics/loss"][15]).all() and numpy.isnan(file["elapsed"][15]).all()
      assert file.attrs["rung"] == "1.2.3" and file["shards/commit"].asstr()[0] == "abc+"
      assert table.kind.isin(["a", "b,c", ""]).all() and table.depth.isna().sum() > 0
      """
    let script = try folder.write("read.py", program)
    let result = try runCommand([try python(), script, path])
    #expect(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
  }

  private func listed(_ text: String) throws -> [Configuration] {
    let folder = try TemporaryFolder()
    let path = try folder.write("rows.csv", text)
    do {
      return try readConfigurations(of: study().space.withoutFidelities, at: path)
    } catch { throw Told(text: error.description.replacing(path, with: "rows.csv")) }
  }

  private struct Told: Error, Equatable {
    let text: String
  }

  @Test func aListOfConfigurationsIsRead() throws {
    #expect(
      try listed("note,x,kind,net/width,depth\nfirst,0.5,a,2,3\n,1,\"b,c\",1.0,\n") == [
        Configuration([
          ("x", .real(0.5)), ("kind", .word("a")), ("net/width", .real(2)), ("depth", .integer(3)),
        ]),
        Configuration([("x", .real(1)), ("kind", .word("b,c")), ("net/width", .real(1))]),
      ])
  }

  private static let badLists: [(String, String)] = [
    (
      "x,kind,net/width\n",
      "rows.csv: has no column 'depth', which 'parameters.depth' names; it has 'x', 'kind', 'net/width'"
    ),
    (
      "x,kind,net/width,depth\n",
      "rows.csv: has no row below its header; write a configuration a line"
    ),
    (
      "x,kind,net/width,depth\n0.5,a,2,9\n",
      "rows.csv:2: column 'depth' is '9', which is no value of the parameter 'depth'; widen the "
        + "parameter, or drop the row by 'table.where'"
    ),
    (
      "x,kind,net/width,depth\n0.5,a,2,\n",
      "rows.csv:2: does not fit the study's parameters and constraints; give every active parameter but "
        + "the fidelities a value, and leave inactive ones empty"
    ),
    (
      "x,kind,net/width,depth\n0.5,a,2,1\n\n0.50,a,2.0,1\n",
      "rows.csv:4: is the same configuration as line 2; write each once"
    ),
  ]

  @Test(arguments: badLists)
  func aMistakeInAListIsTold(text: String, message: String) {
    #expect(throws: Told(text: message)) { _ = try listed(text) }
  }
}
