import Processes
import ProgramSupport

extension ProgramBench {
  /// The agents that run under mpirun, by their ranks.
  var ranks: [Int: Int32] {
    var agents: [Int: Int32] = [:]
    for line in leftovers() {
      let words = line.split(separator: " ")
      guard words.count > 2, words[2] == "agent", let process = Int32(words[0]) else { continue }
      // A process may end while it is looked at.
      let entries = (try? readFile("/proc/\(process)/environ")) ?? []
      let variables = text(entries).split(separator: "\0")
      let rank = variables.first { $0.hasPrefix("PMIX_RANK=") }?.dropFirst(10)
      if let rank = rank.flatMap({ Int($0) }) { agents[rank] = process }
    }
    return agents
  }
}
