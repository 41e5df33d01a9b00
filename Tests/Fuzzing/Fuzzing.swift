import Foundation
import Processes

/// Feeds targets with inputs: `Fuzzing TARGET PATH...` with files or folders of them, each once.
///
/// Compiled with `-D FUZZING -sanitize=fuzzer` it looks for inputs itself, led by which code they
/// reach: `RUNG_FUZZ=TARGET Fuzzing OPTION...`, the options being libFuzzer's,
/// <https://llvm.org/docs/LibFuzzer.html>.
@main enum Fuzzing {
  static func main() throws {
    #if FUZZING
      var count = CommandLine.argc
      var arguments = unsafe Optional(CommandLine.unsafeArgv)
      exit(unsafe runDriver(&count, &arguments, feed))
    #else
      let arguments = CommandLine.arguments.dropFirst()
      guard let name = arguments.first, let target = Target(rawValue: name) else {
        throw Unknown(description: "name a target of \(Target.allCases.map(\.rawValue)), and files")
      }
      var count = 0
      for path in arguments.dropFirst() {
        let isFolder = try FileStatus(of: path).kind == .folder
        for file in isFolder ? try readFolder(path).map({ path + "/" + $0 }) : [path] {
          target.feed(try readFile(file))
          count += 1
        }
      }
      print("\(name): \(count) inputs")
    #endif
  }

  struct Unknown: Error, CustomStringConvertible {
    let description: String
  }
}

#if FUZZING
  private let target: Target = {
    let name = ProcessInfo.processInfo.environment["RUNG_FUZZ"] ?? ""
    guard let target = Target(rawValue: name) else {
      fatalError("set RUNG_FUZZ to one of \(Target.allCases.map(\.rawValue))")
    }
    return target
  }()

  private let feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32 = { bytes, count in
    target.feed(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
  }

  /// libFuzzer's own loop. Source: llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library".
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<
      UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
    >,
    _ feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32
#endif
