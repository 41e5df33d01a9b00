/// Writes a wall-clock limit the way `sbatch --time` reads it: `days-hours:minutes:seconds`.
///
/// Rounds up to a whole minute, which is Slurm's own resolution, so that the script shows the
/// limit the job will really have. Source: sbatch(1), option `--time`.
///
/// - Parameter limit: The wall-clock limit; more than zero.
/// - Returns: For example `1-02:30:00` for 26.5 hours.
public func slurmTime(_ limit: Duration) -> String {
  precondition(limit > .zero)
  let (seconds, attoseconds) = limit.components
  let minutes = seconds / 60 + (seconds % 60 == 0 && attoseconds == 0 ? 0 : 1)
  return "\(minutes / 1440)-\(twoDigits(minutes / 60 % 24)):\(twoDigits(minutes % 60)):00"
}

private func twoDigits(_ number: Int64) -> String {
  number < 10 ? "0\(number)" : String(number)
}
