import FoundationEssentials

/// Understands what the process that asked printed.
///
/// - Parameters:
///   - output: All of its standard output; the answer is the last line.
///   - exitStatus: How it ended: its exit status, or the negative of a signal.
/// - Returns: The answer, never ``SlurmAnswer/failure(error:)``.
/// - Throws: `SlurmError`.
public func parseSlurmAnswer(
  _ output: String, exitStatus: Int
) throws(SlurmError) -> SlurmAnswer {
  let line = output.split(separator: "\n").last ?? ""
  guard
    let answer = try? JSONDecoder().decode(SlurmAnswer.self, from: Data(line.utf8))
  else {
    // What the decoder found wrong is of no use: libslurm ended the process and said why.
    throw .noAnswer(exitStatus: exitStatus, printed: String(output.suffix(500)))
  }
  if case .failure(let error) = answer { throw error }
  return answer
}

extension SlurmAnswer {
  /// The answer as one line of JSON.
  var line: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Nothing in an answer can fail to be encoded; an empty line is read as no answer.
    guard let data = try? encoder.encode(self) else { return "" }
    return String(decoding: data, as: UTF8.self)
  }
}
