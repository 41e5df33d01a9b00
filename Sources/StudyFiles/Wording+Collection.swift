// Mistakes about collections, in study files and campaign files.
extension Wording {
  static func oneSource(_ path: String) -> String {
    "\(visible(path)) needs one source of configurations; write 'grid', '{grid: 10}', '{sobol: 500}', "
      + "'{random: 500}' or '{list: configurations.csv}'"
  }

  static func collectionNeedsFull(_ schedule: String) -> String {
    "a collection trains everything to the end, which the scheduler \(visible(schedule)) does not; leave "
      + "'scheduler' out"
  }

  static func manyFidelities(_ name: String) -> String {
    "\(visible(name)) is a fidelity, of which every value is trained, so it needs at most 1000 of them; "
      + "write for example 'values: [0.25, 0.5, 1.0]'"
  }

  static func conditionalFidelity(_ name: String) -> String {
    "\(visible(name)) is a fidelity, which every training has; leave 'when' or 'fidelity' out"
  }

  static func fidelityIsArchitecture(_ name: String) -> String {
    "\(visible(name)) cannot be both a fidelity and part of the architecture; leave one of them out"
  }

  static func manyCombinations(_ most: Int) -> String {
    "the fidelities and seeds make more than \(most) trainings of each configuration; write fewer values"
  }

  static func dependsOnFidelity(_ what: String, _ fidelity: String) -> String {
    "the \(visible(what)) depends on the fidelity \(visible(fidelity)), so that not every configuration "
      + "would be trained at each fidelity; write it without"
  }

  static func bothSizes(_ first: String, _ second: String) -> String {
    "\(visible(first)) and \(visible(second)) exclude each other; write either"
  }

  static let pointsOfCollection =
    "'points' are tried first by a search, but a collection trains what 'configurations' says; leave "
    + "'points' out, or write '{list: configurations.csv}' in a campaign file"

  static func listedMisfit(_ number: Int) -> String {
    "configuration \(number) of 'algorithm.configurations' does not fit 'parameters' and 'constraints'; "
      + "give every active parameter but the fidelities one of its values"
  }
}
