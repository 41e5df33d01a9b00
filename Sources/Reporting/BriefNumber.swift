/// A number to so many significant digits, which is then written in few characters.
///
/// - Parameters:
///   - value: The number; whole numbers that have more digits keep them.
///   - digits: At least 1.
/// - Returns: The nearest number of these digits; the same where it is very large or very small.
func brief(_ value: Double, digits: Int = 6) -> Double {
  let size = abs(value)
  guard size > 1e-12, size < 1e15 else { return value }
  var bound = 1.0
  for _ in 1..<digits { bound *= 10 }
  var scale = 1.0
  while size * scale < bound { scale *= 10 }
  return (value * scale).rounded() / scale
}

/// A number with so many decimal places.
func cut(_ value: Double, places: Int) -> Double {
  var scale = 1.0
  for _ in 0..<places { scale *= 10 }
  return (value * scale).rounded() / scale
}

/// Decimal places at which steps of a length cannot be seen in a drawing.
///
/// - Parameter length: Of the whole axis, in seconds.
/// - Returns: From 0 to 6.
func placesToSee(_ length: Double) -> Int {
  var (places, step) = (0, 1.0)
  while places < 6, step > length / 20_000 {
    places += 1
    step /= 10
  }
  return places
}
