/// Values of `Codable` types as JSON, RFC 8259, in one pass and without spaces.
///
/// Numbers that are not finite, which JSON has no form for, are the words `NaN`, `Infinity` and
/// `-Infinity`. What Foundation's coders write with that strategy is read, and they read what is written
/// here; the members of an object stand in the order in which a type encodes them.
public enum CompactJSON {
  /// The deepest that arrays and objects may lie in each other in what is read.
  static let deepest = 512

  /// A value's JSON.
  ///
  /// - Parameter value: One that encodes something, and goes on with an outer container only when it is done
  ///   with the inner ones, as synthesized code does.
  /// - Returns: UTF-8.
  /// - Throws: `EncodingError` where it does not; whatever the value itself throws.
  public static func encode(_ value: some Encodable) throws -> [UInt8] {
    let sink = JSONSink()
    try sink.write(value, within: 0)
    guard !sink.text.isInDisorder else {
      throw EncodingError.invalidValue(
        value,
        .init(
          codingPath: [], debugDescription: "an outer container was used before an inner one ended")
      )
    }
    return sink.text.json.bytes
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - type: Its type.
  ///   - text: UTF-8, at most 4 GiB, with one JSON value and white space. Where a member is there twice, the
  ///     first counts.
  /// - Returns: The value.
  /// - Throws: `DecodingError`, with the place in bytes where the text is not JSON.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from text: some Collection<UInt8>
  ) throws -> Value {
    let document = try JSONDocument(Array(text))
    return try Value(from: CompactDecoder(document: document, place: 0))
  }
}
