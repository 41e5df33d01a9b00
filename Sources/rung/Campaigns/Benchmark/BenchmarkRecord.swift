import Campaigns
import FoundationEssentials
import StudyModel

/// What a result follows from: one that was made from anything else is none of this campaign's.
struct BenchmarkBasis: Codable, Hashable {
  /// The version of Rung.
  var rung: String
  /// A checksum of the study file without comments, algorithm and seed.
  var study: String
  /// A checksum of the table's file; `nil` without one.
  var table: String?
  /// The built-in objective; `nil` with a table.
  var objective: String?
  /// Trials at a time.
  var slots: Int
  /// The value of `algorithm`; `nil` for what belongs to a study alone.
  var method: String?
}

/// A line of a file of results: of a run, or of a study.
struct BenchmarkRecord: Codable {
  /// What it follows from.
  var basis: BenchmarkBasis
  /// The run; `nil` for a study.
  var run: BenchmarkRun?
  /// What the study is; `nil` for a run.
  var study: BenchmarkStudy?
  /// Seconds of the real clock that the run took; `nil` for a study.
  var took: Double?

  /// What it is of: two records of one key stand for each other.
  var key: Key {
    Key(
      study: run?.point.study ?? study?.label ?? "", method: run?.point.method,
      seed: run?.point.seed)
  }

  /// The record as a line of JSON, keys ascending, so that equal results are equal bytes but for `took`.
  func line() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// A run by its point, or a study.
  struct Key: Hashable {
    var study: String
    var method: String?
    var seed: UInt64?
  }
}
