/// A value, or none, behind a reference: what holds it is small where there is none.
///
/// A value like any other: of two copies a change of one is not seen in the other. Where there is none,
/// nothing is encoded, as with any optional property.
@propertyWrapper public struct Boxed<Value> {
  private final class Box {
    var value: Value?

    init(_ value: Value?) { self.value = value }
  }

  private var box: Box?

  /// Boxes a value.
  public init(wrappedValue: Value?) { box = wrappedValue.map(Box.init) }

  /// The value.
  public var wrappedValue: Value? {
    @inline(__always) get { box?.value }
    set { box = newValue.map(Box.init) }
    // In place: the value is larger than what most changes change.
    @inline(__always) _modify {
      let own = makeOwn()
      defer { if case .none = own.value { box = nil } }
      yield &own.value
    }
  }

  /// Changes the value in place, as often as there are reports: a change of the property itself takes
  /// memory for a coroutine.
  @inline(__always) mutating func change<Result>(_ change: (inout Value?) -> Result) -> Result {
    let own = makeOwn()
    defer { if case .none = own.value { box = nil } }
    return change(&own.value)
  }

  /// A box that nobody else holds.
  private mutating func makeOwn() -> Box {
    if isKnownUniquelyReferenced(&box), let box { return box }
    let own = Box(box?.value)
    box = own
    return own
  }
}

// Only who holds a box alone changes what is in it.
extension Boxed: @unchecked Sendable where Value: Sendable {}

extension Boxed: Equatable where Value: Equatable {
  /// Whether the values are equal.
  public static func == (left: Self, right: Self) -> Bool {
    left.wrappedValue == right.wrappedValue
  }
}

extension Boxed: Hashable where Value: Hashable {
  /// Hashes the value.
  public func hash(into hasher: inout Hasher) { hasher.combine(wrappedValue) }
}

extension Boxed: Codable where Value: Codable {
  /// Reads a value that is there.
  public init(from decoder: any Decoder) throws {
    self.init(wrappedValue: try Value(from: decoder))
  }

  /// Writes a value that is there.
  public func encode(to encoder: any Encoder) throws { try wrappedValue.encode(to: encoder) }
}

extension KeyedDecodingContainer {
  /// Decodes a boxed property, which may be missing.
  func decode<Value: Codable>(_ type: Boxed<Value>.Type, forKey key: Key) throws -> Boxed<Value> {
    Boxed(wrappedValue: try decodeIfPresent(Value.self, forKey: key))
  }
}

extension KeyedEncodingContainer {
  /// Encodes a boxed property, which may be missing.
  mutating func encode<Value: Codable>(_ boxed: Boxed<Value>, forKey key: Key) throws {
    try encodeIfPresent(boxed.wrappedValue, forKey: key)
  }
}
