/// Where a value reads itself.
struct CompactDecoder: Decoder {
  let document: JSONDocument
  /// Its token.
  let place: Int

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(try ObjectReader<Key>(document, place))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    try ArrayReader(document, place)
  }

  func singleValueContainer() -> any SingleValueDecodingContainer {
    ScalarReader(document: document, place: place)
  }
}

private final class ObjectReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let document: JSONDocument
  private let first: Int
  private let end: Int
  /// Where the key that was asked for last stands: types ask in the order in which they wrote.
  private var last: Int

  init(_ document: JSONDocument, _ place: Int) throws {
    let token = document.tokens[place]
    guard token.kind == .object else { throw document.mismatch([String: Any].self, place) }
    self.document = document
    first = place + 1
    end = Int(token.next)
    last = first
  }

  var codingPath: [any CodingKey] { [] }

  var allKeys: [Key] {
    var keys: [Key] = []
    var at = first
    while at < end {
      if let key = (try? document.string(at)).flatMap({ Key(stringValue: $0) }) { keys.append(key) }
      at = next(at)
    }
    return keys
  }

  /// The key after one.
  private func next(_ key: Int) -> Int { Int(document.tokens[key + 1].next) }

  /// The token of a key's value; `nil` where the object has no such key.
  private func find(_ key: some CodingKey) -> Int? {
    let name = key.stringValue
    var at = last
    while at < end {
      if document.isText(at, name) { return found(at) }
      at = next(at)
    }
    at = first
    while at < last {
      if document.isText(at, name) { return found(at) }
      at = next(at)
    }
    return nil
  }

  private func found(_ key: Int) -> Int {
    last = key
    return key + 1
  }

  private func require(_ key: some CodingKey) throws -> Int {
    guard let place = find(key) else {
      throw DecodingError.keyNotFound(
        key, .init(codingPath: [], debugDescription: "an object has no '\(key.stringValue)'"))
    }
    return place
  }

  func contains(_ key: Key) -> Bool { find(key) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { document.isNull(try require(key)) }

  func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
    try document.truth(require(key))
  }
  func decode(_ type: String.Type, forKey key: Key) throws -> String {
    try document.string(require(key))
  }
  func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
    try document.real(type, require(key))
  }
  func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
    try document.real(type, require(key))
  }
  func decode(_ type: Int.Type, forKey key: Key) throws -> Int {
    try document.integer(type, require(key))
  }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
    try Value(from: CompactDecoder(document: document, place: require(key)))
  }

  func nestedContainer<Nested>(
    keyedBy type: Nested.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    KeyedDecodingContainer(try ObjectReader<Nested>(document, require(key)))
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try ArrayReader(document, require(key))
  }

  func superDecoder() throws -> any Decoder {
    CompactDecoder(document: document, place: try require(SuperKey()))
  }

  func superDecoder(forKey key: Key) throws -> any Decoder {
    CompactDecoder(document: document, place: try require(key))
  }
}

private struct ArrayReader: UnkeyedDecodingContainer {
  let document: JSONDocument
  private let end: Int
  private var at: Int
  private(set) var currentIndex = 0
  let count: Int?

  init(_ document: JSONDocument, _ place: Int) throws {
    let token = document.tokens[place]
    guard token.kind == .array else { throw document.mismatch([Any].self, place) }
    self.document = document
    at = place + 1
    end = Int(token.next)
    var count = 0
    var element = at
    while element < end {
      count += 1
      element = Int(document.tokens[element].next)
    }
    self.count = count
  }

  var codingPath: [any CodingKey] { [] }
  var isAtEnd: Bool { at >= end }

  /// The next element, which is passed only once it is decoded.
  private func element(_ type: Any.Type) throws -> Int {
    guard !isAtEnd else {
      throw DecodingError.valueNotFound(
        type, .init(codingPath: [], debugDescription: "an array has no element \(currentIndex)"))
    }
    return at
  }

  private mutating func pass() {
    at = Int(document.tokens[at].next)
    currentIndex += 1
  }

  mutating func decodeNil() throws -> Bool {
    guard document.isNull(try element(Never.self)) else { return false }
    pass()
    return true
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try Value(from: CompactDecoder(document: document, place: element(type)))
    pass()
    return value
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try ObjectReader<Nested>(document, element([String: Any].self))
    pass()
    return KeyedDecodingContainer(container)
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try ArrayReader(document, element([Any].self))
    pass()
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let decoder = CompactDecoder(document: document, place: try element(Any.self))
    pass()
    return decoder
  }
}

private struct ScalarReader: SingleValueDecodingContainer {
  let document: JSONDocument
  let place: Int

  var codingPath: [any CodingKey] { [] }

  func decodeNil() -> Bool { document.isNull(place) }
  func decode(_ type: Bool.Type) throws -> Bool { try document.truth(place) }
  func decode(_ type: String.Type) throws -> String { try document.string(place) }
  func decode(_ type: Double.Type) throws -> Double { try document.real(type, place) }
  func decode(_ type: Float.Type) throws -> Float { try document.real(type, place) }
  func decode(_ type: Int.Type) throws -> Int { try document.integer(type, place) }
  func decode(_ type: Int8.Type) throws -> Int8 { try document.integer(type, place) }
  func decode(_ type: Int16.Type) throws -> Int16 { try document.integer(type, place) }
  func decode(_ type: Int32.Type) throws -> Int32 { try document.integer(type, place) }
  func decode(_ type: Int64.Type) throws -> Int64 { try document.integer(type, place) }
  func decode(_ type: UInt.Type) throws -> UInt { try document.integer(type, place) }
  func decode(_ type: UInt8.Type) throws -> UInt8 { try document.integer(type, place) }
  func decode(_ type: UInt16.Type) throws -> UInt16 { try document.integer(type, place) }
  func decode(_ type: UInt32.Type) throws -> UInt32 { try document.integer(type, place) }
  func decode(_ type: UInt64.Type) throws -> UInt64 { try document.integer(type, place) }
  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try Value(from: CompactDecoder(document: document, place: place))
  }
}
