/// Values, each once, in the order in which they came.
///
/// Written in that order, so that equal states are equal byte for byte; a `Set` is written in an
/// order of the process's own.
struct Distinct<Element: Hashable & Sendable & Codable>: Sendable {
  private var elements: [Element] = []
  private var members: Set<Element> = []

  /// How many there are.
  var count: Int { elements.count }

  /// Whether a value is among them.
  func contains(_ element: Element) -> Bool { members.contains(element) }

  /// Adds a value that is not among them.
  mutating func insert(_ element: Element) {
    if members.insert(element).inserted { elements.append(element) }
  }
}

extension Distinct: Codable {
  /// Reads an array.
  init(from decoder: any Decoder) throws {
    for element in try [Element](from: decoder) { insert(element) }
  }

  /// Writes an array.
  func encode(to encoder: any Encoder) throws { try elements.encode(to: encoder) }
}
