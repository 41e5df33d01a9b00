import Processes
public import StudyModel

/// The memory that staged data takes of each node; what stays in the node's storage is only looked for.
///
/// - Parameters:
///   - items: What is staged.
///   - folder: That of the study file.
/// - Returns: In MiB, rounded up; 0 where nothing is staged in memory.
/// - Throws: ``StageFailure`` where something is not there, or cannot be staged.
public func stagedMemoryMiB(
  of items: [StagedItem], in folder: String
) throws(StageFailure) -> Int {
  for item in items where item.to == .node { _ = try Stager.sourcePath(of: item, in: folder) }
  let found = try Stager.find(items.filter { $0.to == .memory }, in: folder)
  let bytes = found.reduce(0) { $0 + ($1.entry.bytes ?? 0) }
  return bytes / (1 << 20) + (bytes % (1 << 20) > 0 ? 1 : 0)
}
