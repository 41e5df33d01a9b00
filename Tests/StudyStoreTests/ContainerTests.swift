import Coordination
import Processes
import ProgramSupport
import StudyModel
import StudyStore
import Testing

@Suite struct ContainerTests {
  private let folder: TemporaryFolder
  private var shelf: String { folder.file("checkpoints") }

  init() throws {
    folder = try TemporaryFolder()
    try makeFolder(folder.file("checkpoints"))
  }

  private func shell(_ text: String) throws -> String {
    let result = try runCommand(["/bin/sh", "-c", "cd '\(folder.path)' && { \(text); }"])
    #expect(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    return String(decoding: result.output, as: UTF8.self)
  }

  private func item(_ trial: Int, epoch: Int = 1) -> CheckpointContainer.Item {
    .init(
      entry: .init(leg: LegID(TrialID(trial), attempt: 1), epoch: epoch, bytes: 0),
      folder: folder.file("trial-\(trial)"))
  }

  /// A checkpoint of one file.
  private func checkpoint(_ trial: Int, _ content: [UInt8]) throws -> CheckpointContainer.Item {
    try makeFolder(folder.file("trial-\(trial)"))
    try writeFile(folder.file("trial-\(trial)/state"), content)
    return item(trial)
  }

  private func load(_ entry: Container.Entry, from name: String, into target: String) throws {
    try makeFolder(folder.file(target))
    let path = name.hasPrefix("/") ? name : shelf + "/" + name
    try CheckpointContainer.load(entry, from: path, into: folder.file(target))
  }

  /// Everything that is in a folder: kinds, permissions, sizes, contents, targets.
  private func listing(_ name: String) throws -> String {
    try shell(
      """
      cd \(name) && find . -printf '%y %m %s %l %p\\n' | sed 's/^d ... [0-9]*/d/' | LC_ALL=C sort \
      && find . -type f -exec md5sum {} + | LC_ALL=C sort -k 2
      """)
  }

  private func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }

  @Test func aContainerIsTheUsersAlone() throws {
    let entries = try CheckpointContainer.write(
      [checkpoint(0, [1, 2, 3])], as: "a.h5", in: shelf)
    #expect(entries.count == 1)
    #expect(try FileStatus(of: shelf + "/a.h5").mode == 0o600)
  }

  @Test func everythingComesBackAsItWas() throws {
    _ = try shell(
      """
      mkdir -p trial-1/a/b/c trial-1/empty trial-2 trial-3/only && cd trial-1 && : > nothing \
      && printf x > a/b/c/x && chmod 751 a/b/c/x && chmod 400 nothing && ln -s a/b link \
      && ln -s /no/such/place dangling && ln -s .. up && printf y > .hidden && mkfifo a/pipe \
      && printf z > 'ä name
      with a newline' && chmod 000 .hidden
      """)
    try writeFile(folder.file("trial-1/large"), bytes(3_500_001, 1))
    try writeFile(folder.file("trial-1/piece"), bytes(1 << 20, 2))
    let entries = try CheckpointContainer.write(
      [item(1, epoch: 3), item(2), item(3)], as: "c.h5", in: shelf)
    #expect(entries.map(\.bytes) == [3_500_001 + (1 << 20) + 3, 0, 0])
    #expect(entries.map(\.epoch) == [3, 1, 1])
    #expect(try readFolder(shelf) == ["c.h5"])
    for entry in entries { try load(entry, from: "c.h5", into: "back-\(entry.leg.trial)") }
    _ = try shell("rm trial-1/a/pipe")
    for number in 1...3 {
      #expect(try listing("back-\(number)") == listing("trial-\(number)"))
    }
    #expect(try readFile(folder.file("back-1/large")) == bytes(3_500_001, 1))
  }

  @Test func aMergerKeepsWhatIsAliveAndNothingElse() throws {
    var kept: [Container.Entry] = []
    for number in 1...4 {
      let entries = try CheckpointContainer.write(
        [checkpoint(number, bytes(100_000 * number, number)), checkpoint(number + 10, [1])],
        as: "c\(number).h5", in: shelf)
      kept.append(entries[0])
    }
    try CheckpointContainer.merge(
      (1...4).map { "c\($0).h5" }, keeping: kept, as: "merged.h5", in: shelf)
    for number in 1...4 { removeAll(shelf + "/c\(number).h5") }
    for (number, entry) in zip(1...4, kept) {
      try load(entry, from: "merged.h5", into: "back-\(number)")
      #expect(try listing("back-\(number)") == listing("trial-\(number)"))
    }
    let dead = item(11).entry
    #expect(throws: StoreError.self) { try load(dead, from: "merged.h5", into: "dead") }
    #expect(try #require(fileSize(shelf + "/merged.h5")) < 1_300_000)
  }

  @Test func aMergerWithAMissingContainerLeavesNothing() throws {
    let entries = try CheckpointContainer.write(
      [checkpoint(1, [1, 2, 3])], as: "c.h5", in: shelf)
    let error = #expect(throws: StoreError.self) {
      try CheckpointContainer.merge(
        ["c.h5", "missing.h5"], keeping: entries, as: "merged.h5", in: shelf)
    }
    #expect(error?.description.contains("missing.h5") == true)
    #expect(try readFolder(shelf) == ["c.h5"])
  }

  /// What is to be kept and is in none of the containers would be lost with them.
  @Test func aMergerThatWouldLoseACheckpointIsRefused() throws {
    _ = try CheckpointContainer.write([checkpoint(1, [1])], as: "c.h5", in: shelf)
    #expect(throws: StoreError.self) {
      try CheckpointContainer.merge(
        ["c.h5"], keeping: [item(1).entry, item(2).entry], as: "merged.h5", in: shelf)
    }
    #expect(try readFolder(shelf) == ["c.h5"])
  }

  @Test func aByteThatChangedIsFoundWhenItIsRead() throws {
    let content = bytes(2_500_000, 5)
    let entries = try CheckpointContainer.write(
      [checkpoint(1, content), checkpoint(2, bytes(1000, 6))], as: "c.h5", in: shelf)
    var file = try readFile(shelf + "/c.h5")
    let mark = content[2_000_000..<2_000_064]
    let place = try #require(
      file.indices.first { file[$0] == mark.first && file[$0...].starts(with: mark) })
    file[place + 7] ^= 4
    try writeFile(shelf + "/c.h5", file)
    let error = #expect(throws: StoreError.self) {
      try load(entries[0], from: "c.h5", into: "back")
    }
    #expect(error?.description.hasPrefix("'\(shelf)/c.h5' is damaged: ") == true)
    try load(entries[1], from: "c.h5", into: "other")
    #expect(try listing("other") == listing("trial-2"))
  }

  @Test func aContainerThatIsGoneOrCutIsAnError() throws {
    let entries = try CheckpointContainer.write(
      [checkpoint(1, bytes(100_000, 1))], as: "c.h5", in: shelf)
    let whole = try readFile(shelf + "/c.h5")
    for length in [0, 500, whole.count / 2, whole.count - 1] {
      try writeFile(shelf + "/c.h5", Array(whole.prefix(length)))
      #expect(throws: StoreError.self) { try load(entries[0], from: "c.h5", into: "b\(length)") }
    }
    removeAll(shelf + "/c.h5")
    #expect(throws: StoreError.self) { try load(entries[0], from: "c.h5", into: "gone") }
  }

  @Test func afterAFailureNothingIsUnderTheName() throws {
    let error = #expect(throws: StoreError.self) {
      try CheckpointContainer.write([checkpoint(1, [1]), item(9)], as: "c.h5", in: shelf)
    }
    #expect(
      error?.description == "opendir '\(folder.file("trial-9"))': No such file or directory")
    #expect(try readFolder(shelf) == [])
    #expect(throws: StoreError.self) {
      try CheckpointContainer.write([item(1)], as: "c.h5", in: folder.file("nowhere"))
    }
  }

  /// Whatever room there is: what the library keeps back until a file is closed counts too.
  @Test func aContainerIsWholeOrNotThere() throws {
    let disk = try SmallDisk()
    let item = try checkpoint(1, bytes(300_000, 1))
    var written = 0
    for room in stride(from: 0, through: 420_000, by: 20_000) {
      try disk.fill(leaving: room)
      do {
        let entries = try CheckpointContainer.write([item], as: "c.h5", in: disk.path)
        written += 1
        try load(entries[0], from: disk.file("c.h5"), into: "back-\(room)")
        #expect(try listing("back-\(room)") == listing("trial-1"))
        try CheckpointContainer.merge(["c.h5"], keeping: entries, as: "d.h5", in: disk.path)
        Issue.record("there is no room for two")
      } catch {
        #expect("\(error)".contains("No space left on device"), "\(room)")
      }
      #expect(try readFolder(disk.path).filter { $0 != "c.h5" } == ["filler"])
      removeAll(disk.file("c.h5"))
      disk.makeRoom()
    }
    #expect((3...8).contains(written))
  }

  @Test func aDiskThatIsFullIsSaidAndLeavesNothing() throws {
    let disk = try SmallDisk()
    try disk.fill(leaving: 300_000)
    let small = try checkpoint(1, bytes(50_000, 1))
    let large = try checkpoint(2, bytes(2_000_000, 2))
    let entries = try CheckpointContainer.write([small], as: "c.h5", in: disk.path)
    let error = #expect(throws: StoreError.self) {
      try CheckpointContainer.write([large], as: "d.h5", in: disk.path)
    }
    #expect(error?.description.contains("No space left on device") == true)
    #expect(
      error?.description.hasPrefix("'\(disk.file(".d.h5.partial"))' could not be written: ")
        == true)
    #expect(try readFolder(disk.path) == ["c.h5", "filler"])
    // What the failed one took is free again.
    _ = try CheckpointContainer.write([item(1, epoch: 2)], as: "e.h5", in: disk.path)
    removeAll(disk.file("e.h5"))
    // Laying out on a full disk: the container is blameless.
    let second = try CheckpointContainer.write([large], as: "large.h5", in: shelf)
    try makeFolder(disk.file("out"))
    let laying = #expect(throws: StoreError.self) {
      try CheckpointContainer.load(second[0], from: shelf + "/large.h5", into: disk.file("out"))
    }
    #expect(
      laying?.description == "write '\(disk.file("out/state"))': No space left on device")
    try makeFolder(folder.file("back"))
    try CheckpointContainer.load(
      entries[0], from: disk.file("c.h5"), into: folder.file("back"))
    #expect(try listing("back") == listing("trial-1"))
  }
}
