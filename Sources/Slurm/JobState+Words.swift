extension JobState {
  static let bases: [(base: Base, code: UInt8, word: String)] = [
    (.pending, 0, "PENDING"), (.running, 1, "RUNNING"), (.suspended, 2, "SUSPENDED"),
    (.completed, 3, "COMPLETED"), (.cancelled, 4, "CANCELLED"), (.failed, 5, "FAILED"),
    (.timeout, 6, "TIMEOUT"), (.nodeFail, 7, "NODE_FAIL"), (.preempted, 8, "PREEMPTED"),
    (.bootFail, 9, "BOOT_FAIL"), (.deadline, 10, "DEADLINE"), (.outOfMemory, 11, "OUT_OF_MEMORY"),
  ]

  static let flagWords: [(flag: Flags, word: String)] = [
    (.launchFailed, "LAUNCH_FAILED"), (.updatingDatabase, "UPDATE_DB"), (.requeued, "REQUEUED"),
    (.requeuedHeld, "REQUEUE_HOLD"), (.specialExit, "SPECIAL_EXIT"), (.resizing, "RESIZING"),
    (.configuring, "CONFIGURING"), (.completing, "COMPLETING"), (.stopped, "STOPPED"),
    (.reconfigurationFailed, "RECONFIG_FAIL"), (.poweringUp, "POWER_UP_NODE"),
    (.revoked, "REVOKED"), (.requeuedInFederation, "REQUEUE_FED"),
    (.reservationDeleted, "RESV_DEL_HOLD"), (.signaling, "SIGNALING"),
    (.stagingOut, "STAGE_OUT"),
  ]

  /// Reads the words of `squeue`, `sacct` and `scontrol`, such as `CANCELLED by 1000`.
  ///
  /// A flag that stands for a state, as squeue shows `COMPLETING` and `CONFIGURING`, gets the base
  /// that a job in it has: configuring jobs run, others are taken as completed unless said.
  ///
  /// - Parameter words: Words in capitals, joined by `|`, `,` or `+`; what follows a space is
  ///   left out.
  public init?(words: String) {
    let first = words.split(separator: " ").first ?? ""
    var (base, flags): (UInt8?, Flags) = (nil, [])
    for word in first.split(whereSeparator: { "|,+".contains($0) }) {
      if let found = JobState.bases.first(where: { $0.word == word }) {
        base = found.code
      } else if let found = JobState.flagWords.first(where: { $0.word == word }) {
        flags.formUnion(found.flag)
      } else {
        return nil
      }
    }
    guard base != nil || !flags.isEmpty else { return nil }
    let running: Flags = [.configuring, .resizing, .signaling, .stopped, .poweringUp]
    let pending: Flags = [.requeued, .requeuedHeld, .specialExit, .requeuedInFederation]
    let implied: UInt8 =
      !flags.isDisjoint(with: running) ? 1 : flags.isDisjoint(with: pending) ? 3 : 0
    self.init(rawValue: UInt32(base ?? implied) | flags.rawValue)
  }
}

extension JobState: CustomStringConvertible {
  /// Slurm's words, the base first: `RUNNING`, `COMPLETED|COMPLETING`, `UNKNOWN_12`.
  public var description: String {
    let code = UInt8(truncatingIfNeeded: rawValue)
    var words = [JobState.bases.first { $0.code == code }?.word ?? "UNKNOWN_\(code)"]
    var rest = flags
    for (flag, word) in JobState.flagWords where rest.contains(flag) {
      words.append(word)
      rest.subtract(flag)
    }
    if !rest.isEmpty { words.append("FLAGS_0x\(String(rest.rawValue, radix: 16))") }
    return words.joined(separator: "|")
  }
}
