import Processes
import StudyModel
import StudyStore

/// What the processes of a trial printed, as the nodes' logs have it.
struct TrialOutput {
  /// Lines of the end, each without its mark, but for the attempt.
  private(set) var lines: [String] = []
  /// The GPUs of each attempt, on nodes where Rung itself gave them out.
  private(set) var devices: [String: String] = [:]
  /// How many lines there are in all.
  private(set) var count = 0
  /// The logs that have any.
  private(set) var files: [String] = []

  /// How many lines of the end are kept.
  static let kept = 20

  /// Looks through the logs of the nodes that a trial ran on.
  ///
  /// - Parameters:
  ///   - trial: The trial.
  ///   - workers: The agents of those nodes.
  ///   - directory: The study.
  /// - Throws: `SystemError` where a log that is there cannot be read.
  init(of trial: TrialID, on workers: [WorkerID], in directory: StudyDirectory) throws {
    let mark = Array("[\(trial).".utf8)
    for worker in workers {
      let path = "\(directory.logs)/\(StudyDirectory.logName(of: worker))"
      guard exists(path) else { continue }
      let before = count
      try forEachLine(of: path) { line in
        guard line.starts(with: mark), let end = line.firstIndex(of: UInt8(ascii: "]")) else {
          return
        }
        let attempt = String(decoding: line[..<end].dropFirst(mark.count), as: UTF8.self)
        let text = String(decoding: line[(end + 1)...].dropFirst(), as: UTF8.self)
        if let given = StudyDirectory.devices(inRemark: text) {
          devices[attempt] = devices[attempt].map { "\($0) and \(given)" } ?? given
          return
        }
        count += 1
        if lines.count == Self.kept { lines.removeFirst() }
        lines.append("\(attempt): \(text)")
      }
      if count > before { files.append(path) }
    }
  }
}
