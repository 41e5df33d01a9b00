/// A value that comes thousands of times a second, and so is written and read past `Codable`.
///
/// What is written is byte for byte what its `encode(to:)` has written, and what is read is what its
/// `init(from:)` reads. Whatever is rare in it, or unexpected, can be left to these.
public protocol DirectlyCoded: Codable {
  /// Writes the value.
  ///
  /// - Parameter json: Takes one value.
  /// - Throws: What a part throws that `Codable` writes.
  func write(to json: inout JSONWriter) throws

  /// Reads a value.
  ///
  /// - Parameter json: What was written.
  /// - Returns: `nil` for `init(from:)` to read it, or to say what is wrong.
  static func read(_ json: JSONValue) -> Self?
}

extension CompactJSON {
  /// A value's JSON, written directly.
  ///
  /// - Parameter value: Any.
  /// - Returns: UTF-8.
  /// - Throws: What a part throws that `Codable` writes.
  public static func encode(_ value: some DirectlyCoded) throws -> [UInt8] {
    var json = JSONWriter()
    try value.write(to: &json)
    return json.bytes
  }

  /// Reads a value directly where it can be.
  ///
  /// - Parameters:
  ///   - type: Its type.
  ///   - text: UTF-8, at most 4 GiB, with one JSON value and white space. Where a member is there twice, the
  ///     first counts.
  /// - Returns: The value.
  /// - Throws: `DecodingError`, with the place in bytes where the text is not JSON.
  public static func decode<Value: DirectlyCoded>(
    _ type: Value.Type, from text: some Collection<UInt8>
  ) throws -> Value {
    let document = try JSONDocument(Array(text))
    if !document.hasEscapedKeys, let value = Value.read(JSONValue(document: document, place: 0)) {
      return value
    }
    return try Value(from: CompactDecoder(document: document, place: 0))
  }
}
