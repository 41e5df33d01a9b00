import Campaigns
import Coordination
import Processes
import StudyModel
import StudyStore

/// What an event costs the real coordinator: deciding, and its journal's way to the disk.
///
/// The events of a simulated shard are absorbed and journalled once more, each synced by itself, in a
/// folder beside the campaign's, so on the disk that the journals of its jobs will be on. Deciding and
/// syncing are timed apart, since a coordinator syncs all events that wait together.
enum JournalCost {
  /// Enough that a mean means something, and few enough to take seconds on a slow disk.
  static let events = 2000

  /// Measures it.
  ///
  /// - Parameters:
  ///   - heard: The first events of a study that is simulated, with their times.
  ///   - study: The study.
  ///   - folder: Where; a folder of its own is made there, and removed.
  /// - Returns: The means.
  /// - Throws: `StoreError`, or `SystemError`.
  static func measured(
    _ heard: [(event: Event, time: StudyTime)], of study: Study, in folder: String
  ) throws -> CoordinatorQueue.Service {
    guard !heard.isEmpty else { return CoordinatorQueue.Service(event: 0, sync: 0) }
    let path = try makeTemporaryFolder(folder + "/rung-journal-")
    defer { removeAll(path) }
    let directory = try StudyDirectory(
      creating: path + "/study.rung", studyFile: [], origin: Array("{}".utf8))
    var record = try Store.read(directory, study: study)
    var store = try Store(beginning: directory, after: &record)
    var coordinator = Coordinator(study: study)
    var service = CoordinatorQueue.Service(event: 0, sync: 0)
    for (event, time) in heard {
      let began = monotonicSeconds()
      let commands = coordinator.absorb(event, at: time)
      store.append(JournalEntry(time: time, event: event, commands: commands))
      let decided = monotonicSeconds()
      try store.sync()
      service.event += (decided - began) / Double(heard.count)
      service.sync += (monotonicSeconds() - decided) / Double(heard.count)
    }
    return service
  }
}
