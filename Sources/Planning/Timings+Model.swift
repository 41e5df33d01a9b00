public import StudyModel

extension Timings {
  /// Seconds of what is not epochs at one size of trials, and how far they spread.
  public func overheads(of shape: Shape) -> MachineModel.Overheads {
    var overheads = MachineModel.Overheads(size: shape.size)
    let start = beyondEpochs(shape.fresh)
    let warm = beyondEpochs(shape.warm)
    overheads.start = max(0, start ?? warm ?? 0)
    // A process that went on is one of its own kind only where there are others to tell it from.
    overheads.warm = start == nil ? nil : warm.map { max(0, $0) }
    let loads = [(shape.loaded, overheads.start), (shape.warmLoaded, overheads.warm ?? 0)]
      .filter { !$0.0.isEmpty }
    let count = loads.reduce(0) { $0 + $1.0.count }
    overheads.load = loads.reduce(0) { sum, load in
      let each = max(0, (beyondEpochs(load.0) ?? 0) - load.1)
      return sum + each * Double(load.0.count) / Double(count)
    }
    overheads.save = shape.save.mean ?? shape.end.mean ?? 0
    overheads.end = shape.end.mean ?? shape.save.mean ?? 0
    overheads.store = shape.store.mean ?? 0
    overheads.decision = max(0, beyondEpochs(shape.answered) ?? 0)
    return overheads
  }

  /// What reaches take on average beyond the epochs in them.
  private func beyondEpochs(_ reaches: [Reach]) -> Double? {
    guard !reaches.isEmpty else { return nil }
    let sum = reaches.reduce(0) { sum, reach in
      sum + reach.seconds - Double(reach.epochs) * (seconds(ofEpochIn: reach.crowd) ?? 0)
    }
    return sum / Double(reaches.count)
  }

  /// Seconds of an epoch: those measured in this crowd, else in the next smaller, else in any.
  private func seconds(ofEpochIn crowd: Crowd) -> Double? {
    if let seconds = epoch(of: crowd) { return seconds }
    let known = crowds.filter { $0.gpus == crowd.gpus }
    let next = known.last { $0.trials < crowd.trials } ?? known.first
    return next.flatMap { epoch(of: $0) } ?? crowds.first.flatMap { epoch(of: $0) }
  }

  /// The model of a machine that takes its time as was measured.
  ///
  /// The time of an epoch is that of a trial with a GPU for itself; where none had one, that of the
  /// smallest size measured, which then counts as fully efficient. Where no report followed another in
  /// one process, all of the time to the first report counts as its epochs'.
  ///
  /// `nil` where no trial reported.
  public var model: MachineModel? {
    guard shapes.contains(where: { $0.trials > 0 }) else { return nil }
    var model = MachineModel()
    guard let base = crowds.first, let first = epoch(of: base) else {
      model.epoch = firstReports
      return model
    }
    // As if from a single GPU.
    let single = first * Double(base.gpus)
    model.epoch = single
    let shared = crowds.filter { $0.gpus == 1 && $0.trials > 1 }
    model.sharing = MachineModel.Curve(
      shared.compactMap { crowd in
        epoch(of: crowd).map { MachineModel.Curve.Point(crowd.trials, $0 / single) }
      })
    let wide = crowds.filter { $0.gpus > 1 }
    model.efficiency = MachineModel.Curve(
      wide.compactMap { crowd in
        epoch(of: crowd).map {
          MachineModel.Curve.Point(crowd.gpus, single / (Double(crowd.gpus) * $0))
        }
      })
    model.overheads = shapes.map { overheads(of: $0) }
    return model
  }

  /// Seconds of an epoch where no process reported twice.
  private var firstReports: Double? {
    let reaches = shapes.flatMap { $0.fresh + $0.loaded + $0.warm + $0.warmLoaded }
    let epochs = reaches.reduce(0) { $0 + $1.epochs }
    return epochs > 0 ? reaches.reduce(0) { $0 + $1.seconds } / Double(epochs) : nil
  }
}
