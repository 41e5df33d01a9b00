import Glibc
import Processes
import ProgramSupport
import Testing

@Suite struct SocketListenerTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func connect(_ path: String, as user: Int? = nil, saying text: String = "hello") throws
    -> CommandResult
  {
    let program = """
      import os, socket, sys
      if len(sys.argv) > 3: os.setuid(int(sys.argv[3]))
      s = socket.socket(socket.AF_UNIX)
      s.connect(sys.argv[1])
      s.sendall(sys.argv[2].encode() + b"\\n")
      """
    return try runCommand(
      [python(), "-c", program, path, text] + (user.map { [String($0)] } ?? []))
  }

  @Test func aProcessOfTheSameUserIsHeard() throws {
    let listener = try SocketListener(path: folder.file("socket"))
    #expect(listener.accept() == nil)
    #expect(try connect(listener.path).status == 0)
    #expect(waitForAny([Interest(listener.descriptor)], atMost: 5))
    let connection = try LineChannel(#require(listener.accept()))
    #expect(connection.receive().map(Array.init) == [Array("hello".utf8)])
    #expect(connection.isClosed)
    #expect(listener.accept() == nil)
  }

  @Test(.enabled(if: getuid() == 0, "only root can become another user"))
  func anotherUserIsSentAwayWithoutAWord() throws {
    #expect(chmodAll(folder.path))
    let listener = try SocketListener(path: folder.file("socket"))
    #expect(chmodAll(listener.path))
    let result = try connect(listener.path, as: 65_534)
    #expect(result.status == 0, "\(String(decoding: result.errors, as: UTF8.self))")
    #expect(listener.accept() == nil)
  }

  private func chmodAll(_ path: String) -> Bool { unsafe chmod(path, 0o777) == 0 }

  @Test func aPathIsAsLongAsASocketAddressHolds() throws {
    let room = SocketListener.pathLimit - folder.path.utf8.count - 1
    let longest = folder.file(String(repeating: "x", count: room))
    #expect(longest.utf8.count == 107)
    let listener = try SocketListener(path: longest)
    #expect(try connect(listener.path).status == 0)
    #expect(listener.accept() != nil)
    #expect(throws: SystemError("bind", longest + "x", code: ENAMETOOLONG)) {
      try SocketListener(path: longest + "x")
    }
  }

  @Test func anAddressIsTakenOnlyOnce() throws {
    let listener = try SocketListener(path: folder.file("socket"))
    #expect(throws: SystemError("bind", listener.path, code: EADDRINUSE)) {
      try SocketListener(path: listener.path)
    }
  }

  @Test func aFolderForASocketIsTheUsersAlone() throws {
    let path = try makeTemporaryFolder(folder.path + "/private-")
    #expect(try FileStatus(of: path).mode == 0o700)
    try makeFolder(path + "/inner")
    #expect(try FileStatus(of: path + "/inner").mode == 0o700)
  }
}
