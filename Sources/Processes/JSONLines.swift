import CompactJSON

extension LineChannel {
  /// Sends a value as one line of JSON.
  ///
  /// - Parameter value: What the other side receives.
  /// - Throws: What its encoding throws.
  public func send(_ value: some Encodable) throws {
    send(try CompactJSON.encode(value))
  }

  /// The values that have arrived, each on a line of its own.
  ///
  /// - Parameter type: What the other side sends.
  /// - Returns: In order.
  /// - Throws: `DecodingError` where a line is something else: the other side is not ours.
  public func receive<Value: Decodable>(_ type: Value.Type) throws -> [Value] {
    try receive().map { try CompactJSON.decode(type, from: $0) }
  }
}
