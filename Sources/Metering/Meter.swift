public import Coordination
public import Processes
public import StudyModel

/// What a meter says.
public enum MeterWord: Hashable, Sendable, Codable {
  /// How busy the devices were since it last said so.
  case loads([DeviceLoad])
  /// The most memory of a GPU that a process has had so far, in MiB; the GPU by its place among the node's.
  case memory(process: Int, device: Int, mib: Int)
}

/// Looks at a node's devices once a second for its agent.
///
/// A process of its own: a GPU that has failed may hold up whoever asks about it.
public struct Meter {
  /// Seconds between two looks.
  private static let interval = 1.0
  private static let shortest = 5.0
  private static let longest = 300.0

  private var sums: [LoadSum]
  private var memory = ProcessMemory()
  private let library: ManagementLibrary?
  private let handles: [ManagementLibrary.Device]

  /// A meter of this node.
  ///
  /// - Parameters:
  ///   - devices: Its GPUs, as the vendor's variable names them.
  ///   - vendor: Who made them; `nil` for none.
  public init(devices: [String], vendor: Site.Vendor?) {
    var gauges: [any Gauge] = [CoresGauge()]
    switch vendor {
    case .nvidia where !devices.isEmpty:
      // Without the library, or an answer of it, only the cores are looked at.
      library = try? ManagementLibrary()
      if let library { gauges += devices.compactMap { NVIDIAGauge($0, library) } }
    case .amd:
      library = nil
      gauges += devices.compactMap { AMDGauge($0) }
    case .nvidia, nil: library = nil
    }
    handles = gauges.compactMap { ($0 as? NVIDIAGauge)?.handle }
    sums = gauges.map { LoadSum($0) }
  }

  /// Looks and tells an agent until the agent closes its end.
  ///
  /// Between two words on loads is a tenth of the time since the beginning, at least 5 s and at most
  /// 300 s: a run that is cut off loses little of them, and a long one does not fill its journal.
  ///
  /// - Parameter control: The socket to the agent.
  /// - Throws: `SystemError`.
  public mutating func serve(control: Descriptor) throws {
    // What a terminal or Slurm sends to all is rank 0's to act on.
    let signals = try SignalPort(endingSignals)
    let channel = try LineChannel(control)
    let begin = monotonicSeconds()
    var (last, said) = (begin, begin)
    while !channel.isClosed {
      waitForAny(
        [
          Interest(channel.descriptor, writing: channel.wantsToWrite), Interest(signals.descriptor),
        ],
        atMost: max(0, last + Self.interval - monotonicSeconds()))
      _ = signals.receive()
      channel.flush()
      _ = channel.receive()
      let now = monotonicSeconds()
      guard now - last >= Self.interval else { continue }
      for place in sums.indices { sums[place].look(after: now - last) }
      last = now
      if let library {
        for change in memory.changes(in: handles.map(library.processes)) {
          try channel.send(
            MeterWord.memory(
              process: change.process, device: change.device, mib: change.memoryMiB))
        }
      }
      let due = min(Self.longest, max(Self.shortest, (now - begin) / 10))
      guard now - said >= due else { continue }
      said = now
      try channel.send(MeterWord.loads(sums.indices.compactMap { sums[$0].take() }))
    }
  }
}
