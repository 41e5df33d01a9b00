/// How the trials of one study differ in the number of their GPUs.
public enum TrialSizes: Hashable, Sendable, Codable {
  /// The search chooses: the value of the parameter ``parameterName``, one of these, ascending, times
  /// the shares that a GPU is cut into, is the number of slots.
  case chosen([ParameterValue])
  /// GPUs follow from the configuration, rounded up to a whole number of at least 1.
  case calculated(Expression)

  /// The parameter by which a search chooses the size of its trials.
  public static let parameterName = "gpus"
}

// Slots: the unit in which machines are cut and trials are placed. One is a GPU, a share of one, or,
// where trials need no GPU, the cores of one trial. So sizes are whole numbers everywhere.
extension TrialSettings {
  /// The slots of a trial of this configuration, before a schedule widens it.
  ///
  /// An expression without a value, as where it divides by zero, counts as 1.
  ///
  /// - Parameter configuration: The trial's settings; of trials of one size they do not matter.
  /// - Returns: At least 1.
  public func slots(of configuration: Configuration) -> Int {
    switch sizes {
    case nil: ownSlots
    case .chosen:
      configuration[TrialSizes.parameterName].map { slots(ofGPUs: $0) } ?? 1
    case .calculated(let gpus):
      wholeSlots(gpus.number { configuration[$0] } ?? 1)
    }
  }

  /// Whether the size of a trial follows from its configuration.
  public var isCalculated: Bool { if case .calculated = sizes { true } else { false } }

  /// Whether a trial of this configuration is one without GPUs among others that have some.
  ///
  /// It holds a slot all the same: on a node of GPUs that of one of them, or of a share.
  public func isWithoutGPUs(_ configuration: Configuration) -> Bool {
    guard case .chosen = sizes else { return false }
    switch configuration[TrialSizes.parameterName] {
    case .integer(0), .real(0): return true
    default: return false
    }
  }

  /// Whether a search may choose a trial to have no GPU.
  public var mayLackGPUs: Bool {
    guard case .chosen(let values) = sizes else { return false }
    return values.first == .integer(0) || values.first == .real(0)
  }

  /// The slots of each trial; `nil` where trials differ in size.
  public var equalSlots: Int? { sizes == nil ? ownSlots : nil }

  /// The slots of a trial whose size does not vary.
  private var ownSlots: Int { parts.isEmpty ? (gpus > 0 ? gpus : ranks) : parts.count }

  /// GPUs that a slot is worth.
  public var gpusPerSlot: Double {
    guard parts.isEmpty else {
      return Double(parts.reduce(0) { $0 + $1.gpus }) / Double(parts.count)
    }
    return 1 / Double(trialsPerGPU)
  }

  /// The most slots that a trial may have by its own settings; `nil` where they are calculated.
  public var largestSlots: Int? {
    switch sizes {
    case nil: ownSlots
    case .calculated: nil
    case .chosen(let values): values.last.map { slots(ofGPUs: $0) }
    }
  }

  private func slots(ofGPUs value: ParameterValue) -> Int {
    switch value {
    case .integer(let gpus): max(1, gpus * trialsPerGPU)
    case .real(let gpus): max(1, Int((gpus * Double(trialsPerGPU)).rounded()))
    case .word, .truth: 1
    }
  }

  private func wholeSlots(_ gpus: Double) -> Int {
    // A number beyond every machine is as good as the largest that a plan takes.
    min(max(1, Int(min(gpus, 1e6).rounded(.up))), 1_000_000) * trialsPerGPU
  }

  /// The same settings for trials that all have this size.
  public func resized(to size: TrialSize) -> TrialSettings {
    var settings = self
    (settings.gpus, settings.trialsPerGPU, settings.sizes) = (size.gpus, size.trialsPerGPU, nil)
    return settings
  }
}

extension Study {
  /// The same study with trials that all have this size; itself for `nil`.
  public func resized(to size: TrialSize?) -> Study {
    guard let size else { return self }
    var study = self
    study.trial = trial.resized(to: size)
    return study
  }

  /// A trial's settings as its program sees them: without the size, where the search chooses it, which
  /// is told otherwise.
  ///
  /// - Parameter configuration: The trial's settings.
  /// - Returns: In the study's order.
  public func visible(_ configuration: Configuration) -> [Configuration.Setting] {
    let isHidden = if case .chosen = trial.sizes { true } else { false }
    return space.inOrder(configuration).filter {
      !isHidden || $0.name != TrialSizes.parameterName
    }
  }
}
