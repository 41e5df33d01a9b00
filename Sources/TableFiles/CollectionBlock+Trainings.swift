import Campaigns
import StudyModel

extension CollectionBlock {
  /// One training that has begun, as JSON has it.
  public struct Training: Encodable, Sendable {
    var training: Int
    var configuration: Int64
    var seed: Int64
    var shard: Int64
    var attempts: Int64
    var failures: Int64
    var epoch: Int64
    var state: TrainingRows.State
    var host: String
    var seconds: Double?
    var started: Double?
    var ended: Double?
    var parameters: Configuration
    /// By epoch; `nil` where a value is missing or not a finite number.
    var metrics: [String: [Double?]]
    var elapsed: [Double?]

    private enum CodingKeys: String, CodingKey {
      case training, configuration, seed, shard, attempts, failures, epoch, state, host, seconds
      case started = "started_seconds"
      case ended = "ended_seconds"
      case parameters, metrics, elapsed
    }
  }

  /// The trainings that have begun.
  public var trainings: [Training] {
    func finite(_ values: ArraySlice<Double>) -> [Double?] {
      values.map { $0.isFinite ? $0 : nil }
    }
    return (0..<count).filter { state($0) != .waiting }.map { row in
      let own = curve(row)
      let times = reals.map { $0[row].isFinite ? $0[row] : nil }
      return Training(
        training: first + row, configuration: integers[0][row], seed: integers[1][row],
        shard: integers[2][row], attempts: integers[3][row], failures: integers[4][row],
        epoch: integers[5][row], state: state(row), host: texts[1][row], seconds: times[0],
        started: times[1], ended: times[2],
        parameters: Configuration(
          parameters.compactMap { parameter in
            parameter.values[row].map { (parameter.name, $0) }
          }),
        metrics: Dictionary(
          metrics.map { ($0.name, finite($0.values[own])) }, uniquingKeysWith: { first, _ in first }
        ), elapsed: finite(elapsed[own]))
    }
  }
}
