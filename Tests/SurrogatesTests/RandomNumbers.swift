@testable import Surrogates

/// Random numbers of a seed (SplitMix64).
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed &* 0x2545_F491_4F6C_DD1D }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var bits = state
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// Some kinds of coordinates.
  mutating func kinds() -> [KernelDensity.Kind] {
    (0..<Int.random(in: 1...7, using: &self)).map { _ in
      switch Int.random(in: 0..<4, using: &self) {
      case 0: .ordered(levels: Int.random(in: 1...12, using: &self))
      case 1: .unordered(levels: Int.random(in: 1...6, using: &self))
      default: .continuous
      }
    }
  }

  /// Coordinates of these kinds, `count` points one after the other, within a part of the range.
  mutating func points(_ count: Int, _ kinds: [KernelDensity.Kind], spread: Double) -> [Double] {
    var points: [Double] = []
    for _ in 0..<count {
      for kind in kinds {
        switch kind {
        case .continuous: points.append(Double.random(in: 0...spread, using: &self))
        case .ordered(let levels), .unordered(let levels):
          points.append(Double(Int.random(in: 0..<levels, using: &self)))
        }
      }
    }
    return points
  }
}
