import StudyModel

extension StudyReader {
  /// Reads `finish`.
  func finish(_ field: Field?) -> FinishSettings? {
    let example = "finish: {retrain: best, epochs: 81, seeds: 3}"
    guard let field,
      let fields = Fields(field, keys: ["retrain", "epochs", "seeds"], example: example)
    else { return nil }
    var finish = FinishSettings()
    if let winner: FinishSettings.Winner = fields["retrain"]?.choice() { finish.retrain = winner }
    finish.epochs = fields["epochs"]?.whole(from: 1).map { Budget($0) }
    if let seeds = fields["seeds"]?.whole(from: 1, through: 10_000) { finish.seeds = seeds }
    return finish
  }

  /// Reads `prior`: folders of earlier studies.
  func prior(_ field: Field?) -> [String] {
    guard let field else { return [] }
    return field.lines(Wording.example("prior: [earlier.rung]")) ?? []
  }
}
