import ArgumentParser
import Coordination
import Processes
import StudyFiles
import StudyModel
import StudyStore

extension CompletionKind {
  /// A study or site file.
  static let yaml = CompletionKind.file(extensions: ["yaml", "yml"])

  /// The names of sites; and site files, once a path is begun.
  static let site = CompletionKind.custom { _, _, begun in siteCandidates(begun) }

  /// Layouts of a job.
  static let strategy = CompletionKind.list(Plan.Strategy.allCases.map(\.rawValue))

  /// The partitions of the site that the line names, else of the one that would be taken.
  static let partition = CompletionKind.custom { words, _, _ in
    let named = words.firstIndex(of: "--site").map { words.index(after: $0) }
      .flatMap { words.indices.contains($0) ? words[$0] : nil }
    // Without a site there is nothing to offer.
    let site = try? named.map { try findSite($0) } ?? findSite(chooseSite(isQuiet: true).site)
    return site?.value.partitions.map(\.name) ?? []
  }

  /// The numbers of the trials of the study whose folder the line names.
  static let trial = CompletionKind.custom { words, _, _ in
    for word in words {
      // Most words are no study's folder.
      guard let record = try? StudyHandle(word).read() else { continue }
      return record.coordinator.trials.map(\.id.description)
    }
    return []
  }
}

/// Sites that a beginning may become: names, or where it holds a slash or a dot, files and folders.
private func siteCandidates(_ begun: String) -> [String] {
  guard begun.contains("/") || begun.hasPrefix(".") else { return siteNames() }
  let start = begun.lastIndex(of: "/").map { begun.index(after: $0) } ?? begun.startIndex
  let folder = String(begun[..<start])
  return namesInFolder(folder.isEmpty ? "." : folder).sorted().compactMap { name in
    let path = folder + name
    guard path.hasPrefix(begun) else { return nil }
    if name.hasSuffix(".yaml") { return path }
    return (try? FileStatus(of: path))?.kind == .folder ? path + "/" : nil
  }
}
