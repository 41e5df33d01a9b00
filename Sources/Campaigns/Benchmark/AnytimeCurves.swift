import Statistics
import StudyModel

/// How methods get on over time, on one axis.
public struct AnytimeCurves: Hashable, Sendable, Encodable {
  /// A method's regret on a study at each share.
  public struct Line: Hashable, Sendable, Encodable {
    /// The method's label.
    public var method: String
    /// The median over seeds; `nil` before half of them have a value.
    public var median: [Double?]
    /// The lower quartile.
    public var low: [Double?]
    /// The upper quartile.
    public var high: [Double?]
  }

  /// The lines of a study.
  public struct OfStudy: Hashable, Sendable, Encodable {
    /// The study's label.
    public var study: String
    /// Where the longest of its runs ends: seconds or epochs of share 1.
    public var end: Double
    /// A line for each method with a result.
    public var lines: [Line]
  }

  /// A method over all studies that are compared on, at each share.
  public struct Mean: Hashable, Sendable, Encodable {
    /// The method's label.
    public var method: String
    /// The mean of its normalised regret.
    public var normalizedRegret: [Double]
    /// Its mean rank; methods without a value yet share the last ones.
    public var rank: [Double]

    private enum CodingKeys: String, CodingKey {
      case method, rank
      case normalizedRegret = "normalized_regret"
    }
  }

  /// What the shares are of.
  public var axis: AnytimeAxis
  /// Shares of each study's longest run, ascending to 1.
  public var shares: [Double]
  /// The studies that have a result.
  public var studies: [OfStudy]
  /// Over all studies; empty where none can be compared on.
  public var means: [Mean]

  /// The curves of some results.
  ///
  /// - Parameters:
  ///   - results: The results.
  ///   - axis: What they are over.
  public init(_ results: BenchmarkResults, over axis: AnytimeAxis) {
    self.axis = axis
    shares = AnytimeAxis.shares
    studies = []
    means = []
    let value = results.campaign.value
    let methods = results.campaign.methods.map(\.label)
    // By study, share and method.
    var blocks: [[[Double]]] = []
    for study in results.studies.map(\.label) {
      guard let scale = results.scale(of: study) else { continue }
      let end = methods.flatMap { results.runs(of: $0, on: study) }.map { $0.end(axis) }.max() ?? 0
      let places = shares.map { $0 * end }
      func looked(_ runs: [BenchmarkRun]) -> [[Double?]] {
        runs.map { $0.values(at: places, on: axis, value) }
      }
      let lines = methods.compactMap { method -> Line? in
        let values = looked(results.runs(of: method, on: study))
        return values.isEmpty ? nil : Line(method, values, scale)
      }
      if !lines.isEmpty { studies.append(OfStudy(study: study, end: end, lines: lines)) }
      guard methods.count > 1, !results.commonSeeds(on: study).isEmpty else { continue }
      let all = results.blocks(on: study).map(looked)
      blocks.append(
        shares.indices.map { share in
          all.map { runs in mean(runs.map { scale.normalized($0[share]) }) }
        })
    }
    guard !blocks.isEmpty else { return }
    let ranks = shares.indices.map { share in averageRanks(blocks.map { $0[share] }) }
    means = methods.indices.map { method in
      Mean(
        method: methods[method],
        normalizedRegret: shares.indices.map { share in mean(blocks.map { $0[share][method] }) },
        rank: ranks.map { $0[method] })
    }
  }
}

extension AnytimeCurves.Line {
  /// The line of a method's values, by seed and share.
  fileprivate init(_ method: String, _ values: [[Double?]], _ scale: RegretScale) {
    self.method = method
    let sorted = values[0].indices.map { share in
      values.map { scale.regret($0[share]) }.sorted()
    }
    func quantiles(_ share: Double) -> [Double?] {
      sorted.map { regrets in
        let regret = quantile(share, of: regrets)
        return regret.isFinite ? regret : nil
      }
    }
    (median, low, high) = (quantiles(0.5), quantiles(0.25), quantiles(0.75))
  }
}
