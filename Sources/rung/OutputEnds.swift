import Coordination
import Processes
import StudyStore

/// The last lines that some processes of trials have printed, from the logs of a study's nodes.
///
/// - Parameters:
///   - legs: The processes.
///   - folder: The study's `logs` folder.
/// - Returns: For each that has printed something, in the order in which they are given.
/// - Throws: `SystemError` where a log cannot be read.
func outputEnds(of legs: [LegID], in folder: String) throws -> [(leg: LegID, text: String)] {
  guard !legs.isEmpty else { return [] }
  var ends: [String: [String]] = [:]
  for leg in legs { ends["[\(leg)]"] = [] }
  for name in namesInFolder(folder).sorted() where name.hasSuffix(".log") {
    let path = "\(folder)/\(name)"
    // What was printed last is at the end.
    let start = max(0, (fileSize(path) ?? 0) - logBytes)
    try forEachLine(of: path, from: start) { take($0, &ends) }
  }
  return legs.compactMap { leg in
    guard let lines = ends["[\(leg)]"], !lines.isEmpty else { return nil }
    return (leg, lines.joined(separator: "\n"))
  }
}

/// Bytes of a log that are looked at, from its end.
private let logBytes = 256 << 20
/// Lines of a process that are kept, and characters of each.
private let lineCount = 30
private let lineLength = 400

/// Takes a line of a log, `[TRIAL.ATTEMPT] text`, if it is of a process that is asked for.
private func take(_ line: ArraySlice<UInt8>, _ ends: inout [String: [String]]) {
  guard line.first == UInt8(ascii: "["), let space = line.prefix(32).firstIndex(of: 32) else {
    return
  }
  let name = String(decoding: line[..<space], as: UTF8.self)
  guard ends[name] != nil else { return }
  // Of a line that a progress bar writes over and over, what a terminal would show in the end.
  let shown = line[(space + 1)...].split(separator: UInt8(ascii: "\r")).last ?? []
  let text = String(
    String(decoding: shown.prefix(4 * lineLength), as: UTF8.self).prefix(lineLength))
  // What Rung itself says of the process is no output of it.
  guard StudyDirectory.devices(inRemark: text) == nil else { return }
  ends[name]?.append(text)
  if ends[name]?.count ?? 0 > lineCount { ends[name]?.removeFirst() }
}
