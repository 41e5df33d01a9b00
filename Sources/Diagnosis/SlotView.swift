/// What a program in a slot finds of GPUs.
public struct SlotView: Hashable, Sendable, Codable {
  /// The slot's number on its node, from 0.
  public var slot: Int
  /// Every variable that chooses GPUs, as `NAME=value`, ascending.
  public var variables: [String]
  /// The devices that Slurm says the step has; `nil` outside of a step, or where it does not say.
  public var stepDevices: String?
  /// The GPUs that the vendor's driver shows, by identities that do not depend on variables; `nil`
  /// where no driver could be asked.
  public var driver: [String]?
  /// Why no driver could be asked, or why there is no view at all.
  public var cause: String?

  /// A view of these parts.
  public init(
    slot: Int, variables: [String] = [], stepDevices: String? = nil, driver: [String]? = nil,
    cause: String? = nil
  ) {
    self.slot = slot
    self.variables = variables
    self.stepDevices = stepDevices
    self.driver = driver
    self.cause = cause
  }
}

/// The slots of a node whose trials are job steps.
public struct StepsRecord: Hashable, Sendable, Codable {
  /// The node.
  public var node: String
  /// What a trial in each slot would see; of a step that failed, the cause alone.
  public var slots: [SlotView]
  /// Whether a step failed.
  public var hasFailed: Bool

  /// A record of these parts.
  public init(node: String, slots: [SlotView], hasFailed: Bool) {
    self.node = node
    self.slots = slots
    self.hasFailed = hasFailed
  }
}
