/// A number to so many significant digits, which is then written in few characters.
///
/// - Parameters:
///   - value: The number.
///   - digits: From 1 to 15.
/// - Returns: The nearest number of these digits, up to the last bit; the same where it is not finite, or very
///   large or small.
func significant(_ value: Double, digits: Int) -> Double {
  let size = value.magnitude
  guard size > 1e-290, size < 1e290 else { return value }
  let bound = power(10, digits - 1)
  var exponent = 0
  var scaled = size
  while scaled < bound {
    scaled *= 10
    exponent += 1
  }
  while scaled >= bound * 10 {
    scaled /= 10
    exponent -= 1
  }
  let whole = (exponent >= 0 ? value * power(10, exponent) : value / power(10, -exponent)).rounded()
  return exponent >= 0 ? whole / power(10, exponent) : whole * power(10, -exponent)
}

private func power(_ base: Double, _ exponent: Int) -> Double {
  (0..<exponent).reduce(1.0) { product, _ in product * base }
}
