import StudyModel

/// Reads `model`, of a study file or a site file: how a machine takes its time.
struct MachineReader {
  static let keys = [
    "epoch", "start", "save", "load", "efficiency", "sharing", "fit", "proposal", "node_failure",
    "queue", "warm", "end", "store", "decision", "setup",
  ]
  static let example = "model: {start: 20s, efficiency: {2: 0.95, 4: 0.9}}"

  let ledger: Ledger

  func machine(_ field: Field?) -> MachineModel? {
    guard let field, let fields = Fields(field, keys: Self.keys, example: Self.example) else {
      return nil
    }
    var machine = MachineModel()
    machine.epoch = seconds(fields["epoch"]).flatMap { $0 > 0 ? $0 : nil }
    machine.start = seconds(fields["start"]) ?? 0
    machine.save = seconds(fields["save"]) ?? 0
    machine.load = seconds(fields["load"]) ?? 0
    machine.warm = seconds(fields["warm"])
    machine.end = seconds(fields["end"])
    machine.store = seconds(fields["store"])
    machine.decision = seconds(fields["decision"])
    machine.setup = seconds(fields["setup"])
    machine.queueWait = seconds(fields["queue"]) ?? 0
    machine.nodeFailure = fields["node_failure"]?.time()?.seconds
    machine.efficiency = curve(fields["efficiency"], "efficiency: {2: 0.95, 4: 0.9}", upTo: 1)
    machine.sharing = curve(fields["sharing"], "sharing: {2: 1.2, 4: 2.1}", upTo: .infinity)
    machine.fit = cost(fields["fit"])
    machine.proposal = cost(fields["proposal"])
    return machine
  }

  /// A time that may be 0, as a duration or a bare number of seconds.
  private func seconds(_ field: Field?) -> Double? {
    guard let field else { return nil }
    switch field.node.content {
    case .scalar(.integer(let value), _) where value >= 0: return Double(value)
    case .scalar(.real(let value), _) where value >= 0 && value.isFinite: return value
    case .scalar(_, let text):
      if let time = duration(text) { return time.seconds }
      field.mistake(expected: Wording.secondsOrDuration)
    default: field.mistake(expected: Wording.secondsOrDuration)
    }
    return nil
  }

  private func curve(_ field: Field?, _ example: String, upTo limit: Double) -> MachineModel.Curve {
    guard let field, let entries = field.entries(Wording.example(example)) else {
      return MachineModel.Curve([])
    }
    let points = entries.compactMap { key, place, entry -> MachineModel.Curve.Point? in
      guard let count = Int(key), count >= 1 else {
        ledger.mistake(at: place, Wording.badCount(field.path, key, example: example))
        return nil
      }
      guard let value = entry.number() else { return nil }
      guard value > 0, value <= limit else {
        entry.mistake(expected: limit == 1 ? Wording.share : Wording.positive)
        return nil
      }
      return MachineModel.Curve.Point(count, value)
    }
    return MachineModel.Curve(points)
  }

  private func cost(_ field: Field?) -> MachineModel.Cost {
    guard let field,
      let fields = Fields(
        field, keys: ["constant", "linear", "cubic"], example: "fit: {constant: 0.1, cubic: 1.0e-8}"
      )
    else { return MachineModel.Cost() }
    return MachineModel.Cost(
      constant: seconds(fields["constant"]) ?? 0, linear: seconds(fields["linear"]) ?? 0,
      cubic: seconds(fields["cubic"]) ?? 0)
  }
}
