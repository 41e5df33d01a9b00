/// A class of trials by their size: from so many GPUs on.
///
/// A class ends where the next begins; ``most`` is for people, and for the wish that made it.
public struct SizeClass: Hashable, Sendable {
  /// The fewest GPUs of its trials; no GPUs for those on cores alone.
  public var least: TrialSize
  /// The most; `nil` for no bound.
  public var most: TrialSize?

  /// The class of these sizes.
  public init(_ least: TrialSize, through most: TrialSize?) {
    (self.least, self.most) = (least, most)
  }

  /// Reads `4`, `1-2` or, without a bound, `4-`; `nil` for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let sizes = parts.map { Double($0).flatMap { TrialSize($0) } }
    guard let first = sizes.first, let least = first else { return nil }
    guard parts.count == 2 else {
      self.init(least, through: least)
      return
    }
    guard !parts[1].isEmpty else {
      self.init(least, through: nil)
      return
    }
    guard let most = sizes[1], most.number > least.number else { return nil }
    self.init(least, through: most)
  }

  /// Whether its trials need GPUs.
  public var needsGPUs: Bool { most?.gpus != 0 }

  /// Whether a trial of this size is meant.
  public func contains(_ size: TrialSize) -> Bool {
    least.number <= size.number && most.map { size.number <= $0.number } ?? true
  }

  /// The fewest slots of its trials.
  ///
  /// - Parameter shares: Slots that a GPU is cut into.
  /// - Returns: 0 for trials without GPUs.
  public func leastSlots(ofShares shares: Int) -> Int { least.slots(ofShares: shares) }
}

extension SizeClass: CustomStringConvertible {
  /// As ``init(_:)-(String)`` reads it.
  public var description: String {
    guard let most else { return "\(least)-" }
    return most == least ? "\(least)" : "\(least)-\(most)"
  }
}

extension SizeClass: Codable {
  /// Reads its description.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let sizes = SizeClass(text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "'\(text)' is no range of GPUs")
    }
    self = sizes
  }

  /// Writes its description.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// A class of trials, and the agents that serve it.
public struct TrialClass: Hashable, Sendable, Codable {
  /// Its trials.
  public var sizes: SizeClass
  /// The first of its agents, by rank.
  public var firstRank: Int
  /// How many agents it has; at least 1.
  public var agents: Int

  /// A class of these agents.
  public init(_ sizes: SizeClass, firstRank: Int, agents: Int) {
    (self.sizes, self.firstRank, self.agents) = (sizes, firstRank, agents)
  }

  /// The ranks of its agents.
  public var ranks: Range<Int> { firstRank..<(firstRank + agents) }
}

extension TrialSize {
  /// Slots of such a trial.
  ///
  /// - Parameter shares: Slots that a GPU is cut into, a multiple of those of this size.
  /// - Returns: 0 for trials without GPUs.
  public func slots(ofShares shares: Int) -> Int { gpus * max(1, shares / trialsPerGPU) }
}
