/// A value of a JSON text, for types that read themselves; see ``DirectlyCoded``.
///
/// Everything is `nil` where it is not what was asked for.
public struct JSONValue {
  let document: JSONDocument
  /// Its token.
  let place: Int

  private var token: JSONDocument.Token { document.tokens[place] }

  /// The value of an object's member.
  public subscript(name: StaticString) -> JSONValue? {
    guard token.kind == .object else { return nil }
    var key = place + 1
    let end = Int(token.next)
    while key < end {
      if document.isText(key, name) { return JSONValue(document: document, place: key + 1) }
      key = Int(document.tokens[key + 1].next)
    }
    return nil
  }

  /// How many members an object has, or elements an array.
  public var count: Int {
    var count = 0
    visit { _, _ in count += 1 }
    return count
  }

  /// The elements of an array.
  ///
  /// - Parameter read: Reads one of them.
  /// - Returns: `nil` where it is none, or one of them cannot be read.
  public func elements<Element>(_ read: (JSONValue) -> Element?) -> [Element]? {
    guard token.kind == .array else { return nil }
    var elements: [Element] = []
    var isWhole = true
    visit { _, value in
      if let element = read(value) { elements.append(element) } else { isWhole = false }
    }
    return isWhole ? elements : nil
  }

  /// The members of an object.
  ///
  /// - Parameter each: Takes the name and the value of each.
  /// - Returns: Whether it is an object.
  public func members(_ each: (String, JSONValue) -> Void) -> Bool {
    guard token.kind == .object else { return false }
    visit { key, value in each((try? document.string(key)) ?? "", value) }
    return true
  }

  /// Visits what an array or object has: the tokens of its keys, and its values.
  private func visit(_ each: (Int, JSONValue) -> Void) {
    let end = Int(token.next)
    let isObject = token.kind == .object
    var at = place + 1
    while at < end {
      let value = isObject ? at + 1 : at
      each(at, JSONValue(document: document, place: value))
      at = Int(document.tokens[value].next)
    }
  }

  /// What belongs to a case of an enumeration.
  ///
  /// - Parameter name: The case.
  /// - Returns: `nil` where it is another.
  public func enumerated(_ name: StaticString) -> JSONValue? {
    // An object of one member.
    guard token.kind == .object, place + 1 < token.next, document.isText(place + 1, name),
      document.tokens[place + 2].next == token.next, document.tokens[place + 2].kind == .object
    else { return nil }
    return JSONValue(document: document, place: place + 2)
  }

  /// A whole number.
  public var int: Int? { try? document.integer(Int.self, place) }

  /// A number, or the word of one that is not finite.
  public var double: Double? { try? document.real(Double.self, place) }

  /// A truth value.
  public var truth: Bool? { try? document.truth(place) }

  /// A text.
  public var string: String? { token.kind == .text ? try? document.string(place) : nil }

  /// A value as `Codable` has it.
  ///
  /// - Parameter type: Its type.
  /// - Returns: It.
  public func decoded<Value: Decodable>(_ type: Value.Type) -> Value? {
    try? Value(from: CompactDecoder(document: document, place: place))
  }

  /// The value of an object's member that need not be there.
  ///
  /// - Parameters:
  ///   - name: The member.
  ///   - read: Reads its value.
  /// - Returns: `.some(nil)` where it is not there, `nil` where it cannot be read.
  public func ifPresent<Value>(
    _ name: StaticString, _ read: (JSONValue) -> Value?
  ) -> Value?? {
    guard let value = self[name] else { return .some(nil) }
    return read(value).map { .some($0) }
  }
}
