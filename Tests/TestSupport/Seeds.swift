import FoundationEssentials

/// The seeds of a property: as many as fit into every check, or a multiple of them.
///
/// The environment variable `RUNG_SEEDS` is the factor: 10 takes ten times as many.
///
/// - Parameters:
///   - count: How many seeds every check takes.
///   - first: The first of them.
/// - Returns: The seeds from `first` on.
public func seeds(_ count: UInt64, from first: UInt64 = 0) -> Range<UInt64> {
  let factor = ProcessInfo.processInfo.environment["RUNG_SEEDS"].flatMap { UInt64($0) } ?? 1
  return first..<(first + count * factor)
}
