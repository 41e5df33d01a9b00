import StudyModel

let environmentKeys = ["modules", "activate", "variables", "container"]
let slurmKeys = ["account", "partition", "qos", "constraint", "mail"]

extension StudyReader {
  /// Reads `environment`.
  func environment(_ field: Field?) -> EnvironmentSettings {
    let example = "environment: {modules: [CUDA/12], activate: .venv}"
    guard let field, let fields = Fields(field, keys: environmentKeys, example: example) else {
      return EnvironmentSettings()
    }
    if let field = fields["container"] { field.mistake(Wording.container) }
    return EnvironmentSettings(
      modules: modules(fields["modules"]), activate: fields["activate"]?.line(),
      variables: variables(fields["variables"]))
  }

  /// Reads `slurm`.
  func slurm(_ field: Field?) -> SlurmSettings { slurmSettings(field, keys: slurmKeys) }
}

/// Reads a list of modules, of a study or a site.
func modules(_ field: Field?) -> [String] {
  field?.lines(Wording.example("modules: [CUDA/12]")) ?? []
}

/// Reads a mapping of variables, of a study or a site.
func variables(_ field: Field?) -> [EnvironmentSettings.Variable] {
  guard let field,
    let entries = field.entries(Wording.example("variables: {NCCL_DEBUG: WARN}"))
  else { return [] }
  return entries.compactMap { name, place, field in
    guard isWord(name, extra: "_"), !("0"..."9").contains(name.first ?? "0") else {
      field.ledger.mistake(at: place, Wording.badName(name, of: "variable", Wording.variableName))
      return nil
    }
    guard !name.hasPrefix("RUNG_") else {
      field.ledger.mistake(at: place, Wording.reservedVariable(name))
      return nil
    }
    guard case .scalar(let scalar, let text) = field.node.content, scalar != .null else {
      field.mistake(expected: Wording.variableValue)
      return nil
    }
    guard !text.unicodeScalars.contains(where: isControl) else {
      field.mistake(Wording.controlCharacter(field.path, text))
      return nil
    }
    return .init(name: name, value: text)
  }
}

/// Reads Slurm's settings, of a study or a site.
func slurmSettings(_ field: Field?, keys: [String]) -> SlurmSettings {
  guard let field, let fields = Fields(field, keys: keys, example: "slurm: {account: proj}") else {
    return SlurmSettings()
  }
  return SlurmSettings(
    account: slurmValue(fields["account"]),
    partition: keys.contains("partition") ? slurmValue(fields["partition"]) : nil,
    qos: slurmValue(fields["qos"]), constraint: slurmValue(fields["constraint"]),
    mail: slurmValue(fields["mail"]))
}

/// A value that stands in an `#SBATCH` line as it is: no blanks, quotes or backslashes.
func slurmValue(_ field: Field?) -> String? {
  guard let field, let text = field.line() else { return nil }
  guard !text.contains(where: { $0.isWhitespace || "\"'\\`".contains($0) }), text.first != "-"
  else {
    field.mistake(Wording.notForSlurm(field.path, text))
    return nil
  }
  return text
}
