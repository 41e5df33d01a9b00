import Yams

/// Reads a file of one YAML document into nodes, resolved by ``Scalar``'s rules.
///
/// Yams (libyaml) parses; its resolver, which reads `no` as false and `24:00:00` as 86400, is
/// never asked. Refused are anchors and aliases, tags beyond the core schema, keys that are no
/// scalars, keys given twice, and more than ``deepestNesting`` levels.
///
/// - Returns: `nil` after noting why there is nothing to read.
func yamlDocument(_ text: String, _ ledger: Ledger) -> YAMLNode? {
  guard let source = SourceText(text, ledger) else { return nil }
  var composer = YAMLComposer(source: source, ledger: ledger)
  return composer.document()
}

/// Levels of lists and mappings in one another that a file may have.
let deepestNesting = 32

/// Composes one document, and goes on after keys that are given twice.
///
/// Yams stops at the first mapping with such keys. So that all mistakes are reported together,
/// the first letter of the earlier key is replaced by one of Unicode's private-use characters and
/// the text is composed again; the conversion puts the letter back and reports the pair. Can go
/// when Yams can compose mappings with equal keys.
private struct YAMLComposer {
  private static let mostRepeatedKeys = 20

  let source: SourceText
  let ledger: Ledger
  private var scalars: [Unicode.Scalar]
  private var replaced: [Place: Unicode.Scalar] = [:]
  private var reportedAnchors: Set<Place> = []

  init(source: SourceText, ledger: Ledger) {
    self.source = source
    self.ledger = ledger
    scalars = source.scalars
  }

  mutating func document() -> YAMLNode? {
    while true {
      do {
        let parser = try parser()
        // Anchors are weakly held by their nodes and strongly by the parser.
        return try withExtendedLifetime(parser) {
          guard let root = try parser.singleRoot() else {
            ledger.mistake(at: .start, Wording.emptyDocument)
            return nil
          }
          return node(root, depth: 0)
        }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let place = Place(context.mark)
        guard replaced.count < Self.mostRepeatedKeys, replaceLetter(of: place) else {
          ledger.mistake(at: place, Wording.repeatedKey(keys.first ?? ""))
          return nil
        }
      } catch {
        let problem = SyntaxProblem(error, in: source)
        ledger.mistake(at: problem.place, problem.message)
        return nil
      }
    }
  }

  private func parser() throws -> Parser {
    var text = String(String.UnicodeScalarView(scalars))
    // Yams 6.2.2 keeps a pointer into the text; a string of up to 15 bytes has no stable one.
    if text.utf8.count < 64 { text += "\n" + String(repeating: "#", count: 64) + "\n" }
    return try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
  }

  /// Makes the key at `place` differ from all others, if it begins with a letter or a digit.
  private mutating func replaceLetter(of place: Place) -> Bool {
    guard var index = source.index(of: place) else { return false }
    if scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, replaced[place] == nil,
      scalars[index].properties.isAlphabetic || scalars[index].properties.numericType != nil,
      let substitute = Unicode.Scalar(UInt32(0xE000 + replaced.count))
    else { return false }
    replaced[place] = scalars[index]
    scalars[index] = substitute
    return true
  }

  // MARK: Conversion

  private mutating func node(_ node: Node, depth: Int) -> YAMLNode {
    let place = Place(node.mark)
    return YAMLNode(content: content(node, place, depth: depth) ?? .unreadable, place: place)
  }

  private mutating func content(_ node: Node, _ place: Place, depth: Int) -> YAMLNode.Content? {
    guard node.anchor == nil else {
      if reportedAnchors.insert(place).inserted { ledger.mistake(at: place, Wording.anchor) }
      return nil
    }
    guard depth < deepestNesting else {
      ledger.mistake(at: place, Wording.tooDeep)
      return nil
    }
    switch node {
    case .scalar(let scalar):
      return resolve(scalar, place).map { .scalar($0, text: scalar.string) }
    case .sequence(let sequence):
      check(sequence.tag, is: .seq, place)
      return .list(sequence.map { self.node($0, depth: depth + 1) })
    case .mapping(let mapping):
      check(mapping.tag, is: .map, place)
      return .mapping(entries(mapping, depth: depth))
    case .alias:
      return nil  // Only encoding makes these.
    }
  }

  private mutating func entries(_ mapping: Node.Mapping, depth: Int) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    var lines: [String: Int] = [:]
    for (key, value) in mapping {
      let place = Place(key.mark)
      guard key.anchor == nil, case .scalar(let scalar) = key else {
        let isAnchor = key.anchor != nil
        ledger.mistake(at: place, isAnchor ? Wording.anchor : Wording.keyIsNoWord)
        continue
      }
      check(scalar.tag, is: .str, place)
      var name = scalar.string
      if let letter = replaced[place] {
        name = String(Character(letter)) + String(name.unicodeScalars.dropFirst())
      }
      if let line = lines[name] {
        ledger.mistake(at: place, Wording.repeatedKey(name, firstLine: line))
        continue
      }
      lines[name] = place.line
      entries.append(.init(key: name, place: place, value: node(value, depth: depth + 1)))
    }
    return entries
  }

  /// A scalar by its tag: none is resolved, quotes have the tag of a string.
  private func resolve(_ scalar: Node.Scalar, _ place: Place) -> Scalar? {
    let plain = Scalar(plain: scalar.string)
    switch (scalar.tag.rawValue, plain) {
    case (Tag.Name.implicit.rawValue, _): return plain
    case (Tag.Name.str.rawValue, _), (Tag.Name.nonSpecific.rawValue, _):
      return .word(scalar.string)
    case (Tag.Name.int.rawValue, .integer), (Tag.Name.float.rawValue, .real),
      (Tag.Name.bool.rawValue, .truth), (Tag.Name.null.rawValue, .null):
      return plain
    case (Tag.Name.float.rawValue, .integer(let value)): return .real(Double(value))
    default:
      ledger.mistake(at: place, Wording.tag(scalar.tag.rawValue))
      return nil
    }
  }

  private func check(_ tag: Tag, is expected: Tag.Name, _ place: Place) {
    let isExpected = [Tag.Name.implicit, .nonSpecific, expected].map(\.rawValue)
    // Yams resolves the tags of keys while it looks for equal ones.
    if !isExpected.contains(tag.rawValue) { ledger.mistake(at: place, Wording.tag(tag.rawValue)) }
  }
}

extension Place {
  /// libyaml's mark, which Yams counts from 1.
  init(_ mark: Mark?) {
    self.init(line: mark?.line ?? 1, column: mark?.column ?? 1)
  }
}
