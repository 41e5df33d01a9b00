import StudyModel

/// The text of a study file on a space that another tool's file had.
///
/// - Parameters:
///   - space: The space.
///   - source: What the file is called, for the first line.
/// - Returns: A study file in YAML that `rung check` accepts; `train.py` stands for a program that the
///   space does not name.
public func studyText(on space: ForeignSpace, from source: String) -> String {
  let metric = space.metric ?? Metric(name: "loss", goal: .minimize)
  let program = (space.program ?? ["python3", "train.py"]).map { ParameterValue.word($0).yaml }
  var lines = [
    "# The search space is that of \(oneLine(source)), a file of \(space.tool.rawValue)."
  ]
  lines += space.notes.map { "# Not taken over: \(oneLine($0))." }
  lines += [
    "metric: {name: \(ParameterValue.word(metric.name).yaml), goal: \(metric.goal.rawValue)}",
    "fidelity: {name: epoch, min: 1, max: 27}   # the epochs of a full training",
    "parameters:",
  ]
  lines += space.parameters.map {
    "  \(ParameterValue.word($0.name).yaml): \(parameterText($0))"
  }
  if !space.constraints.isEmpty {
    lines.append("constraints:")
    lines += space.constraints.map { "- \(ParameterValue.quoted($0))" }
  }
  if let point = pointText(space) { lines += ["points:", "- \(point)   # the defaults"] }
  lines += [
    "algorithm: \((space.algorithm ?? .asha).rawValue)",
    "trial:",
    "  command: [\(program.joined(separator: ", "))]",
    "  gpus: 0   # of each trial",
    "stop: {trials: 64}",
  ]
  return lines.map { $0 + "\n" }.joined()
}

/// A parameter as a study file has it.
func parameterText(_ parameter: Parameter) -> String {
  var parts: [String]
  switch parameter.domain {
  case .real(let low, let high, let step, let log):
    parts = ["min: \(ParameterValue.real(low).yaml)", "max: \(ParameterValue.real(high).yaml)"]
    if let step { parts.append("step: \(ParameterValue.real(step).yaml)") }
    if log { parts.append("scale: log") }
    parts.append("type: real")
  case .integer(let low, let high, let step, let log):
    parts = ["min: \(low)", "max: \(high)"]
    if step != 1 { parts.append("step: \(step)") }
    if log { parts.append("scale: log") }
    parts.append("type: integer")
  case .ordinal(let values), .categorical(let values):
    parts = ["values: [\(values.map(\.yaml).joined(separator: ", "))]"]
  case .constant(let value): parts = ["value: \(value.yaml)"]
  }
  if !parameter.conditions.isEmpty {
    let conditions = parameter.conditions.map { condition in
      let values = condition.values.map(\.yaml)
      let text = values.count == 1 ? values[0] : "[\(values.joined(separator: ", "))]"
      return "\(ParameterValue.word(condition.parameter).yaml): \(text)"
    }
    parts.append("when: {\(conditions.joined(separator: ", "))}")
  }
  return "{\(parts.joined(separator: ", "))}"
}

/// The settings to try first, without those of parameters that are not active then or are constant.
private func pointText(_ space: ForeignSpace) -> String? {
  var settings: [String: ParameterValue] = [:]
  for (name, value) in space.point { settings[name] = value }
  var parts: [String] = []
  var active: Set<String> = []
  for parameter in space.parameters {
    let isActive = parameter.conditions.allSatisfy { condition in
      active.contains(condition.parameter)
        && settings[condition.parameter].map { condition.values.contains($0) } == true
    }
    guard isActive else { continue }
    active.insert(parameter.name)
    if case .constant(let value) = parameter.domain {
      settings[parameter.name] = value
    } else if let value = settings[parameter.name], parameter.domain.place(of: value) != nil {
      parts.append("\(ParameterValue.word(parameter.name).yaml): \(value.yaml)")
    } else if case .real = parameter.domain, let number = settings[parameter.name]?.number {
      let value = ParameterValue.real(number)
      parts.append("\(ParameterValue.word(parameter.name).yaml): \(value.yaml)")
    }
  }
  return parts.isEmpty ? nil : "{\(parts.joined(separator: ", "))}"
}

func oneLine(_ text: String) -> String {
  String(text.map { $0.isNewline ? " " : $0 })
}
