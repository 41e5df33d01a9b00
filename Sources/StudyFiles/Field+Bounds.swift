extension Field {
  /// A number within bounds that may be excluded.
  func number(
    from low: Double = -.infinity, above excludedLow: Double = -.infinity,
    through high: Double = .infinity, below excludedHigh: Double = .infinity
  ) -> Double? {
    guard let number = number() else { return nil }
    guard number >= low, number > excludedLow, number <= high, number < excludedHigh else {
      let lowest = max(low, excludedLow)
      let highest = min(high, excludedHigh)
      mistake(
        expected: Wording.number(
          lowest, isLowIncluded: low == lowest, highest, isHighIncluded: high == highest))
      return nil
    }
    return number
  }
}
