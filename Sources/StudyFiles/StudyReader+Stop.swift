import StudyModel

extension StudyReader {
  static let stopKeys = ["trials", "started", "reports", "wallclock", "gpu-hours", "target"]

  /// Reads `stop`; a study without an end is a mistake.
  func stop(_ top: Fields) -> StopRules {
    let example = "stop: {trials: 128}"
    var rules = StopRules()
    guard let field = top.required("stop", example: example),
      let fields = Fields(field, keys: Self.stopKeys, example: example)
    else { return rules }
    if !fields.hasUnknownKeys, Self.stopKeys.allSatisfy({ fields[$0] == nil }) {
      field.mistake(Wording.noStopRule)
    }
    rules.trials = fields["trials"]?.whole(from: 1)
    rules.started = fields["started"]?.whole(from: 1)
    rules.reports = fields["reports"]?.whole(from: 1, through: 1_000_000_000_000)
    rules.wallclock = fields["wallclock"]?.time()
    if let field = fields["gpu-hours"], let hours = field.number() {
      if hours > 0 { rules.gpuHours = hours } else { field.mistake(expected: Wording.positive) }
    }
    rules.target = fields["target"]?.number()
    return rules
  }
}
