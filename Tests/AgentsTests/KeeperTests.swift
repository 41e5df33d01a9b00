import Coordination
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import Agents

/// A keeper by itself, asked as an agent asks it.
@Suite struct KeeperTests {
  private let folder: TemporaryFolder
  private let line: KeeperLine

  init() throws {
    folder = try TemporaryFolder()
    try makeFolder(folder.file("checkpoints"))
    let checkpoints = folder.file("checkpoints")
    let program = try rungProgram()
    line = try KeeperLine { () throws(SystemError) in
      try Companion(program: program, arguments: ["keeper", checkpoints, "0"])
    }
  }

  private func save(_ number: Int) throws {
    let path = folder.file("trial-\(number)")
    try makeFolder(path)
    try writeFile(path + "/epoch", [1])
    try line.ask(.save(LegID(TrialID(number), attempt: 1), part: nil, epoch: 1, folder: path))
  }

  /// The next containers.
  private func stored(_ count: Int) throws -> [Container] {
    var containers: [Container] = []
    let isThere = try holds(within: 30) {
      line.flush()
      containers += try line.receive().compactMap {
        if case .stored(let container) = $0 { container } else { nil }
      }
      return containers.count >= count
    }
    try #require(isThere, "\(containers)")
    return containers
  }

  private func full() throws -> [Container] {
    try (0..<Keeper.mostContainers).flatMap { number in
      try save(number)
      return try stored(1)
    }
  }

  @Test func theNextContainerWaitsForTheOrderToMerge() throws {
    var containers = try full()
    for attempt in 1...20 {
      let names = containers.map(\.name)
      let begin = monotonicSeconds()
      try save(100 * attempt)
      try line.ask(.merge(names, keeping: containers.flatMap(\.entries)))
      try save(100 * attempt + 1)
      try line.ask(.discard(names))
      // Where this process itself was held up, the order came too late.
      let isLate = monotonicSeconds() - begin > Keeper.orderPatience / 2
      containers = try stored(2)
      guard isLate else {
        #expect(containers.map(\.replaced) == [names, []], "first the merged one")
        let kept = containers[1].entries.map(\.leg.trial.number)
        #expect(kept == [100 * attempt, 100 * attempt + 1], "then all that waited, in one")
        let there = namesInFolder(folder.file("checkpoints")).sorted()
        #expect(there == containers.map(\.name).sorted())
        return line.end(within: 5)
      }
      for number in containers.count..<Keeper.mostContainers {
        try save(10_000 * attempt + number)
        containers += try stored(1)
      }
    }
    Issue.record("this process was held up each time")
  }

  @Test func whereNoOrderComesItIsWrittenAllTheSame() throws {
    _ = try full()
    let begin = monotonicSeconds()
    for number in 0..<3 {
      try save(100 + number)
      #expect(try stored(1)[0].entries.map(\.leg.trial.number) == [100 + number])
    }
    #expect(monotonicSeconds() - begin >= 3 * Keeper.orderPatience)
    #expect(namesInFolder(folder.file("checkpoints")).count == Keeper.mostContainers + 3)
    line.end(within: 5)
  }

  @Test func whatIsLoadedMeanwhileDoesNotWait() throws {
    let container = try full()[0]
    let target = folder.file("back")
    try makeFolder(target)
    try save(100)
    try line.ask(
      .load(
        LegID(TrialID(0), attempt: 2),
        Leg.Source(container: container.name, entry: container.entries[0]), folder: target))
    var order: [String] = []
    let isDone = try holds(within: 30) {
      line.flush()
      for reply in try line.receive() {
        if case .loaded = reply { order.append("loaded") }
        if case .stored = reply { order.append("stored") }
      }
      return order.count >= 2
    }
    #expect(isDone && order == ["loaded", "stored"])
    #expect(try readFile(target + "/epoch") == [1])
    line.end(within: 5)
  }
}
