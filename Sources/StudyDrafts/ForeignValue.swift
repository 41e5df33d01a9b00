import StudyModel
internal import Yams

/// A value of another tool's file, JSON or YAML, with the order of keys kept.
indirect enum ForeignValue: Hashable {
  case null
  case scalar(ForeignScalar)
  case list([ForeignValue])
  case mapping([Entry])

  /// An entry of a mapping.
  struct Entry: Hashable {
    var key: String
    var value: ForeignValue
  }

  /// Reads a text; JSON is YAML too.
  ///
  /// - Parameter text: One document.
  /// - Throws: ``ForeignSpaceError`` with the line of what is no YAML.
  init(parsing text: String) throws(ForeignSpaceError) {
    let node: Node?
    do { node = try Yams.compose(yaml: text) } catch let error as YamlError {
      throw .unreadable("\(error)".split(separator: "\n").joined(separator: " "))
    } catch {
      throw .unreadable("\(error)")
    }
    guard let node else { throw .unreadable("the file is empty") }
    self = Self(node)
  }

  private init(_ node: Node) {
    switch node {
    case .scalar(let scalar): self = Self(scalar)
    case .sequence(let list): self = .list(list.map { Self($0) })
    case .mapping(let mapping):
      self = .mapping(
        mapping.map { Entry(key: $0.key.scalar?.string ?? "", value: Self($0.value)) })
    case .alias: self = .null
    }
  }

  private init(_ scalar: Node.Scalar) {
    let text = scalar.string
    guard scalar.style == .any || scalar.style == .plain else {
      self = .scalar(.word(text))
      return
    }
    switch text {
    case "null", "~", "", "None": self = .null
    case "true", "True": self = .scalar(.truth(true))
    case "false", "False": self = .scalar(.truth(false))
    default:
      if let number = Int(text) {
        self = .scalar(.integer(number))
      } else if let number = Double(text), number.isFinite {
        self = .scalar(.real(number))
      } else {
        self = .scalar(.word(text))
      }
    }
  }

  /// The value of a key; `nil` where there is none, or `null`.
  subscript(key: String) -> ForeignValue? {
    guard case .mapping(let entries) = self else { return nil }
    let value = entries.first { $0.key == key }?.value
    return value == .null ? nil : value
  }

  /// The entries of a mapping.
  var entries: [Entry]? { if case .mapping(let entries) = self { entries } else { nil } }
  /// The elements of a list.
  var list: [ForeignValue]? { if case .list(let list) = self { list } else { nil } }
  /// A scalar.
  var scalar: ForeignScalar? { if case .scalar(let scalar) = self { scalar } else { nil } }
  /// A word.
  var word: String? { if case .scalar(.word(let word)) = self { word } else { nil } }
  /// A truth value.
  var truth: Bool? { if case .scalar(.truth(let truth)) = self { truth } else { nil } }
  /// A whole number.
  var integer: Int? {
    switch self {
    case .scalar(.integer(let number)): number
    case .scalar(.real(let number)): Int(exactly: number)
    default: nil
    }
  }
  /// A number.
  var number: Double? {
    switch self {
    case .scalar(.integer(let number)): Double(number)
    case .scalar(.real(let number)): number
    default: nil
    }
  }
  /// Scalars of a list, if it has nothing else.
  var scalars: [ForeignScalar]? {
    guard let list else { return nil }
    let scalars = list.compactMap(\.scalar)
    return scalars.count == list.count ? scalars : nil
  }
}
