import HeapModule
import StudyModel

/// The observations at one budget, divided into good ones and others.
///
/// Recording costs O(log n): the others and the good ones lie in a heap each, and as their numbers
/// grow the best of the others become good. Of equal losses the earlier trial's is better; prior
/// observations are before all trials. Failed and diverged trials are worse than any number.
///
/// Source: `new_result` of HpBandSter 0.7.4's `BOHB`. Deviation: what has no finite loss is never
/// good there unless too few have one; here it is never good.
struct RankedObservations: Sendable {
  /// What divides the observations.
  struct Division: Hashable, Sendable, Codable {
    /// Coordinates of each observation.
    let width: Int
    /// The least number of either half.
    let minimum: Int
    /// The share of good ones, in percent.
    let topPercent: Double

    func goodCount(of count: Int) -> Int {
      max(minimum, Int((topPercent * Double(count) / 100).rounded(.down)))
    }

    func badCount(of count: Int) -> Int {
      max(minimum, Int(((100 - topPercent) * Double(count) / 100).rounded(.down)))
    }
  }

  /// One observation.
  struct Entry: Hashable, Sendable, Codable {
    /// The trial's number; below 0 for a prior observation.
    let number: Int
    /// `nil` for a trial that failed or diverged.
    let loss: Double?
  }

  /// An entry with its place among `entries`.
  private struct Ranked: Comparable, Sendable {
    let loss: Double
    let number: Int
    let place: Int

    static func < (left: Ranked, right: Ranked) -> Bool {
      (left.loss, left.number) < (right.loss, right.number)
    }
  }

  private let division: Division
  private var entries: [Entry] = []
  /// Of one observation after the other, below 0 for inactive parameters.
  private(set) var coordinates: [Double] = []
  private var isGood: [Bool] = []
  private var good: Heap<Ranked> = []
  private var others: Heap<Ranked> = []

  init(_ division: Division) { self.division = division }

  /// Observations recorded so far.
  var count: Int { entries.count }

  /// Adds an observation, which the caller adds once only.
  mutating func record(_ entry: Entry, at point: [Double]) {
    let ranked = Ranked(
      loss: entry.loss ?? .infinity, number: entry.number, place: entries.count)
    entries.append(entry)
    coordinates.append(contentsOf: point)
    isGood.append(false)
    if let worst = good.max, ranked < worst {
      enter(ranked)
      good.removeMax()
      isGood[worst.place] = false
      others.insert(worst)
    } else {
      others.insert(ranked)
    }
    while good.count < division.goodCount(of: count), let best = others.min,
      best.loss < .infinity
    {
      enter(others.removeMin())
    }
  }

  private mutating func enter(_ ranked: Ranked) {
    good.insert(ranked)
    isGood[ranked.place] = true
  }

  /// Whether both halves hold enough for a density.
  var isDivisible: Bool {
    good.count >= division.minimum && badCount > division.width
  }

  /// The bad ones: all others, but for the one that is left over when two shares are rounded down.
  private var badCount: Int {
    let left = count - division.goodCount(of: count) - division.badCount(of: count)
    return left == 1 && others.count > 1 ? others.count - 1 : others.count
  }

  /// Both halves, by number in the order of arrival.
  func halves() -> (good: [Int], bad: [Int]) {
    let omitted = badCount < others.count ? others.max?.place : nil
    var halves: (good: [Int], bad: [Int]) = ([], [])
    halves.good.reserveCapacity(good.count)
    halves.bad.reserveCapacity(others.count)
    for place in entries.indices where place != omitted {
      if isGood[place] { halves.good.append(place) } else { halves.bad.append(place) }
    }
    return halves
  }
}

extension RankedObservations: Codable {
  private enum Field: CodingKey {
    case division, entries, coordinates
  }

  /// Rebuilds the heaps from the observations in the order of their arrival.
  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Field.self)
    self.init(try container.decode(Division.self, forKey: .division))
    let coordinates = try container.decode([Double].self, forKey: .coordinates)
    let entries = try container.decode([Entry].self, forKey: .entries)
    guard coordinates.count == entries.count * division.width else {
      throw DecodingError.dataCorruptedError(
        forKey: .coordinates, in: container, debugDescription: "too few or too many coordinates")
    }
    for (place, entry) in entries.enumerated() {
      let first = place * division.width
      record(entry, at: Array(coordinates[first..<(first + division.width)]))
    }
  }

  /// Writes the observations; the halves follow from these.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Field.self)
    try container.encode(division, forKey: .division)
    try container.encode(entries, forKey: .entries)
    try container.encode(coordinates, forKey: .coordinates)
  }
}
