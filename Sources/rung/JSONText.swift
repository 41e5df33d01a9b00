import FoundationEssentials

/// A value as one JSON object on lines of its own.
///
/// - Parameter value: One without NaN and infinities.
/// - Returns: Indented, keys ascending, ended by a newline.
/// - Throws: `EncodingError`.
func jsonText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}
