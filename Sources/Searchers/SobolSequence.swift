import StudyModel

/// Sobol's sequence: points of the unit cube that fill it more evenly than random ones.
///
/// The n-th point is a function of seed and n alone. Of each 2^k points that begin at a multiple of
/// 2^k, every coordinate falls once into each 2^k-th part of the unit interval.
///
/// Source: Sobol, USSR Comput. Math. Math. Phys. 7 (1967); in the order of Gray's code as Antonov
/// and Saleev (1979) have it; direction numbers of Joe and Kuo (2008), see ``directions``.
/// Scrambled by a random lower triangular matrix and a digital shift (Matoušek, "On the
/// L2-discrepancy for anchored boxes", J. Complexity 14, 1998), as SciPy and PyTorch do it.
struct SobolSequence: Hashable, Sendable {
  /// The bits of a coordinate.
  static let bits = 32
  /// The most dimensions, which a study's parameters do not exceed.
  static let mostDimensions = 1000

  /// How many coordinates a point has.
  let dimensions: Int
  private let seed: UInt64?
  /// For each dimension the directions, one for each bit of a place.
  private let directions: [[UInt32]]
  private let shifts: [UInt32]

  /// The sequence of this seed; as published, beginning at the origin, without one.
  ///
  /// - Parameters:
  ///   - dimensions: From 0 to ``mostDimensions``.
  ///   - seed: What it is scrambled by.
  init(dimensions: Int, seed: UInt64?) {
    precondition(dimensions <= Self.mostDimensions)
    self.dimensions = dimensions
    self.seed = seed
    let published = Self.published.prefix(dimensions)
    guard let seed else {
      directions = Array(published)
      shifts = Array(repeating: 0, count: dimensions)
      return
    }
    var random = RandomStream(seed: seed, trial: TrialID(0), purpose: .sequence)
    var shifts: [UInt32] = []
    directions = published.map { directions in
      shifts.append(UInt32(truncatingIfNeeded: random.next()))
      // Row i makes the i-th bit: of the bits above it at random, and of itself.
      let rows = (0..<Self.bits).map { row in
        let above = row == 0 ? 0 : ~UInt32(0) << UInt32(Self.bits - row)
        return UInt32(truncatingIfNeeded: random.next()) & above
          | 1 << UInt32(Self.bits - 1 - row)
      }
      return directions.map { direction in
        rows.reduce(0) { $0 << 1 | UInt32(($1 & direction).nonzeroBitCount & 1) }
      }
    }
    self.shifts = shifts
  }

  /// The point at a place of the sequence.
  ///
  /// - Parameter place: From 0; the sequence begins anew after 2^``bits``.
  /// - Returns: Its coordinates, from 0, included, to 1, excluded.
  func point(at place: Int) -> [Double] {
    let place = UInt32(truncatingIfNeeded: place)
    let code = place ^ (place >> 1)
    return zip(directions, shifts).map { directions, shift in
      var bits = shift
      var rest = code
      while rest != 0 {
        bits ^= directions[rest.trailingZeroBitCount]
        rest &= rest - 1
      }
      return Double(bits) * 0x1p-32
    }
  }

  /// The directions of every dimension, as published.
  private static let published: [[UInt32]] = {
    let first = (0..<bits).map { UInt32(1) << UInt32(bits - 1 - $0) }
    return [first] + directions.split(separator: " ").map { expanded($0) }
  }()

  /// The directions that a polynomial and its first numbers lead to.
  ///
  /// Source: Joe and Kuo, "Remark on Algorithm 659", ACM TOMS 29 (2003), equation (1.2).
  private static func expanded(_ text: Substring) -> [UInt32] {
    let parts = text.split(separator: ".")
    guard parts.count == 2, let polynomial = UInt32(parts[0], radix: 16) else { return [] }
    let degree = UInt32.bitWidth - 1 - polynomial.leadingZeroBitCount
    var digits = parts[1]
    var directions: [UInt32] = []
    for number in 1...degree {
      let width = (number + 3) / 4
      let first = UInt32(digits.prefix(width), radix: 16) ?? 0
      digits = digits.dropFirst(width)
      directions.append(first << UInt32(bits - number))
    }
    for number in degree..<bits {
      var direction = directions[number - degree] ^ (directions[number - degree] >> UInt32(degree))
      for term in 1..<degree where polynomial >> UInt32(degree - term) & 1 == 1 {
        direction ^= directions[number - term]
      }
      directions.append(direction)
    }
    return directions
  }
}

extension SobolSequence: Codable {
  private enum CodingKeys: CodingKey { case dimensions, seed }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      dimensions: try container.decode(Int.self, forKey: .dimensions),
      seed: try container.decodeIfPresent(UInt64.self, forKey: .seed))
  }

  /// Writes what the sequence is made from; the directions are made again.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(dimensions, forKey: .dimensions)
    try container.encodeIfPresent(seed, forKey: .seed)
  }
}
