import Glibc

/// Lines of text over a non-blocking stream, both ways.
///
/// Neither reading nor writing waits: what the other side does not take at once is kept until the
/// descriptor is writable again.
public final class LineChannel {
  /// The stream.
  public let descriptor: Descriptor
  private let limit: Int
  private var incoming: [UInt8] = []
  private var scanned = 0
  private var isSkipping = false
  private var ready: ArraySlice<ArraySlice<UInt8>> = []
  private var outgoing: ArraySlice<UInt8> = []
  /// Whether the other side has closed, or the stream has failed.
  public private(set) var isClosed = false
  /// Lines that were longer than the limit and dropped.
  public private(set) var droppedLines = 0

  /// A channel over a stream.
  ///
  /// - Parameters:
  ///   - descriptor: Made non-blocking.
  ///   - limit: The longest line in bytes; a longer one is dropped and counted.
  /// - Throws: ``SystemError``.
  public init(_ descriptor: Descriptor, limit: Int = .max) throws(SystemError) {
    try descriptor.setNonBlocking()
    self.descriptor = descriptor
    self.limit = limit
  }

  /// Whether bytes wait to be written.
  public var wantsToWrite: Bool { !outgoing.isEmpty && !isClosed }

  /// Queues a line and writes what the stream takes.
  ///
  /// - Parameter line: Without its newline.
  public func send(_ line: [UInt8]) {
    guard !isClosed else { return }
    outgoing += line
    outgoing.append(UInt8(ascii: "\n"))
    flush()
  }

  /// Writes what the stream takes of what is queued.
  public func flush() {
    while wantsToWrite {
      guard let count = try? descriptor.write(outgoing) else {
        // The other side is gone; what it still said can be read, and its end is reported there.
        outgoing = []
        return
      }
      guard count > 0 else { return }
      outgoing = outgoing.dropFirst(count)
    }
    if outgoing.isEmpty { outgoing = [] }
  }

  /// The complete lines that have arrived, without their newlines.
  ///
  /// - Parameter budget: Bytes read at most in one call, so that one stream cannot starve others.
  /// - Returns: Lines in order; at the end of the stream a last unfinished line counts as one.
  public func receive(budget: Int = 1 << 18) -> [ArraySlice<UInt8>] {
    var left = budget
    while !isClosed, left > 0 {
      do {
        guard let bytes = try descriptor.read(atMost: min(left, 1 << 16)) else { break }
        if bytes.isEmpty { isClosed = true }
        left -= bytes.count
        incoming += bytes
      } catch {
        // A reset connection says no more: it is treated as its end.
        isClosed = true
      }
    }
    return takeLines()
  }

  /// The next complete line that has arrived, without its newline.
  ///
  /// - Returns: `nil` where none is there.
  public func receiveLine() -> ArraySlice<UInt8>? {
    if ready.isEmpty { ready = receive()[...] }
    return ready.popFirst()
  }

  /// Whether lines have been read that ``receiveLine()`` has yet to hand out: nothing to wait for.
  public var hasReadyLines: Bool { !ready.isEmpty }

  /// What has arrived of a line that is not ended yet, for a stream that says no more without being
  /// closed; what arrives later begins a new line.
  ///
  /// - Returns: `nil` where nothing has.
  public func takeUnfinishedLine() -> ArraySlice<UInt8>? {
    defer {
      incoming = []
      scanned = 0
      isSkipping = false
    }
    return incoming.isEmpty || isSkipping ? nil : incoming[...]
  }

  private func takeLines() -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var start = 0
    while let end = incoming[max(start, scanned)...].firstIndex(of: UInt8(ascii: "\n")) {
      if isSkipping {
        isSkipping = false
      } else if end - start > limit {
        droppedLines += 1
      } else {
        lines.append(incoming[start..<end])
      }
      start = end + 1
      scanned = start
    }
    incoming.removeFirst(start)
    if incoming.count > limit {
      if !isSkipping { droppedLines += 1 }
      isSkipping = true
      incoming = []
    }
    scanned = incoming.count
    if isClosed, !incoming.isEmpty {
      if !isSkipping { lines.append(incoming[...]) }
      incoming = []
      scanned = 0
    }
    return lines
  }
}
