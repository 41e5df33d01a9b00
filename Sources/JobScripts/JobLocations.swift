/// Where a job finds what it needs: absolute paths that all its nodes see.
public struct JobLocations: Hashable, Sendable {
  /// The `rung` executable.
  public var executable: String
  /// The study on disk, `STUDY.rung`; it must hold a folder `jobs` before the job starts, since
  /// Slurm creates no folder for the job's output.
  public var directory: String
  /// The folder of the study file, in which the job starts.
  public var studyFolder: String

  /// Three places, each an absolute path.
  public init(executable: String, directory: String, studyFolder: String) {
    self.executable = executable
    self.directory = directory
    self.studyFolder = studyFolder
  }
}
