import Processes

/// Why a test cannot run.
public struct Missing: Error, CustomStringConvertible {
  /// What is missing, and the remedy.
  public let description: String

  /// Says what is missing.
  public init(description: String) { self.description = description }
}

/// The `rung` program that was built together with these tests: it lies beside them.
///
/// - Returns: Its path.
/// - Throws: ``Missing``.
public func rungProgram() throws -> String {
  let tests = try realPath("/proc/self/exe")
  let program = tests[..<(tests.lastIndex(of: "/") ?? tests.startIndex)] + "/rung"
  guard isExecutable(String(program)) else {
    throw Missing(description: "no program '\(program)'; run 'swift build' first")
  }
  return String(program)
}

/// The Python interpreter of the tests, which has h5py and pandas.
///
/// - Returns: Its path.
/// - Throws: ``Missing``.
public func python() throws -> String {
  let entry = currentEnvironment().first { $0.hasPrefix("RUNG_TEST_PYTHON=") }
  guard let path = entry?.dropFirst("RUNG_TEST_PYTHON=".count), isExecutable(String(path)) else {
    throw Missing(
      description: "set RUNG_TEST_PYTHON to a Python interpreter that has h5py and pandas")
  }
  return String(path)
}

/// Waits until something holds, looking again every few milliseconds.
///
/// - Parameters:
///   - seconds: How long at most.
///   - condition: What is waited for.
/// - Returns: Whether it came to hold.
/// - Throws: What the condition throws.
public func holds(within seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
  let deadline = monotonicSeconds() + seconds
  while true {
    if try condition() { return true }
    if monotonicSeconds() >= deadline { return false }
    waitForAny([], atMost: 0.005)
  }
}
