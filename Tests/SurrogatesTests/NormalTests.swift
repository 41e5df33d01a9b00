import Testing

@testable import Surrogates

struct NormalTests {
  @Test func probabilitiesAreTheTabulatedOnes() {
    // Abramowitz and Stegun, table 26.1.
    let known = [(0.0, 0.5), (1, 0.841344746), (1.96, 0.975002105), (-3, 0.001349898)]
    for (x, probability) in known {
      #expect((Normal.probability(below: x) - probability).magnitude < 1e-9)
    }
    #expect((Normal.density(1) - 0.241970724519).magnitude < 1e-12)
  }
}
