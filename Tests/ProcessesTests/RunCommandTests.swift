import Glibc
import Processes
import ProgramSupport
import Testing

@Suite struct RunCommandTests {
  private func shell(_ text: String) throws -> CommandResult {
    try runCommand(["/bin/sh", "-c", text])
  }

  @Test func outputErrorsAndStatusAreKeptApart() throws {
    let result = try shell("echo out; echo err >&2; exit 7")
    #expect(result.status == 7)
    #expect(result.output == Array("out\n".utf8) && result.errors == Array("err\n".utf8))
  }

  @Test func aSignalIsToldAsAShellTellsIt() throws {
    #expect(try shell("kill -9 $$").status == 137)
    #expect(try shell("kill -15 $$").status == 143)
  }

  @Test func bothStreamsMayBeLong() throws {
    let result = try shell(
      "head -c 3000000 /dev/zero & head -c 2000000 /dev/zero >&2; wait; echo end")
    #expect(result.output.count == 3_000_004 && result.errors.count == 2_000_000)
  }

  @Test func standardInputIsEmpty() throws {
    let result = try runCommand(["cat"])
    #expect(result.status == 0 && result.output.isEmpty && result.errors.isEmpty)
  }

  @Test func noShellReadsTheArguments() throws {
    let result = try runCommand(["printf", "%s|", "a b", "$HOME", "*", "", "ä"])
    #expect(String(decoding: result.output, as: UTF8.self) == "a b|$HOME|*||ä|")
  }

  @Test func commandsRunBesideEachOther() throws {
    let begin = monotonicSeconds()
    let commands = try (0..<4).map {
      try RunningCommand(["/bin/sh", "-c", "sleep 0.5; echo \($0)"])
    }
    let results = try commands.map { try $0.finish() }
    #expect(results.map(\.output) == (0..<4).map { Array("\($0)\n".utf8) })
    #expect(monotonicSeconds() - begin < 1.5)
  }

  @Test func aFileSystemTellsItsRoom() throws {
    let space = try FileSystemSpace(of: "/tmp")
    #expect(space.bytes > 0 && (0...space.bytes).contains(space.freeBytes))
    #expect(throws: SystemError.self) { try FileSystemSpace(of: "/nonexistent") }
  }

  @Test func aLibraryThatIsNotThereIsNoDriver() throws {
    // Where there is a driver it lists GPUs, each once.
    do throws(GPUDriver.Failure) {
      let names = try GPUDriver.cuda.devices()
      #expect(Set(names).count == names.count)
    } catch {
      #expect(
        error == .noLibrary("libcuda.so.1")
          || error.description.hasPrefix("'libcuda.so.1' answered"))
    }
  }

  @Test func aMissingProgramIsAnError() {
    #expect(throws: SystemError("execvp", "rung-no-such-program", code: ENOENT)) {
      try runCommand(["rung-no-such-program"])
    }
    #expect(throws: SystemError("execvp", "/etc/passwd", code: ENOENT)) {
      try runCommand(["/etc/passwd"])
    }
  }

  @Test func aChildThatLivesOnIsNotWaitedFor() throws {
    let start = monotonicSeconds()
    let result = try shell("sleep 30 & echo $!")
    #expect(monotonicSeconds() - start < 10)
    let child = Int(String(decoding: result.output.dropLast(), as: UTF8.self))
    #expect(try kill(pid_t(#require(child)), SIGKILL) == 0)
  }

  @Test func aCommandRunsWhereItIsTold() throws {
    let folder = try TemporaryFolder()
    let here = try realPath(".")
    let result = try runCommand(["pwd", "-P"], in: folder.path)
    #expect(String(decoding: result.output, as: UTF8.self) == folder.path + "\n")
    #expect(try realPath(".") == here)
  }
}
