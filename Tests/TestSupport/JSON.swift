public import FoundationEssentials

/// Writes a value as JSON, keys ascending, and numbers that are not finite as words.
///
/// Two equal values are equal byte for byte.
public func json(_ value: some Encodable) throws -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try encoder.encode(value)
}

/// Reads what ``json(_:)`` wrote.
public func value<Value: Decodable>(_ type: Value.Type, fromJSON data: Data) throws -> Value {
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try decoder.decode(type, from: data)
}

/// The value after a journey through JSON.
public func roundTrip<Value: Codable>(_ original: Value) throws -> Value {
  try value(Value.self, fromJSON: json(original))
}
