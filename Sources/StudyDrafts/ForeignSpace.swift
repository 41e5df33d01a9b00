public import StudyModel

typealias ForeignScalar = ParameterValue

/// A search space, and what else a study needs, as another tool's file has it.
public struct ForeignSpace: Hashable, Sendable {
  /// The tools whose files are read.
  public enum Tool: String, Hashable, Sendable {
    /// ConfigSpace's JSON.
    case configSpace = "ConfigSpace"
    /// Optuna's distributions, or a journal of a study.
    case optuna = "Optuna"
    /// A sweep of Weights & Biases.
    case sweep = "Weights & Biases"
  }

  /// Whose file it is.
  public var tool: Tool
  /// The parameters, parents before what depends on them.
  public var parameters: [Parameter] = []
  /// Expressions that hold for every configuration.
  public var constraints: [String] = []
  /// A configuration to try first; empty for none.
  public var point: [(name: String, value: ParameterValue)] {
    pointNames.map { ($0, pointValues[$0] ?? .truth(false)) }
  }
  /// The metric; `nil` where the file names none.
  public var metric: Metric?
  /// The method that fits best; `nil` for Rung's default.
  public var algorithm: Algorithm.Name?
  /// The command that trains; `nil` where the file names none.
  public var program: [String]?
  /// What could not be taken over, in sentences without full stops.
  public var notes: [String] = []

  private var pointNames: [String] = []
  private var pointValues: [String: ParameterValue] = [:]

  init(_ tool: Tool) { self.tool = tool }

  /// Has a setting tried first.
  mutating func tryFirst(_ name: String, _ value: ParameterValue) {
    if pointValues[name] == nil { pointNames.append(name) }
    pointValues[name] = value
  }

  /// Reads a file, of whichever tool it is.
  ///
  /// - Parameter text: The file's text.
  /// - Throws: ``ForeignSpaceError``.
  public init(reading text: String) throws(ForeignSpaceError) {
    if let first = text.split(separator: "\n").first, first.contains("\"op_code\"") {
      self = try OptunaReader.readJournal(text)
      return
    }
    let value = try ForeignValue(parsing: text)
    if value["hyperparameters"] != nil {
      self = try ConfigSpaceReader(value).read()
    } else if value["parameters"] != nil {
      self = try SweepReader(value).read()
    } else if value.entries?.contains(where: { OptunaReader.isDistribution($0.value) }) == true {
      self = try OptunaReader.readDistributions(value)
    } else {
      throw .unknown
    }
    guard !parameters.isEmpty else { throw .empty }
  }
}

/// Why no space could be read from a file.
public enum ForeignSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// It is neither YAML nor JSON.
  case unreadable(String)
  /// It is of no tool that is known.
  case unknown
  /// It has no parameter that can be taken over.
  case empty
  /// A parameter is not as its tool's format has it.
  case parameter(String, String)

  /// What is wrong, and what to give instead.
  public var description: String {
    switch self {
    case .unreadable(let reason): "it is neither JSON nor YAML: \(reason)"
    case .unknown:
      "it is no space that is known; give ConfigSpace's JSON ('space.to_json'), Optuna's distributions or "
        + "journal, or a sweep file of Weights & Biases"
    case .empty: "it has no parameter that Rung could search"
    case .parameter(let name, let reason): "parameter '\(name)': \(reason)"
    }
  }
}
