import Foundation
import StudyFiles
import Testing

/// The text of every message, by examples.
///
/// A golden file holds changes to a small valid file, in lines that begin with `> `, each followed
/// by the mistakes that it makes. `RECORD_GOLDENS=1` writes the file anew, and fails.
@Suite struct GoldenTests {
  @Test(arguments: ["study", "yaml"])
  func mistakesInStudyFilesReadAsRecorded(golden: String) throws {
    try check(golden) { mistakes(StudyParts($0).text) }
  }

  @Test func mistakesInSiteFilesReadAsRecorded() throws {
    try check("site") { siteMistakes(siteText(replacing: $0)) }
  }

  @Test func mistakesInCampaignFilesReadAsRecorded() throws {
    try check("campaign") { campaignMistakes(replacing($0, in: Self.campaign)) }
  }

  @Test func mistakesInBenchmarksReadAsRecorded() throws {
    try check("benchmark") { campaignMistakes(replacing($0, in: Self.benchmark)) }
  }

  @Test func mistakesInFilesOfCollectionsReadAsRecorded() throws {
    try check("collection") { campaignMistakes(replacing($0, in: Self.collection)) }
  }

  private func check(_ name: String, _ mistakes: (String) -> [String]) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Goldens/\(name).txt")
    let golden = try String(contentsOf: file, encoding: .utf8)
    var actual = ""
    var fragment: [Substring] = []
    for line in golden.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("> ") {
        fragment.append(line.dropFirst(2))
        actual += line + "\n"
      } else if line.isEmpty, !fragment.isEmpty {
        let found = mistakes(fragment.joined(separator: "\n"))
        #expect(!found.isEmpty, "no mistake in \(fragment)")
        actual += found.map { $0 + "\n" }.joined() + "\n"
        fragment = []
      } else if line.hasPrefix("#") {
        actual += line + "\n"
      }
    }
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] == "1" {
      try actual.write(to: file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(file.path)")
    } else {
      for (actual, golden) in zip(lines(actual), lines(golden)) {
        #expect(actual == golden)
      }
      #expect(lines(actual).count == lines(golden).count)
    }
  }

  private func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n")
  }

  /// A small valid site file with one part replaced, removed or added.
  private func siteText(replacing fragment: String) -> String {
    replacing(fragment, in: Self.site)
  }

  private static let site = [
    "summary: A cluster",
    "source: [https://example.org]",
    "partitions: {gpu: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}}",
    "workers: gpu",
  ]
  private static let campaign = [
    "kind: strong-scaling", "study: study.yaml", "algorithms: [random, asha]", "gpus: [1, 2, 4]",
  ]
  private static let collection = [
    "kind: collect", "study: study.yaml", "configurations: {sobol: 500}",
  ]

  private static let benchmark = [
    "kind: benchmark", "studies: [a.yaml, b.yaml]", "algorithms: [random, asha]",
  ]

  /// A small valid file with one part replaced, removed or added.
  private func replacing(_ fragment: String, in lines: [String]) -> String {
    var parts = lines
    let key = fragment.prefix { $0 != ":" }
    let place = parts.firstIndex { $0.hasPrefix("\(key):") }
    if let place {
      if fragment == key { parts.remove(at: place) } else { parts[place] = fragment }
    } else {
      parts.append(fragment)
    }
    return parts.joined(separator: "\n")
  }
}
