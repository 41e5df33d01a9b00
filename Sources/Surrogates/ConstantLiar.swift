/// Chooses points to evaluate at the same time: each choice is followed by a lie about its value.
///
/// Source: Ginsbourger, Le Riche and Carraro, "Kriging is well-suited to parallelize optimization",
/// 2010, Algorithm 2 (constant liar). There the model is fitted anew after each lie. Here the lie
/// joins the leaves in which its point ends, whose means and variances change as if the tree had
/// been grown with it, while the splits stay: a choice costs the candidates of those leaves instead
/// of a fit. A lie is taken back when there are more of them than evaluations can be pending.
public struct ConstantLiar: Sendable {
  private let forest: RandomForest
  private var leaves: [RandomForest.Leaf]
  /// The leaf of each candidate in each tree.
  private var places: [Int32] = []
  /// The candidates of each leaf, and where they begin and end.
  private var members: [Int32]
  private var begins: [Int]
  /// The sums over the trees of each candidate's means and of its squares.
  private var means: [Double]
  private var squares: [Double]
  private var isTaken: [Bool]

  /// The leaves that were lied to, oldest first.
  private var lies: [[Int32]] = []
  private var oldest = 0
  private let lie: Double
  private let limit: Int

  /// A liar about these candidates.
  ///
  /// - Parameters:
  ///   - forest: What predicts.
  ///   - candidates: Points, one after another.
  ///   - lie: What is said of each value.
  ///   - limit: The most lies that are kept; the oldest is taken back first.
  public init(forest: RandomForest, candidates: [Double], lie: Double, limit: Int) {
    self.forest = forest
    self.lie = lie - forest.centre
    self.limit = limit
    leaves = forest.leaves
    let width = forest.columns.count
    let count = candidates.count / width
    let trees = forest.roots.count
    isTaken = Array(repeating: false, count: count)
    means = Array(repeating: 0, count: count)
    squares = Array(repeating: 0, count: count)
    places = Array(repeating: 0, count: count * trees)
    begins = Array(repeating: 0, count: leaves.count + 1)
    for (tree, root) in forest.roots.enumerated() {
      for candidate in 0..<count {
        let leaf = forest.leaf(of: candidates, at: candidate * width, from: root)
        places[candidate * trees + tree] = Int32(leaf)
        begins[leaf + 1] += 1
        means[candidate] += leaves[leaf].mean
        squares[candidate] += leaves[leaf].square
      }
    }
    for leaf in leaves.indices { begins[leaf + 1] += begins[leaf] }
    members = Array(repeating: 0, count: count * trees)
    var next = begins
    for candidate in 0..<count {
      for tree in 0..<trees {
        let leaf = Int(places[candidate * trees + tree])
        members[next[leaf]] = Int32(candidate)
        next[leaf] += 1
      }
    }
  }

  /// Lies about a point whose evaluation is pending.
  ///
  /// - Parameter row: The point.
  public mutating func tellLie(about row: [Double]) {
    tell(forest.roots.map { Int32(forest.leaf(of: row, at: 0, from: $0)) })
  }

  /// Chooses the candidate of the least mean less `kappa` deviations, and lies about it.
  ///
  /// - Parameters:
  ///   - kappa: The weight of the deviation; from 0.
  ///   - mayRepeat: Whether a candidate can be chosen more than once.
  /// - Returns: Its place among the candidates, the first of equal ones; `nil` where none is left.
  public mutating func choose(kappa: Double, mayRepeat: Bool) -> Int? {
    let trees = Double(forest.roots.count)
    var best: (score: Double, place: Int)?
    for candidate in isTaken.indices where !isTaken[candidate] {
      let mean = means[candidate] / trees
      let variance = max(squares[candidate] / trees - mean * mean, 0)
      let score = mean - kappa * variance.squareRoot()
      if score < best?.score ?? .infinity { best = (score, candidate) }
    }
    guard let place = best?.place else { return nil }
    if !mayRepeat { isTaken[place] = true }
    let first = place * forest.roots.count
    tell(Array(places[first..<first + forest.roots.count]))
    return place
  }

  private mutating func tell(_ told: [Int32]) {
    guard limit > 0 else { return }
    for leaf in told { change(Int(leaf), by: 1) }
    lies.append(told)
    guard lies.count - oldest > limit else { return }
    for leaf in lies[oldest] { change(Int(leaf), by: -1) }
    oldest += 1
  }

  private mutating func change(_ leaf: Int, by weight: Double) {
    let before = leaves[leaf]
    leaves[leaf].weight += weight
    leaves[leaf].sum += weight * lie
    leaves[leaf].squares += weight * lie * lie
    let mean = leaves[leaf].mean - before.mean
    let square = leaves[leaf].square - before.square
    for place in begins[leaf]..<begins[leaf + 1] {
      means[Int(members[place])] += mean
      squares[Int(members[place])] += square
    }
  }
}
