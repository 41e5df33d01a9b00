public import StudyModel

/// What the values of a run are shown over.
public enum AnytimeAxis: String, Hashable, Sendable, Codable, CaseIterable {
  /// Seconds of virtual time.
  case seconds
  /// Epochs that all trials together have trained.
  case epochs

  /// Shares of a study's longest run at which values are looked at, ascending, from a thousandth to 1, each as
  /// many times the one before.
  public static let shares: [Double] = {
    // The twentieth root of 10: 60 steps over three powers of ten.
    let step = 1.1220184543019633
    var shares = [1.0]
    while shares.count <= 60 { shares.append(shares[shares.count - 1] / step) }
    return shares.reversed()
  }()
}

extension BenchmarkRun {
  /// Where it ends on an axis.
  func end(_ axis: AnytimeAxis) -> Double { axis == .seconds ? seconds : Double(epochs) }

  /// The values after some seconds or epochs; behind its end its last.
  ///
  /// - Parameters:
  ///   - places: Ascending.
  ///   - axis: What they are places on.
  ///   - value: Which value.
  /// - Returns: `nil` before the first report.
  func values(
    at places: [Double], on axis: AnytimeAxis, _ value: BenchmarkCampaign.Value
  ) -> [Double?] {
    var next = incumbents.startIndex
    var current: Double?
    return places.map { place in
      while next < incumbents.endIndex {
        let incumbent = incumbents[next]
        let reached = axis == .seconds ? incumbent.seconds : Double(incumbent.epochs)
        // The last share's product may lie below the end by its last bit.
        guard reached <= place * (1 + 1e-12) else { break }
        current = incumbent[value]
        next += 1
      }
      return current
    }
  }

  /// The value in the end; `nil` where there is none.
  public func last(_ value: BenchmarkCampaign.Value) -> Double? { incumbents.last?[value] }
}

extension Incumbent {
  subscript(value: BenchmarkCampaign.Value) -> Double? {
    switch value {
    case .reported: reported
    case .trained: trained
    }
  }
}
