import Campaigns
import Processes
import Simulation
import StudyFiles
import StudyModel
import TableFiles

/// A benchmark with its studies, and the folder in which its results are.
///
/// ```
/// NAME.campaign/         beside the campaign's file, named after its stem
///   runs.jsonl           a line a run, and one a study with what its table holds
///   share-01.jsonl       the same, written by a job that runs a share of the campaign
///   jobs/                the job script of the shares, and what they printed
/// ```
struct BenchmarkFolder {
  let campaign: BenchmarkCampaign
  /// The campaign's file, as it was given.
  let file: String
  let path: String
  private let studies: [String: StudyText]

  /// A study file as it is read once.
  private struct StudyText {
    var file: String
    var text: String
    var study: Study
    var objective: BuiltInObjective.Name?
    var table: String?
  }

  /// Reads the studies of a campaign, each with every method; makes nothing.
  ///
  /// - Throws: `StudyFileError`, `SystemError` or ``Failure``.
  init(_ campaign: BenchmarkCampaign, of campaignFile: CampaignFile, _ file: String) throws {
    self.campaign = campaign
    self.file = file
    path = campaignFile.folder
    var studies: [String: StudyText] = [:]
    for entry in campaign.studies {
      studies[entry.label] = try Self.read(
        entry, at: campaignFile.path(beside: entry.file), campaign: file)
    }
    self.studies = studies
    // A method that one of the studies cannot be searched by is told before hours have gone by.
    for entry in campaign.studies {
      for method in campaign.methods {
        _ = try study(of: BenchmarkPoint(study: entry.label, method: method.label, seed: 0))
      }
    }
  }

  private static func read(
    _ entry: BenchmarkCampaign.Entry, at named: String, campaign: String
  ) throws -> StudyText {
    let checked = try loadStudy(named, for: .simulating)
    for warning in checked.warnings { note("rung: warning: \(warning)") }
    let study = checked.value
    guard study.metrics.count == 1 else {
      throw Failure(
        .wrongFile,
        "\(named): a benchmark compares by one value, but the study has \(study.metrics.count) metrics; "
          + "leave one in 'metric'")
    }
    guard study.prior.isEmpty else {
      throw Failure(
        .wrongFile,
        "\(named): methods are compared that know nothing at first; leave out 'prior'")
    }
    let names = BuiltInObjective.Name.allCases.map(\.rawValue)
    let objective = try entry.objective.map { name in
      guard let objective = BuiltInObjective.Name(rawValue: name) else {
        throw Failure(
          .wrongFile,
          "\(campaign): study '\(entry.label)' has no such objective as '\(name)'; write "
            + names.joined(separator: " or "))
      }
      return objective
    }
    guard objective != nil || study.table != nil else {
      throw Failure(
        .wrongFile,
        "\(named): no 'table' to simulate on; write one there, or '{file: \(entry.file), objective: "
          + "\(names[0])}' in the campaign file")
    }
    let real = try realPath(named)
    let table = objective == nil ? study.table?.file : nil
    return StudyText(
      file: named, text: String(decoding: try readFile(real), as: UTF8.self), study: study,
      objective: objective,
      table: table.map { $0.hasPrefix("/") ? $0 : "\(StudyHandle.parent(of: real))/\($0)" })
  }

  private func known(_ label: String) -> StudyText {
    guard let study = studies[label] else {
      preconditionFailure("the campaign's studies were all read")
    }
    return study
  }

  /// The study of a run: one of the campaign's with a method and a seed, whose winner is not trained out.
  func study(of point: BenchmarkPoint) throws -> Study {
    let known = known(point.study)
    let method = campaign.methods.first { $0.label == point.method }
    let text = try variedStudy(
      known.text, file: known.file, name: campaign.name,
      algorithm: method?.algorithm ?? point.method, size: nil, seed: point.seed)
    var study = try readStudy(text, file: known.file, for: .simulating).value
    study.finish = nil
    return study
  }

  /// What trials of a study measure: the rows of its table, or a built-in objective.
  ///
  /// - Returns: The table and what of the study it makes, or `nil` for a built-in objective.
  func table(of label: String) throws -> (Table, SearchSpace)? {
    let known = known(label)
    guard let path = known.table, let settings = known.study.table else { return nil }
    do {
      let tabulated = try readTable(of: known.study, by: settings, at: path)
      for text in tabulated.notes { note("rung: \(label): \(text)") }
      return (tabulated.table, tabulated.study.space)
    } catch { throw Failure(.wrongFile, error.description) }
  }

  /// The objective of a run on a study without a table.
  func builtIn(_ point: BenchmarkPoint, _ study: Study) -> BuiltInObjective {
    BuiltInObjective(
      known(point.study).objective ?? .curves, for: study,
      secondsPerEpoch: study.machine?.epoch ?? 1)
  }

  /// What a study is, without what its table says.
  func summary(of label: String) -> BenchmarkStudy {
    let study = known(label).study
    return BenchmarkStudy(
      label: label, metric: study.metric.name, goal: study.metric.goal,
      fidelity: study.fidelity.name, scale: nil, rows: nil)
  }

  /// What the results of each study follow from besides their method.
  func bases() throws -> [String: BenchmarkBasis] {
    var bases: [String: BenchmarkBasis] = [:]
    for entry in campaign.studies {
      let known = known(entry.label)
      // Without comments, and without what runs differ in.
      let text = try variedStudy(
        known.text, file: known.file, name: "study", algorithm: "random", size: nil, seed: 0)
      bases[entry.label] = BenchmarkBasis(
        rung: Rung.version, study: checksum(Array(text.utf8)),
        table: try known.table.map { try checksum(ofFile: $0) },
        objective: known.objective?.rawValue, slots: campaign.slots)
    }
    return bases
  }

  /// What a method's results follow from.
  func basis(_ study: BenchmarkBasis, _ method: String) -> BenchmarkBasis {
    var basis = study
    basis.method = campaign.methods.first { $0.label == method }?.algorithm ?? method
    return basis
  }
}

private func checksum(_ bytes: [UInt8]) -> String {
  var sum = StreamChecksum()
  sum.add(bytes[...])
  return sum.text
}

private func checksum(ofFile path: String) throws -> String {
  // By pieces: a table may be larger than is good for the memory.
  let piece = 1 << 24
  var sum = StreamChecksum()
  var place = 0
  while true {
    let bytes = try readFile(path, from: place, atMost: piece)
    sum.add(bytes[...])
    place += bytes.count
    if bytes.count < piece { return sum.text }
  }
}
