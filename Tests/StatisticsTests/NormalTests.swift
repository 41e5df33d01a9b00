import Statistics
import Testing

struct NormalTests {
  @Test func probabilitiesAreTheTabulatedOnes() {
    // Abramowitz and Stegun, table 26.1.
    let known = [(0.0, 0.5), (1, 0.841344746), (1.96, 0.975002105), (-3, 0.001349898)]
    for (x, probability) in known {
      #expect((Normal.probability(below: x) - probability).magnitude < 1e-9)
    }
    #expect((Normal.density(1) - 0.241970724519).magnitude < 1e-12)
  }

  @Test func quantilesAreTheInverseOfProbabilities() {
    for step in 1..<2000 {
      let x = -8 + Double(step) / 250
      let probability = Normal.probability(below: x)
      // Near 1 the probability itself has too few digits.
      let error = (Normal.quantile(probability) - x).magnitude
      #expect(error <= 1e-14 + 4e-16 / Normal.density(x), "at \(x)")
    }
    #expect(Normal.quantile(0.5) == 0)
    #expect((Normal.quantile(0), Normal.quantile(1)) == (-.infinity, .infinity))
  }
}
