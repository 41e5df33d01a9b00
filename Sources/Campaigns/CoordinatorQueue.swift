public import Coordination
public import StudyModel

/// How long slots wait for their coordinator: a queue with a single server that takes all who wait at
/// once.
///
/// A simulation decides at once; here its events are taken as arrivals. As the real coordinator does, the
/// server takes all events that have arrived by the time it is free, decides them one after another,
/// brings them to the disk together, and only then performs what follows. A slot waits from the moment its
/// process ended, or asked for a decision, until the group is done that gives it its next process, or the
/// answer. A proposal is an event of its own, which arrives when the group is done that asked for it.
///
/// Source: Bailey, "On queueing processes with bulk service", J. Royal Statistical Society B 16 (1954),
/// there with groups of bounded size.
public struct CoordinatorQueue: Sendable {
  /// What the coordinator takes.
  public struct Service: Hashable, Sendable {
    /// Seconds to decide an event and write it.
    public var event: Double
    /// Seconds to bring a group of events to the disk.
    public var sync: Double

    /// So many seconds for each.
    public init(event: Double, sync: Double) { (self.event, self.sync) = (event, sync) }
  }

  /// What the coordinator takes.
  public let service: Service
  /// Events so far.
  public private(set) var events = 0
  /// Groups that were done so far.
  public private(set) var groups = 0
  /// Seconds that all slots together have waited.
  public private(set) var waited = 0.0
  /// Seconds that the slot waited that waited longest.
  public private(set) var longest = 0.0
  /// Seconds that the coordinator was busy.
  public private(set) var busy = 0.0
  private var free = 0.0
  private var waits: [SlotID: Double] = [:]
  /// Who waits, by arrival; those before `head` are done.
  private var line: [Waiting] = []
  private var head = 0
  /// Proposals that were heard, whose question is not done yet.
  private var proposals: [TrialID: Waiting] = [:]

  /// An event with what it causes.
  private struct Waiting: Sendable {
    var arrival: Double
    /// When what caused it happened.
    var since: Double
    /// The slots that wait for it.
    var slots: [SlotID] = []
    /// The trials whose configurations it asks for.
    var asked: [TrialID] = []
  }

  /// A coordinator that takes so long.
  public init(service: Service) { self.service = service }

  /// Hears an event.
  ///
  /// - Parameters:
  ///   - event: The event.
  ///   - time: When it came, in virtual time.
  ///   - commands: What it caused.
  ///   - coordinator: The state behind it.
  public mutating func hear(
    _ event: Event, at time: StudyTime, commands: [Command], _ coordinator: Coordinator
  ) {
    serve(before: time.seconds)
    var waiting = Waiting(arrival: time.seconds, since: time.seconds)
    for command in commands {
      switch command {
      case .start(let leg): waiting.slots += leg.slots
      case .propose(let trial): waiting.asked.append(trial)
      case .answer(let leg, _, _, _) where coordinator.trials.indices.contains(leg.trial.number):
        waiting.slots += coordinator.trials[leg.trial.number].heldSlots
      default: break
      }
    }
    if case .proposed(let trial, _, _) = event {
      proposals[trial] = waiting
    } else {
      arrive(waiting)
    }
  }

  /// Deals with all who still wait.
  public mutating func finish() { serve(before: .infinity) }

  /// Begins all groups that begin before a moment.
  private mutating func serve(before moment: Double) {
    while head < line.count {
      let start = max(free, line[head].arrival)
      guard start < moment else { break }
      var end = head
      while end < line.count, line[end].arrival <= start { end += 1 }
      let group = line[head..<end]
      let seconds = Double(group.count) * service.event + service.sync
      free = start + seconds
      busy += seconds
      events += group.count
      groups += 1
      head = end
      for waiting in group {
        note(free - waiting.since, of: waiting.slots)
        for trial in waiting.asked {
          // Where the space has no more, the answer is no proposal.
          guard var proposal = proposals[trial] else { continue }
          proposals[trial] = nil
          (proposal.arrival, proposal.since) = (free, waiting.since)
          arrive(proposal)
        }
      }
    }
    if head > 4096 {
      line.removeFirst(head)
      head = 0
    }
  }

  /// Takes a place in the line, behind all who came before or at the same time.
  private mutating func arrive(_ waiting: Waiting) {
    var place = line.count
    while place > head, line[place - 1].arrival > waiting.arrival { place -= 1 }
    line.insert(waiting, at: place)
  }

  private mutating func note(_ wait: Double, of slots: [SlotID]) {
    for slot in slots {
      let sum = (waits[slot] ?? 0) + wait
      waits[slot] = sum
      longest = max(longest, sum)
      waited += wait
    }
  }
}
