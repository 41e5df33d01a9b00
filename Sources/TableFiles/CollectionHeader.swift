public import StudyModel

/// What stands at the head of a collection's table: all that is known before its first row.
public struct CollectionHeader: Sendable {
  /// The origin of a shard, as its study's folder records it.
  public struct Shard: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The version of Rung that made its folder; empty where it has not begun, like all that follows.
    public var rung: String
    /// When, in ISO 8601.
    public var created: String
    /// The git commit of the trials' folder, with `+` where files differ from it.
    public var commit: String
    /// SHA-256 of the files that the trials' command names, as a JSON object.
    public var hashes: String

    /// A shard of this origin.
    public init(
      name: String, rung: String = "", created: String = "", commit: String = "",
      hashes: String = ""
    ) {
      self.name = name
      self.rung = rung
      self.created = created
      self.commit = commit
      self.hashes = hashes
    }
  }

  /// The study of the whole collection: its space with all fidelities, its metrics and epochs.
  public var study: Study
  /// The campaign's name.
  public var name: String
  /// The campaign file.
  public var campaignText: String
  /// The study file.
  public var studyText: String
  /// The version of Rung that writes the table.
  public var rung: String
  /// When, in ISO 8601.
  public var date: String
  /// All trainings of the collection.
  public var trainings: Int
  /// The shards, in their order.
  public var shards: [Shard]

  /// A head of these parts.
  public init(
    study: Study, name: String, campaignText: String, studyText: String, rung: String,
    date: String, trainings: Int, shards: [Shard]
  ) {
    self.study = study
    self.name = name
    self.campaignText = campaignText
    self.studyText = studyText
    self.rung = rung
    self.date = date
    self.trainings = trainings
    self.shards = shards
  }
}
