public import Processes

/// Why a study on disk cannot be read or written.
public enum StoreError: Error, Hashable, Sendable {
  /// The operating system refused.
  case system(SystemError)
  /// There is no study at this path.
  case noStudy(String)
  /// A study that is not finished is there already.
  case unfinished(String)
  /// Another coordinator holds the study.
  case held(String, by: String)
  /// A later run has begun on the study whose journal is at this path, by `--force`: this one ends
  /// without another word.
  case takenOver(String, run: Int, by: Int)
  /// A line in the middle of a journal file is damaged, while later ones are whole.
  case damagedJournal(file: String, line: Int)
  /// A file was written by a later version of Rung.
  case newerFormat(file: String, format: Int)
  /// An entry of the journal, from 1, was decided otherwise than it would be now; the version of
  /// Rung that ran the study last.
  case decidedOtherwise(String, entry: Int, version: String)
  /// A file could not be written: nothing of it is under its name.
  case unwritable(file: String, cause: String)
  /// A file is not what it should be.
  case damaged(file: String, cause: String)
}

extension StoreError: CustomStringConvertible {
  /// What is wrong, where, and what to do.
  public var description: String {
    switch self {
    case .system(let error): error.description
    case .noStudy(let path):
      "'\(path)' holds no study: no 'study.yaml' and 'journal' in it; name the folder that "
        + "'rung run' or 'rung submit' made, which ends in '.rung'"
    case .unfinished(let path):
      "'\(path)' holds a study that is not finished; go on with it by 'rung resume \(path)', or "
        + "move it aside and begin anew by '--fresh'"
    case .held(let path, let holder):
      "the study in '\(path)' is being run by \(holder); wait for it or end it, then try again"
    case .takenOver(let journal, let run, let newest):
      "another coordinator has taken over the study with the journal in '\(journal)': run \(newest) "
        + "has begun, so run \(run) ended its trials and writes nothing more; leave the study to the "
        + "later run, and use '--force' only where the one before is dead"
    case .damagedJournal(let file, let line):
      "'\(file)': line \(line) is damaged while later ones are whole; restore the file from a "
        + "backup, or move it and all later ones away to go on from what came before"
    case .newerFormat(let file, let format):
      "'\(file)' has format \(format), which a later version of Rung wrote; use that version"
    case .decidedOtherwise(let path, let entry, let version):
      "entry \(entry) of the journal of '\(path)' was decided otherwise than this version of Rung "
        + "decides ('rung verify \(path)' names it), so that what followed would be lost; go on "
        + "with version \(version), which ran the study last"
    case .unwritable(let file, let cause): "'\(file)' could not be written: \(cause)"
    case .damaged(let file, let cause): "'\(file)' is damaged: \(cause)"
    }
  }
}
