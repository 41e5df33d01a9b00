import Coordination
import Dispatch
import Processes
import Searchers
import StudyModel
import Synchronization

/// Fits and asks a slow model beside rank 0's loop, on copies of the searcher.
///
/// Two threads: a fit, which may take seconds, does not hold up proposals, which go on by the fit
/// before. The loop hears of a result by a byte on a socket.
final class ModelDesk: Sendable {
  private let fitting = DispatchQueue(label: "rung.fit")
  private let proposing = DispatchQueue(label: "rung.propose")
  private let proposer = Mutex(Proposer())
  private let results = Mutex<[Event]>([])
  private let bell: Bell

  /// The two ends of the socket.
  ///
  /// Unchecked: a descriptor's number never changes, and read(2) and write(2) may be called from
  /// any thread.
  private struct Bell: @unchecked Sendable {
    let heard: Descriptor
    let rung: Descriptor
  }

  /// A desk with nothing to do.
  ///
  /// - Throws: `SystemError`.
  init() throws(SystemError) {
    let (heard, rung) = try Descriptor.socketPair()
    try heard.setNonBlocking()
    try rung.setNonBlocking()
    bell = Bell(heard: heard, rung: rung)
  }

  /// What to wait for.
  var interest: Interest { Interest(bell.heard) }

  /// Begins to fit a searcher's model to its first observations.
  func fit(to basis: Int, of searcher: Searcher) {
    fitting.async { [self] in
      let fit = searcher.fit(to: basis)
      proposer.withLock { $0.keep(fit, basis: basis) }
      finish(.fitted(basis: basis))
    }
  }

  /// Begins a proposal by a searcher as it stands now.
  func propose(_ trial: TrialID, by searcher: Searcher) {
    proposing.async { [self] in
      // After a restart the fit in use is made again, once, and not under the lock.
      if let basis = proposer.withLock({ $0.missing(for: searcher) }) {
        let fit = searcher.fit(to: basis)
        proposer.withLock { $0.keep(fit, basis: basis) }
      }
      let proposer = proposer.withLock { $0 }
      finish(proposer.proposal(for: trial, of: searcher))
    }
  }

  /// Proposes at once, for a searcher that is fast once its model is fitted.
  func proposal(for trial: TrialID, of searcher: Searcher) -> Event {
    proposer.withLock { proposer in
      proposer.prepare(for: searcher)
      return proposer.proposal(for: trial, of: searcher)
    }
  }

  /// What was finished since the last call, in the order of its end.
  func takeEvents() -> [Event] {
    // Bytes on the socket say no more than that there is something; an error of it would show as
    // the loop's next wait, which has a time limit.
    while let bytes = try? bell.heard.read(atMost: 64), !bytes.isEmpty {}
    return results.withLock { events in
      defer { events = [] }
      return events
    }
  }

  private func finish(_ event: Event) {
    results.withLock { $0.append(event) }
    // A full socket already says what this byte would.
    try? bell.rung.writeAll([1])
  }
}
