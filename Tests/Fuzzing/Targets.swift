import CompactJSON
import Coordination
import Foundation
import Processes
import StudyFiles
import StudyModel

@testable import Agents
@testable import StudyStore

/// What is fed with bytes that anybody may have made up: each must neither crash, nor hang, nor take
/// memory without bound, whatever they are.
enum Target: String, CaseIterable {
  /// A study file: read, or its mistakes told.
  case study
  /// A site file.
  case site
  /// A journal file of a study, read and replayed.
  case journal
  /// The bodies of journal entries, to which their checksums are added.
  case entries
  /// The snapshot `study.h5`.
  case snapshot
  /// A line that a trial says.
  case client
  /// Messages of agents, one a line, to a study that is under way.
  case messages

  func feed(_ bytes: [UInt8]) {
    switch self {
    case .study: _ = try? readStudy(String(decoding: bytes, as: UTF8.self), file: "study.yaml")
    case .site:
      // Itself the file that it may take values from.
      let text = String(decoding: bytes, as: UTF8.self)
      let files = SiteFiles(texts: [("base.yaml", text), ("x/site.yaml", text)])
      _ = try? readSite(text, name: "site", file: "site.yaml", among: files)
    case .journal: Self.replay(bytes)
    case .entries: Self.replay(Self.summed(bytes))
    case .snapshot: Self.readSnapshot(bytes)
    case .client:
      for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        _ = TrialMessage(line, fidelity: "epoch")
      }
    case .messages: Self.hear(bytes)
    }
  }

  /// A folder in memory, this process's own.
  private static let folder: String = {
    let path = "/dev/shm/rung-fuzz-\(ProcessInfo.processInfo.processIdentifier)"
    for name in ["", "/journal", "/checkpoints"] { try? makeFolder(path + name) }
    try? writeFile(path + "/study.yaml", [])
    return path
  }()

  private static func directory() -> StudyDirectory? { try? StudyDirectory(existing: folder) }

  private static func replay(_ bytes: [UInt8]) {
    removeAll(folder + "/study.h5")
    guard let directory = directory(),
      (try? writeFile(directory.journal + "/0001.jsonl", bytes)) != nil
    else { return }
    // What is damaged is an error with its place; what is whole has to be replayed.
    _ = try? Store.read(directory, study: sample)
  }

  /// Lines as a run writes them, after the first line of a journal file.
  private static func summed(_ bytes: [UInt8]) -> [UInt8] {
    var lines = JournalLine.line(#"{"format":1,"lengths":[],"run":1"#.utf8)
    for body in bytes.split(separator: UInt8(ascii: "\n")) {
      lines += JournalLine.line(body)
    }
    return lines
  }

  private static func readSnapshot(_ bytes: [UInt8]) {
    guard let directory = directory(),
      (try? writeFile(directory.snapshot, bytes)) != nil
    else { return }
    _ = Snapshot.read(directory)
  }

  private static func hear(_ bytes: [UInt8]) {
    var coordinator = underWay
    for line in bytes.split(separator: UInt8(ascii: "\n")).prefix(200) {
      guard
        let message = try? CompactJSON.decode(AgentMessage.self, from: Array(line)),
        case .event(let event) = message
      else { continue }
      _ = coordinator.absorb(event, at: coordinator.now)
    }
  }

  private static let sample: Study = {
    var study = Study(
      name: "fuzz", metric: Metric(name: "loss", goal: .minimize),
      fidelity: Fidelity(name: "epoch", minimum: Budget(1), maximum: Budget(9)),
      space: SearchSpace(parameters: [
        Parameter(name: "rate", domain: .real(low: 0, high: 1, step: nil, log: false)),
        Parameter(name: "kind", domain: .categorical([.word("a"), .word("b")])),
      ]), trial: TrialSettings(command: ["train"]))
    study.stop.trials = 20
    return study
  }()

  /// A study with two agents, some trials running.
  private static let underWay: Coordinator = {
    var coordinator = Coordinator(study: sample)
    let run = Run(
      number: 1, host: "host", process: 1, processStart: 1, job: nil, wallTime: 0, version: "0")
    var events: [Event] = [
      .runBegan(run), .workerJoined(WorkerID(0), host: "a", slots: 2),
      .workerJoined(WorkerID(1), host: "b", slots: 2),
    ]
    while !events.isEmpty {
      for command in coordinator.absorb(events.removeFirst(), at: .zero) {
        if case .propose(let trial) = command { events.append(coordinator.proposal(for: trial)) }
        if case .start(let leg) = command { events.append(.began(leg.id)) }
      }
    }
    return coordinator
  }()
}
