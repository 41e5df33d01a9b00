import FoundationEssentials

/// The seeds of a property, each test's its own.
///
/// The environment variable `RUNG_SEED_OFFSET` is added to them: `Tests/exhaustive seeds` takes
/// other seeds each time, a million further on.
///
/// - Parameters:
///   - count: How many seeds.
///   - first: The first of them, below a million.
/// - Returns: The seeds from `first` on.
public func seeds(_ count: UInt64, from first: UInt64) -> Range<UInt64> {
  let offset = ProcessInfo.processInfo.environment["RUNG_SEED_OFFSET"].flatMap { UInt64($0) } ?? 0
  return (first + offset)..<(first + offset + count)
}
