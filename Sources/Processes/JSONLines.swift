import FoundationEssentials

extension LineChannel {
  /// Sends a value as one line of JSON.
  ///
  /// - Parameter value: One whose encoding cannot fail: no number in it is NaN or infinite.
  /// - Throws: `EncodingError` all the same.
  public func send(_ value: some Encodable) throws {
    send(Array(try JSONEncoder().encode(value)))
  }

  /// The values that have arrived, each on a line of its own.
  ///
  /// - Parameter type: What the other side sends.
  /// - Returns: In order.
  /// - Throws: `DecodingError` where a line is something else: the other side is not ours.
  public func receive<Value: Decodable>(_ type: Value.Type) throws -> [Value] {
    try receive().map { try JSONDecoder().decode(type, from: Data($0)) }
  }
}
