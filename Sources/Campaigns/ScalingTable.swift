public import Reporting
public import StudyModel

/// Run time, speed-up and efficiency over the number of GPUs, with deviations over the seeds.
public struct ScalingTable: Hashable, Sendable, Encodable {
  /// A mean over seeds.
  public struct Spread: Hashable, Sendable, Encodable {
    /// The mean.
    public var mean: Double
    /// The standard deviation; 0 of one value.
    public var deviation: Double
  }

  /// One method on so many GPUs.
  public struct Row: Hashable, Sendable, Encodable {
    /// The site; `nil` where the campaign names none.
    public var site: String?
    /// The method.
    public var method: String
    /// GPUs of each trial; `nil` for the study's own.
    public var size: TrialSize?
    /// GPUs of the job.
    public var gpus: Int
    /// Seeds of which there is a result.
    public var seeds: Int
    /// Seconds.
    public var seconds: Spread
    /// `T1 / TG`, T1 being the run time of the same seed on one GPU; `nil` where no seed has one.
    public var speedUp: Spread?
    /// `T1 / TG / G`.
    public var efficiency: Spread?
    /// How much of the run time the schedule needs by itself, whoever decides, from 0 to 1.
    public var ofBound: Spread
    /// The share of the slots' time in which trials held them.
    public var utilization: Spread
    /// The best value; `nil` where no seed has one.
    public var best: Spread?
    /// Hours of GPUs, used or not, of all seeds together.
    public var gpuHours: Double
    /// What the slots did, the means over the seeds.
    public var shares: SlotShares

    private enum CodingKeys: String, CodingKey {
      case site, method, gpus, seeds, seconds, efficiency, utilization, best, shares
      case size = "gpus_per_trial"
      case speedUp = "speed_up"
      case ofBound = "of_bound"
      case gpuHours = "gpu_hours"
    }

    /// Writes the size as a number.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeIfPresent(site, forKey: .site)
      try container.encode(method, forKey: .method)
      try container.encodeIfPresent(size?.number, forKey: .size)
      try container.encode(gpus, forKey: .gpus)
      try container.encode(seeds, forKey: .seeds)
      try container.encode(seconds, forKey: .seconds)
      try container.encodeIfPresent(speedUp, forKey: .speedUp)
      try container.encodeIfPresent(efficiency, forKey: .efficiency)
      try container.encode(ofBound, forKey: .ofBound)
      try container.encode(utilization, forKey: .utilization)
      try container.encodeIfPresent(best, forKey: .best)
      try container.encode(gpuHours, forKey: .gpuHours)
      try container.encode(shares, forKey: .shares)
    }
  }

  /// By site, method, size and GPUs, in the campaign's order; those without a result are left out.
  public var rows: [Row] = []
  /// Studies without a result, by name.
  public var missing: [String] = []
  /// Studies on one GPU of which others lack the run time to be compared with, by name.
  public var missingBaselines: [String] = []

  private enum CodingKeys: String, CodingKey {
    case rows, missing
    case missingBaselines = "missing_baselines"
  }

  /// The table of a campaign.
  ///
  /// - Parameters:
  ///   - campaign: The campaign.
  ///   - runs: What came of its studies, as far as they have ended.
  public init(of campaign: ScalingCampaign, _ runs: [ScalingPoint: ScalingRun]) {
    for point in campaign.points {
      guard runs[point] == nil else {
        let baseline = point.on(gpus: 1)
        if runs[baseline] == nil, !missingBaselines.contains(baseline.name) {
          missingBaselines.append(baseline.name)
        }
        continue
      }
      missing.append(point.name)
    }
    for site in campaign.sites.isEmpty ? [nil] : campaign.sites.map(Optional.some) {
      for method in campaign.methods {
        for size in campaign.sizes.isEmpty ? [nil] : campaign.sizes.map(Optional.some) {
          for gpus in campaign.gpus {
            let points = campaign.seeds.map { seed in
              ScalingPoint(method: method.label, gpus: gpus, size: size, seed: seed, site: site)
            }
            if let row = Row(of: points, runs) { rows.append(row) }
          }
        }
      }
    }
  }
}

extension ScalingTable.Row {
  /// The row of points that differ in their seeds alone; `nil` where none has a result.
  fileprivate init?(of points: [ScalingPoint], _ runs: [ScalingPoint: ScalingRun]) {
    let known = points.compactMap { point in runs[point].map { (point, $0) } }
    guard let first = known.first?.0 else { return nil }
    (site, method, size, gpus) = (first.site, first.method, first.size, first.gpus)
    let speedUps = known.compactMap { point, run in
      runs[point.on(gpus: 1)].map { $0.seconds / run.seconds }
    }
    seeds = known.count
    seconds = ScalingTable.Spread(known.map(\.1.seconds)) ?? .init(mean: 0, deviation: 0)
    speedUp = ScalingTable.Spread(speedUps)
    efficiency = ScalingTable.Spread(speedUps.map { $0 / Double(first.gpus) })
    ofBound =
      ScalingTable.Spread(known.map { $0.1.seconds > 0 ? $0.1.bound / $0.1.seconds : 1 })
      ?? .init(mean: 1, deviation: 0)
    utilization =
      ScalingTable.Spread(known.map(\.1.utilization)) ?? .init(mean: 0, deviation: 0)
    best = ScalingTable.Spread(known.compactMap(\.1.best))
    gpuHours = known.reduce(0) { $0 + $1.1.gpuHours }
    shares = SlotShares(meanOf: known.map(\.1.shares))
  }
}

extension ScalingTable.Spread {
  /// Mean and deviation of some values; `nil` of none.
  init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }
}

extension SlotShares {
  /// The means of some.
  fileprivate init(meanOf all: [SlotShares]) {
    self.init()
    for share in [
      \SlotShares.absent, \.idle, \.loading, \.training, \.saving,
    ] {
      self[keyPath: share] = all.reduce(0) { $0 + $1[keyPath: share] } / Double(max(1, all.count))
    }
  }
}
