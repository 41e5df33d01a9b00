import RealModule
import Testing

@testable import Surrogates

struct LanesTests {
  @Test func exponentialsAreRightToTwoUnitsInTheLastPlace() {
    var worst = 0.0
    for step in 0..<20_000 {
      let first = -708 + Double(step) * (1408.0 / 20_000)
      let exponents = Lanes(
        first, first + 1e-3, first + 2e-3, first / 1e3, first / 1e6, first / 1e9, -first / 1e4, 0)
      let powers = exponents.exponentials()
      for lane in 0..<8 {
        let exact = Double.exp(exponents[lane])
        worst = max(worst, ((powers[lane] - exact) / exact).magnitude)
      }
    }
    #expect(worst <= 4e-16)
  }

  @Test func whatIsTooSmallIsZero() {
    let powers = Lanes(-708, -708.1, -1e9, -.infinity, 0, -0.0, 1, -1).exponentials()
    #expect(powers[0] > 3e-308)
    #expect((powers[1], powers[2], powers[3]) == (0, 0, 0))
    #expect((powers[4], powers[5]) == (1, 1))
  }

  @Test func roughExponentialsAreRightToFourTenMillionths() {
    var worst: Float = 0
    for step in 0..<20_000 {
      let first = Float(step) * -80 / 20_000
      let exponents = RoughLanes(
        first, first / 2, first / 7, first / 100, first / 1e4, -first, -first / 3, 0)
      let powers = exponents.exponentials()
      for lane in 0..<8 {
        let exact = Double.exp(Double(exponents[lane]))
        worst = max(worst, Float(((Double(powers[lane]) - exact) / exact).magnitude))
      }
    }
    #expect(worst <= 4e-7)
  }
}
