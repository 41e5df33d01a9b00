/// Why Slurm gave no answer.
public enum SlurmError: Error, Hashable, Sendable, Codable {
  /// This program was built without libslurm.
  case builtWithout
  /// This machine has no configuration of Slurm; the places where one was looked for.
  case notConfigured(searched: [String])
  /// A call into libslurm failed.
  case call(function: String, code: Int, cause: String)
  /// The process that asked ended without an answer; the last of what it printed.
  case noAnswer(exitStatus: Int, printed: String)
  /// The process was asked what it does not understand.
  case badQuery(words: String)
}

extension SlurmError: CustomStringConvertible {
  /// What is wrong and what to do.
  public var description: String {
    switch self {
    case .builtWithout:
      """
      this program was built without libslurm; build it with the package trait 'Slurm' on a \
      machine that has Slurm's development files
      """
    case .notConfigured(let searched):
      """
      this machine has no configuration of Slurm (looked for \(searched.joined(separator: ", "))); \
      go to a login node, or set SLURM_CONF
      """
    case .call(let function, let code, let cause):
      "\(function) failed with code \(code): \(cause)"
    case .noAnswer(let exitStatus, let printed):
      "the process that asked Slurm ended with \(exitStatus) and without an answer: '\(printed)'"
    case .badQuery(let words):
      "'\(words)' is no question to Slurm"
    }
  }
}
