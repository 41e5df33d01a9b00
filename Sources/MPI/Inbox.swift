import CMPI

/// The messages that were matched and are still on their way in.
///
/// A long message is matched by its first packet and comes over piece by piece (the rendezvous
/// protocol), so its sender can freeze or die in the middle. It is therefore received without
/// waiting, and only what the same sender sent after it waits for it.
struct Inbox {
  private struct Arrival {
    let source: Int
    let tag: MessageTag
    let transfer: Transfer
  }

  /// In the order of matching, which for one sender is the order of sending.
  private var arriving: [Arrival] = []

  /// Returns the next message that is wholly there, if any, and never waits.
  mutating func next() throws(MPIError) -> Message? {
    if let message = try firstFinished() { return message }
    while let arrival = try match() {
      if try arrival.transfer.test(), !isHeldUp(arrival.source) {
        return Message(source: arrival.source, tag: arrival.tag, bytes: arrival.transfer.bytes())
      }
      arriving.append(arrival)
    }
    return nil
  }

  private func isHeldUp(_ source: Int) -> Bool { arriving.contains { $0.source == source } }

  /// Takes the first message that is complete and has no older one of its sender before it.
  private mutating func firstFinished() throws(MPIError) -> Message? {
    var passed: Set<Int> = []
    for (index, arrival) in arriving.enumerated() {
      if !passed.contains(arrival.source), try arrival.transfer.test() {
        arriving.remove(at: index)
        return Message(source: arrival.source, tag: arrival.tag, bytes: arrival.transfer.bytes())
      }
      passed.insert(arrival.source)
    }
    return nil
  }

  /// Matches one more message and starts to receive it.
  ///
  /// A matched probe, so that the memory has the length of the very message that fills it.
  /// Source: MPI 3.1, section 3.8.2, MPI_Improbe.
  private func match() throws(MPIError) -> Arrival? {
    var isFound: CInt = 0
    var message = cmpi_message()
    var status = MPI_Status()
    var count: CInt = 0
    try mpicall("MPI_Improbe") { unsafe cmpi_improbe(&isFound, &message, &status) }
    guard isFound != 0 else { return nil }
    try mpicall("MPI_Get_count") { unsafe cmpi_count(&status, &count) }
    return Arrival(
      source: Int(status.MPI_SOURCE),
      tag: MessageTag(rawValue: UInt8(truncatingIfNeeded: status.MPI_TAG)),
      transfer: try Transfer(receiving: &message, count: count))
  }
}
