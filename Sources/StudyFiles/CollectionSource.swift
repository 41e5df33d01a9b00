import StudyModel

/// Where the configurations of a collection come from, as files write it: `grid`, `{grid: 10}`,
/// `{sobol: 500}`, `{random: 500}` or `{list: FILE}`.
struct CollectionSource {
  /// What makes them; `nil` for a list.
  let generated: CollectionSettings.Configurations?
  /// The file of a list.
  let file: String?

  /// The most configurations: a table of more cannot be read as a whole.
  static let most = 10_000_000

  /// Notes what is none of these.
  init?(_ field: Field) {
    if case .scalar(.word("grid"), _) = field.node.content {
      generated = .grid(points: GridSettings().points)
      file = nil
      return
    }
    guard
      let fields = Fields(
        field, keys: ["grid", "sobol", "random", "list"], example: "configurations: {sobol: 500}")
    else { return nil }
    let given = ["grid", "sobol", "random", "list"].compactMap { key in
      fields[key].map { (key, $0) }
    }
    guard given.count == 1, !fields.hasUnknownKeys, let (key, value) = given.first else {
      if !fields.hasUnknownKeys { field.mistake(Wording.oneSource(field.path)) }
      return nil
    }
    if key == "list" {
      guard let path = value.line() else { return nil }
      (generated, file) = (nil, path)
      return
    }
    let (low, high) = key == "grid" ? (2, 1000) : (1, Self.most)
    guard let number = value.whole(from: low, through: high) else { return nil }
    file = nil
    switch key {
    case "grid": generated = .grid(points: number)
    case "sobol": generated = .sobol(number)
    default: generated = .random(number)
    }
  }
}
