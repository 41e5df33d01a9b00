import Coordination
import FoundationEssentials
import Processes
import StudyModel

extension Agent {
  /// Takes new connections, and gives those that have said who they are to their process.
  func acceptConnections() {
    while let connection = listener.accept() {
      // A descriptor that cannot be made non-blocking is closed again: its trial sees the end.
      if let channel = try? LineChannel(connection, limit: Self.lineLimit) {
        strangers.append(channel)
      }
    }
    strangers.removeAll { channel in
      guard let line = channel.receiveLine() else { return channel.isClosed }
      guard case .hello(let leg, let rank, let isWarm) = read(line), let place = slot(of: leg),
        let process = slots[place].processes.first(where: { $0.rank == rank })
      else { return true }
      if process.connection == nil {
        process.connection = channel
        process.isWarm = isWarm
        askToHold(place)
      }
      return true
    }
  }

  private func read(_ line: ArraySlice<UInt8>) -> TrialMessage {
    TrialMessage(line, fidelity: settings.study.fidelity.name)
  }

  /// Messages that are heard of one process before it is another's turn.
  private static let messagesPerTurn = 256

  /// Hears a process, over its socket and on its output.
  ///
  /// - Parameters:
  ///   - process: The process.
  ///   - place: Its slot.
  ///   - isLast: Whether the process has ended, so that everything is heard, and an unfinished
  ///     line is one.
  /// - Throws: `SystemError` or `EncodingError`, where a companion cannot be told.
  func listen(to process: TrialProcess, in place: Int, isLast: Bool = false) throws {
    if let connection = process.connection {
      connection.flush()
      var left = isLast ? Int.max : Self.messagesPerTurn
      while left > 0, let line = connection.receiveLine() {
        try hear(read(line), from: place, process, isAnswerable: true)
        left -= 1
      }
    }
    for line in process.output.receive() { try hear(line, from: place, process) }
    if isLast, let line = process.output.takeUnfinishedLine() {
      try hear(line, from: place, process)
    }
    if let leg = slots[place].leg?.leg.id {
      for _ in 0..<process.takeDroppedLines() {
        note("a line of more than \(Self.lineLimit >> 20) MiB was left out", process, of: leg)
      }
    }
  }

  /// Hears a line that a process printed.
  private func hear(_ line: ArraySlice<UInt8>, from place: Int, _ process: TrialProcess) throws {
    if let leg = slots[place].leg { log(line, process, of: leg.leg.id) }
    guard line.starts(with: Self.mark) else { return }
    try hear(read(line.dropFirst(Self.mark.count)), from: place, process, isAnswerable: false)
  }

  /// Puts a remark of Rung's own into a trial's log, within the same bounds as its output.
  func note(_ text: String, _ process: TrialProcess, of leg: LegID) {
    log(Array("(rung: \(text))".utf8)[...], process, of: leg)
  }

  private func log(_ line: ArraySlice<UInt8>, _ process: TrialProcess, of leg: LegID) {
    if process.log.take(line) { write(line, of: leg) }
  }

  private static let mark = Array("[rung] ".utf8)

  private func hear(
    _ message: TrialMessage, from place: Int, _ process: TrialProcess, isAnswerable: Bool
  ) throws {
    guard let active = slots[place].leg else { return }
    let leg = active.leg.id
    switch message {
    case .report(let epoch, let values, let isHeld):
      slots[place].leg?.lastSign = monotonicSeconds()
      // A program that speaks over the socket may print its reports as well: heard once.
      guard isAnswerable || process.connection == nil else { return }
      process.epoch = max(process.epoch, epoch)
      look(at: process, in: place, isDue: epoch >= active.leg.until)
      // Rank 0's metrics count.
      guard process.isFirst else { return try comeAsFar(place) }
      slots[place].leg?.epoch = max(active.epoch, epoch)
      let every = settings.study.trial.checkpointEvery
      let isDue =
        isAnswerable
        && (isHeld || epoch >= active.leg.until || every.map({ epoch % $0 == 0 }) == true)
      if isDue { slots[place].leg?.awaited = epoch }
      let report = Report(
        leg: leg, epoch: epoch, values: values, isAnswerable: isAnswerable,
        isHeld: isAnswerable && isHeld)
      if isDue {
        slots[place].leg?.pending = report
        try comeAsFar(place)
      } else if process.rank == 0 {
        events.append(.reported(report))
      } else {
        try comeAsFar(place)
      }
    case .next where isAnswerable && settings.study.trial.launch == .plain:
      process.isWaiting = true
      process.patience = nil
      logRest(of: process, leg: active)
      conclude(place, .askedForNext, lastLine: lastLines.last)
    case .next where isAnswerable:
      // The ranks of the next trial are other processes: this one ends when its line is closed.
      process.connection = nil
    case .next, .hello: break
    case .rubbish(let why): note("not understood: \(why)", process, of: leg)
    }
  }

  /// Tells of the report of rank 0 at which a decision or a checkpoint is due, or heeds what was decided
  /// about an epoch that was still ahead here, once every rank that has said who it is has come as far.
  private func comeAsFar(_ place: Int) throws {
    if let pending = slots[place].leg?.pending, hasReached(pending.epoch, place) {
      slots[place].leg?.pending = nil
      if slots[place].processes.first?.rank == 0 { events.append(.reported(pending)) }
    }
    if let leg = slots[place].leg, let early = leg.early, hasReached(early.epoch, place) {
      slots[place].leg?.early = nil
      try answer(leg.leg.id, early.epoch, early.verdict)
    }
  }

  /// Whether the first process here, and every other that has said who it is, has reported an epoch.
  private func hasReached(_ epoch: Int, _ place: Int) -> Bool {
    slots[place].processes.allSatisfy { process in
      process.epoch >= epoch || (!process.isFirst && process.connection?.isClosed != false)
    }
  }

  /// Asks the trial in a slot to wait at its next report, where that was ordered and it listens.
  ///
  /// Of several ranks the first alone: the others get no further without it than to the end of the same
  /// epoch, while each that held at its own next report would hold the others up.
  func askToHold(_ place: Int) {
    guard slots[place].leg?.isHeld == true else { return }
    slots[place].processes.first { $0.isFirst }?.connection?.send(Self.holdMessage)
  }

  static let holdMessage = Array(#"{"hold": true}"#.utf8)

  /// Tells a trial what was decided.
  func answer(_ leg: LegID, _ epoch: Int, _ verdict: Verdict) throws {
    guard let place = slot(of: leg), let active = slots[place].leg,
      !slots[place].processes.isEmpty
    else { return }
    let part = active.part(on: settings.worker)
    if let part, part.number > 0 {
      guard hasReached(epoch, place) else {
        slots[place].leg?.early = (epoch, verdict)
        return
      }
      // What is kept here belongs to what rank 0 has reported.
      slots[place].leg?.epoch = epoch
    }
    let isAwaited = active.awaited == epoch
    if isAwaited { slots[place].leg?.awaited = nil }
    let answer = TrialAnswer(epoch: epoch, verdict)
    guard case .goOn(let until) = verdict else {
      slots[place].leg?.verdict = verdict
      for process in slots[place].processes {
        process.patience = .init(
          deadline: monotonicSeconds() + settings.endingPatience, isTerminated: false)
      }
      return try send(answer, to: place)
    }
    slots[place].leg?.leg.until = until
    guard isAwaited else { return }
    if part == nil, !hasCheckpoint(active) {
      try send(answer, to: place)
    } else {
      // The trial waits until its checkpoint has been copied: it may write into it right after.
      slots[place].leg?.heldAnswer = answer
      try keeper.ask(
        .take(
          leg, part: part, epoch: epoch, folder: active.checkpointFolder,
          only: ownParts(of: active.leg), copy: "\(scratch)/spool/\(leg)-\(epoch)"))
    }
  }

  /// Sends an answer to every rank that listens.
  func send(_ answer: TrialAnswer, to place: Int) throws {
    for process in slots[place].processes { try process.connection?.send(answer) }
  }

  /// Logs what the process of a leg that ends has printed last.
  func logRest(of process: TrialProcess?, leg: ActiveLeg?) {
    guard let process, let leg else { return }
    for line in process.output.receive() where process.log.take(line) {
      write(line, of: leg.leg.id)
    }
    lastLines = process.log.lastLines
    for line in process.log.finish() { write(line[...], of: leg.leg.id) }
  }

  /// Appends a line of a trial's output to the node's log.
  func write(_ line: ArraySlice<UInt8>, of leg: LegID) {
    let text = Array("[\(leg)] ".utf8) + line + [UInt8(ascii: "\n")]
    // Output that cannot be kept, on a full disk for instance, must not end the trial.
    try? log.writeAll(text)
  }
}
