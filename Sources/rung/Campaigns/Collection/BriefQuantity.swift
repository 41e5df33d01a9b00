/// A time for people, such as `90 s`, `12 min`, `3.5 h` or `12 days`.
func briefSeconds(_ seconds: Double) -> String {
  switch seconds {
  case ..<120: "\(Int(seconds.rounded(.up))) s"
  case ..<7200: "\(Int((seconds / 60).rounded(.up))) min"
  case ..<172_800: "\((seconds / 360).rounded() / 10) h"
  default: "\((seconds / 8640).rounded() / 10) days"
  }
}

/// A size for people, such as `512 B`, `3.4 MiB` or `9.8 TiB`.
func briefBytes(_ bytes: Int) -> String {
  var (size, unit) = (Double(bytes), 0)
  let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"]
  while size >= 1024, unit + 1 < units.count { (size, unit) = (size / 1024, unit + 1) }
  return unit == 0 ? "\(bytes) B" : "\((size * 10).rounded() / 10) \(units[unit])"
}
