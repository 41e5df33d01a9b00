/// Eight numbers that are computed with at once.
typealias Lanes = SIMD8<Double>

extension SIMD8<Double> {
  /// `e` to the power of each lane; 0 where that is below 3.4e-308.
  ///
  /// For lanes of at most 700. The relative error is at most 4e-16, less than two units in the last
  /// place: reduction by multiples of ln 2, in two parts (Cody and Waite, 1980), then the
  /// polynomial of degree 11 that is nearest to the exponential over what remains (relative error
  /// 1.7e-17, found by Chebyshev interpolation).
  @inline(__always)  // A call would pass the lanes by way of memory.
  func exponentials() -> Lanes {
    let clamped = replacing(with: -708, where: self .< -708)
    // Adding 1.5 * 2^52 rounds to a whole number, which is then in the low bits.
    let shifted = clamped * 0x1.71547652b82fep+0 + 0x1.8p52
    let halvings = shifted - 0x1.8p52
    let rest = (clamped - halvings * 0x1.62e42fefa3800p-1) - halvings * 0x1.ef35793c76730p-45
    var power = rest * 0x1.af632a0f7e2cep-26 + 0x1.28b4101c77212p-22
    power = power * rest + 0x1.71ddf56d8deb5p-19
    power = power * rest + 0x1.a01991a10d9aep-16
    power = power * rest + 0x1.a01a01b1461c5p-13
    power = power * rest + 0x1.6c16c1880029fp-10
    power = power * rest + 0x1.111111110f21ep-7
    power = power * rest + 0x1.555555554f0bap-5
    power = power * rest + 0x1.555555555555ap-3
    power = power * rest + 0x1.0000000000011p-1
    power = power * rest * rest + rest
    power += 1
    // The exponents are the highest 11 bits but one.
    let scaled = Lanes(bitPatterns: power.bitPatterns &+ (shifted.bitPatterns &<< 52))
    return scaled.replacing(with: 0, where: self .< -708)
  }

  private var bitPatterns: SIMD8<UInt64> {
    SIMD8<UInt64>(
      self[0].bitPattern, self[1].bitPattern, self[2].bitPattern, self[3].bitPattern,
      self[4].bitPattern, self[5].bitPattern, self[6].bitPattern, self[7].bitPattern)
  }

  private init(bitPatterns: SIMD8<UInt64>) {
    self.init(
      Double(bitPattern: bitPatterns[0]), Double(bitPattern: bitPatterns[1]),
      Double(bitPattern: bitPatterns[2]), Double(bitPattern: bitPatterns[3]),
      Double(bitPattern: bitPatterns[4]), Double(bitPattern: bitPatterns[5]),
      Double(bitPattern: bitPatterns[6]), Double(bitPattern: bitPatterns[7]))
  }
}
