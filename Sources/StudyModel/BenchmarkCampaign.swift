/// Several methods on several studies with many seeds, in virtual time: what a paper on a method shows.
public struct BenchmarkCampaign: Hashable, Sendable {
  /// A study file on which every method searches.
  public struct Entry: Hashable, Sendable {
    /// What tables call it; different from all others.
    public var label: String
    /// The study file, beside the campaign's file or absolute.
    public var file: String
    /// A built-in objective in the place of the study's table; `nil` for the table.
    public var objective: String?

    /// A study file of this name.
    public init(label: String, file: String, objective: String? = nil) {
      (self.label, self.file, self.objective) = (label, file, objective)
    }
  }

  /// What the value of a run is at any time.
  public enum Value: String, Hashable, Sendable, Codable, CaseIterable {
    /// The best value that any trial has reported.
    case reported
    /// The best value over the whole curve of the trial that has reported the best value, trained or not: what
    /// training it out would find.
    case trained
  }

  /// The campaign's name.
  public var name: String
  /// At least one.
  public var studies: [Entry]
  /// At least one.
  public var methods: [ScalingCampaign.Method]
  /// Seeds of the studies, different; at least one.
  public var seeds: [UInt64]
  /// Trials at a time; at least 1.
  public var slots: Int
  /// By which value methods are compared.
  public var value: Value
  /// The time limit of each job that runs a share of the campaign; `nil` for the site's own.
  public var time: Duration?
  /// Jobs into which Slurm gets the campaign, from 1 to ``mostJobs``.
  public var queue: Int

  /// Trials at a time where a campaign does not say.
  public static let usualSlots = 4
  /// Jobs where a campaign does not say.
  public static let usualQueue = 8
  /// The most jobs, each of which writes a file of its own.
  public static let mostJobs = 16

  /// A campaign of one study and method at least.
  public init(
    name: String, studies: [Entry], methods: [ScalingCampaign.Method], seeds: [UInt64] = [1],
    slots: Int = usualSlots, value: Value = .reported, time: Duration? = nil,
    queue: Int = usualQueue
  ) {
    precondition(!studies.isEmpty && !methods.isEmpty && !seeds.isEmpty && slots > 0)
    self.name = name
    self.studies = studies
    self.methods = methods
    self.seeds = seeds
    self.slots = slots
    self.value = value
    self.time = time
    self.queue = queue
  }

  /// Every run, seed by seed, so that at any time all methods have about as many.
  public var points: [BenchmarkPoint] {
    seeds.flatMap { seed in
      studies.flatMap { study in
        methods.map { BenchmarkPoint(study: study.label, method: $0.label, seed: seed) }
      }
    }
  }

  /// The runs of one job of several.
  ///
  /// Seeds of one study and method go to jobs in turn, since they take about as long.
  ///
  /// - Parameters:
  ///   - share: From 1 to `count`.
  ///   - count: How many jobs there are; at least 1.
  /// - Returns: In the order of ``points``.
  public func points(ofShare share: Int, of count: Int) -> [BenchmarkPoint] {
    let methods = methods.count
    let studies = studies.count
    return points.enumerated().filter { place, _ in
      let seed = place / (studies * methods)
      let kind = place % (studies * methods)
      return (kind * seeds.count + seed) % count == share - 1
    }.map(\.element)
  }
}

/// One run of a benchmark: a method on a study with one seed.
public struct BenchmarkPoint: Hashable, Sendable, Codable {
  /// The study's label.
  public var study: String
  /// The method's label.
  public var method: String
  /// The study's seed.
  public var seed: UInt64

  /// A run of these coordinates.
  public init(study: String, method: String, seed: UInt64) {
    (self.study, self.method, self.seed) = (study, method, seed)
  }

  /// Such as `lcbench-asha-seed-3`.
  public var name: String { "\(study)-\(method)-seed-\(seed)" }
}
