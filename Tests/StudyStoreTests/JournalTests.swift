import Coordination
import Processes
import ProgramSupport
import StudyModel
import Testing

@testable import StudyStore

/// A journal's folder with the files that a test puts there.
struct JournalBench {
  let folder: TemporaryFolder
  var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  func file(_ run: Int) -> String { folder.file("000\(run).jsonl") }

  func entry(_ number: Int) -> JournalEntry {
    JournalEntry(
      time: StudyTime(microseconds: number), event: .exhausted(TrialID(number)), commands: [])
  }

  /// Begins a run and writes entries of these numbers.
  @discardableResult
  func write(_ numbers: [Int]) throws -> Journal {
    var journal = try Journal(beginning: path, after: Journal.read(path))
    for number in numbers { journal.append(entry(number)) }
    try journal.sync()
    return journal
  }

  /// The numbers of the entries that count.
  func numbers() throws -> [Int] {
    try Journal.entries(path).map { entry in
      guard case .exhausted(let trial) = entry.event else { return -1 }
      return trial.number
    }
  }
}

@Suite struct JournalTests {
  private let bench: JournalBench

  init() throws { bench = try JournalBench() }

  @Test func everyEventAndCommandComesBack() throws {
    #expect(Set(everyEvent.map { kind($0) }).count == 20)
    #expect(Set(everyCommand.map { kind($0) }).count == 12)
    var journal = try Journal(beginning: bench.path, after: .init())
    var entries: [JournalEntry] = []
    for (index, event) in everyEvent.enumerated() {
      entries.append(
        JournalEntry(time: StudyTime(microseconds: index), event: event, commands: []))
    }
    entries.append(JournalEntry(time: .zero, event: .deadlinePassed, commands: everyCommand))
    for entry in entries { journal.append(entry) }
    try journal.sync()
    let content = try Journal.read(bench.path)
    let all = try Journal.entries(bench.path)
    #expect(content.entries == entries.count && all.count == entries.count)
    for (read, written) in zip(all, entries) { #expect(read == written) }
    #expect(content.tornBytes == 0 && content.lastRun == 1)
    let length = journal.position.bytes
    #expect(content.lengths == [length] && fileSize(bench.file(1)) == length)
  }

  @Test func aLineIsJSONThatPythonReads() throws {
    try bench.write([1, 2])
    let program = """
      import json, sys, zlib
      for line in open(sys.argv[1], "rb"):
          entry = json.loads(line)
          body = line[:line.index(b',"crc32":"')]
          assert int(entry["crc32"], 16) == zlib.crc32(body), line
          print(sorted(entry))
      """
    let result = try runCommand([python(), "-c", program, bench.file(1)])
    #expect(
      String(decoding: result.output, as: UTF8.self) == """
        ['crc32', 'format', 'lengths', 'run']
        ['commands', 'crc32', 'event', 'time']
        ['commands', 'crc32', 'event', 'time']

        """)
  }

  /// A value of a parameter may be called NaN: it is no number for that.
  @Test func aWordThatLooksLikeNoNumberStaysAWord() throws {
    let event = Event.proposed(
      TrialID(0), Configuration([("missing", .word("NaN")), ("limit", .word("Infinity"))]),
      from: .random)
    var journal = try Journal(beginning: bench.path, after: .init())
    journal.append(JournalEntry(time: .zero, event: event, commands: []))
    try journal.sync()
    let read = try Journal.entries(bench.path).first?.event
    #expect(read == event)
  }

  @Test func whatIsNotSyncedIsNotThere() throws {
    var journal = try Journal(beginning: bench.path, after: .init())
    for number in 0..<100 { journal.append(bench.entry(number)) }
    #expect(try bench.numbers() == [])
    try journal.sync()
    #expect(try bench.numbers() == Array(0..<100))
    try journal.sync()
    #expect(try bench.numbers() == Array(0..<100))
  }

  @Test func aLastLineCutAtAnyByteIsLeftOut() throws {
    try bench.write([1, 2, 3, 4])
    let whole = try readFile(bench.file(1))
    let line = try JournalLine.write(bench.entry(4)).count
    #expect(line > 60)
    for cut in 1...line {
      try writeFile(bench.file(1), Array(whole.dropLast(cut)))
      let content = try Journal.read(bench.path)
      #expect(try bench.numbers() == [1, 2, 3], "cut by \(cut)")
      #expect(content.lengths == [whole.count - line] && content.tornBytes == line - cut)
      try bench.write([5])
      #expect(try bench.numbers() == [1, 2, 3, 5], "cut by \(cut)")
      removeAll(bench.file(2))
    }
  }

  @Test func aFirstLineCutAtAnyByteIsARunThatDidNothing() throws {
    try bench.write([1])
    try bench.write([])
    let header = try readFile(bench.file(2))
    for cut in 1...header.count {
      try writeFile(bench.file(2), Array(header.dropLast(cut)))
      #expect(try Journal.read(bench.path).lastRun == 2)
      try bench.write([3])
      #expect(try bench.numbers() == [1, 3], "cut by \(cut)")
      removeAll(bench.file(3))
    }
  }

  @Test func zerosAtTheEndAreAWriteThatNeverArrived() throws {
    try bench.write([1, 2, 3])
    let whole = try readFile(bench.file(1))
    let line = try JournalLine.write(bench.entry(3)).count
    for (kept, zeros) in [(whole.count, 4096), (whole.count - line, line), (whole.count - 9, 9)] {
      try writeFile(bench.file(1), Array(whole.prefix(kept)) + Array(repeating: 0, count: zeros))
      try bench.write([4])
      #expect(try bench.numbers() == (kept == whole.count ? [1, 2, 3, 4] : [1, 2, 4]))
      removeAll(bench.file(2))
    }
  }

  @Test func damageInTheMiddleIsToldByFileAndLine() throws {
    try bench.write([1, 2, 3])
    let whole = try readFile(bench.file(1))
    let lines = whole.split(separator: UInt8(ascii: "\n"))
    for (number, line) in lines.enumerated().dropLast() {
      for place in stride(from: line.startIndex, to: line.endIndex, by: 7) {
        var damaged = whole
        damaged[place] ^= 1
        try writeFile(bench.file(1), damaged)
        #expect(throws: StoreError.damagedJournal(file: bench.file(1), line: number + 1)) {
          try Journal.read(bench.path)
        }
      }
    }
    #expect(
      StoreError.damagedJournal(file: "/s/journal/0001.jsonl", line: 7).description
        == "'/s/journal/0001.jsonl': line 7 is damaged while later ones are whole; restore the "
        + "file from a backup, or move it and all later ones away to go on from what came before")
  }

  @Test func everyLineOfAClosedRunMustBeWhole() throws {
    try bench.write([1, 2, 3])
    let whole = try readFile(bench.file(1))
    try bench.write([4])
    var damaged = whole
    damaged[whole.count - 20] ^= 1
    try writeFile(bench.file(1), damaged)
    #expect(throws: StoreError.damagedJournal(file: bench.file(1), line: 4)) {
      try Journal.read(bench.path)
    }
    try writeFile(bench.file(1), Array(whole.dropLast(10)))
    let error = #expect(throws: StoreError.self) { try Journal.read(bench.path) }
    #expect(
      error?.description == "'\(bench.file(1))' is damaged: it has \(whole.count - 10) bytes, but "
        + "\(whole.count) when the next run began")
  }

  @Test func aRunThatWasCutOffWritesInVain() throws {
    var first = try bench.write([1, 2])
    var second = try bench.write([3])
    first.append(bench.entry(90))
    #expect(throws: StoreError.takenOver(bench.path, run: 1, by: 2)) { try first.sync() }
    #expect(try bench.numbers() == [1, 2, 3])
    try bench.write([4])
    second.append(bench.entry(91))
    #expect(throws: StoreError.takenOver(bench.path, run: 2, by: 3)) { try second.sync() }
    first.append(bench.entry(92))
    #expect(throws: StoreError.takenOver(bench.path, run: 1, by: 3)) { try first.sync() }
    #expect(try bench.numbers() == [1, 2, 3, 4])
    #expect(try Journal.read(bench.path).lastRun == 3)
  }

  /// The second run was killed while it wrote its first line; the first still lives.
  @Test func aRunIsClosedEvenIfTheNextOneNeverBegan() throws {
    var first = try bench.write([1])
    try bench.write([])
    try writeFile(bench.file(2), Array(readFile(bench.file(2)).dropLast(5)))
    try bench.write([3])
    first.append(bench.entry(90))
    #expect(throws: StoreError.takenOver(bench.path, run: 1, by: 3)) { try first.sync() }
    #expect(try bench.numbers() == [1, 3])
    try bench.write([4])
    #expect(try bench.numbers() == [1, 3, 4])
  }

  @Test func onlyOneCoordinatorBeginsARun() throws {
    try bench.write([1])
    let content = try Journal.read(bench.path)
    _ = try Journal(beginning: bench.path, after: content)
    let error = #expect(throws: StoreError.self) {
      try Journal(beginning: bench.path, after: content)
    }
    #expect(error == .held(bench.path, by: "another coordinator, which began run 2 just now"))
  }

  @Test func aFileThatIsMissingIsNamed() throws {
    for number in 1...3 { try bench.write([number]) }
    removeAll(bench.file(2))
    #expect(throws: StoreError.damaged(file: bench.file(2), cause: "it is missing")) {
      try Journal.read(bench.path)
    }
  }

  @Test func otherFilesInTheFolderAreLeftAlone() throws {
    try bench.write([1])
    for name in ["notes.txt", ".0002.jsonl.swp", ".hidden.jsonl", "0001.jsonl.bak"] {
      try bench.folder.write(name, "something else\n")
    }
    try bench.write([2])
    #expect(try bench.numbers() == [1, 2])
  }

  @Test func aFileOfALaterVersionIsRefused() throws {
    try writeFile(
      bench.file(1), JournalLine.write(JournalHeader(format: 2, run: 1, lengths: [])))
    #expect(throws: StoreError.newerFormat(file: bench.file(1), format: 2)) {
      try Journal.read(bench.path)
    }
  }

  @Test func aFolderThatCannotBeReadIsNoEmptyJournal() throws {
    #expect(throws: StoreError.self) { try Journal.read(bench.path + "/missing") }
  }
}
