import StudyModel

// Mistakes in `trial.scale`.
extension Wording {
  static func unknownScaled(_ name: String, known: [String]) -> String {
    "'trial.scale' names \(visible(name)), which is no parameter; "
      + (known.isEmpty ? "remove it" : "write \(oneOfNames(name, known))")
  }

  static func scaledWords(_ path: String, _ name: String) -> String {
    "\(visible(path)) multiplies a number, but not all values of \(visible(name)) are numbers; remove it"
  }

  static func warmupOfWhole(_ path: String, _ name: String) -> String {
    """
    \(visible(path)) has a 'warmup', in which a real number rises gradually, but \(visible(name)) has \
    whole numbers; remove 'warmup'
    """
  }

  static func rulesOfAKind(_ path: String) -> String {
    """
    \(visible(path)) has two rules for the same; write 'linear' or 'square-root', and beside it at \
    most 'inverse'
    """
  }

  static let scaleWithoutGPUs =
    "'trial.scale' lets settings follow a trial's GPUs, but 'trial.gpus' is 0, so it changes nothing; "
    + "remove it, or write 'gpus: 1'"

  static func uselessRule(_ path: String, _ rule: Scaling.Rule) -> String {
    rule.followsGPUs
      ? "\(visible(path)) is '\(rule.rawValue)', but no trial has more than one GPU, so it changes "
        + "nothing; remove it"
      : "\(visible(path)) is '\(rule.rawValue)', but no trial shares its GPU, so it changes nothing; "
        + "remove it"
  }
}
