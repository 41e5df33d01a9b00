import StudyModel

// Mistakes about the other fields of a study file.
extension Wording {
  static let widensNothing =
    "'algorithm' is 'rasda', which gives promoted trials more GPUs, but 'trial.gpus' is 0; write "
    + "'gpus: 1', or asha"
  static let stagedPath = "a file or folder with a name, such as data/digits.h5"

  static func stagedTwice(_ name: String, first: String, second: String) -> String {
    """
    \(visible(first)) and \(visible(second)) in 'trial.stage' would both be \(visible(name)) on the \
    nodes; rename one, or stage a folder that holds both
    """
  }
  static let container = later(
    "'environment.container' runs trials in a container",
    "the container's own start into 'trial.command', such as [apptainer, exec, image.sif, python3]")

  /// A feature of the study file that this version does not have.
  private static func later(_ what: String, _ instead: String) -> String {
    "\(what), which this version of Rung cannot do; write \(instead)"
  }

  static func besideParts(_ key: String) -> String {
    "'trial.\(key)' stands beside 'trial.parts'; write it into each part, or leave it out"
  }
  static let stepOnAShare =
    "'trial.launch' is 'step', but 'trial.gpus' is a share of a GPU, and a job step has whole ones; "
    + "write 'gpus: 1' or 'launch: plain'"
  static let ranksElsewhere =
    "'trial.ranks' is the number of processes of a trial with 'launch: step' and 'gpus: 0'; with GPUs "
    + "there is one for each: write 'gpus' instead, or leave 'ranks' out"

  static let ranksWithoutGPUs =
    "'trial.launch' is 'ranks', one process for each GPU, but 'trial.gpus' is 0; write 'gpus: 2' or "
    + "'launch: plain'"

  static func gpus(isInList: Bool) -> String {
    isInList
      ? "a whole number from 0, or a share such as 0.25"
      : "a whole number from 0, a share such as 0.25, a list such as [1, 2, 4], or an expression over "
        + "parameters"
  }

  static let gpusNotAscending =
    "'trial.gpus' is a list for the search to choose from; write at least two numbers, each once, the "
    + "smallest first"

  static let gpusIsParameter =
    "'trial.gpus' is a list, which makes a parameter 'gpus', but there is one of this name; write "
    + "'gpus: \"gpus\"' to use it, or rename it"

  static func unknownInSize(_ text: String, _ name: String, known: [String]) -> String {
    "'trial.gpus' is \(visible(text)), where \(visible(name)) is no parameter; write "
      + (known.isEmpty ? "a number" : oneOfNames(name, known))
  }

  static func badSize(_ text: String, _ error: ExpressionError) -> String {
    "'trial.gpus' is \(visible(text)): \(error)"
  }

  static func metricTwice(_ name: String) -> String {
    "the metric \(visible(name)) is there twice; write each once"
  }

  static func oneMetricOnly(_ algorithm: String, metrics: Int) -> String {
    """
    'metric' has \(metrics) metrics, but \(algorithm) judges trials by one; write one metric, or \
    random, grid, sobol, successive-halving, hyperband or asha
    """
  }

  static func columnsOfMetrics(_ columns: Int, metrics: Int) -> String {
    """
    'table.metric' has \(columns) \(columns == 1 ? "column" : "columns"), but the study has \
    \(metrics) \(metrics == 1 ? "metric" : "metrics"); write one pattern for each, in their order
    """
  }

  static let nameBesideParts =
    "'algorithm.name' stands beside 'scheduler' or 'searcher'; write either"

  static func untrainedNeedsRandom(_ searcher: String) -> String {
    """
    the scheduler 'untrained' learns nothing that '\(searcher)' could use; write 'searcher: random'
    """
  }

  static func unknownAlgorithm(_ path: String, _ name: String, now: [String]) -> String {
    "\(visible(path)) is \(visible(name)), which Rung does not know; write \(oneOf(now))"
  }

  static func notOfAlgorithm(_ path: String, _ name: String, of owners: [String]) -> String {
    let own = owners.joined(separator: ", ")
    return
      "\(visible(path)) is for \(own) and not for \(name); remove it, or write another algorithm"
  }

  static let samplesWithoutEnd =
    "'algorithm.first' is 'samples', but nothing says how many there are, so that no trial would ever be "
    + "promoted; write for example 'stop: {trials: 128}'"

  static func notOfStopping(_ path: String) -> String {
    "\(visible(path)) is for 'type: promotion' and not for stopping, where no trial waits to be promoted; "
      + "remove it"
  }

  static func notOfRanking(_ path: String, _ kind: String, of owners: String) -> String {
    "\(visible(path)) is for the rankings \(owners) and not for \(kind); remove it, or write another kind"
  }

  static func tooManyBrackets(_ brackets: Int, rungs: Int) -> String {
    """
    'algorithm.brackets' is \(brackets), but the fidelity has \(rungs) \
    \(rungs == 1 ? "rung" : "rungs"); write at most \(rungs), or a wider fidelity
    """
  }

  static func missingName(_ stem: String) -> String {
    """
    'name' is missing, and the file's own, \(visible(stem)), does not do; \
    write for example 'name: digits-mlp'
    """
  }

  static func metricIsFidelity(_ name: String) -> String {
    "\(visible(name)) is the name of both metric and fidelity; write two names"
  }

  static func boundBesideLevels(_ path: String) -> String {
    "\(visible(path)) stands beside 'levels', which has bounds of its own; remove one of them"
  }

  static let levelsNotAscending =
    "'fidelity.levels' do not ascend; write each once, the smallest first"

  static let noStopRule =
    "'stop' has no rule, so the study would never end; write for example 'stop: {trials: 128}'"

  static func commandIsText(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: ", ")
    return "'trial.command' is one text; write a list, '[\(bare(words))]'"
  }

  static func openBrace(_ text: String) -> String {
    "\(visible(text)) opens a brace without closing it; write '{{' for a brace as such"
  }

  static func unknownPlaceholder(_ text: String, _ name: String, known: [String]) -> String {
    let remedy = known.isEmpty ? "" : "\(oneOfNames(name, known)), or "
    return """
      the placeholder \(visible("{\(name)}")) in \(visible(text)) names no parameter; \
      write \(remedy)'{{' for a brace as such
      """
  }

  static func reservedVariable(_ name: String) -> String {
    "the variable \(visible(name)) is set by Rung itself; write another name"
  }

  static func notForSlurm(_ path: String, _ text: String) -> String {
    """
    \(visible(path)) is \(visible(text)), which cannot stand in an '#SBATCH' line; \
    write it without blanks, quotes and a leading '-'
    """
  }

  static func severalTimes(_ paths: [String]) -> String {
    "\(paths.map { visible($0) }.joined(separator: " and ")) are all given; write one of them"
  }

  static func noPlaceholder(_ path: String, _ pattern: String, fidelity: String) -> String {
    """
    \(visible(path)) is \(visible(pattern)), which does not hold '{\(fidelity)}' once; \
    write for example '\(path.hasSuffix("metric") ? "val_acc" : "seconds")_{\(fidelity)}'
    """
  }
}
