import Campaigns
import FoundationEssentials
import Glibc
import Processes
import StudyModel

/// The results of a benchmark in its folder.
///
/// A line is added as soon as its run has ended, so that whatever ends the process costs the runs that were
/// being made. A last line that was cut off is left out, and its run is made anew.
struct BenchmarkLog {
  private let folder: String
  /// The file of those who make all runs, or of a job that makes a share of them.
  private let file: String

  /// The results in a campaign's folder.
  ///
  /// - Parameters:
  ///   - folder: The campaign's.
  ///   - share: Of a job: which share it makes.
  init(in folder: String, share: Int? = nil) {
    self.folder = folder
    file = "\(folder)/" + (share.map(Self.name) ?? Self.whole)
  }

  private static let whole = "runs.jsonl"

  private static func name(ofShare share: Int) -> String {
    "share-\(share < 10 ? "0" : "")\(share).jsonl"
  }

  private var names: [String] {
    [Self.whole] + (1...BenchmarkCampaign.mostJobs).map(Self.name)
  }

  /// All that is there.
  struct Content {
    /// Each record once, of those that follow from what the campaign's files say now.
    var records: [BenchmarkRecord] = []
    /// Runs of the campaign whose results follow from something else.
    var outdated = 0
    /// Lines that are cut off or damaged.
    var damaged = 0
    /// The files that were read.
    var files: [String] = []
    /// Whether there is anything that a file written anew would leave out.
    var isUntidy: Bool { outdated > 0 || damaged > 0 || files.count > 1 }

    /// The results of the campaign.
    func results(_ campaign: BenchmarkCampaign) -> BenchmarkResults {
      BenchmarkResults(
        campaign, studies: records.compactMap(\.study), runs: records.compactMap(\.run))
    }
  }

  /// Reads all files.
  ///
  /// - Parameters:
  ///   - bases: What results of each study follow from now.
  ///   - basis: The same for a method.
  /// - Returns: What is there, sorted out.
  /// - Throws: `SystemError`.
  func read(
    _ bases: [String: BenchmarkBasis], _ basis: (BenchmarkBasis, String) -> BenchmarkBasis
  ) throws -> Content {
    var content = Content()
    var seen: Set<BenchmarkRecord.Key> = []
    for name in names where exists("\(folder)/\(name)") {
      content.files.append(name)
      try forEachLine(of: "\(folder)/\(name)") { line in
        guard !line.isEmpty else { return }
        guard let record = try? JSONDecoder().decode(BenchmarkRecord.self, from: Data(line)) else {
          content.damaged += 1
          return
        }
        let key = record.key
        guard let wanted = bases[key.study] else {
          content.outdated += 1
          return
        }
        guard record.basis == key.method.map({ basis(wanted, $0) }) ?? wanted else {
          content.outdated += record.run == nil ? 0 : 1
          return
        }
        if seen.insert(key).inserted { content.records.append(record) }
      }
    }
    return content
  }

  /// Writes all that is of use into one file, beside and then in its place, and removes the others.
  ///
  /// - Throws: `SystemError`, or `EncodingError`.
  func tidy(_ content: Content) throws {
    let text = try content.records.flatMap { try $0.line() }
    let whole = "\(folder)/\(Self.whole)"
    try writeFile(whole + ".new", text)
    try syncPath(whole + ".new")
    try renamePath(whole + ".new", to: whole)
    for name in content.files where name != Self.whole { removeAll("\(folder)/\(name)") }
  }

  /// Opens the file for more lines, behind the end of one that was cut off.
  ///
  /// - Throws: `SystemError`.
  func open() throws -> Descriptor {
    let isCut =
      if let size = fileSize(file), size > 0 {
        try readFile(file, from: size - 1) != [UInt8(ascii: "\n")]
      } else {
        false
      }
    let descriptor = try Descriptor(opening: file, flags: O_WRONLY | O_CREAT | O_APPEND)
    if isCut { try descriptor.writeAll([UInt8(ascii: "\n")]) }
    return descriptor
  }
}
