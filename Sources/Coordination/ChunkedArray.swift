/// An array in pieces of at most 64 KiB, of which copies share those that none of them has changed.
///
/// A snapshot is written of a copy while events change the study. Of one array the first change after that
/// would copy everything, and nothing be decided meanwhile; of this each change copies the piece that it
/// falls into.
@frozen public struct ChunkedArray<Element> {
  @usableFromInline var chunks: [ContiguousArray<Element>] = []
  @usableFromInline var size = 0

  /// How many bits of an index are the place within a piece.
  @inlinable static var shift: Int {
    let fitting = Swift.max(1, 65536 / Swift.max(1, MemoryLayout<Element>.stride))
    return Int.bitWidth - 1 - fitting.leadingZeroBitCount
  }

  /// An empty array.
  @inlinable public init() {}

  /// The elements of a sequence, in their order.
  public init(_ elements: some Sequence<Element>) {
    for element in elements { append(element) }
  }

  /// Adds an element at the end.
  @inlinable public mutating func append(_ element: Element) {
    if size & (1 << Self.shift - 1) == 0 {
      chunks.append([element])
    } else {
      chunks[chunks.count - 1].append(element)
    }
    size += 1
  }
}

extension ChunkedArray: RandomAccessCollection, MutableCollection {
  /// 0.
  @inlinable public var startIndex: Int { 0 }
  /// The number of elements.
  @inlinable public var endIndex: Int { size }

  /// The element at a place, from 0.
  @inlinable public subscript(place: Int) -> Element {
    get { chunks[place >> Self.shift][place & (1 << Self.shift - 1)] }
    _modify { yield &chunks[place >> Self.shift][place & (1 << Self.shift - 1)] }
  }
}

extension ChunkedArray: ExpressibleByArrayLiteral {
  /// The elements, in their order.
  public init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension ChunkedArray: Sendable where Element: Sendable {}
extension ChunkedArray: Equatable where Element: Equatable {}
extension ChunkedArray: Hashable where Element: Hashable {}

extension ChunkedArray: Encodable where Element: Encodable {
  /// Writes what an array of the elements would write.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    for element in self { try container.encode(element) }
  }
}

extension ChunkedArray: Decodable where Element: Decodable {
  /// Reads what an array of the elements has written.
  public init(from decoder: any Decoder) throws { self.init(try [Element](from: decoder)) }
}
