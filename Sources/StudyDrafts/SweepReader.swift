import RealModule
import StudyModel

/// Reads a sweep file of Weights & Biases.
///
/// Source: Weights & Biases documentation, "Sweep configuration options".
struct SweepReader {
  private let file: ForeignValue
  private var space = ForeignSpace(.sweep)

  init(_ file: ForeignValue) { self.file = file }

  /// The space, the metric, the program and the method.
  consuming func read() throws(ForeignSpaceError) -> ForeignSpace {
    try add(file["parameters"]?.entries ?? [], below: "")
    if let name = file["metric"]?["name"]?.word {
      let isGreater = file["metric"]?["goal"]?.word == "maximize"
      space.metric = Metric(name: name, goal: isGreater ? .maximize : .minimize)
    }
    let halves = file["early_terminate"] != nil
    space.algorithm =
      switch file["method"]?.word {
      case "grid": .grid
      case "bayes": halves ? .bohb : .mobster
      case "random": halves ? .asha : .random
      default: nil
      }
    if let program = file["program"]?.word { space.program = ["python3", program] }
    if file["command"] != nil {
      space.notes.append("its 'command' is not taken over; see 'trial.command'")
    }
    return space
  }

  private mutating func add(
    _ entries: [ForeignValue.Entry], below prefix: String
  ) throws(ForeignSpaceError) {
    for entry in entries {
      let name = prefix + entry.key
      if let inner = entry.value["parameters"]?.entries {
        try add(inner, below: name + ".")
        continue
      }
      if let domain = try domain(name, entry.value) {
        space.parameters.append(Parameter(name: name, domain: domain))
      }
    }
  }

  private mutating func domain(
    _ name: String, _ entry: ForeignValue
  ) throws(ForeignSpaceError) -> Parameter.Domain? {
    if let value = entry["value"] {
      guard let scalar = value.scalar else {
        space.notes.append("'\(name)' is left out: its value is no word, number or truth value")
        return nil
      }
      return .constant(scalar)
    }
    if let values = entry["values"] {
      guard let scalars = values.scalars, !scalars.isEmpty else {
        throw .parameter(name, "its 'values' are no words, numbers or truth values")
      }
      if entry["probabilities"] != nil {
        space.notes.append("'\(name)' is drawn with equal chances, not by its probabilities")
      }
      return scalars.domain
    }
    let distribution = entry["distribution"]?.word ?? "uniform"
    if distribution.contains("normal") { return try normal(name, distribution, entry) }
    guard let low = entry["min"], let high = entry["max"], let lower = low.number,
      let upper = high.number
    else { throw .parameter(name, "it has neither 'values' nor 'min' and 'max'") }
    let step = entry["q"]?.number ?? (distribution.hasPrefix("q_") ? 1 : nil)
    switch distribution {
    case "log_uniform", "q_log_uniform":
      // Their bounds are exponents of e.
      return .real(low: .exp(lower), high: .exp(upper), step: nil, log: true)
    case "log_uniform_values", "q_log_uniform_values", "inv_log_uniform_values":
      return .real(low: lower, high: upper, step: nil, log: true)
    case "int_uniform", "uniform", "q_uniform":
      let isWhole = entry["distribution"] == nil || distribution == "int_uniform"
      if isWhole, case .scalar(.integer(let low)) = low, case .scalar(.integer(let high)) = high {
        return .integer(low: low, high: high, step: 1, log: false)
      }
      return .real(low: lower, high: upper, step: step, log: false)
    default: throw .parameter(name, "distribution '\(distribution)' is none that Rung knows")
    }
  }

  /// Between three deviations on each side of the mean.
  private mutating func normal(
    _ name: String, _ distribution: String, _ entry: ForeignValue
  ) throws(ForeignSpaceError) -> Parameter.Domain {
    let (mean, deviation) = (entry["mu"]?.number ?? 0, entry["sigma"]?.number ?? 1)
    guard deviation > 0 else { throw .parameter(name, "its 'sigma' is not above 0") }
    let (low, high) = (mean - 3 * deviation, mean + 3 * deviation)
    space.notes.append(
      "'\(name)' is drawn uniformly within three deviations of its mean, not as '\(distribution)'")
    return distribution.contains("log")
      ? .real(low: .exp(low), high: .exp(high), step: nil, log: true)
      : .real(low: low, high: high, step: nil, log: false)
  }
}
