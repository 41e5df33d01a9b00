import StudyModel

/// Reads `algorithm.ranking`: how PASHA compares the rankings of its two highest rungs.
enum RankingReader {
  private static let keys = ["kind", "threshold", "value", "limit", "weight"]
  private static let example = "ranking: {kind: soft, threshold: noise, value: 90}"

  /// The rules for the threshold of soft ranking.
  private enum Rule: String, CaseIterable {
    case noise, fixed, deviations
    case meanDistance = "mean-distance"
    case medianDistance = "median-distance"
  }

  static func ranking(_ field: Field) -> Ranking? {
    var ranking = Ranking()
    if case .scalar = field.node.content {
      guard let kind: Ranking.Kind = field.choice() else { return nil }
      ranking.kind = kind
      return ranking
    }
    guard let fields = Fields(field, keys: keys, example: example) else { return nil }
    if let kind: Ranking.Kind = fields["kind"]?.choice() { ranking.kind = kind }
    if let threshold = threshold(fields) { ranking.threshold = threshold }
    for key in ["threshold", "value"] where ranking.kind != .soft {
      if let field = fields[key] {
        field.mistake(Wording.notOfRanking(field.path, ranking.kind.rawValue, of: "soft"))
      }
    }
    for key in ["limit", "weight"] where ranking.kind == .soft || ranking.kind == .exact {
      if let field = fields[key] {
        field.mistake(Wording.notOfRanking(field.path, ranking.kind.rawValue, of: "rbo, rrr, arrr"))
      }
    }
    ranking.limit = fields["limit"]?.number(from: 0, through: 1)
    if let weight = fields["weight"]?.number(above: 0, through: 1) { ranking.weight = weight }
    return ranking
  }

  private static func threshold(_ fields: Fields) -> Ranking.Threshold? {
    let rule: Rule? = fields["threshold"].map { $0.choice() } ?? .noise
    guard let rule else { return nil }
    guard let field = fields["value"] else {
      return switch rule {
      case .noise: .noise(percentile: 90)
      case .deviations: .deviations(2)
      case .meanDistance: .meanDistance(1)
      case .medianDistance: .medianDistance(1)
      case .fixed: missing(fields)
      }
    }
    guard let value = field.number(from: 0, through: rule == .noise ? 100 : .infinity) else {
      return nil
    }
    return switch rule {
    case .noise: .noise(percentile: value)
    case .fixed: .fixed(value)
    case .deviations: .deviations(value)
    case .meanDistance: .meanDistance(value)
    case .medianDistance: .medianDistance(value)
    }
  }

  private static func missing(_ fields: Fields) -> Ranking.Threshold? {
    _ = fields.required("value", example: "ranking: {threshold: fixed, value: 0.01}")
    return nil
  }
}
