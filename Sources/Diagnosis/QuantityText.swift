/// A number with its noun: `1 node`, `2 nodes`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

/// One value, or the least and the most of several.
func range(_ values: [Double], _ text: (Double) -> String) -> String {
  guard let least = values.min(), let most = values.max() else { return "nothing" }
  let (first, last) = (text(least), text(most))
  let (short, unit) = (first.prefix { $0 != " " }, first.drop { $0 != " " })
  let isAlike = unit == last.drop { $0 != " " }
  return first == last ? first : "\(isAlike ? short : first[...]) to \(last)"
}

/// A time with two digits: `1.2 us`, `35 ms`, `4.1 s`.
func secondsText(_ seconds: Double) -> String {
  switch seconds {
  case ..<1e-3: "\(twoDigits(seconds * 1e6)) us"
  case ..<1: "\(twoDigits(seconds * 1e3)) ms"
  default: "\(twoDigits(seconds)) s"
  }
}

/// A rate with two digits: `850 MB/s`, `12 GB/s`.
func rateText(_ bytes: Double) -> String {
  bytes < 1e9 ? "\(twoDigits(bytes / 1e6)) MB/s" : "\(twoDigits(bytes / 1e9)) GB/s"
}

/// A number of at least 0 with two digits that count.
private func twoDigits(_ value: Double) -> String {
  if value >= 10 { return String(Int(value.rounded())) }
  let tenths = Int((value * 10).rounded())
  return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
}
