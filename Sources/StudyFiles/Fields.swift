import StudyModel

/// A mapping with known keys.
struct Fields {
  /// The keys from the top of the file; empty at the top.
  let path: String
  let place: Place
  let ledger: Ledger
  private let entries: [YAMLNode.Entry]
  /// Keys that messages about unknown ones have named.
  private var suggested: Set<String> = []
  /// Whether there are keys of which a mistake was noted.
  private(set) var hasUnknownKeys = false

  /// Takes a mapping, noting what is none and keys that are not `keys`.
  init?(_ field: Field, keys: [String], example: String) {
    guard case .mapping(let entries) = field.node.content else {
      field.mistake(expected: Wording.example(example))
      return nil
    }
    path = field.path
    place = field.place
    ledger = field.ledger
    self.entries = entries
    for entry in entries where !keys.contains(entry.key) {
      ledger.mistake(at: entry.place, advice(on: entry.key, among: keys))
      hasUnknownKeys = true
    }
  }

  /// The value of a key; `nil` where it is left out or null.
  subscript(key: String) -> Field? {
    entries.first { $0.key == key && !$0.value.isNull }.map {
      Field(path: joined(path, key), node: $0.value, ledger: ledger)
    }
  }

  /// The value of a key that must be there.
  func required(_ key: String, example: String) -> Field? {
    if let field = self[key] { return field }
    guard !suggested.contains(key) else { return nil }
    let place = entries.first { $0.key == key }?.place ?? self.place
    ledger.mistake(at: place, Wording.missing(joined(path, key), example: example))
    return nil
  }

  /// What to write instead of an unknown key.
  private mutating func advice(on key: String, among keys: [String]) -> String {
    if ledger.isOfStudy, let ours = foreignWord(key, in: path) {
      suggested.insert(String(ours.drop { $0 == "'" }.prefix { $0.isLetter || $0 == "_" }))
      return Wording.unknownKey(key, path, write: ours)
    }
    if ledger.isOfStudy, path.isEmpty, let home = home(of: key) {
      return Wording.unknownKey(key, path, home: home)
    }
    if let near = nearestWord(to: key, among: keys) {
      suggested.insert(near)
      return Wording.unknownKey(key, path, write: near)
    }
    return Wording.unknownKey(key, path, known: keys)
  }
}
