/// Where a value writes itself.
struct CompactEncoder: Encoder {
  let sink: JSONSink
  /// How many containers are open around the value.
  let depth: Int

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(ObjectWriter<Key>(sink: sink, within: depth))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { ArrayWriter(sink: sink, within: depth) }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    ScalarWriter(sink: sink, depth: depth)
  }
}

private struct ObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let sink: JSONSink
  let place: JSONText.Place

  init(sink: JSONSink, within depth: Int) {
    self.sink = sink
    place = sink.text.enter(UInt8(ascii: "{"), UInt8(ascii: "}"), within: depth)
  }

  var codingPath: [any CodingKey] { [] }

  mutating func encodeNil(forKey key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.writeNull()
  }

  mutating func encode(_ value: Bool, forKey key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.write(value)
  }

  mutating func encode(_ value: String, forKey key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.write(value)
  }

  mutating func encode(_ value: Double, forKey key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.write(value)
  }

  mutating func encode(_ value: Float, forKey key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.write(real: value)
  }

  mutating func encode(_ value: Int, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: Int8, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: Int16, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: Int32, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: Int64, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: UInt, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: UInt8, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: UInt16, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: UInt32, forKey key: Key) { write(value, key) }
  mutating func encode(_ value: UInt64, forKey key: Key) { write(value, key) }

  private func write(_ value: some BinaryInteger, _ key: Key) {
    sink.text.begin(key, in: place)
    sink.text.json.write(value)
  }

  mutating func encode(_ value: some Encodable, forKey key: Key) throws {
    sink.text.begin(key, in: place)
    try sink.write(value, within: place.depth)
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    sink.text.begin(key, in: place)
    return KeyedEncodingContainer(ObjectWriter<Nested>(sink: sink, within: place.depth))
  }

  mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    sink.text.begin(key, in: place)
    return ArrayWriter(sink: sink, within: place.depth)
  }

  mutating func superEncoder() -> any Encoder { encoder(of: SuperKey()) }

  mutating func superEncoder(forKey key: Key) -> any Encoder { encoder(of: key) }

  private func encoder(of key: some CodingKey) -> CompactEncoder {
    sink.text.begin(key, in: place)
    return CompactEncoder(sink: sink, depth: place.depth)
  }
}

/// The key that a superclass has by itself, as in Foundation's coders.
struct SuperKey: CodingKey {
  var stringValue: String { "super" }
  var intValue: Int? { 0 }
  init() {}
  init?(stringValue: String) { nil }
  init?(intValue: Int) { nil }
}

private struct ArrayWriter: UnkeyedEncodingContainer {
  let sink: JSONSink
  let place: JSONText.Place

  init(sink: JSONSink, within depth: Int) {
    self.sink = sink
    place = sink.text.enter(UInt8(ascii: "["), UInt8(ascii: "]"), within: depth)
  }

  var codingPath: [any CodingKey] { [] }
  var count: Int { sink.text.count(of: place) }

  mutating func encodeNil() {
    sink.text.begin(in: place)
    sink.text.json.writeNull()
  }

  mutating func encode(_ value: some Encodable) throws {
    sink.text.begin(in: place)
    try sink.write(value, within: place.depth)
  }

  mutating func nestedContainer<Nested>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    sink.text.begin(in: place)
    return KeyedEncodingContainer(ObjectWriter<Nested>(sink: sink, within: place.depth))
  }

  mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    sink.text.begin(in: place)
    return ArrayWriter(sink: sink, within: place.depth)
  }

  mutating func superEncoder() -> any Encoder {
    sink.text.begin(in: place)
    return CompactEncoder(sink: sink, depth: place.depth)
  }
}

private struct ScalarWriter: SingleValueEncodingContainer {
  let sink: JSONSink
  let depth: Int

  var codingPath: [any CodingKey] { [] }

  mutating func encodeNil() { sink.text.json.writeNull() }
  mutating func encode(_ value: Bool) { sink.text.json.write(value) }
  mutating func encode(_ value: String) { sink.text.json.write(value) }
  mutating func encode(_ value: Double) { sink.text.json.write(value) }
  mutating func encode(_ value: Float) { sink.text.json.write(real: value) }
  mutating func encode(_ value: Int) { sink.text.json.write(value) }
  mutating func encode(_ value: Int8) { sink.text.json.write(value) }
  mutating func encode(_ value: Int16) { sink.text.json.write(value) }
  mutating func encode(_ value: Int32) { sink.text.json.write(value) }
  mutating func encode(_ value: Int64) { sink.text.json.write(value) }
  mutating func encode(_ value: UInt) { sink.text.json.write(value) }
  mutating func encode(_ value: UInt8) { sink.text.json.write(value) }
  mutating func encode(_ value: UInt16) { sink.text.json.write(value) }
  mutating func encode(_ value: UInt32) { sink.text.json.write(value) }
  mutating func encode(_ value: UInt64) { sink.text.json.write(value) }
  mutating func encode(_ value: some Encodable) throws { try sink.write(value, within: depth) }
}
