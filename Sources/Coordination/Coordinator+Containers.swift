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

  mutating func beginLoading(_ name: String) {
    if let place = place(of: name) { containers[place].loading += 1 }
  }

  mutating func endLoading(_ number: Int) {
    guard let name = trials[number].running?.source else { return }
    trials[number].running?.source = nil
    if let place = place(of: name) { containers[place].loading -= 1 }
    isUntidy = true
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
      if let running = trials[number].running, running.leg == entry.leg {
        trials[number].running?.durable = max(running.durable, entry.epoch)
      }
      let source = Leg.Source(container: container.name, entry: entry)
      if container.replaced.isEmpty {
        keep(source, of: number)
      } else {
        move(to: source, from: container.replaced, of: number)
      }
      forgetCheckpointIfUseless(number)
      if let saving = trials[number].saving, saving.epoch <= entry.epoch {
        pace.save.note(now.seconds - saving.since.seconds)
        trials[number].saving = nil
        launch(entry.leg.trial, &commands)
      }
    }
  }

  mutating func notStored(_ leg: LegID, _ commands: inout [Command]) {
    guard trials.indices.contains(leg.trial.number),
      trials[leg.trial.number].attempts == leg.attempt
    else { return }
    trials[leg.trial.number].saving = nil
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

  /// Finds a checkpoint where a merge has put it.
  private mutating func move(to source: Leg.Source, from names: [String], of number: Int) {
    for kind in [\TrialRecord.checkpoint, \TrialRecord.formerCheckpoint] {
      if let old = trials[number][keyPath: kind], old.entry == source.entry,
        names.contains(old.container)
      {
        set(kind, to: source, of: number)
      }
    }
  }

  private mutating func set(
    _ kind: WritableKeyPath<TrialRecord, Leg.Source?>, to source: Leg.Source?, of number: Int
  ) {
    if let old = trials[number][keyPath: kind], let place = place(of: old.container) {
      containers[place].alive -= 1
      containers[place].aliveBytes -= old.entry.bytes
    }
    trials[number][keyPath: kind] = source
    isUntidy = true
    if let source, let place = place(of: source.container) {
      containers[place].alive += 1
      containers[place].aliveBytes += source.entry.bytes
    }
  }

  /// Goes back to the checkpoint before.
  mutating func dropCheckpoint(of number: Int) {
    set(\.checkpoint, to: trials[number].formerCheckpoint, of: number)
    set(\.formerCheckpoint, to: nil, of: number)
  }

  /// Lets go of the checkpoint of a trial that will not go on, unless it leads.
  mutating func forgetCheckpointIfUseless(_ number: Int) {
    let state = trials[number].state
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
      let source = Leg.Source(container: container.name, entry: entry)
      return trial.checkpoint == source || trial.formerCheckpoint == source
    }
  }
}
