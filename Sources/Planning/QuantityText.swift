/// A number with its noun: `1 node`, `2 nodes`.
func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

/// Memory as a study file may write it: `8GiB`, or `500MiB` where it is no whole number of GiB.
func memoryText(_ mebibytes: Int) -> String {
  mebibytes % 1024 == 0 ? "\(mebibytes / 1024)GiB" : "\(mebibytes)MiB"
}

/// A duration as a study file may write it: `24h`, `90m`, `45s`; parts of a second are dropped.
func durationText(_ duration: Duration) -> String {
  let seconds = duration.components.seconds
  return if seconds % 3600 == 0 {
    "\(seconds / 3600)h"
  } else if seconds % 60 == 0 {
    "\(seconds / 60)m"
  } else {
    "\(seconds)s"
  }
}
