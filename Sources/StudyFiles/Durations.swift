/// Reads a duration: `90s`, `30m`, `12h`, `2d`, `1h30m`, or one of Slurm's forms with a day or
/// with seconds, `1-12`, `1-12:30`, `1-00:00:00`, `24:00:00`.
///
/// A bare number and `30:00` are refused: sbatch reads minutes and minutes with seconds, and who
/// writes them may mean something else. Source: sbatch(1), option `--time`.
///
/// - Parameter text: Without blanks.
/// - Returns: `nil` for anything else, and for more than 10,000 days.
public func duration(_ text: String) -> Duration? {
  let seconds = text.contains(":") || text.contains("-") ? slurmTime(text) : unitTime(text)
  guard let seconds, seconds <= 10_000 * 86_400 else { return nil }
  return .seconds(seconds)
}

/// `[days-]hours:minutes:seconds`, `days-hours:minutes` and `days-hours`.
private func slurmTime(_ text: String) -> Int? {
  let halves = text.split(separator: "-", omittingEmptySubsequences: false)
  guard halves.count <= 2, let clock = halves.last else { return nil }
  let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map(digits)
  guard (halves.count == 2 ? 1...3 : 3...3).contains(parts.count) else { return nil }
  var seconds = 0
  for (place, part) in parts.enumerated() {
    let limit = place > 0 ? 60 : halves.count == 2 ? 24 : Int.max
    guard let part, part < limit else { return nil }
    seconds += part * [3600, 60, 1][place]
  }
  guard halves.count == 2 else { return seconds }
  return digits(halves[0]).map { $0 * 86_400 + seconds }
}

/// `2d`, `12h`, `30m`, `90s`, or several of them in this order.
private func unitTime(_ text: String) -> Int? {
  var units: [(name: Character, seconds: Int)] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
  var seconds = 0
  var rest = text[...]
  repeat {
    let number = rest.prefix { $0 != "d" && $0 != "h" && $0 != "m" && $0 != "s" }
    rest = rest.dropFirst(number.count)
    guard let count = digits(number), let name = rest.popFirst(),
      let unit = units.firstIndex(where: { $0.name == name })
    else { return nil }
    seconds += count * units[unit].seconds
    units.removeFirst(unit + 1)
  } while !rest.isEmpty
  return seconds
}

/// A number of at most nine digits, so that no sum of them overflows.
private func digits(_ text: Substring) -> Int? {
  guard (1...9).contains(text.count), text.allSatisfy({ "0" <= $0 && $0 <= "9" }) else {
    return nil
  }
  return Int(text)
}
