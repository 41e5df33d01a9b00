import Glibc
import Processes
import ProgramSupport
import Testing

@Suite struct FolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func shell(_ text: String) throws {
    let result = try runCommand(["/bin/sh", "-c", "cd '\(folder.path)' && \(text)"])
    #expect(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
  }

  @Test func aCopyHasFilesFoldersLinksAndPermissions() throws {
    try shell(
      """
      mkdir -p from/a/b from/empty && printf data > from/a/b/file && : > from/nothing \
      && chmod 777 from/a/b/file && chmod 400 from/nothing && printf x > from/.hidden \
      && ln -s a/b/file from/link && ln -s /no/such/place from/dangling && ln -s . from/circle \
      && mkfifo from/pipe && printf s > 'from/with space
      and newline'
      """)
    try copyFolder(folder.file("from"), to: folder.file("to"))
    let to = folder.file("to")
    #expect(
      try readFolder(to) == [
        ".hidden", "a", "circle", "dangling", "empty", "link", "nothing",
        "with space\nand newline",
      ])
    #expect(try readFile(to + "/a/b/file") == Array("data".utf8))
    #expect(try FileStatus(of: to + "/a/b/file").mode == 0o777)
    #expect(try FileStatus(of: to + "/nothing").mode == 0o400)
    #expect(try FileStatus(of: to + "/nothing").bytes == 0)
    #expect(try FileStatus(of: to + "/empty").kind == .folder)
    #expect(try readLink(to + "/dangling") == "/no/such/place")
    #expect(try readLink(to + "/link") == "a/b/file")
    #expect(try readLink(to + "/circle") == ".")
  }

  @Test func aLargeFileIsCopiedWhole() throws {
    try makeFolder(folder.file("from"))
    let bytes = (0..<5_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    try writeFile(folder.file("from/large"), bytes)
    try copyFolder(folder.file("from"), to: folder.file("to"))
    #expect(try readFile(folder.file("to/large")) == bytes)
  }

  @Test func aFolderThatIsGoneIsNotAnEmptyOne() throws {
    let missing = folder.file("missing")
    #expect(throws: SystemError("opendir", missing, code: ENOENT)) { try readFolder(missing) }
    #expect(throws: SystemError("opendir", missing, code: ENOENT)) {
      try copyFolder(missing, to: folder.file("to"))
    }
    #expect(namesInFolder(missing) == [])
  }

  @Test func aCopyOverwritesNothing() throws {
    for name in ["from", "to"] {
      try makeFolder(folder.file(name))
      try folder.write("\(name)/file", name)
    }
    let target = folder.file("to/file")
    #expect(throws: SystemError("open", target, code: EEXIST)) {
      try copyFolder(folder.file("from"), to: folder.file("to"))
    }
    #expect(try folder.read("to/file") == "to")
  }

  @Test func removalFollowsNoLink() throws {
    try shell(
      """
      mkdir -p outside gone/deep/deeper && printf keep > outside/file && ln -s ../outside gone/link \
      && ln -s "$PWD/outside/file" gone/deep/file && printf x > gone/deep/deeper/x \
      && chmod 0 gone/deep/deeper && ln -s outside alias
      """)
    removeAll(folder.file("gone"))
    #expect(!exists(folder.file("gone")))
    #expect(try folder.read("outside/file") == "keep")
    removeAll(folder.file("alias"))
    #expect(try readFolder(folder.path) == ["outside"])
    removeAll(folder.file("never-there"))
  }

  @Test func namesInNoEncodingAreRemovedToo() throws {
    try shell(#"mkdir "$(printf 'gone\377')" && : > "$(printf 'gone\377/\376')""#)
    try shell(#"mkdir gone && : > "$(printf 'gone/\374ber')" && mkdir "$(printf 'gone/\200')""#)
    removeAll(folder.file("gone"))
    #expect(!exists(folder.file("gone")))
    removeAll(folder.path)
    #expect(!exists(folder.path))
  }

  @Test func aFileIsTheUsersAlone() throws {
    let path = try folder.write("file", "text")
    #expect(try FileStatus(of: path).mode == 0o600)
    #expect(fileSize(path) == 4 && fileSize(path + "x") == nil)
    try writeFile(path, [1])
    #expect(try readFile(path) == [1])
  }

  @Test func whatTheSystemRefusesNamesTheFile() throws {
    let path = folder.file("no/such/file")
    #expect(throws: SystemError("open", path, code: ENOENT)) { try readFile(path) }
    #expect(throws: SystemError("rename", path, code: ENOENT)) {
      try renamePath(path, to: folder.file("x"))
    }
    let error = #expect(throws: SystemError.self) {
      try Descriptor(opening: "/dev/full", flags: O_WRONLY).writeAll([1, 2, 3])
    }
    #expect(error?.description == "write '/dev/full': No space left on device")
  }

  @Test func aFileOfProcIsReadWhole() throws {
    #expect(try readFile("/proc/self/cmdline").contains(0))
    #expect(try readFile("/proc/self/maps").count > 4096)
  }
}

@Suite struct ProcessIdentityTests {
  @Test func aProcessIsKnownByItsStart() throws {
    #expect(processStart() != nil && processStart() == processStart(Int(getpid())))
    #expect(processStart(0) == nil)
  }

  /// A Ctrl-C in its first moment must not end it.
  @Test func aCompanionBeginsWithTheEndingSignalsBlocked() throws {
    let companion = try Companion(program: "/bin/sleep", arguments: ["60"])
    defer { kill(companion.process, SIGKILL) }
    let status = String(
      decoding: try readFile("/proc/\(companion.process)/status"), as: UTF8.self)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("SigBlk:") })
    let mask = try #require(UInt64(line.split(separator: "\t")[1], radix: 16))
    #expect(mask == endingSignals.reduce(0) { $0 | 1 << UInt64($1 - 1) })
  }

  @Test func aProcessThatEndedAndWasNotReapedIsGone() throws {
    let companion = try Companion(program: "/bin/true", arguments: [])
    #expect(holds(within: 10) { processStart(Int(companion.process)) == nil })
    #expect(holds(within: 10) { companion.hasEnded() })
  }

  @Test func aCompanionThatDoesNotEndIsKilled() throws {
    let companion = try Companion(
      program: "/bin/sh", arguments: ["-c", "trap '' TERM; exec sleep 60"])
    let start = monotonicSeconds()
    companion.end(within: 0.1)
    #expect(monotonicSeconds() - start < 10 && companion.hasEnded())
  }

  @Test func aCompanionFindsItsChannel() throws {
    let companion = try Companion(
      program: "/bin/sh", arguments: ["-c", "read line <&3; echo \"heard $line\" >&3"])
    companion.channel.send(Array("this".utf8))
    #expect(
      holds(within: 10) {
        companion.channel.receive().map(Array.init) == [Array("heard this".utf8)]
      })
    companion.end(within: 10)
  }
}
