import Coordination
import Glibc
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// A node's copy of staged data, and what trials see of it.
@Suite struct StageTests {
  private func setup(
    _ folder: TemporaryFolder, _ name: String, items: [StagedItem], memoryMiB: Int = 1000,
    trialsMiB: Int = 0
  ) throws -> StageSetup {
    try makeFolder(folder.file(name))
    return StageSetup(
      items: items, source: folder.file("source"), node: folder.file("\(name)/node"),
      memory: folder.file("\(name)/memory"), host: "n7", memoryMiB: memoryMiB,
      trialsMiB: trialsMiB)
  }

  private func entries() -> [StageLayout.Entry] {
    [
      .init(path: "d", bytes: nil), .init(path: "d/empty", bytes: 0),
      .init(path: "d/large", bytes: 2 * StageLayout.piece + 17),
      .init(path: "d/run", bytes: 5, isProgram: true), .init(path: "m", bytes: 300),
    ]
  }

  private func content(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
  }

  private let items = [StagedItem(from: "d"), StagedItem(from: "/x/m", to: .memory)]

  @Test func theHeadOfAStreamIsTheSameWhoeverReads() throws {
    let layout = try StageLayout([
      .init(path: "a", bytes: nil), .init(path: "a/run", bytes: 7, isProgram: true),
    ])
    let list = String(decoding: layout.head.dropFirst(StageLayout.prefix), as: UTF8.self)
    #expect(list == #"[{"path":"a"},{"bytes":7,"isProgram":true,"path":"a\/run"}]"#)
  }

  @Test func aLayoutSaysWhereInTheStreamEachFileIs() throws {
    let layout = try StageLayout(entries())
    let head = layout.head.count
    #expect(layout.total == head + 2 * StageLayout.piece + 17 + 5 + 300 && layout.pieces == 3)
    #expect(layout.parts(of: 0..<head).isEmpty)
    #expect(
      layout.parts(of: layout.range(ofPiece: 0)) == [
        .init(entry: 2, offset: 0, count: StageLayout.piece - head)
      ])
    #expect(
      layout.parts(of: layout.range(ofPiece: 2)) == [
        .init(entry: 2, offset: 2 * StageLayout.piece - head, count: 17 + head),
        .init(entry: 3, offset: 0, count: 5), .init(entry: 4, offset: 0, count: 300),
      ])
    for cut in 0..<head { #expect(try StageLayout(beginningOf: Array(layout.head[..<cut])) == nil) }
    #expect(try StageLayout(beginningOf: layout.head + [1, 2, 3]) == layout)
  }

  @Test(arguments: [1000, 4096, StageLayout.piece])
  func aStreamBecomesFilesAndTheSameStreamAgain(step: Int) throws {
    let folder = try TemporaryFolder()
    let layout = try StageLayout(entries())
    let stream = layout.head + content(layout.total - layout.head.count)
    let copy = StagedCopy(try setup(folder, "a", items: items))
    var rest = stream[...]
    while !rest.isEmpty {
      #expect(!copy.isWhole)
      try copy.append(rest.prefix(step))
      rest = rest.dropFirst(step)
    }
    #expect(copy.isWhole && copy.pieces == 3)
    let large = try readFile(folder.file("a/node/d/large"))
    #expect(large == Array(stream[layout.head.count...].prefix(large.count)))
    #expect(fileSize(folder.file("a/node/d/empty")) == 0)
    #expect(try readFile(folder.file("a/memory/m")) == Array(stream.suffix(300)))
    let again = try (0..<3).reduce(into: []) { $0 += try copy.piece($1) ?? [] }
    #expect(again == stream)
    #expect(try copy.piece(3) == nil)
    try copy.protect()
    #expect(try FileStatus(of: folder.file("a/node/d/large")).mode == 0o400)
    #expect(try FileStatus(of: folder.file("a/node/d/run")).mode == 0o500)
    #expect(try FileStatus(of: folder.file("a/node/d")).mode == 0o500)
    copy.startOver()
    #expect(namesInFolder(folder.file("a")).isEmpty && copy.arrived == 0)
  }

  @Test func anotherProcessGoesOnWhereThisOneHasCome() throws {
    let folder = try TemporaryFolder()
    let layout = try StageLayout(entries())
    let stream = layout.head + content(layout.total - layout.head.count)
    let setup = try setup(folder, "a", items: items)
    let first = StagedCopy(setup)
    try first.append(stream[..<StageLayout.piece])
    let second = StagedCopy(setup)
    try second.goOn(with: layout, from: first.arrived)
    try second.append(stream[StageLayout.piece...])
    try first.note(arrived: second.arrived)
    #expect(first.isWhole)
    let whole = StagedCopy(try self.setup(folder, "b", items: items))
    try whole.append(stream[...])
    #expect(second.checksum.text == whole.checksum.text)
    #expect(try first.piece(2) == whole.piece(2))
    let other = try StageLayout([.init(path: "d", bytes: nil)])
    let failure = #expect(throws: StageFailure.self) {
      try StagedCopy(setup).goOn(with: other, from: StageLayout.piece)
    }
    #expect(failure?.isOfSource == true)
  }

  @Test func whatDoesNotFitIsRefusedWithFigures() throws {
    let folder = try TemporaryFolder()
    func refusal(_ setup: StageSetup, _ entries: [StageLayout.Entry]) throws -> String? {
      let layout = try StageLayout(entries)
      return #expect(throws: StageFailure.self) {
        try StagedCopy(setup).append(layout.head[...])
      }?.description
    }
    let free = try freeBytes(at: folder.path) >> 20
    let text = try refusal(
      try setup(folder, "a", items: [StagedItem(from: "x")]), [.init(path: "x", bytes: 1 << 60)])
    let parts = try #require(text).split(separator: " where ")
    #expect(
      parts[0] == "'trial.stage' takes 1099511627776 MiB of '\(folder.path)' on node 'n7',")
    #expect(
      parts[1].hasSuffix(
        " MiB are free; stage less, or name a larger folder by 'local' in the site file"))
    let told = try #require(parts[1].split(separator: " ").first.flatMap { Int($0) })
    #expect(abs(told - free) < 10_000)
    let items = [StagedItem(from: "m", to: .memory)]
    #expect(
      try refusal(
        try setup(folder, "b", items: items, memoryMiB: 500, trialsMiB: 400),
        [.init(path: "m", bytes: 100 << 20 | 1)])
        == "'trial.stage' takes 101 MiB of the memory of node 'n7', which has 500 MiB, of which trials "
        + "need 400 MiB; stage less, write 'to: node', or lower 'trial.memory'")
    #expect(
      try refusal(
        try setup(folder, "c", items: items, memoryMiB: 99), [.init(path: "m", bytes: 100 << 20)])
        == "'trial.stage' takes 100 MiB of the memory of node 'n7', which has 99 MiB; stage less, "
        + "write 'to: node', or lower 'trial.memory'")
  }

  // MARK: On one machine

  /// Prints what it finds staged, and trains nothing.
  private static let looking = """
    import os, rung
    t = rung.trial()
    for name in sorted(os.listdir(t.stage)):
        path = os.path.join(t.stage, name)
        print(name, os.path.islink(path), os.path.isdir(path), os.path.realpath(path)[:9])
    print(open(os.path.join(t.stage, "data.txt")).read())
    print(open(os.path.join(t.stage, "memory.txt")).read())
    print(os.environ["RUNG_STAGE"] == t.stage)
    for e in t.epochs():
        t.report(e, loss=1)
    """

  private func bench(_ stage: [StagedItem]) throws -> AgentBench {
    try AgentBench(
      command: AgentBench.program(Self.looking), isAlone: true,
      files: ["data.txt": "the data", "memory.txt": "in memory"], memoryMiB: 700
    ) { $0.trial.stage = stage }
  }

  @Test func onOneMachineFilesAreLinkedAndMemoryIsFilled() throws {
    let bench = try bench([
      StagedItem(from: "data.txt"), StagedItem(from: "memory.txt", to: .memory),
    ])
    #expect(bench.agent.isStaging && bench.agent.takeEvents().isEmpty)
    let memory = try bench.next { event -> NodeMemory? in
      if case .workerJoined(_, _, _, let memory) = event { memory } else { nil }
    }
    #expect(memory == NodeMemory(hostMiB: 699), "what is staged in it is not the trials'")
    let leg = try bench.start(1, until: 1)
    _ = try bench.report(leg)
    try bench.answer(leg, 1, .stop)
    #expect(try bench.end(leg).outcome == .exited(status: 0))
    let log = try bench.log()
    #expect(log.contains("data.txt True False /tmp/rung"))
    #expect(log.contains("memory.txt True False /dev/shm/"))
    #expect(log.contains("the data") && log.contains("in memory") && log.contains("True\n"))
    guard case .ready(let folder)? = bench.agent.stage?.state else {
      Issue.record("not ready")
      return
    }
    let inMemory = try realPath(folder + "/memory.txt")
    bench.agent.shutDown()
    #expect(!exists(folder) && !exists(inMemory))
    #expect(exists(bench.folder.file("study/data.txt")))
  }

  @Test func whatIsNotThereIsRefused() throws {
    for place in StagedItem.Place.allCases {
      let bench = try bench([StagedItem(from: "missing.h5", to: place)])
      try bench.serve(for: 1)
      let failure = try #require(bench.agent.stageFailure)
      #expect(!bench.agent.isStaging && failure.isOfSource)
      #expect(
        failure.description
          == "'trial.stage': realpath '\(bench.folder.file("study/missing.h5"))': No such file or directory"
      )
    }
  }
}
