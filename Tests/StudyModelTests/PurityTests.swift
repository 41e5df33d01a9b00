import TestSupport
import Testing

/// The rules of the pure core that a text search can check.
struct PurityTests {
  /// What each target of the pure core may import; `docs/house-style` section 2.
  static let allowed: [(target: String, imports: Set<String>)] = [
    ("StudyModel", ["RealModule"]),
    ("Surrogates", ["Statistics", "RealModule", "CLAPACK", "Synchronization"]),
    ("Searchers", ["StudyModel", "Statistics", "Surrogates", "RealModule", "HeapModule"]),
    ("Schedulers", ["StudyModel", "HeapModule"]),
    ("Diagnosis", ["StudyModel"]),
    ("Statistics", ["RealModule"]),
    ("Campaigns", ["StudyModel", "Coordination", "Reporting", "Simulation", "Statistics"]),
    ("Coordination", ["StudyModel", "Searchers", "Schedulers"]),
    ("Simulation", ["StudyModel", "Searchers", "Coordination", "HeapModule", "RealModule"]),
  ]

  @Test(arguments: allowed)
  func thePureCoreImportsOnlyItself(target: String, imports: Set<String>) throws {
    let files = try sourceFiles(of: target)
    #expect(!files.isEmpty)
    for file in files {
      for line in file.text.split(separator: "\n") {
        let words = line.split(separator: " ")
        guard let place = words.firstIndex(of: "import"), place <= 2, place + 1 < words.count,
          words[..<place].allSatisfy({ $0.hasPrefix("@") || Self.accessLevels.contains($0) })
        else { continue }
        let module = words[words.count - 1].prefix { $0 != "." }
        #expect(imports.contains(String(module)), "\(file.path): \(line)")
      }
    }
  }

  private static let accessLevels: Set<Substring> = [
    "public", "package", "internal", "fileprivate", "private",
  ]

  @Test(arguments: allowed.map(\.target))
  func thePureCoreNeverIteratesADictionaryOrASet(target: String) throws {
    // As far as a text shows it: names declared as a dictionary or a set in the same file.
    for file in try sourceFiles(of: target) {
      let unordered = file.text.split(separator: "\n").compactMap { line -> Substring? in
        guard let colon = line.firstRange(of: ": ["),
          line.contains("var ") || line.contains("let "),
          line[colon.upperBound...].prefix(while: { $0 != "]" }).contains(":")
            || line.contains(": Set<")
        else { return line.contains(": Set<") ? Self.name(before: ": Set<", in: line) : nil }
        return Self.name(before: ": [", in: line)
      }
      for name in unordered {
        #expect(!file.text.contains("in \(name) {"), "\(file.path) iterates '\(name)'")
        #expect(!file.text.contains("\(name).map"), "\(file.path) iterates '\(name)'")
        #expect(!file.text.contains("\(name).forEach"), "\(file.path) iterates '\(name)'")
      }
    }
  }

  private static func name(before mark: String, in line: Substring) -> Substring? {
    guard let place = line.firstRange(of: mark) else { return nil }
    return line[..<place.lowerBound].split(separator: " ").last
  }

  /// The one file that calls LAPACK, under a lock: no pure code does that.
  static let boundary = "Surrogates/LinearAlgebra.swift"

  @Test func onlyOneFileKnowsLAPACK() throws {
    for file in try sourceFiles(of: "Surrogates") where file.path != Self.boundary {
      #expect(!file.text.contains("import CLAPACK"), "\(file.path)")
      #expect(!file.text.contains("import Synchronization"), "\(file.path)")
    }
  }

  @Test(arguments: allowed.map(\.target))
  func thePureCoreWritesNothingUnsafe(target: String) throws {
    for file in try sourceFiles(of: target) where file.path != Self.boundary {
      #expect(!file.text.contains("unsafe "), "\(file.path)")
    }
  }
}
