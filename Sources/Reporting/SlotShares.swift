/// What a job's slots did, as shares of the time that they could have worked; they add up to 1.
public struct SlotShares: Hashable, Sendable, Codable {
  /// No agent was there yet, or any more.
  public var absent = 0.0
  /// A slot was held for a trial whose process started, and loaded its checkpoint.
  public var loading = 0.0
  /// A trial trained.
  public var training = 0.0
  /// A process that was told to end was ending.
  public var saving = 0.0
  /// No trial held the slot.
  public var idle = 0.0

  /// Shares of nothing.
  public init() {}
}

extension StudyHistory {
  /// What slots did from the beginning of the study to a time.
  ///
  /// - Parameters:
  ///   - slots: The slots of the job; at least 1.
  ///   - end: The time in seconds; more than 0.
  /// - Returns: Shares that add up to 1.
  public func shares(ofSlots slots: Int, until end: Double) -> SlotShares {
    var shares = SlotShares()
    var offered = 0.0
    for service in services {
      offered += Double(service.rows.count) * ((service.to ?? end) - service.from)
    }
    for leg in legs {
      let (began, told, to) = leg.times(until: end)
      let width = Double(leg.rows.count)
      shares.loading += width * (began - leg.from)
      shares.training += width * (told - began)
      shares.saving += width * (to - told)
    }
    shares.idle = max(0, offered - shares.loading - shares.training - shares.saving)
    shares.absent = max(0, Double(slots) * end - offered)
    let all = shares.absent + shares.idle + shares.loading + shares.training + shares.saving
    guard all > 0 else { return shares }
    for share in [
      \SlotShares.absent, \.idle, \.loading, \.training, \.saving,
    ] { shares[keyPath: share] /= all }
    return shares
  }
}
