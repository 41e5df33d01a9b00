/// Reads a size of memory as whole MiB, rounded up: `8GiB`, `8G`, `512MiB`, `512M`, `1TiB`.
///
/// `K`, `M`, `G` and `T` are powers of 1024, as for Slurm (source: sbatch(1), option `--mem`),
/// small letters included. A number without a unit is refused, since Slurm reads it as MiB and
/// others as bytes; so is `GB`, which means 1000 to some and 1024 to others.
///
/// - Returns: `nil` for anything else, for nothing at all and for more than 1,024 TiB.
func mebibytes(_ text: String) -> Int? {
  let digits = text.prefix { "0" <= $0 && $0 <= "9" }
  guard (1...15).contains(digits.count), let count = Int(digits), count > 0 else { return nil }
  let mebibytes: Int? =
    switch text.dropFirst(digits.count).lowercased() {
    case "k", "kib": (count + 1023) / 1024
    case "m", "mib": count
    case "g", "gib": product(count, 1024)
    case "t", "tib": product(count, 1024 * 1024)
    default: nil
    }
  return mebibytes.flatMap { $0 <= 1 << 30 ? $0 : nil }
}

private func product(_ left: Int, _ right: Int) -> Int? {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? nil : product
}
