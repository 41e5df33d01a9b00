import FoundationEssentials
import Processes

/// The job that makes shares of a benchmark, as its folder keeps it.
struct BenchmarkJobs {
  private let file: String

  /// The jobs of a campaign's folder.
  init(in folder: String) { file = "\(folder)/jobs/submitted.json" }

  private struct Record: Codable {
    var job: Int
  }

  /// The last job that was submitted; `nil` where none was.
  var last: Int? {
    // A campaign that was never submitted has no such file.
    (try? readFile(file)).flatMap {
      (try? JSONDecoder().decode(Record.self, from: Data($0)))?.job
    }
  }

  /// The job that is still in Slurm's hands; `nil` where none is, or Slurm cannot be asked.
  var living: Int? { last.flatMap { slurmJobLives($0) == true ? $0 : nil } }

  /// Keeps the job, whole from the moment it is there.
  func keep(_ job: Int) throws {
    try writeFile(file + ".new", Array(try jsonText(Record(job: job)).utf8))
    try renamePath(file + ".new", to: file)
  }
}
