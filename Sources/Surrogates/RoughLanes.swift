/// Eight numbers of single precision that are computed with at once.
typealias RoughLanes = SIMD8<Float>

extension SIMD8<Float> {
  /// `e` to the power of each lane, for lanes from -80 to 80; anything for others.
  ///
  /// The relative error is at most 4e-7. Computed as ``Lanes`` does, by a polynomial of degree 6.
  @inline(__always)  // A call would pass the lanes by way of memory.
  func exponentials() -> RoughLanes {
    // Adding 1.5 * 2^23 rounds to a whole number, which is then in the low bits.
    let shifted = self * 0x1.715476p+0 + 0x1.8p23
    let halvings = shifted - 0x1.8p23
    let rest = (self - halvings * 0x1.63p-1) + halvings * 0x1.bd0106p-13
    var power = rest * 0x1.6d7544p-10 + 0x1.126fb8p-7
    power = power * rest + 0x1.5554acp-5
    power = power * rest + 0x1.555404p-3
    power = power * rest + 0.5
    power = power * rest * rest + rest
    power += 1
    return RoughLanes(bitPatterns: power.bitPatterns &+ (shifted.bitPatterns &<< 23))
  }

  private var bitPatterns: SIMD8<UInt32> {
    SIMD8<UInt32>(
      self[0].bitPattern, self[1].bitPattern, self[2].bitPattern, self[3].bitPattern,
      self[4].bitPattern, self[5].bitPattern, self[6].bitPattern, self[7].bitPattern)
  }

  private init(bitPatterns: SIMD8<UInt32>) {
    self.init(
      Float(bitPattern: bitPatterns[0]), Float(bitPattern: bitPatterns[1]),
      Float(bitPattern: bitPatterns[2]), Float(bitPattern: bitPatterns[3]),
      Float(bitPattern: bitPatterns[4]), Float(bitPattern: bitPatterns[5]),
      Float(bitPattern: bitPatterns[6]), Float(bitPattern: bitPatterns[7]))
  }
}
