import Coordination
import StudyModel

/// What a trial is told of its settings that follow its GPUs, as a JSON object.
///
/// Written by hand: `JSONEncoder` would write a whole real number as an integer.
///
/// - Parameter leg: What it is to train.
/// - Returns: `nil` where no setting does.
func scaleText(of leg: Leg) -> String? {
  guard let scaled = leg.scaled else { return nil }
  let members = scaled.settings.compactMap { setting -> String? in
    guard let base = leg.configuration[setting.name] else { return nil }
    let warmup = setting.warmup.map {
      ", \"warmup\": {\"from\": \($0.from), \"since\": \($0.since), \"epochs\": \($0.epochs)}"
    }
    return "\(jsonText(setting.name)): {\"base\": \(jsonText(base)), "
      + "\"value\": \(jsonText(setting.value))\(warmup ?? "")}"
  }
  return "{\(members.joined(separator: ", "))}"
}
