/// A place in a file.
struct Place: Hashable, Sendable {
  /// From 1; 0 for the whole file.
  let line: Int
  /// From 1, in Unicode scalars; 0 for the whole line.
  let column: Int
  /// The file, where it is not the one that is read: a site's values may come from another's.
  var file: String?

  init(line: Int, column: Int, file: String? = nil) {
    self.line = line
    self.column = column
    self.file = file
  }

  /// The same place of another file.
  func found(in file: String) -> Place { Place(line: line, column: column, file: file) }

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

  /// The same, found in another file than the one that is read.
  func found(in file: String) -> YAMLNode {
    let content: Content =
      switch content {
      case .list(let items): .list(items.map { $0.found(in: file) })
      case .mapping(let entries):
        .mapping(
          entries.map { entry in
            Entry(
              key: entry.key, place: entry.place.found(in: file), value: entry.value.found(in: file)
            )
          })
      case .scalar, .unreadable: content
      }
    return YAMLNode(content: content, place: place.found(in: file))
  }

  /// Whether it is `null`, `~` or left empty, which everywhere means the same as leaving it out.
  var isNull: Bool {
    if case .scalar(.null, _) = content { true } else { false }
  }
}
