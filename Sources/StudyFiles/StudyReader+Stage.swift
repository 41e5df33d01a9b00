import StudyModel

// Reads `trial.stage`: what is carried to every node's own storage.
extension StudyReader {
  private static let stageExample = "stage: [{from: data/digits.h5, to: node}]"
  private static let stagedExample = "{from: data/digits.h5, to: node}"

  /// Reads `trial.stage`.
  func stage(_ field: Field) -> [StagedItem] {
    guard let items = field.list(Wording.example(Self.stageExample)) else { return [] }
    guard !items.isEmpty else {
      field.mistake(Wording.emptyList(field.path))
      return []
    }
    var staged: [StagedItem] = []
    for item in items {
      guard let one = stagedItem(item) else { continue }
      if let other = staged.first(where: { $0.name == one.name }) {
        item.mistake(Wording.stagedTwice(one.name, first: other.from, second: one.from))
      } else {
        staged.append(one)
      }
    }
    return staged
  }

  private func stagedItem(_ item: Field) -> StagedItem? {
    guard let fields = Fields(item, keys: ["from", "to"], example: Self.stagedExample),
      let from = fields.required("from", example: "from: data/digits.h5"),
      let path = from.line(Wording.stagedPath)
    else { return nil }
    var place = StagedItem.Place.node
    if let to = fields["to"] {
      guard let named: StagedItem.Place = to.choice() else { return nil }
      place = named
    }
    let staged = StagedItem(from: path, to: place)
    guard !staged.name.isEmpty else {
      from.mistake(expected: Wording.stagedPath)
      return nil
    }
    return staged
  }
}
