import StudyModel

// Reads `trial.parts`: the programs of a trial that has several.
extension StudyReader {
  private static let partKeys = ["command", "gpus", "ranks", "cpus", "memory"]
  private static let partsExample =
    "parts: [{command: [./loader], cpus: 8}, {command: [./solver], gpus: 4}]"

  func readParts(
    _ field: Field, beside fields: Fields, parameters: [String], into trial: inout TrialSettings
  ) {
    // Each part says for itself what would be said here, and srun starts them all.
    for key in ["command", "gpus", "cpus", "memory", "ranks"] {
      if let other = fields[key] { other.mistake(Wording.besideParts(key)) }
    }
    if let other = fields["launch"], trial.launch != .step {
      other.mistake(Wording.besideParts("launch"))
    }
    guard let items = field.list(Wording.example(Self.partsExample)) else { return }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return
    }
    let parts = items.compactMap { part($0, parameters: parameters) }
    guard parts.count == items.count, let first = parts.first else { return }
    trial.parts = parts
    trial.command = first.command
    trial.launch = .step
    trial.gpus = parts.reduce(0) { max($0, $1.gpus) }
    trial.cpus = parts.reduce(1) { max($0, $1.ranks * $1.cpus) }
    let memory = parts.compactMap { part in part.memoryMiB.map { $0 * part.ranks } }
    trial.memoryMiB = memory.max()
  }

  private func part(_ field: Field, parameters: [String]) -> TrialPart? {
    guard let fields = Fields(field, keys: Self.partKeys, example: Self.partsExample),
      let command = command(fields, parameters: parameters, true), !command.isEmpty
    else { return nil }
    return TrialPart(
      command: command, gpus: fields["gpus"]?.whole(from: 0, through: TrialSize.mostGPUs) ?? 0,
      ranks: fields["ranks"]?.whole(from: 1, through: 100_000),
      cpus: fields["cpus"]?.whole(from: 1) ?? 1, memoryMiB: fields["memory"]?.memory())
  }
}
