import Campaigns
import HDF5
import StudyModel

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The table of a collection, an HDF5 file that `CollectionTableWriter` has written.
public struct CollectionTable: ~Copyable {
  /// What stands at its head.
  public struct Head: Sendable {
    /// The file.
    public var path = ""
    /// The campaign's name.
    public var name = ""
    /// What an epoch is called.
    public var fidelity = ""
    /// The version of Rung that wrote it.
    public var rung = ""
    /// When, in ISO 8601.
    public var date = ""
    /// The campaign file.
    public var campaign = ""
    /// The study file.
    public var study = ""
    /// How many trainings it has.
    public var trainings = 0
    /// The epochs that curves have columns for.
    public var epochs: [Int] = []
    /// The parameters' names.
    public var parameters: [String] = []
    /// The metrics' names.
    public var metrics: [String] = []
  }

  /// What stands at its head.
  public let head: Head
  private let file: File

  var path: String { head.path }
  var epochs: [Int] { head.epochs }

  /// Trainings that are read at a time.
  public static let block = 8192

  /// Whether a file begins as HDF5 files do.
  ///
  /// Source: HDF5 file format specification, version 3.0, section II.A: the format signature.
  public static func isOne(_ path: String) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
    // What cannot be opened is told by whoever reads it.
    guard file >= 0 else { return false }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: signature.count)
    let count = unsafe read(file, &bytes, bytes.count)
    return count == signature.count && bytes == signature
  }

  /// Opens a table.
  ///
  /// - Parameter path: The file.
  /// - Throws: ``TableFileError/noCollection(file:cause:)``.
  public init(reading path: String) throws(TableFileError) {
    let file = try Self.opened(path)
    let head = try Self.head(of: file.root, path)
    self.head = head
    self.file = file
  }

  private static func opened(_ path: String) throws(TableFileError) -> File {
    do { return try File(reading: path) } catch {
      throw .noCollection(file: path, cause: "\(error)")
    }
  }

  private static func head(
    of root: borrowing Group, _ path: String
  ) throws(TableFileError) -> Head {
    func text(_ name: String) throws -> String {
      guard case .text(let text) = try root.attribute(name) else { return "" }
      return text
    }
    do {
      guard try root.attribute("kind") == .text(CollectionTableWriter.kind) else {
        throw TableFileError.noCollection(file: path, cause: "it is another HDF5 file")
      }
      guard try root.attribute("format") == .integer(CollectionTableWriter.format),
        case .integer(let count) = try root.attribute("trainings")
      else {
        throw TableFileError.noCollection(
          file: path, cause: "it is of a format that this version of Rung does not read")
      }
      let texts = try root.openGroup("texts")
      return Head(
        path: path, name: try text("name"), fidelity: try text("fidelity"),
        rung: try text("rung"), date: try text("date"),
        campaign: try texts.readColumn("campaign", as: String.self).first ?? "",
        study: try texts.readColumn("study", as: String.self).first ?? "", trainings: Int(count),
        epochs: try root.readColumn("epochs", as: Int64.self).map { Int($0) },
        parameters: try texts.readColumn("parameters", as: String.self),
        metrics: try root.openGroup("metrics").children())
    } catch let error as TableFileError {
      throw error
    } catch {
      throw .noCollection(file: path, cause: "\(error)")
    }
  }

  /// Goes through the trainings, ``block`` of them at a time.
  ///
  /// - Parameter body: Gets each block.
  /// - Throws: ``TableFileError``, or what `body` throws.
  public borrowing func eachBlock(_ body: (CollectionBlock) throws -> Void) throws {
    let columns: Columns
    do { columns = try Columns(file.root, head.parameters) } catch {
      throw TableFileError.noCollection(file: path, cause: "\(error)")
    }
    for first in stride(from: 0, to: head.trainings, by: Self.block) {
      let rows = first..<min(head.trainings, first + Self.block)
      let block: CollectionBlock
      do {
        var metrics: [(name: String, values: [Double])] = []
        for name in head.metrics {
          metrics.append((name, try matrix("metrics/\(name)", rows)))
        }
        block = CollectionBlock(
          first: first, count: rows.count, epochs: epochs,
          integers: columns.integers.map { Array($0[rows]) },
          reals: columns.reals.map { Array($0[rows]) },
          texts: columns.texts.map { Array($0[rows]) },
          parameters: columns.parameters.map { ($0.name, Array($0.values[rows])) },
          metrics: metrics, elapsed: try matrix("elapsed", rows))
      } catch let error as TableFileError {
        throw error
      } catch {
        throw TableFileError.noCollection(file: path, cause: "\(error)")
      }
      try body(block)
    }
  }

  /// Some rows of a matrix, all epochs of them.
  borrowing func matrix(_ name: String, _ rows: Range<Int>) throws -> [Double] {
    let matrix = try file.root.openMatrix(name)
    guard matrix.rows == head.trainings, matrix.columns == epochs.count else {
      throw TableFileError.noCollection(
        file: path, cause: "'\(name)' has \(matrix.rows) rows and \(matrix.columns) columns")
    }
    return try matrix.read(rows: rows, columns: 0..<epochs.count)
  }

  /// The columns of one dimension, which are read at once: some numbers a training.
  struct Columns {
    var integers: [[Int64]] = []
    var reals: [[Double]] = []
    var texts: [[String]] = []
    var parameters: [(name: String, values: [ParameterValue?])] = []

    init(_ root: borrowing Group, _ names: [String]) throws {
      let trainings = try root.openGroup("trainings")
      for name in CollectionBlock.integers { integers.append(try trainings.readColumn(name)) }
      for name in CollectionBlock.reals { reals.append(try trainings.readColumn(name)) }
      for name in CollectionBlock.texts { texts.append(try trainings.readColumn(name)) }
      let group = try root.openGroup("parameters")
      for name in names {
        // Words are text, everything else real numbers.
        if let words = try? group.readColumn(name, as: String.self) {
          parameters.append((name, words.map { $0.isEmpty ? nil : .word($0) }))
        } else {
          let numbers = try group.readColumn(name, as: Double.self)
          let type = try group.openDataset(name).attribute(CollectionTableWriter.type)
          parameters.append(
            (
              name,
              numbers.map { number in
                if number.isNaN { return nil }
                return type == "integer"
                  ? Int(exactly: number).map { .integer($0) } ?? .real(number) : .real(number)
              }
            ))
        }
      }
    }
  }
}
