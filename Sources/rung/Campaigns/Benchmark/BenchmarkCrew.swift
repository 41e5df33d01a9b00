import Campaigns
import FoundationEssentials
import Processes
import StudyModel

/// Processes that make runs, each one run at a time; the next goes to whoever is free.
///
/// Processes, not threads: what a model's fit leaves in memory goes with them, a crash costs one run, and they
/// are ended at once by a signal.
struct BenchmarkCrew {
  /// The campaign's file.
  let file: String
  /// How many; at least 1.
  let processes: Int

  /// Makes some runs.
  ///
  /// - Parameters:
  ///   - points: Which, the most urgent first.
  ///   - done: Called with each as it ends, and with what came of it.
  /// - Returns: Whether all were made; `false` where a signal came first.
  /// - Throws: `SystemError`, and what `done` throws; nobody is left then either.
  func make(
    _ points: [BenchmarkPoint],
    _ done: (BenchmarkPoint, BenchmarkWorker.Answer) throws -> Void
  ) throws -> Bool {
    let signals = try SignalPort(endingSignals)
    var waiting = points[...]
    var members: [Member] = []
    defer { for member in members { member.companion.end(within: 0) } }
    while true {
      while members.count < processes, let point = waiting.popFirst() {
        members.append(try Member(file, point))
      }
      if members.isEmpty { return true }
      waitForAny(
        [Interest(signals.descriptor)]
          + members.map {
            Interest(
              $0.companion.channel.descriptor, writing: $0.companion.channel.wantsToWrite)
          }, atMost: nil)
      guard signals.receive().isEmpty else { return false }
      for place in members.indices.reversed() {
        let channel = members[place].companion.channel
        channel.flush()
        for answer in try channel.receive(BenchmarkWorker.Answer.self) {
          try done(members[place].point, answer)
          members[place].isFree = true
        }
        if members[place].isFree, let point = waiting.popFirst() {
          try members[place].give(point)
        } else if members[place].isFree || channel.isClosed {
          let member = members.remove(at: place)
          member.companion.end(within: member.isFree ? 5 : 0)
          if !member.isFree {
            try done(
              member.point,
              BenchmarkWorker.Answer(
                failure:
                  "the process that made it has ended; is there memory enough for as many of "
                  + "them?"))
          }
        }
      }
    }
  }

  private struct Member {
    let companion: Companion
    private(set) var point: BenchmarkPoint
    var isFree = false

    init(_ file: String, _ point: BenchmarkPoint) throws {
      companion = try Companion(arguments: ["benchmark-worker", file])
      self.point = point
      try companion.channel.send(point)
    }

    mutating func give(_ point: BenchmarkPoint) throws {
      self.point = point
      isFree = false
      try companion.channel.send(point)
    }
  }
}
