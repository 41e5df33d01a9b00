import Coordination
import Glibc
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import StudyStore

@Suite struct StoreTests {
  private let folder: TemporaryFolder
  private let directory: StudyDirectory
  private let study = sampleStudy()

  init() throws {
    folder = try TemporaryFolder()
    directory = try StudyPlayer.makeDirectory(folder)
  }

  /// Reads with and without the snapshot, and expects the same.
  ///
  /// - Returns: How many entries came from the snapshot.
  @discardableResult
  private func bothWays(_ coordinator: Coordinator, _ comment: Comment? = nil) throws -> Int {
    let expected = try wholeState(coordinator)
    let quick = try Store.read(directory, study: study)
    let slow = try Store.read(directory, study: study, usingSnapshot: false)
    #expect(try wholeState(quick.coordinator) == expected, comment)
    #expect(try wholeState(slow.coordinator) == expected, comment)
    #expect(quick.firstDifference == nil && slow.firstDifference == nil)
    #expect(slow.entriesFromSnapshot == 0)
    return quick.entriesFromSnapshot
  }

  @Test func theStudyIsWorthTesting() throws {
    var player = try StudyPlayer(directory, study)
    try player.play()
    guard case .finished = player.coordinator.phase else {
      Issue.record("it did not finish")
      return
    }
    let states = Set(player.coordinator.trials.map(\.state))
    #expect(states.isSuperset(of: [.paused, .completed, .failed]))
    #expect(player.coordinator.reports.columns.contains { $0.contains { $0.isNaN } })
    #expect(player.coordinator.reports.count > 25)
  }

  @Test func aSnapshotAndTheJournalAfterItAreTheJournal() throws {
    var total = 0
    for point in stride(from: 1, through: 120, by: 13) {
      for name in ["study.h5", "journal"] { removeAll(folder.file("s.rung/\(name)")) }
      try makeFolder(directory.journal)
      var player = try StudyPlayer(directory, study)
      let before = try player.play(point)
      try player.writeSnapshot()
      try player.play(5)
      #expect(try bothWays(player.coordinator, "after \(point)") == before)
      // A second run, killed in the middle as well.
      var second = try StudyPlayer(directory, study)
      try second.play(20)
      #expect(try bothWays(second.coordinator) == before)
      try second.writeSnapshot()
      total += try bothWays(second.coordinator)
    }
    #expect(total > 300)
  }

  @Test func aDamagedSnapshotLosesNothing() throws {
    var player = try StudyPlayer(directory, study)
    try player.play(60)
    try player.writeSnapshot()
    try player.play(10)
    let whole = try readFile(directory.snapshot)
    for length in [0, 1, 100, whole.count / 2, whole.count - 1] {
      try writeFile(directory.snapshot, Array(whole.prefix(length)))
      #expect(try bothWays(player.coordinator, "cut to \(length)") == 0)
    }
    var rejected = 0
    let expected = try wholeState(player.coordinator)
    for place in stride(from: 0, to: whole.count, by: whole.count / 251) {
      var damaged = whole
      damaged[place] = ~damaged[place]
      try writeFile(directory.snapshot, damaged)
      let record = try Store.read(directory, study: study)
      #expect(try wholeState(record.coordinator) == expected, "byte \(place)")
      if record.entriesFromSnapshot == 0 { rejected += 1 }
    }
    #expect(rejected > 10)
    try writeFile(directory.snapshot, Array(repeating: 0, count: whole.count))
    #expect(try bothWays(player.coordinator) == 0)
    removeAll(directory.snapshot)
    #expect(try bothWays(player.coordinator) == 0)
    try makeFolder(directory.snapshot)
    #expect(try bothWays(player.coordinator) == 0)
  }

  @Test func aSnapshotOfAnotherStudyIsLeftAlone() throws {
    var player = try StudyPlayer(directory, study)
    try player.play(30)
    for (name, other) in [("seed", sampleStudy(seed: 2)), ("same", study)] {
      let foreign = try StudyPlayer.makeDirectory(folder, "\(name).rung")
      var stranger = try StudyPlayer(foreign, other)
      try stranger.play(25)
      // The same study file, begun at another moment.
      stranger.restart(at: 7)
      try stranger.play(3)
      try stranger.writeSnapshot()
      try writeFile(directory.snapshot, readFile(foreign.snapshot))
      #expect(try bothWays(player.coordinator, "\(name)") == 0)
    }
  }

  @Test func aSnapshotOfWhatTheJournalHasLostIsLeftAlone() throws {
    var player = try StudyPlayer(directory, study)
    try player.play(40)
    try player.writeSnapshot()
    let file = directory.journal + "/0001.jsonl"
    let newline = UInt8(ascii: "\n")
    let lines = try readFile(file).split(separator: newline)
    try writeFile(file, Array(lines.prefix(31).joined(separator: [newline])) + [newline])
    let record = try Store.read(directory, study: study)
    #expect(record.entriesFromSnapshot == 0 && record.journal.entries == 30)
  }

  @Test func whatAKilledWriterLeavesIsInNobodysWay() throws {
    var player = try StudyPlayer(directory, study)
    try player.play(20)
    let partial = Snapshot.partial(of: 1, in: directory)
    try writeFile(partial, [1, 2, 3])
    try player.writeSnapshot()
    #expect(try bothWays(player.coordinator) == 20)
    #expect(!exists(partial))
    try writeFile(partial, [1, 2, 3])
    _ = try StudyPlayer(directory, study)
    #expect(!exists(partial))
  }

  @Test func aCoordinatorThatWasTakenOverWritesNothingOverTheLater() throws {
    var first = try StudyPlayer(directory, study)
    try first.play(20)
    var second = try StudyPlayer(directory, study)
    try second.play(15)
    try second.writeSnapshot()
    let snapshot = try readFile(directory.snapshot)
    let expected = StoreError.takenOver(directory.journal, run: 1, by: 2)
    // What it still notes is neither acted on nor heard of.
    #expect(throws: expected) { try first.play(1) }
    #expect(throws: expected) { try first.writeSnapshot() }
    #expect(try readFile(directory.snapshot) == snapshot)
    #expect(try readFolder(directory.path).filter { $0.hasPrefix(".study") } == [])
    #expect(try bothWays(second.coordinator) == 35)
    try second.play(5)
    #expect(try bothWays(second.coordinator) == 35)
  }

  @Test func aLivingCoordinatorsLastWordsAreReadBeforeItIsTakenOver() throws {
    var first = try StudyPlayer(directory, study)
    try first.play(20)
    var record = try Store.read(directory, study: study)
    try first.play(10)
    let store = try Store(beginning: directory, after: &record)
    #expect(store.run == 2 && record.journal.entries == 30)
    #expect(try wholeState(record.coordinator) == wholeState(first.coordinator))
    #expect(throws: StoreError.takenOver(directory.journal, run: 1, by: 2)) {
      try first.play(1)
    }
    #expect(try Store.read(directory, study: study).journal.entries == 30)
    // So is what was written by then, but not to its end.
    var torn = try Store.read(directory, study: study)
    try Descriptor(opening: directory.journal + "/0002.jsonl", flags: O_WRONLY | O_APPEND)
      .writeAll(Array("{".utf8))
    let third = try Store(beginning: directory, after: &torn)
    #expect(third.run == 3 && torn.journal.entries == 30)
    #expect(try Store.read(directory, study: study).journal.entries == 30)
  }

  @Test func aSnapshotIsWrittenOnlyAsTheJournalGrows() throws {
    var study = study
    study.stop.trials = 400
    var player = try StudyPlayer(directory, study)
    var sizes: [Int] = []
    var last: [UInt8] = []
    var played = 0
    while try player.play(1) == 1, played < 1400 {
      played += 1
      try player.refresh()
      let now = exists(directory.snapshot) ? try readFile(directory.snapshot) : []
      if now != last { sizes.append(played) }
      last = now
    }
    var due: [Int] = []
    for entries in 1...1400 where Store.isDue(entries, after: due.last ?? 0) { due.append(entries) }
    #expect(due == [256, 512, 768, 1024, 1280])
    // Each one takes a while, in which the next rests.
    #expect(sizes.first == 256)
    #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $1 - $0 >= 256 })
    #expect(Store.isDue(32_768 + 1024, after: 32_768) && !Store.isDue(32_768 + 1023, after: 32_768))
  }

  @Test func snapshotsTakeATenthOfTheTimeUnlessTooMuchWouldBeReplayed() throws {
    #expect(!SnapshotWriter.hasRested(1.7, after: 0.2) && SnapshotWriter.hasRested(1.9, after: 0.2))
    var player = try StudyPlayer(directory, study)
    try player.play(30)
    let position = Journal.Position(entries: 30, run: 1, bytes: 1, lines: 1, checksum: "00000000")
    let writer = SnapshotWriter()
    for _ in 0..<3 {
      #expect(
        try writer.begin(player.coordinator, at: position, in: directory, isPressing: true))
      #expect(
        try !writer.begin(player.coordinator, at: position, in: directory, isPressing: true))
      try writer.finish()
    }
  }

  @Test func aReplayThatDecidesOtherwiseIsNoticed() throws {
    var player = try StudyPlayer(directory, study)
    try player.play(30)
    let entries = try Journal.entries(directory.journal)
    removeAll(directory.journal)
    try makeFolder(directory.journal)
    var journal = try Journal(beginning: directory.journal, after: .init())
    for (index, var entry) in entries.enumerated() {
      if index == 17 { entry.commands.append(.end(LegID(TrialID(0), attempt: 1), on: WorkerID(0))) }
      journal.append(entry)
    }
    try journal.sync()
    var record = try Store.read(directory, study: study)
    #expect(record.firstDifference == 17)
    let error = #expect(throws: StoreError.self) {
      try Store(beginning: directory, after: &record)
    }
    #expect(error == .decidedOtherwise(directory.path, entry: 18, version: "test"))
    #expect(try readFolder(directory.journal) == ["0001.jsonl"])
  }

  @Test func aSnapshotIsWholeOrTheLastOneStays() throws {
    let disk = try SmallDisk()
    let directory = try StudyDirectory(
      creating: disk.file("s.rung"), studyFile: [10], origin: [10])
    var player = try StudyPlayer(directory, study)
    try player.play(30)
    try player.writeSnapshot()
    let last = try readFile(directory.snapshot)
    try player.play(30)
    var written = 0
    for room in stride(from: 0, through: 120_000, by: 8192) {
      try disk.fill(leaving: room)
      do {
        try player.writeSnapshot()
        written += 1
        #expect(Snapshot.read(directory)?.position.entries == 60, "\(room)")
        #expect(
          try wholeState(#require(Snapshot.read(directory)).0) == wholeState(player.coordinator))
        disk.makeRoom()
        try writeFile(directory.snapshot, last)
      } catch {
        #expect("\(error)".contains("No space left on device"), "\(room)")
        #expect(try readFile(directory.snapshot) == last)
        disk.makeRoom()
      }
    }
    #expect((2...13).contains(written))
  }

  @Test func aDiskThatIsFullIsAnErrorThatLosesNothing() throws {
    let disk = try SmallDisk()
    let directory = try StudyDirectory(
      creating: disk.file("s.rung"), studyFile: [10], origin: [10])
    var player = try StudyPlayer(directory, study)
    try player.play(30)
    try player.writeSnapshot()
    let snapshot = try readFile(directory.snapshot)
    let before = try wholeState(player.coordinator)
    try disk.fill(leaving: 8192)
    let error = #expect(throws: StoreError.self) { try player.play() }
    #expect(
      error?.description
        == "write '\(directory.journal)/0001.jsonl': No space left on device")
    // What was decided since must not be in a snapshot, nor anything follow in the journal.
    let again = #expect(throws: StoreError.self) { try player.writeSnapshot() }
    #expect(again == error)
    let full = #expect(throws: StoreError.self) {
      try Snapshot.write(
        player.coordinator,
        at: Journal.Position(entries: 30, run: 1, bytes: 0, lines: 0, checksum: ""),
        in: directory)
    }
    #expect(
      full?.description.hasPrefix("'\(directory.path)/.study.h5.partial-1' could not be written: ")
        == true)
    #expect(full?.description.contains("No space left on device") == true)
    #expect(try readFile(directory.snapshot) == snapshot)
    #expect(!exists(Snapshot.partial(of: 1, in: directory)))
    disk.makeRoom()
    let record = try Store.read(directory, study: study)
    #expect(record.entriesFromSnapshot == 30 && record.journal.entries > 30)
    #expect(record.firstDifference == nil && record.journal.tornBytes > 0)
    #expect(try wholeState(record.coordinator) != before)
    var second = try StudyPlayer(directory, study)
    try second.play()
    guard case .finished = second.coordinator.phase else {
      Issue.record("it did not finish")
      return
    }
  }
}
