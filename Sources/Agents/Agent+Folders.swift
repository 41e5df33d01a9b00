import Coordination
import Processes
import StudyStore

// The scratch folders of legs.
extension Agent {
  private static let configurationFile = "config.json"
  private static let checkpointFolder = "checkpoint"

  /// Makes the folder of a leg, in it its configuration as a file and a folder for its checkpoint.
  ///
  /// It is on this node or, where other nodes are to see it, beside the study.
  func makeDirectory(of leg: Leg, in place: Int) throws -> String {
    var parent = scratch + "/legs"
    if leg.hosts != nil {
      parent = StudyDirectory.scratch(in: settings.directory)
      try makeFolder(parent)
    }
    let directory = "\(parent)/\(leg.id)"
    if leg.hosts == nil, let spare = slots[place].spareDirectory {
      slots[place].spareDirectory = nil
      do { try renamePath(spare, to: directory) } catch { removeAll(spare) }
    }
    try makeFolder(directory)
    try makeFolder(directory + "/" + Self.checkpointFolder)
    try writeFile(
      directory + "/" + Self.configurationFile,
      Array((configurationText(leg.seenConfiguration) + "\n").utf8))
    return directory
  }

  /// Lets go of the folder of a leg that has ended.
  ///
  /// The next trial of a warm process gets it where it is as the last one got it: ext4 looks long for a place
  /// for a folder when many have just been removed.
  func leaveDirectory(of active: ActiveLeg, _ outcome: LegEnd.Outcome, in place: Int) {
    guard outcome == .askedForNext, active.leg.hosts == nil,
      slots[place].spareDirectory == nil, isAsMade(active.directory)
    else { return removeAll(active.directory) }
    // Anew for each: what a trial has linked elsewhere stays what it was.
    removeAll(active.directory + "/" + Self.configurationFile)
    slots[place].spareDirectory = active.directory
  }

  /// Whether there is nothing in a leg's folder but what was put there.
  private func isAsMade(_ directory: String) -> Bool {
    let checkpoint = directory + "/" + Self.checkpointFolder
    // What cannot be looked at is not as it was made; a checkpoint that is kept took its folder along.
    guard let names = try? readFolder(directory), isOwnFolder(directory),
      names.allSatisfy({ $0 == Self.configurationFile || $0 == Self.checkpointFolder })
    else { return false }
    return !names.contains(Self.checkpointFolder)
      || isOwnFolder(checkpoint) && (try? readFolder(checkpoint))?.isEmpty == true
  }

  /// Whether a path is a folder, not a link to one, with the permissions that it was made with.
  private func isOwnFolder(_ path: String) -> Bool {
    guard let status = try? FileStatus(of: path) else { return false }
    return status.kind == .folder && status.mode == 0o700
  }
}
