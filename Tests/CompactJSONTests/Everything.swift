import Foundation
import TestSupport

/// A value of every form that `Codable` types take.
struct Everything: Codable, Equatable {
  enum Kind: Codable, Equatable {
    case bare
    case one(Int)
    case several(name: String, Double, maybe: Bool?)
    indirect case inside(Kind, [Kind])
  }

  struct Empty: Codable, Equatable {}

  /// Encodes as a bare scalar.
  struct Wrapped: Codable, Equatable {
    var number: Int64
    init(_ number: Int64) { self.number = number }
    init(from decoder: any Decoder) throws {
      number = try decoder.singleValueContainer().decode(Int64.self)
    }
    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(number)
    }
  }

  /// Encodes as an array of different things, and as an object within its parent's.
  struct Mixed: Codable, Equatable {
    var word: String
    var numbers: [UInt16]
    var empty = Empty()

    init(word: String, numbers: [UInt16]) {
      self.word = word
      self.numbers = numbers
    }

    init(from decoder: any Decoder) throws {
      var container = try decoder.unkeyedContainer()
      word = try container.decode(String.self)
      guard try container.decodeNil() else { throw CocoaError(.coderInvalidValue) }
      var nested = try container.nestedUnkeyedContainer()
      numbers = []
      while !nested.isAtEnd { numbers.append(try nested.decode(UInt16.self)) }
      empty = try container.decode(Empty.self)
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.unkeyedContainer()
      try container.encode(word)
      try container.encodeNil()
      var nested = container.nestedUnkeyedContainer()
      for number in numbers { try nested.encode(number) }
      try container.encode(empty)
    }
  }

  var truth: Bool
  var word: String
  var real: Double
  var single: Float
  var integer: Int
  var small: Int8
  var large: UInt64
  var wrapped: Wrapped?
  var kinds: [Kind]
  var table: [String: [Double?]]
  var numbered: [Int: String]
  var mixed: Mixed
  var nothing: Empty

  init(_ draw: inout SeededGenerator) {
    truth = .random(using: &draw)
    word = Self.word(&draw)
    real = Self.real(&draw)
    single = Float(Self.real(&draw))
    integer = Int(truncatingIfNeeded: draw.next() >> UInt64.random(in: 0...63, using: &draw))
    small = .random(in: .min ... .max, using: &draw)
    large = draw.next() >> UInt64.random(in: 0...63, using: &draw)
    wrapped = Bool.random(using: &draw) ? Wrapped(Int64(truncatingIfNeeded: draw.next())) : nil
    kinds = (0..<Int.random(in: 0...4, using: &draw)).map { _ in Self.kind(&draw, depth: 3) }
    table = [:]
    numbered = [:]
    for _ in 0..<Int.random(in: 0...4, using: &draw) {
      table[Self.word(&draw)] = (0..<Int.random(in: 0...3, using: &draw)).map { _ in
        Bool.random(using: &draw) ? Self.real(&draw) : nil
      }
      numbered[Int.random(in: -9...9, using: &draw)] = Self.word(&draw)
    }
    mixed = Mixed(
      word: Self.word(&draw),
      numbers: (0..<Int.random(in: 0...5, using: &draw)).map { _ in
        .random(in: .min ... .max, using: &draw)
      })
    nothing = Empty()
  }

  private static func kind(_ draw: inout SeededGenerator, depth: Int) -> Kind {
    switch Int.random(in: 0...(depth > 0 ? 3 : 2), using: &draw) {
    case 0: .bare
    case 1: .one(Int.random(in: -1000...1000, using: &draw))
    case 2: .several(name: word(&draw), real(&draw), maybe: Bool.random(using: &draw) ? true : nil)
    default:
      .inside(
        kind(&draw, depth: depth - 1),
        (0..<Int.random(in: 0...2, using: &draw)).map { _ in kind(&draw, depth: depth - 1) })
    }
  }

  /// Of any size down to the least, whole ones, those that are none.
  static func real(_ draw: inout SeededGenerator) -> Double {
    switch Int.random(in: 0...5, using: &draw) {
    case 0:
      draw.element(of: [
        0, -0.0, 1, -1, 0.1, 1e22, 1e23, .infinity, -.infinity, .leastNonzeroMagnitude,
      ])
    case 1: Double(Int.random(in: -1_000_000...1_000_000, using: &draw))
    case 2: Double.random(in: 0...1, using: &draw)
    default:
      // What is not a number never equals itself.
      { $0.isNaN ? 7 : $0 }(Double(bitPattern: draw.next()))
    }
  }

  static func word(_ draw: inout SeededGenerator) -> String {
    let scalars: [Unicode.Scalar] = [
      "a", "Z", "7", " ", "\"", "\\", "/", "\n", "\r", "\t", "\u{0}", "\u{8}", "\u{c}", "\u{1f}",
      "\u{7f}",
      "é", "\u{2028}", "漢", "😀", "\u{301}", "{", ",", ":",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &draw) {
      text.unicodeScalars.append(draw.element(of: scalars))
    }
    return text
  }
}
