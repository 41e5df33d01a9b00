import StudyModel

extension Coordinator {
  /// Containers of one agent at which the smallest are merged: with one log file, and two being
  /// written, a node stays within eight files.
  public static let containersPerWorker = 5

  private func place(of name: String) -> Int? {
    let place = insertionPlace(of: name)
    return place < containers.count && containers[place].name == name ? place : nil
  }

  private func insertionPlace(of name: String) -> Int {
    var low = 0
    var high = containers.count
    while low < high {
      let middle = (low + high) / 2
      if containers[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Notes that a process is about to read its checkpoint.
  mutating func beginLoading(_ source: Leg.Source) { load(1, of: source) }

  /// Notes that the process of a trial has its checkpoint in place, or will not read it any more.
  mutating func endLoading(_ number: Int) {
    guard let running = trials[number].running, let name = running.source else { return }
    trials[number].running?.source = nil
    if let source = running.parts?.leg.source {
      load(-1, of: source)
    } else {
      for name in [name] + (running.otherSources ?? []) {
        if let place = place(of: name) { containers[place].loading -= 1 }
      }
    }
    isUntidy = true
  }

  private mutating func load(_ change: Int, of source: Leg.Source) {
    for piece in source.pieces {
      if let place = place(of: piece.container) { containers[place].loading += change }
    }
  }

  mutating func stored(_ container: Container, _ commands: inout [Command]) {
    guard place(of: container.name) == nil else { return }
    var rewrites = 0
    for name in container.replaced {
      guard let place = place(of: name) else { continue }
      containers[place].merger = nil
      rewrites = max(rewrites, containers[place].rewrites + 1)
    }
    containers.insert(
      ContainerRecord(
        name: container.name, owner: container.owner, entries: container.entries,
        rewrites: rewrites),
      at: insertionPlace(of: container.name))
    isUntidy = true
    if !growing.contains(container.owner) { growing.append(container.owner) }
    for entry in container.entries {
      let number = entry.leg.trial.number
      guard trials.indices.contains(number), entry.leg.attempt <= trials[number].attempts else {
        continue
      }
      let piece = Leg.Piece(container: container.name, entry: entry)
      if container.replaced.isEmpty {
        guard let source = gather(piece, of: number) else { continue }
        durable(source, of: number, &commands)
      } else {
        move(to: piece, from: container.replaced, of: number)
        forgetCheckpointIfUseless(number)
      }
    }
  }

  /// Takes note of a whole checkpoint that is durable.
  private mutating func durable(
    _ source: Leg.Source, of number: Int, _ commands: inout [Command]
  ) {
    let epoch = source.entry.epoch
    if let running = trials[number].running, running.leg == source.entry.leg {
      trials[number].running?.durable = max(running.durable, epoch)
    }
    // Agents keep their parts of what may be nothing.
    if source.isWhole || source.bytes > 0 { keep(source, of: number) }
    forgetCheckpointIfUseless(number)
    if let saving = trials[number].saving, saving.epoch <= epoch {
      pace.save.note(now.seconds - saving.since.seconds)
      trials[number].saving = nil
      launch(TrialID(number), &commands)
    }
  }

  /// Adds a part of a checkpoint to those that are there.
  ///
  /// - Returns: The checkpoint, where it is whole now.
  private mutating func gather(_ piece: Leg.Piece, of number: Int) -> Leg.Source? {
    guard let part = piece.entry.part else {
      return Leg.Source(container: piece.container, entry: piece.entry)
    }
    // Of a process that is given up, the other parts may never come.
    guard piece.entry.leg.attempt == trials[number].attempts, isAwaitingParts(number),
      trials[number].checkpoint.map({ $0.entry.epoch < piece.entry.epoch }) ?? true
    else { return nil }
    let incoming = trials[number].incoming ?? []
    let others = incoming.filter { $0.entry.epoch == piece.entry.epoch }
    guard others.allSatisfy({ $0.entry.part?.number != part.number }) else { return nil }
    guard others.count + 1 == part.count else {
      change(incoming + [piece], of: number)
      return nil
    }
    change(incoming.filter { $0.entry.epoch > piece.entry.epoch }, of: number)
    return Leg.Source(
      (others + [piece]).sorted {
        ($0.entry.part?.number ?? 0) < ($1.entry.part?.number ?? 0)
      })
  }

  private func isAwaitingParts(_ number: Int) -> Bool {
    trials[number].running != nil || trials[number].saving != nil
  }

  /// Lets go of parts of checkpoints that will not become whole.
  mutating func dropParts(of number: Int) {
    if trials[number].incoming != nil, !isAwaitingParts(number) { change([], of: number) }
  }

  private mutating func change(_ incoming: [Leg.Piece], of number: Int) {
    count(-1, trials[number].incoming ?? [])
    trials[number].incoming = incoming.isEmpty ? nil : incoming
    count(1, incoming)
  }

  mutating func notStored(_ leg: LegID, _ epoch: Int?, _ commands: inout [Command]) {
    guard trials.indices.contains(leg.trial.number),
      trials[leg.trial.number].attempts == leg.attempt
    else { return }
    // The others may not have ended yet.
    trials[leg.trial.number].running?.parts?.unkept = epoch
    // One of before, while the last is on its way.
    if let epoch, let saving = trials[leg.trial.number].saving, epoch < saving.epoch { return }
    trials[leg.trial.number].saving = nil
    dropParts(of: leg.trial.number)
    launch(leg.trial, &commands)
  }

  mutating func notMerged(_ names: [String]) {
    for name in names { if let place = place(of: name) { containers[place].merger = nil } }
    isUntidy = true
  }

  /// Takes a checkpoint of a trial for its last where it is newer; the last becomes the one before.
  private mutating func keep(_ source: Leg.Source, of number: Int) {
    if let last = trials[number].checkpoint {
      guard source.entry.epoch > last.entry.epoch else { return }
      set(\.formerCheckpoint, to: last, of: number)
    }
    set(\.checkpoint, to: source, of: number)
  }

  /// Finds a checkpoint, or a part of one, where a merge has put it.
  private mutating func move(to piece: Leg.Piece, from names: [String], of number: Int) {
    func moved(_ old: [Leg.Piece]) -> [Leg.Piece] {
      old.map { $0.entry == piece.entry && names.contains($0.container) ? piece : $0 }
    }
    for kind in [\TrialRecord.checkpoint, \TrialRecord.formerCheckpoint] {
      if let old = trials[number][keyPath: kind] {
        let new = Leg.Source(moved(old.pieces))
        if new != old { set(kind, to: new, of: number) }
      }
    }
    if let old = trials[number].incoming { change(moved(old), of: number) }
  }

  private mutating func set(
    _ kind: WritableKeyPath<TrialRecord, Leg.Source?>, to source: Leg.Source?, of number: Int
  ) {
    count(-1, trials[number][keyPath: kind]?.pieces ?? [])
    trials[number][keyPath: kind] = source
    count(1, source?.pieces ?? [])
  }

  /// Counts pieces among the living of their containers, or no longer.
  private mutating func count(_ change: Int, _ pieces: [Leg.Piece]) {
    isUntidy = true
    for piece in pieces {
      guard let place = place(of: piece.container) else { continue }
      containers[place].alive += change
      containers[place].aliveBytes += change * piece.entry.bytes
    }
  }

  /// Goes back to the checkpoint before.
  mutating func dropCheckpoint(of number: Int) {
    set(\.checkpoint, to: trials[number].formerCheckpoint, of: number)
    set(\.formerCheckpoint, to: nil, of: number)
  }

  /// Whether the last checkpoint of a trial that is completed is kept.
  var keepsFinal: Bool { study.algorithm.search.collection?.keepsCheckpoints ?? true }

  /// Lets go of the checkpoint of a trial that will not go on, unless it leads.
  mutating func forgetCheckpointIfUseless(_ number: Int) {
    let state = trials[number].state
    if state == .completed, !keepsFinal {
      set(\.checkpoint, to: nil, of: number)
      return set(\.formerCheckpoint, to: nil, of: number)
    }
    guard state == .stopped || state == .failed, best != TrialID(number),
      bestFull?.trial != TrialID(number)
    else { return }
    set(\.checkpoint, to: nil, of: number)
    set(\.formerCheckpoint, to: nil, of: number)
  }

  /// Deletes containers without anything alive.
  mutating func deleteDeadContainers(_ commands: inout [Command]) {
    // What a study leaves behind in the end is few files already, and nobody is left to tidy.
    if case .finished = phase { return }
    guard isUntidy, let anyone = workers.firstIndex(where: { $0 != nil }) else { return }
    isUntidy = false
    for container in containers where container.isDead {
      let owner = isHere(container.owner) ? container.owner : WorkerID(anyone)
      commands.append(.discard([container.name], on: owner))
    }
    containers.removeAll(where: \.isDead)
  }

  /// Merges the smallest containers of each agent that has many, as long as the study goes on.
  mutating func mergeSmallContainers(_ commands: inout [Command]) {
    // After a new container or agent only: a merge that failed is not tried again at once.
    guard !growing.isEmpty, mayFill else { return }
    for worker in growing where isHere(worker) { mergeIfMany(of: worker, &commands) }
    growing = []
  }

  /// Whether an agent is there: one that was lost may come back and find its containers its own.
  private func isHere(_ worker: WorkerID) -> Bool {
    workers.indices.contains(worker.rank) && workers[worker.rank] != nil
  }

  /// Merges the smallest containers of an agent that has many, and with them those of agents that
  /// are not there, if these are many.
  private mutating func mergeIfMany(of owner: WorkerID, _ commands: inout [Command]) {
    let mine = containers.indices.filter { containers[$0].owner == owner }
    guard mine.count >= Self.containersPerWorker,
      !containers.contains(where: { $0.merger == owner })
    else { return }
    let orphans = containers.indices.filter { !isHere(containers[$0].owner) }
    let chosen = (toMerge(of: mine) + toMerge(of: orphans)).sorted()
    guard chosen.count > 1 else { return }
    for place in chosen { containers[place].merger = owner }
    commands.append(
      .merge(
        chosen.map { containers[$0].name },
        keeping: chosen.flatMap { living(in: containers[$0]) }, on: owner))
  }

  /// Which of these containers are merged: none of a few, else the smallest, so many that few are
  /// left, and with them each next one that was written again as often as they will have been.
  ///
  /// So each checkpoint is written again about (k! n)^(1/k) times while n of them come, k being the
  /// number of containers kept. Source: Bentley and Saxe, Decomposable searching problems I, J.
  /// Algorithms 1 (1980), the k-binomial transform.
  private func toMerge(of places: [Int]) -> [Int] {
    let bySize = places.filter { containers[$0].alive > 0 && containers[$0].merger == nil }
      .sorted { (containers[$0].aliveBytes, $0) < (containers[$1].aliveBytes, $1) }
    guard bySize.count >= Self.containersPerWorker else { return [] }
    // One is to come of them, and one fewer than the bound is to be left.
    var count = bySize.count - Self.containersPerWorker + 2
    func rewrites(_ index: Int) -> Int { containers[bySize[index]].rewrites }
    var after = (0..<count).reduce(0) { max($0, rewrites($1)) } + 1
    while count < bySize.count, rewrites(count) <= after {
      after = max(after, rewrites(count) + 1)
      count += 1
    }
    return Array(bySize.prefix(count))
  }

  private func living(in container: ContainerRecord) -> [Container.Entry] {
    container.entries.filter { entry in
      guard trials.indices.contains(entry.leg.trial.number) else { return false }
      let trial = trials[entry.leg.trial.number]
      let piece = Leg.Piece(container: container.name, entry: entry)
      return trial.checkpoint?.pieces.contains(piece) == true
        || trial.formerCheckpoint?.pieces.contains(piece) == true
        || trial.incoming?.contains(piece) == true
    }
  }
}
