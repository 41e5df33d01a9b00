import Foundation
import TestSupport
import Testing

@testable import Coordination

@Suite struct ChunkedArrayTests {
  /// 16 KiB large, so that a piece has four.
  private struct Large: Hashable {
    var number: Int
    private var rest: InlineArray<2047, Int> = InlineArray(repeating: 0)

    init(_ number: Int) { self.number = number }

    static func == (left: Self, right: Self) -> Bool { left.number == right.number }
    func hash(into hasher: inout Hasher) { hasher.combine(number) }
  }

  @Test(arguments: 0..<20)
  func itHoldsWhatAnArrayDoesAndSoDoItsCopies(seed: UInt64) throws {
    var generator = SeededGenerator(seed)
    var array: [Int] = []
    var chunked: ChunkedArray<Large> = []
    var copies: [(array: [Int], chunked: ChunkedArray<Large>)] = []
    for _ in 0..<400 {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0: copies.append((array, chunked))
      case 1..<4 where !array.isEmpty:
        let place = Int.random(in: 0..<array.count, using: &generator)
        array[place] += 1
        chunked[place].number += 1
      default:
        array.append(Int.random(in: 0..<1000, using: &generator))
        chunked.append(Large(array[array.count - 1]))
      }
    }
    copies.append((array, chunked))
    for copy in copies {
      #expect(copy.chunked.map(\.number) == copy.array)
      #expect(copy.chunked.count == copy.array.count)
      #expect(copy.chunked == ChunkedArray(copy.array.map { Large($0) }))
    }
    #expect(copies.last?.chunked.last?.number == array.last)
  }

  @Test func aChangeCopiesThePieceThatItFallsIntoAndNoOther() {
    var changed = ChunkedArray((0..<18).map { Large($0) })
    let copy = changed
    changed[5].number = -1
    changed.append(Large(18))
    func places(_ array: ChunkedArray<Large>) -> [Int] {
      array.chunks.map { chunk in unsafe chunk.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } }
    }
    let same = zip(places(changed), places(copy)).map { $0 == $1 }
    // The second, and the last, to which one was added.
    #expect(same == [true, false, true, true, false])
    #expect(copy.map(\.number) == Array(0..<18))
  }

  @Test func itIsEncodedAsAnArrayIs() throws {
    let numbers = (0..<20_000).map { $0 * 3 }
    let data = try JSONEncoder().encode(ChunkedArray(numbers))
    #expect(data == (try JSONEncoder().encode(numbers)))
    #expect(try JSONDecoder().decode(ChunkedArray<Int>.self, from: data) == ChunkedArray(numbers))
  }
}
