/// A stream of random numbers that is a pure function of seed, trial and purpose.
///
/// Counter-based: the n-th number of a stream does not depend on which other streams were read
/// before, so a draw neither depends on the order of events nor has to be kept in any state.
///
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// Philox4x32-10; the known answers of its reference implementation (Random123) are in the tests.
public struct RandomStream: RandomNumberGenerator, Sendable {
  /// What a stream is for; streams of two purposes are independent.
  public enum Purpose: UInt32, Sendable {
    /// Sampling a configuration.
    case configuration = 1
    /// Choosing a bracket.
    case bracket = 2
    /// Choosing between a model's proposal and a random one.
    case choice = 3
    /// Drawing a model's candidates.
    case candidates = 4
    /// Fitting a model; the "trial" is the number of observations.
    case fit = 5
    /// Drawing values for pending trials.
    case fantasies = 6
    /// Choosing a parent and its mutation.
    case evolution = 7
    /// Scrambling or shuffling a sequence; the "trial" is 0.
    case sequence = 8
    /// What happens in a simulated machine.
    case simulation = 9
  }

  private let key: SIMD2<UInt32>
  private let trial: UInt64
  private let purpose: Purpose
  private var block: UInt32 = 0
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// The stream of this seed, trial and purpose.
  public init(seed: UInt64, trial: TrialID, purpose: Purpose) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.trial = UInt64(trial.number)
    self.purpose = purpose
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if used == 4 {
      words = philox(
        SIMD4(
          block, purpose.rawValue, UInt32(truncatingIfNeeded: trial),
          UInt32(truncatingIfNeeded: trial >> 32)), key: key)
      block += 1
      used = 0
    }
    defer { used += 2 }
    return UInt64(words[used]) | UInt64(words[used + 1]) << 32
  }

  /// A number from 0, included, to 1, excluded, with 53 random bits.
  public mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A whole number from 0 to `count` - 1.
  ///
  /// - Parameter count: At least 1.
  /// - Returns: Each with the same probability (Lemire's method, in the standard library).
  public mutating func index(below count: Int) -> Int {
    Int.random(in: 0..<count, using: &self)
  }
}

/// Ten rounds of Philox on four 32-bit words.
///
/// - Parameters:
///   - counter: What is enciphered.
///   - key: Under which key.
/// - Returns: Four random words.
func philox(_ counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
  var counter = counter
  var key = key
  for _ in 0..<10 {
    let first = UInt64(0xD251_1F53) * UInt64(counter[0])
    let second = UInt64(0xCD9E_8D57) * UInt64(counter[2])
    counter = SIMD4(
      UInt32(truncatingIfNeeded: second >> 32) ^ counter[1] ^ key[0],
      UInt32(truncatingIfNeeded: second),
      UInt32(truncatingIfNeeded: first >> 32) ^ counter[3] ^ key[1],
      UInt32(truncatingIfNeeded: first))
    key = key &+ SIMD2(0x9E37_79B9, 0xBB67_AE85)
  }
  return counter
}
