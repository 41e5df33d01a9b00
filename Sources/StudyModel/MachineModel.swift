import RealModule

/// How a machine takes its time, for simulating a study on it.
public struct MachineModel: Hashable, Sendable, Codable {
  /// One figure for each number of GPUs of a trial, or of trials on a GPU; interpolated between.
  public struct Curve: Hashable, Sendable, Codable {
    /// One figure of a curve.
    public struct Point: Hashable, Sendable, Codable {
      /// The number; at least 1.
      public let count: Int
      /// The figure; above 0.
      public let value: Double

      /// A figure at a number.
      public init(_ count: Int, _ value: Double) {
        self.count = count
        self.value = value
      }
    }

    /// The figures, ascending by number; 1 at the number 1 where that is left out.
    public let points: [Point]

    /// A curve through these points.
    public init(_ points: [Point]) {
      let given = points.sorted { $0.count < $1.count }
      self.points = given.first?.count == 1 ? given : [Point(1, 1)] + given
    }

    /// The figure at a number: linear in the number's logarithm between two points, and that of the
    /// last point beyond it.
    public func value(at count: Int) -> Double {
      guard let last = points.last(where: { $0.count <= count }) else { return points[0].value }
      guard last.count < count, let next = points.first(where: { $0.count > count }) else {
        return last.value
      }
      let share =
        Double.log(Double(count) / Double(last.count))
        / Double.log(Double(next.count) / Double(last.count))
      return last.value + (next.value - last.value) * share
    }
  }

  /// The time of something that grows with the number of observations `n`:
  /// `constant + linear * n + cubic * n^3` seconds.
  public struct Cost: Hashable, Sendable, Codable {
    /// Seconds at 0 observations.
    public var constant: Double
    /// Seconds for each observation.
    public var linear: Double
    /// Seconds for each cubed observation.
    public var cubic: Double

    /// A cost of these terms, in seconds.
    public init(constant: Double = 0, linear: Double = 0, cubic: Double = 0) {
      self.constant = constant
      self.linear = linear
      self.cubic = cubic
    }

    /// Seconds at this number of observations.
    public func seconds(at observations: Int) -> Double {
      let count = Double(observations)
      return constant + linear * count + cubic * count * count * count
    }
  }

  /// Seconds of an epoch on one GPU, where no table says how long one takes; `nil` for a second.
  public var epoch: Double?
  /// Seconds from the order to start a trial's process to its first epoch.
  public var start = 0.0
  /// Seconds from the order to start a trial that a warm process goes on with to its first epoch; `nil`
  /// where each has a process of its own.
  public var warm: Double?
  /// Seconds to leave a checkpoint when a trial pauses, and to end.
  public var save = 0.0
  /// Seconds from the last report of a trial that is stopped to its end; `nil` for none.
  public var end: Double?
  /// Seconds from a trial's end until its checkpoint can be fetched; `nil` for none.
  public var store: Double?
  /// Seconds that a trial waits for a decision by which it goes on; `nil` for none.
  public var decision: Double?
  /// Seconds to fetch a checkpoint when a trial goes on.
  public var load = 0.0
  /// The efficiency of data-parallel training by GPUs of a trial: `count * efficiency` times as
  /// fast as one.
  public var efficiency = Curve([])
  /// How much longer an epoch takes when so many trials share a GPU.
  public var sharing = Curve([])
  /// Seconds to fit a slow model, by its observations.
  public var fit = Cost()
  /// Seconds to propose a configuration by a slow model, by its observations.
  public var proposal = Cost()
  /// Mean seconds between two failures of a node; `nil` where none fails.
  public var nodeFailure: Double?
  /// Seconds a job waits in the queue.
  public var queueWait = 0.0
  /// Seconds from a job's beginning until its agents are there; `nil` for none.
  public var setup: Double?
  /// What was measured beside epochs at each size of trials; `nil` where nothing was.
  public var overheads: [Overheads]?

  /// A machine that takes no time of its own.
  public init() {}

  /// How much longer an epoch takes than on one GPU that a trial has for itself.
  ///
  /// - Parameters:
  ///   - gpus: GPUs of the trial; at least 1.
  ///   - trialsPerGPU: Trials that share a GPU; at least 1.
  /// - Returns: Below 1 where several GPUs are faster than one.
  public func slowdown(gpus: Int, trialsPerGPU: Int) -> Double {
    guard gpus > 1 else { return sharing.value(at: max(1, trialsPerGPU)) }
    return 1 / (Double(gpus) * efficiency.value(at: gpus))
  }
}
