import Coordination
import StudyModel

// Trials on several agents: the first process trains and reports for all.
extension World {
  /// Processes of a trial whose first one is on another agent.
  struct Part {
    let leg: Leg
    var isLeaving = false
  }

  /// The agent as events of a leg name it: not at all where the leg is on one.
  func worker(_ rank: Int, of leg: Leg) -> WorkerID? {
    leg.isInParts ? WorkerID(rank) : nil
  }

  func part(_ rank: Int, of leg: Leg) -> Container.Part? {
    guard leg.isInParts, let place = leg.workers.firstIndex(of: WorkerID(rank)) else {
      return nil
    }
    return Container.Part(place, of: leg.workers.count)
  }

  mutating func checkPieces(of leg: Leg) {
    for piece in leg.source?.pieces ?? []
    where files[piece.container]?.contains(piece.entry) != true {
      violations.append("\(leg.id) loads from \(piece.container), which is gone")
    }
  }

  private func place(of leg: LegID, _ rank: Int) -> Int? {
    agents[rank]?.parts.firstIndex { $0.leg.id == leg }
  }

  func hasPart(of leg: LegID, _ rank: Int) -> Bool { place(of: leg, rank) != nil }

  mutating func join(_ leg: Leg, _ rank: Int) {
    guard let agent = agents[rank] else { return }
    let mine = leg.slots.filter { $0.worker.rank == rank }
    let taken = (agent.processes.map(\.leg) + agent.parts.map(\.leg)).flatMap(\.slots)
    if mine.isEmpty || mine.contains(where: taken.contains) {
      violations.append("\(leg.id) joins agent \(rank) in \(mine), where others run")
    }
    agents[rank]?.parts.append(Part(leg: leg))
    schedule(
      .partLoaded(leg.id, incarnation: agent.incarnation), after: random.integer(0...2_000_000))
    if random.chance(0.1 * settings.trouble) {
      let outcome = random.element(of: [LegEnd.Outcome.exited(status: 1), .signalled(11)])
      schedule(
        .partExited(leg.id, incarnation: agent.incarnation, outcome, keeping: nil),
        after: random.integer(0...10_000_000))
    }
  }

  mutating func partLoaded(_ leg: LegID, _ incarnation: Int) {
    guard let rank = agents.firstIndex(where: { $0?.incarnation == incarnation }),
      let place = place(of: leg, rank), let part = agents[rank]?.parts[place], !part.isLeaving
    else { return }
    checkPieces(of: part.leg)
    if part.leg.source != nil, settings.damage > 0, random.chance(settings.damage) {
      agents[rank]?.parts.remove(at: place)
      return tell(
        .damaged(leg, reason: "a checksum is wrong", on: WorkerID(rank)), from: rank)
    }
    tell(.began(leg, on: WorkerID(rank)), from: rank)
  }

  mutating func answerPart(_ leg: LegID, _ epoch: Int, _ verdict: Verdict, _ rank: Int) {
    guard let place = place(of: leg, rank), let part = agents[rank]?.parts[place], !part.isLeaving
    else { return }
    switch verdict {
    case .goOn:
      if let every = settings.checkpointEvery, epoch % every == 0 { store(part.leg, epoch, rank) }
    case .pause, .complete: leavePart(leg, rank, .exited(status: 0), keeping: epoch)
    case .stop: leavePart(leg, rank, .exited(status: 0), keeping: nil)
    }
  }

  /// Ends processes that soon end by themselves, since their trial has.
  mutating func concludePart(_ leg: LegID, _ rank: Int) {
    leavePart(leg, rank, .exited(status: 0), keeping: kept[leg])
  }

  mutating func leavePart(
    _ leg: LegID, _ rank: Int, _ outcome: LegEnd.Outcome, keeping: Int?
  ) {
    guard let place = place(of: leg, rank), let agent = agents[rank], !agent.parts[place].isLeaving
    else { return }
    agents[rank]?.parts[place].isLeaving = true
    schedule(
      .partExited(leg, incarnation: agent.incarnation, outcome, keeping: keeping),
      after: random.integer(0...1_000_000))
  }

  mutating func partExited(
    _ leg: LegID, _ incarnation: Int, _ outcome: LegEnd.Outcome, _ keeping: Int?
  ) {
    guard let rank = agents.firstIndex(where: { $0?.incarnation == incarnation }),
      let place = place(of: leg, rank), let part = agents[rank]?.parts.remove(at: place)
    else { return }
    tell(
      .legEnded(
        LegEnd(
          leg: leg, outcome: outcome, keeping: keeping, worker: WorkerID(rank),
          peakMemoryMiB: peakMiB(of: part.leg))), from: rank)
    if let keeping { store(part.leg, keeping, rank) }
  }
}
