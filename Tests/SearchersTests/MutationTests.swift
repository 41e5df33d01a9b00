import StudyModel
import TestSupport
import Testing

@testable import Searchers

struct MutationTests {
  @Test(arguments: seeds(1500, from: 200_000))
  func aMutationChangesOneParameterAndWhatDependsOnIt(seed: UInt64) throws {
    let drawn = try SearchSpace.random(seed: seed)
    let space = SearchSpace(parameters: drawn.parameters)
    let mutation = Mutation(space) { _ in true }
    var random = RandomStream(seed: seed, trial: TrialID(0), purpose: .evolution)
    for _ in 0..<10 {
      let parent = space.sample(using: &random)
      guard let (child, changed) = mutation.child(of: parent, using: &random) else {
        let active = space.parameters.filter { parent[$0.name] != nil }
        #expect(active.allSatisfy { $0.domain.count == 1 })
        continue
      }
      #expect(space.conforming(child) == child, "seed \(seed)")
      #expect(child[changed] != nil && child[changed] != parent[changed], "seed \(seed)")
      for parameter in space.parameters where parameter.name != changed {
        guard let before = parent[parameter.name], let after = child[parameter.name] else {
          // Only a condition on something that changed takes a parameter away or brings one.
          let isSame = (parent[parameter.name] == nil) == (child[parameter.name] == nil)
          let depends = parameter.conditions.contains {
            parent[$0.parameter] != child[$0.parameter]
          }
          #expect(isSame || depends, "seed \(seed)")
          continue
        }
        #expect(before == after, "seed \(seed)")
      }
    }
  }

  @Test(arguments: seeds(300, from: 210_000))
  func anotherValueIsNeverTheCurrentOne(seed: UInt64) {
    var generator = SeededGenerator(seed, 5)
    let domain = Parameter.Domain.random(using: &generator)
    var random = RandomStream(seed: seed, trial: TrialID(1), purpose: .evolution)
    let current = domain.sample(using: &random)
    for _ in 0..<50 {
      let other = domain.sample(except: current, using: &random)
      #expect((other == nil) == (domain.count == 1))
      if let other { #expect(other != current && domain.conforming(other) == other) }
    }
  }

  @Test func everyOtherValueIsEquallyLikely() {
    let domain = Parameter.Domain.categorical("abcde".map { .word(String($0)) })
    var counts = Array(repeating: 0, count: 5)
    for trial in 0..<8000 {
      var random = RandomStream(seed: 3, trial: TrialID(trial), purpose: .evolution)
      if let value = domain.sample(except: .word("c"), using: &random),
        let place = domain.place(of: value)
      {
        counts[place] += 1
      }
    }
    #expect(counts.remove(at: 2) == 0)
    #expect(chiSquare(counts) < chiSquareBound(degrees: 3))
  }

  @Test func everyParameterIsEquallyLikelyToChange() throws {
    let space = SearchSpace(
      parameters: ["a", "b", "c", "d"].map {
        Parameter(name: $0, domain: .integer(low: 0, high: 9, step: 1, log: false))
      } + [Parameter(name: "e", domain: .constant(.integer(1)))])
    let mutation = Mutation(space) { $0.name != "d" }
    var counts = [0, 0, 0]
    for trial in 0..<6000 {
      var random = RandomStream(seed: 3, trial: TrialID(trial), purpose: .evolution)
      let parent = space.sample(using: &random)
      let child = try #require(mutation.child(of: parent, using: &random))
      counts[try #require(["a", "b", "c"].firstIndex(of: child.parameter))] += 1
    }
    #expect(chiSquare(counts) < chiSquareBound(degrees: 2))
  }

  @Test func onAFullGridOfRowsTheMutationIsExact() throws {
    let words = ["x", "y", "z"].map(ParameterValue.word)
    let grid = SearchSpace(
      parameters: ["a", "b", "c"].map { Parameter(name: $0, domain: .categorical(words)) })
    let space = grid.restricted(to: grid.all())
    let mutation = Mutation(space) { _ in true }
    for trial in 0..<500 {
      var random = RandomStream(seed: 3, trial: TrialID(trial), purpose: .evolution)
      let parent = space.sample(using: &random)
      let child = try #require(mutation.child(of: parent, using: &random))
      let changed = zip(parent.settings, child.configuration.settings).filter { $0 != $1 }
      #expect(changed.map(\.0.name) == [child.parameter])
    }
  }

  @Test(arguments: seeds(100, from: 220_000))
  func betweenRowsTheNearestThatDiffersIsTaken(seed: UInt64) throws {
    var generator = SeededGenerator(seed, 6)
    let plane = SearchSpace(
      parameters: ["a", "b"].map {
        Parameter(name: $0, domain: .real(low: 0, high: 1, step: nil, log: false))
      })
    let rows = (0..<30).map { _ in
      Configuration([
        ("a", .real(Double(generator.integer(0...4)) / 4)), ("b", .real(generator.real(0...1))),
      ])
    }
    let mutation = Mutation(plane.restricted(to: rows)) { $0.name == "a" }
    var random = RandomStream(seed: seed, trial: TrialID(0), purpose: .evolution)
    for parent in rows {
      let child = try #require(mutation.child(of: parent, using: &random)).configuration
      #expect(rows.contains(child))
      #expect(child["a"] != parent["a"])
    }
  }
}
