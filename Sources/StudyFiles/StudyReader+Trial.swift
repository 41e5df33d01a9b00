import StudyModel

extension StudyReader {
  static let trialKeys = [
    "command", "gpus", "cpus", "memory", "launch", "ranks", "parts", "arguments", "directory",
    "scale", "stage", "checkpoint", "silence", "retries", "affinity",
  ]

  /// Reads `trial`.
  ///
  /// - Returns: Settings without a command where the study has a table and no `trial`.
  func trial(_ top: Fields, parameters: [String], isRequired: Bool) -> TrialSettings? {
    let example = "trial: {command: [python3, train.py]}"
    let field = isRequired ? top.required("trial", example: example) : top["trial"]
    guard let field else { return isRequired ? nil : TrialSettings(command: []) }
    guard let fields = Fields(field, keys: Self.trialKeys, example: example) else { return nil }
    var trial = TrialSettings(command: command(fields, parameters: parameters, isRequired) ?? [])
    if let field = fields["gpus"] { readSize(field, parameters: parameters, into: &trial) }
    if let launch: TrialSettings.Launch = fields["launch"]?.choice() { trial.launch = launch }
    if trial.launch == .ranks, trial.gpus == 0, fields["parts"] == nil {
      fields["launch"]?.mistake(Wording.ranksWithoutGPUs)
    }
    if trial.launch == .step, trial.trialsPerGPU > 1 {
      fields["launch"]?.mistake(Wording.stepOnAShare)
    }
    if let field = fields["ranks"], let ranks = field.whole(from: 1, through: 100_000) {
      if trial.launch == .step, trial.gpus == 0 {
        trial.ranks = ranks
      } else {
        field.mistake(Wording.ranksElsewhere)
      }
    }
    if let cpus = fields["cpus"]?.whole(from: 1) { trial.cpus = cpus }
    trial.affinity = fields["affinity"]?.choice()
    trial.memoryMiB = fields["memory"]?.memory()
    if let field = fields["parts"] {
      readParts(field, beside: fields, parameters: parameters, into: &trial)
    }
    if let arguments: TrialSettings.Arguments = fields["arguments"]?.choice() {
      trial.arguments = arguments
    }
    if let directory: TrialSettings.Directory = fields["directory"]?.choice() {
      trial.directory = directory
    }
    if let field = fields["stage"] { trial.stage = stage(field) }
    if let checkpoint = fields["checkpoint"],
      let fields = Fields(checkpoint, keys: ["every"], example: "checkpoint: {every: 5}")
    {
      trial.checkpointEvery = fields.required("every", example: "every: 5")?.whole(from: 1)
    }
    if let silence = fields["silence"]?.time() { trial.silence = silence }
    if let retries = fields["retries"]?.whole(from: 0) { trial.retries = retries }
    return trial
  }

  func command(
    _ fields: Fields, parameters: [String], _ isRequired: Bool
  ) -> [String]? {
    let example = "command: [python3, train.py]"
    if fields["parts"] != nil, fields["command"] == nil { return nil }
    let field = isRequired ? fields.required("command", example: example) : fields["command"]
    guard let field else { return nil }
    if case .scalar(.word(let text), _) = field.node.content {
      field.mistake(Wording.commandIsText(text))
      return nil
    }
    guard let items = field.list(Wording.example(example)) else { return nil }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return nil
    }
    return items.enumerated().compactMap { index, item in
      guard case .scalar(let scalar, let text) = item.node.content, scalar != .null,
        index > 0 || !text.isEmpty, !text.unicodeScalars.contains("\0")
      else {
        item.mistake(expected: index == 0 ? Wording.program : Wording.argument)
        return nil
      }
      check(placeholders(in: text), of: item, text, parameters: parameters)
      return text
    }
  }

  private func check(
    _ placeholders: [String]?, of item: Field, _ text: String, parameters: [String]
  ) {
    guard let placeholders else {
      item.mistake(Wording.openBrace(text))
      return
    }
    for name in placeholders where !parameters.contains(name) {
      item.mistake(Wording.unknownPlaceholder(text, name, known: parameters))
    }
  }
}

/// The names in braces, `{{` standing for a brace; `nil` where a brace is not closed.
func placeholders(in text: String) -> [String]? {
  var names: [String] = []
  var rest = text[...]
  while let brace = rest.firstIndex(of: "{") {
    rest = rest[rest.index(after: brace)...]
    if rest.first == "{" {
      rest.removeFirst()
      continue
    }
    guard let end = rest.firstIndex(of: "}") else { return nil }
    names.append(String(rest[..<end]))
    rest = rest[rest.index(after: end)...]
  }
  return names
}
