/// How one setting of a trial follows the trial's GPUs: `trial.scale`.
///
/// Source: Goyal et al., "Accurate, Large Minibatch SGD", 2017, <https://arxiv.org/abs/1706.02677>,
/// section 2.1 (linear) and 2.2 (gradual warm-up); Égelé et al., "AgEBO-Tabular", SC 2021, section 3.2,
/// which scales the batch size likewise; Aach et al., "Optimal Resource Allocation for Early
/// Stopping-based Neural Architecture Search Methods", section 4 (inverse); Malladi et al., "On the
/// SDEs and Scaling Rules for Adaptive Gradient Algorithms", NeurIPS 2022,
/// <https://arxiv.org/abs/2205.10287> (the square root).
public struct Scaling: Hashable, Sendable, Codable {
  /// What a setting is multiplied or divided by.
  public enum Rule: String, Hashable, Sendable, Codable, CaseIterable {
    /// Times the GPUs of the trial.
    case linear
    /// Times the square root of the GPUs of the trial.
    case squareRoot = "square-root"
    /// Divided by the trials that share a GPU.
    case inverse

    /// Whether it follows the GPUs of a trial, not the trials of a GPU.
    public var followsGPUs: Bool { self != .inverse }
  }

  /// The setting.
  public let parameter: String
  /// One rule, or one that follows the GPUs and ``Rule/inverse``; in this order.
  public let rules: [Rule]
  /// Over how many epochs a trial is to approach a value that rises; `nil` for at once.
  public let warmup: Int?

  /// A setting that follows the GPUs by these rules.
  public init(_ parameter: String, _ rules: [Rule], warmup: Int? = nil) {
    self.parameter = parameter
    self.rules = rules
    self.warmup = warmup
  }

  /// A number by these rules, for a trial of this size.
  ///
  /// Does not leave the finite numbers.
  public func value(of number: Double, on size: TrialSize) -> Double {
    let gpus = Double(max(1, size.gpus))
    let scaled = rules.reduce(number) { number, rule in
      switch rule {
      case .linear: number * gpus
      case .squareRoot: number * gpus.squareRoot()
      case .inverse: number / Double(size.trialsPerGPU)
      }
    }
    let most = Double.greatestFiniteMagnitude
    return min(max(scaled, -most), most)
  }

  /// The largest whole number that is also a real one.
  private static let mostWhole = 9_007_199_254_740_992.0

  /// A value by these rules, for a trial of this size.
  ///
  /// It may leave the values that the study file lists. A whole number stays one: it is rounded, and
  /// none but 0 becomes 0.
  ///
  /// - Parameters:
  ///   - value: The setting before.
  ///   - isWhole: Whether its parameter has whole numbers only.
  ///   - size: The trial's GPUs.
  /// - Returns: Words and truth values as they are.
  public func value(
    of value: ParameterValue, isWhole: Bool, on size: TrialSize
  ) -> ParameterValue {
    guard let number = value.number else { return value }
    let scaled = self.value(of: number, on: size)
    guard isWhole else { return .real(scaled) }
    let rounded = min(max(scaled.rounded(), -Self.mostWhole), Self.mostWhole)
    guard rounded == 0, number != 0 else { return .integer(Int(rounded)) }
    return .integer(number < 0 ? -1 : 1)
  }
}

/// The settings of a trial that follow its GPUs, as its program sees them there.
public struct ScaledSettings: Hashable, Sendable, Codable {
  /// One of them.
  public struct Setting: Hashable, Sendable, Codable {
    /// The parameter.
    public let name: String
    /// What the program sees in the place of the configuration's value.
    public let value: ParameterValue
    /// How the trial is to approach it; `nil` for at once.
    public let warmup: Warmup?

    /// A parameter with its value.
    public init(name: String, value: ParameterValue, warmup: Warmup? = nil) {
      (self.name, self.value, self.warmup) = (name, value, warmup)
    }

    /// The value after so many epochs of training, fractions allowed.
    public func value(after epochs: Double) -> Double? {
      guard let number = value.number, let warmup else { return value.number }
      let share = min(max((epochs - Double(warmup.since)) / Double(warmup.epochs), 0), 1)
      return share == 1 ? number : warmup.from + (number - warmup.from) * share
    }
  }

  /// A gradual rise.
  public struct Warmup: Hashable, Sendable, Codable {
    /// Where it begins.
    public let from: Double
    /// The epoch after which it begins.
    public let since: Int
    /// The epochs that it takes; at least 1.
    public let epochs: Int

    /// A rise from a value, behind an epoch, over some epochs.
    public init(from: Double, since: Int, epochs: Int) {
      (self.from, self.since, self.epochs) = (from, since, epochs)
    }
  }

  /// The trial's GPUs.
  public let size: TrialSize
  /// In the study's order of `trial.scale`; inactive parameters are not among them.
  public let settings: [Setting]

  /// Settings on these GPUs.
  public init(size: TrialSize, settings: [Setting]) {
    (self.size, self.settings) = (size, settings)
  }

  /// The setting of this name; `nil` where it does not follow the GPUs.
  public subscript(name: String) -> Setting? { settings.first { $0.name == name } }
}

extension Study {
  /// The settings of a trial that follow its GPUs, for its next process.
  ///
  /// A warm-up begins at the configuration's own value, and where the trial goes on with other GPUs
  /// at the value that it had reached with the former ones, as the authors of RASDA warm a training
  /// up again when its GPUs have doubled. A value that falls does so at once.
  ///
  /// Source: Aach et al., "Resource-Adaptive Successive Doubling", 2024, and its implementation,
  /// <https://github.com/olympiquemarcel/rasda>.
  ///
  /// - Parameters:
  ///   - configuration: The trial's settings, which do not change by this.
  ///   - size: The trial's GPUs.
  ///   - former: What its last process saw; `nil` for the first.
  ///   - epoch: The epoch of the checkpoint that it goes on from; 0 for a start from scratch.
  /// - Returns: `nil` where the study scales none of the settings.
  public func scaled(
    _ configuration: Configuration, on size: TrialSize, after former: ScaledSettings? = nil,
    from epoch: Int = 0
  ) -> ScaledSettings? {
    let former = epoch > 0 ? former : nil
    let settings = trial.scale.compactMap { scaling -> ScaledSettings.Setting? in
      guard let base = configuration[scaling.parameter],
        let parameter = space.parameter(named: scaling.parameter)
      else { return nil }
      let value = scaling.value(of: base, isWhole: parameter.domain.isWhole, on: size)
      let before = former?[scaling.parameter]
      if former?.size == size, let before, before.value == value { return before }
      return ScaledSettings.Setting(
        name: scaling.parameter, value: value,
        warmup: scaling.warmup(
          from: before?.value(after: Double(epoch)) ?? base.number, to: value, since: epoch))
    }
    return settings.isEmpty ? nil : ScaledSettings(size: size, settings: settings)
  }
}

extension Scaling {
  fileprivate func warmup(
    from: Double?, to value: ParameterValue, since epoch: Int
  ) -> ScaledSettings.Warmup? {
    guard let warmup, let from, let number = value.number, from < number else { return nil }
    return ScaledSettings.Warmup(from: from, since: epoch, epochs: warmup)
  }
}

extension Configuration {
  /// The same with the values that follow the trial's GPUs in the place of its own.
  public func replaced(by scaled: ScaledSettings?) -> Configuration {
    var configuration = self
    for setting in scaled?.settings ?? [] where configuration[setting.name] != nil {
      configuration[setting.name] = setting.value
    }
    return configuration
  }
}

extension Parameter.Domain {
  /// All values that are listed one by one; `nil` for ranges.
  private var list: [ParameterValue]? {
    switch self {
    case .real, .integer: nil
    case .ordinal(let values), .categorical(let values): values
    case .constant(let value): [value]
    }
  }

  /// Whether its values are numbers.
  public var isNumeric: Bool { list?.allSatisfy { $0.number != nil } ?? true }

  /// Whether its values are whole numbers.
  public var isWhole: Bool {
    if case .real = self { return false }
    return list?.allSatisfy { if case .integer = $0 { true } else { false } } ?? true
  }
}

extension TrialSettings {
  /// The GPUs of a trial that holds so many slots.
  ///
  /// - Parameter slots: At least 1.
  /// - Returns: A share rounded to that of trials which are alike: three of four slots are half a
  ///   GPU, since such a trial shares it. Without GPUs, one.
  public func size(ofSlots slots: Int) -> TrialSize {
    guard slots < trialsPerGPU else {
      return TrialSize(gpus: (slots + trialsPerGPU - 1) / trialsPerGPU)
    }
    return TrialSize(sharing: (trialsPerGPU + slots - 1) / slots)
  }

  /// Whether a rule can ever change a setting in this study.
  ///
  /// - Parameters:
  ///   - rule: The rule.
  ///   - isWidened: Whether promoted trials get more GPUs.
  /// - Returns: `true` for trials of one size, since a run may give them another.
  public func canFollow(_ rule: Scaling.Rule, isWidened: Bool) -> Bool {
    guard gpus > 0 else { return false }
    switch sizes {
    case nil: return true
    case .calculated: return rule.followsGPUs
    case .chosen:
      guard rule.followsGPUs else { return trialsPerGPU > 1 }
      return isWidened || largestSlots ?? 0 > trialsPerGPU
    }
  }
}
