import Campaigns
import StudyModel

/// The table of a collection as comma-separated values: a row for each training that has begun.
///
/// Source: RFC 4180 for quoting. Cells are empty behind a training's last report, and where something
/// is not known.
public struct CollectionText: Sendable {
  /// What a row has.
  public enum Kind: Hashable, Sendable {
    /// A training with its last values.
    case trainings
    /// A training with its whole curves, as `rung simulate --table` reads tables.
    case curves
    /// One epoch of a training.
    case reports
  }

  private let kind: Kind
  private let parameters: [String]
  private let metrics: [String]
  private let epochs: [Int]
  private let fidelity: String

  /// The text of a collection.
  ///
  /// - Parameters:
  ///   - kind: What a row has.
  ///   - parameters: The parameters' names.
  ///   - metrics: The metrics' names.
  ///   - epochs: The epochs that curves have columns for.
  ///   - fidelity: What an epoch is called.
  public init(
    _ kind: Kind, parameters: [String], metrics: [String], epochs: [Int], fidelity: String
  ) {
    self.kind = kind
    self.parameters = parameters
    self.metrics = metrics
    self.epochs = epochs
    self.fidelity = fidelity
  }

  /// The first line.
  public var header: String {
    let about =
      ["training"] + CollectionBlock.integers + CollectionBlock.texts + CollectionBlock.reals
    switch kind {
    case .trainings: return Self.line(about + parameters.map { "config.\($0)" } + metrics)
    case .reports: return Self.line(["training", fidelity, "elapsed"] + metrics)
    case .curves:
      return Self.line(
        about + parameters + metrics.flatMap { metric in epochs.map { "\(metric)_\($0)" } }
          + epochs.map { "elapsed_\($0)" })
    }
  }

  /// The lines of some trainings.
  public func lines(_ block: CollectionBlock) -> String {
    let values = metrics.map { name in block.metrics.first { $0.name == name }?.values }
    var text = ""
    for row in 0..<block.count where block.state(row) != .waiting {
      let own = block.curve(row)
      let number = "\(block.first + row)"
      if kind == .reports {
        for (place, epoch) in zip(own, epochs) {
          text += Self.line(
            [number, "\(epoch)", Self.number(block.elapsed[place])]
              + values.map { Self.number($0?[place] ?? .nan) })
        }
        continue
      }
      let about =
        [number] + block.integers.map { "\($0[row])" } + block.texts.map { $0[row] }
        + block.reals.map { $0[row].isNaN ? "" : $0[row].description }
        + parameters.map { name in
          block.parameters.first { $0.name == name }?.values[row]?.description ?? ""
        }
      if kind == .trainings {
        let last = own.last
        text += Self.line(
          about + values.map { values in last.map { Self.number(values?[$0] ?? .nan) } ?? "" })
        continue
      }
      let padding = [String](repeating: "", count: epochs.count - own.count)
      text += Self.line(
        about + values.flatMap { values in own.map { Self.number(values?[$0] ?? .nan) } + padding }
          + own.map { Self.number(block.elapsed[$0]) } + padding)
    }
    return text
  }

  static func number(_ number: Double) -> String { number.isFinite ? number.description : "nan" }

  static func line(_ cells: [String]) -> String {
    // By scalars: as characters, "\r\n" is one, and a quote with a combining mark is none.
    cells.map { cell in
      let scalars = cell.unicodeScalars
      guard scalars.contains(where: { ["\"", ",", "\r", "\n"].contains($0) }) else { return cell }
      let parts = scalars.split(separator: "\"", omittingEmptySubsequences: false)
      return "\"" + parts.map { String($0) }.joined(separator: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}
