/// Where a study of a campaign stands.
enum CampaignStanding: String, Encodable {
  case ended, failed, submitted, inQueue = "in_queue", waiting
}

/// What `rung campaign submit` has done, for people.
///
/// - Parameters:
///   - studies: Each study's name, and where it stands.
///   - noun: What they are called, several of them.
///   - folder: The campaign's.
///   - file: The campaign's, as messages show it.
///   - isDry: Whether nothing was submitted.
///   - end: What to do when all have ended.
/// - Returns: Lines.
func submissionText(
  of studies: [(name: String, standing: CampaignStanding)], called noun: String, in folder: String,
  file: String, isDry: Bool, end: String
) -> String {
  func count(_ standing: CampaignStanding) -> Int { studies.count { $0.standing == standing } }
  var lines = [
    "\(studies.count) \(noun): \(count(.ended)) have ended, \(count(.inQueue)) are in Slurm's hands, "
      + "\(count(.submitted)) \(isDry ? "would be" : "were") submitted, \(count(.waiting)) wait"
  ]
  for study in studies where study.standing == .failed {
    lines.append(
      "\(study.name) failed or was stopped: 'rung status \(folder)/\(study.name).rung' says why; "
        + "remove that folder to begin it anew")
  }
  if isDry {
    lines += studies.filter { $0.standing == .submitted }.map(\.name)
  } else if count(.waiting) > 0 {
    lines.append("'rung campaign submit \(file)' submits more as jobs end")
  } else if count(.ended) == studies.count {
    lines.append(end)
  }
  return lines.map { $0 + "\n" }.joined()
}
