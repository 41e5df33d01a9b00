/// A part of a collection that a study of its own trains: a range of numbers.
public struct CollectionShard: Hashable, Sendable {
  /// From 1.
  public var number: Int
  /// The numbers of its trainings; not empty.
  public var trainings: Range<Int>

  /// A shard of these trainings.
  public init(number: Int, trainings: Range<Int>) {
    (self.number, self.trainings) = (number, trainings)
  }

  /// What its files are called, such as `shard-0001`.
  public var name: String {
    let digits = "\(number)"
    return "shard-" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension CollectionCampaign {
  /// The name of a shard's study, by which Slurm shows its jobs.
  public func studyName(of shard: CollectionShard) -> String { "\(name)-\(shard.name)" }

  /// The shards of so many trainings, in their order.
  public func shards(of trainings: Int) -> [CollectionShard] {
    stride(from: 0, to: trainings, by: self.trainings).enumerated().map { place, first in
      CollectionShard(
        number: place + 1, trainings: first..<min(trainings, first + self.trainings))
    }
  }
}
