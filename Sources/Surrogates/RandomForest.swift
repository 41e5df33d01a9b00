/// A forest of regression trees that predicts a mean and a deviation.
///
/// Source: Breiman, "Random forests", Machine Learning 45 (2001); the deviation by the law of total
/// variance over trees as in Hutter et al., "Algorithm runtime prediction", Artificial Intelligence
/// 206 (2014), section 4.3.2, which DeepHyper and scikit-optimize follow. The trees are
/// scikit-learn's, but for categories, which are split into two groups by their means: the best of
/// all groupings (Fisher, "On grouping for maximum homogeneity", JASA 53, 1958).
public struct RandomForest: Sendable {
  /// What the numbers of a column are.
  public enum Column: Hashable, Sendable {
    /// Finite numbers whose order has a meaning.
    case ordered
    /// Categories from 0 to `count` - 1.
    case unordered(count: Int)
  }

  /// How the trees are grown.
  public struct Settings: Hashable, Sendable {
    /// How many; at least 1.
    public var trees = 100
    /// The share of the columns that is looked at for a split, drawn anew for each; above 0, at
    /// most 1. At least one column is looked at, and more where those drawn are constant.
    public var columnShare = 1.0
    /// The fewest different samples of a node that is split; at least 2.
    public var minimumSplit = 2
    /// Whether a tree sees a sample drawn with replacement instead of all data.
    public var isBootstrapped = true
    /// The most draws of that sample; at least 1, `nil` for as many as there are data.
    public var sampleLimit: Int?

    /// Breiman's forest with scikit-learn's defaults for regression.
    public init() {}
  }

  /// What a forest expects at a point.
  public struct Prediction: Hashable, Sendable {
    /// The mean.
    public let mean: Double
    /// The standard deviation: of the leaves' contents and between the trees.
    public let deviation: Double
  }

  /// A split, or a leaf where `column` is negative.
  struct Node {
    var column: Int32 = -1
    /// The left one of two neighbours, or the leaf's place in ``leaves``.
    var child: Int32 = 0
    /// Numbers up to it go left.
    var threshold = 0.0
    /// Where the categories' bits begin in ``sides``; a set bit goes left.
    var side: Int32 = -1
  }

  /// The targets that ended in a leaf, moved by ``centre``.
  struct Leaf {
    var weight: Double
    var sum: Double
    var squares: Double

    var mean: Double { sum / weight }
    /// The mean of the squares, which is the variance plus the squared mean.
    var square: Double { squares / weight }
  }

  /// Of every column, in the order of a row.
  let columns: [Column]
  /// The mean of the targets, which is taken from them so that variances lose no digits.
  let centre: Double
  var nodes: [Node] = []
  var leaves: [Leaf] = []
  var sides: [UInt64] = []
  /// The first node of each tree.
  var roots: [Int] = []

  /// Fits a forest.
  ///
  /// - Parameters:
  ///   - rows: The points, one after another, each with a number for every column.
  ///   - columns: What the numbers are; not empty.
  ///   - targets: A finite value for each point; not empty.
  ///   - settings: How the trees are grown.
  ///   - random: Where draws come from.
  public init(
    rows: [Double], columns: [Column], targets: [Double], settings: Settings = Settings(),
    using random: inout some RandomNumberGenerator
  ) {
    precondition(
      !columns.isEmpty && !targets.isEmpty && rows.count == columns.count * targets.count)
    self.columns = columns
    let centre = targets.reduce(0, +) / Double(targets.count)
    self.centre = centre
    var grower = TreeGrower(
      samples: ForestSamples(rows: rows, columns: columns, targets: targets.map { $0 - centre }),
      settings: settings)
    for _ in 0..<settings.trees {
      roots.append(grower.nodes.count)
      grower.grow(using: &random)
    }
    nodes = grower.nodes
    leaves = grower.leaves
    sides = grower.sides
  }

  /// Predicts the value at a point.
  ///
  /// - Parameter row: A number for every column; a category that was not seen goes with the more
  ///   like of two groups.
  /// - Returns: The mean and the deviation.
  public func prediction(for row: [Double]) -> Prediction {
    var mean = 0.0
    var square = 0.0
    for root in roots {
      let leaf = leaves[self.leaf(of: row, at: 0, from: root)]
      mean += leaf.mean
      square += leaf.square
    }
    mean /= Double(roots.count)
    square /= Double(roots.count)
    return Prediction(
      mean: centre + mean, deviation: max(square - mean * mean, 0).squareRoot())
  }

  /// The leaf in which a point ends.
  ///
  /// - Parameters:
  ///   - rows: Points, one after another.
  ///   - offset: Where the point begins.
  ///   - root: The first node of the tree.
  /// - Returns: A place in ``leaves``.
  func leaf(of rows: [Double], at offset: Int, from root: Int) -> Int {
    var node = nodes[root]
    while node.column >= 0 {
      let value = rows[offset + Int(node.column)]
      let goesLeft: Bool
      if node.side < 0 {
        goesLeft = value <= node.threshold
      } else {
        let category = Int(value)
        goesLeft = sides[Int(node.side) + category / 64] >> UInt64(category % 64) & 1 == 1
      }
      node = nodes[Int(node.child) + (goesLeft ? 0 : 1)]
    }
    return Int(node.child)
  }
}
