/// What all containers of a value write to.
final class JSONSink {
  /// One property, so that each call asks once whether it is free to be changed.
  var text = JSONText()

  /// Writes a value and ends what it has opened.
  func write(_ value: some Encodable, within depth: Int) throws {
    let before = text.json.bytes.count
    try value.encode(to: CompactEncoder(sink: self, depth: depth))
    text.close(to: depth)
    guard text.json.bytes.count > before else {
      throw EncodingError.invalidValue(
        value, .init(codingPath: [], debugDescription: "it encodes nothing"))
    }
  }
}
