import FoundationEssentials

/// A value as one JSON object on lines of its own, under the names that its type gives.
///
/// - Parameter value: One without NaN and infinities.
/// - Returns: Indented, keys ascending, ended by a newline.
/// - Throws: `EncodingError`.
func jsonText(_ value: some Encodable) throws -> String {
  try text(value, JSONEncoder())
}

/// A result of a command as one JSON object, with keys such as `memory_mib` whatever the names of its
/// type's properties are.
///
/// Keys of dictionaries, which are a user's own words, stay as they are. Not for types that write a user's
/// words as keys in another way, as a configuration does.
///
/// - Parameter value: One without NaN and infinities.
/// - Returns: As of ``jsonText(_:)``.
/// - Throws: `EncodingError`.
func resultText(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .custom { path in
    ResultKey(stringValue: snakeCase(path.last?.stringValue ?? ""))
  }
  return try text(value, encoder)
}

private func text(_ value: some Encodable, _ encoder: JSONEncoder) throws -> String {
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
}

/// A key by its name alone.
private struct ResultKey: CodingKey {
  var stringValue: String
  var intValue: Int? { nil }

  init(stringValue: String) { self.stringValue = stringValue }

  init?(intValue: Int) { return nil }
}

/// The name of a property as a key of a result: `memoryMiB` is `memory_mib`, `asksForGPUs` is
/// `asks_for_gpus`.
func snakeCase(_ name: String) -> String {
  var words = ""
  var isInWord = false
  for letter in name.replacing("MiB", with: "Mib").replacing("GPU", with: "Gpu") {
    if letter.isUppercase, isInWord { words += "_" }
    // Further abbreviations, such as MPI, stay one word.
    isInWord = letter.isLowercase || letter.isNumber
    words += letter.lowercased()
  }
  return words
}
