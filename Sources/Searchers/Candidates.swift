import StudyModel

/// Settings among which a model chooses.
///
/// All of a countable space that has no more than are asked for, draws otherwise: of a space
/// without conditions, constraints and rows of the modelled parameters alone, else of whole
/// configurations, so that settings occur as often as they are allowed. What violates a constraint
/// and what occurs twice is left out.
struct Candidates {
  /// One after another.
  private(set) var rows: [Double] = []
  private let encoding: Encoding
  /// The configurations of a space of given rows, whose numbers must come back to the last bit.
  private var configurations: [Configuration] = []

  /// Draws candidates.
  ///
  /// - Parameters:
  ///   - encoding: Of the parameters that are modelled.
  ///   - count: How many.
  ///   - basis: The number of observations, of which the draws are a function.
  ///   - seed: The study's.
  ///   - tried: Rows that are left out.
  init(_ encoding: Encoding, count: Int, basis: Int, seed: UInt64, without tried: [[Double]]) {
    self.encoding = encoding
    let space = encoding.space
    var random = RandomStream(seed: seed, trial: TrialID(basis), purpose: .candidates)
    guard !(space.countBound.map { $0 <= count } ?? false) else {
      take(space.all(), without: tried)
      return
    }
    let isFree =
      space.rows == nil && space.constraints.isEmpty
      && space.parameters.allSatisfy(\.conditions.isEmpty)
    var drawn: [Configuration] = []
    for _ in 0..<count {
      let settings = isFree ? encoding.draw(using: &random) : space.sample(using: &random)
      if space.satisfiesConstraints(settings) { drawn.append(settings) }
    }
    take(drawn, without: tried)
  }

  private mutating func take(_ drawn: [Configuration], without tried: [[Double]]) {
    let isGiven = encoding.space.rows != nil
    var seen = Set(tried)
    for configuration in drawn {
      let row = encoding.row(of: configuration)
      guard seen.insert(row).inserted else { continue }
      rows += row
      if isGiven { configurations.append(configuration) }
    }
  }

  /// The settings of a candidate.
  func settings(at place: Int) -> Configuration {
    let width = encoding.dimensions.count
    guard configurations.isEmpty else {
      var settings = configurations[place]
      for setting in settings.settings where encoding.leavesOut(setting.name) {
        settings[setting.name] = nil
      }
      return settings
    }
    return encoding.settings(in: rows[place * width..<(place + 1) * width])
  }
}

extension Encoding {
  /// Independent draws of the modelled parameters.
  fileprivate func draw(using random: inout RandomStream) -> Configuration {
    var settings = Configuration()
    for dimension in dimensions {
      settings[dimension.parameter.name] = dimension.parameter.domain.sample(using: &random)
    }
    return settings
  }

  /// Whether a searched parameter is no dimension.
  fileprivate func leavesOut(_ name: String) -> Bool {
    !dimensions.contains { $0.parameter.name == name }
      && space.parameter(named: name)?.domain.count != 1
  }
}
