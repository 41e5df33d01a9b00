import Glibc

/// Asks the controller and prints the answer as one line of JSON; to be run in a process of its
/// own.
///
/// libslurm ends the process that it is in on some errors, so nothing else may be in it. Gives up
/// after a minute (SIGALRM ends the process) when the controller does not answer.
///
/// - Parameter arguments: What ``SlurmQuery/arguments`` made.
/// - Returns: The exit status: 0, or 64 for arguments that are no question, or 69 if there is no
///   answer. The answer is printed in any case.
///
/// Source: sysexits(3).
public func runSlurmQueryChild(_ arguments: [String]) -> Int32 {
  guard let query = SlurmQuery(arguments: arguments) else {
    print(SlurmAnswer.failure(error: .badQuery(words: arguments.joined(separator: " "))).line)
    return 64
  }
  alarm(60)
  do {
    print(try answer(query).line)
    return 0
  } catch {
    print(SlurmAnswer.failure(error: error).line)
    return 69
  }
}

/// Answers in this process, which may not survive it.
private func answer(_ query: SlurmQuery) throws(SlurmError) -> SlurmAnswer {
  #if Slurm
    var variables: [String: String] = [:]
    for name in ["SLURM_CONF", "SLURM_CONF_SERVER"] {
      if let value = unsafe getenv(name) { variables[name] = unsafe String(cString: value) }
    }
    _ = try findSlurmConfiguration(variables) { unsafe access($0, R_OK) == 0 }
    return try SlurmLibrary.answer(query)
  #else
    throw .builtWithout
  #endif
}
