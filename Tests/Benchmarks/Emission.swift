import FoundationEssentials
import Glibc

/// Prints figures as the peers' scripts do: one line, `RESULT` and a JSON object.
func emit(_ figures: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  print("RESULT " + String(decoding: try encoder.encode(figures), as: UTF8.self))
}

/// The peak resident set of this process so far, in MiB.
func peakMemory() -> Double {
  var usage = rusage()
  guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
  return Double(usage.ru_maxrss) / 1024
}
