import StudyModel

/// The rows of a space of given rows: which were proposed, and which is nearest to a point.
struct RowPlaces: Sendable {
  private let encoding: Encoding
  private var places: [Configuration: Int] = [:]
  /// The coordinates of one row after the other, below 0 where a parameter is inactive.
  private var coordinates: [Double] = []
  private var isTaken: [Bool] = []

  /// The rows of the encoding's space, none proposed; those that a constraint excludes are taken.
  init(_ encoding: Encoding) {
    self.encoding = encoding
    for (place, row) in (encoding.space.rows ?? []).enumerated() {
      places[row] = place
      coordinates.append(contentsOf: encoding.coordinates(of: row).map { $0 ?? -1 })
      isTaken.append(!encoding.space.satisfiesConstraints(row))
    }
  }

  /// Notes a proposed row.
  mutating func take(_ row: Configuration) {
    if let place = places[row] { isTaken[place] = true }
  }

  /// Whether a configuration is a row.
  func contains(_ configuration: Configuration) -> Bool { places[configuration] != nil }

  /// The row not proposed yet that is nearest to a configuration; of equally near ones the first.
  ///
  /// Distances are Euclidean over the coordinates, each from 0 to 1; two places without order, and
  /// an active parameter and an inactive one, differ by 1.
  func nearest(to configuration: Configuration) -> Configuration? {
    guard let rows = encoding.space.rows else { return nil }
    let point = encoding.coordinates(of: configuration).map { $0 ?? -1 }
    var best: (place: Int, distance: Double)?
    for place in rows.indices where !isTaken[place] {
      let distance = squaredDistance(point, place * point.count)
      if let best, best.distance <= distance { continue }
      best = (place, distance)
    }
    return best.map { rows[$0.place] }
  }

  private func squaredDistance(_ point: [Double], _ first: Int) -> Double {
    var sum = 0.0
    for (number, dimension) in encoding.dimensions.enumerated() {
      let left = point[number]
      let right = coordinates[first + number]
      guard left != right else { continue }
      guard left >= 0, right >= 0 else {
        sum += 1
        continue
      }
      switch dimension.kind {
      case .unit: sum += (left - right) * (left - right)
      case .ordered(let count):
        let difference = (left - right) / Double(count - 1)
        sum += difference * difference
      case .unordered: sum += 1
      }
    }
    return sum
  }
}

extension RowPlaces: Codable {
  private enum Field: CodingKey {
    case encoding, taken
  }

  /// Rebuilds what follows from the rows.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    self.init(try container.decode(Encoding.self, forKey: .encoding))
    for place in try container.decode([Int].self, forKey: .taken) { isTaken[place] = true }
  }

  /// Writes the encoding and the places of the rows that were proposed.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(encoding, forKey: .encoding)
    try container.encode(isTaken.indices.filter { isTaken[$0] }, forKey: .taken)
  }
}
