/// A place in a file.
struct Place: Hashable, Sendable {
  /// From 1; 0 for the whole file.
  let line: Int
  /// From 1, in Unicode scalars; 0 for the whole line.
  let column: Int

  static let start = Self(line: 1, column: 1)
  static let wholeFile = Self(line: 0, column: 0)
}

/// A node of a YAML document, resolved by the core schema, with its place.
struct YAMLNode: Hashable, Sendable {
  /// A key of a mapping with its value.
  struct Entry: Hashable, Sendable {
    let key: String
    let place: Place
    let value: YAMLNode
  }

  enum Content: Hashable, Sendable {
    /// What the text means, and the text as written, without quotes.
    case scalar(Scalar, text: String)
    case list([YAMLNode])
    /// The keys are distinct.
    case mapping([Entry])
    /// What could not be read; its mistake is noted.
    case unreadable
  }

  let content: Content
  let place: Place

  /// Whether it is `null`, `~` or left empty, which everywhere means the same as leaving it out.
  var isNull: Bool {
    if case .scalar(.null, _) = content { true } else { false }
  }
}
