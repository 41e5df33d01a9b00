import StudyModel

/// How long epochs, first reports and checkpoints take, learned from the times of events.
struct Pace: Hashable, Sendable, Codable {
  /// The last measurements of one kind, in seconds.
  struct Window: Hashable, Sendable, Codable {
    /// How many are kept: few enough to follow a study that moves on to larger networks.
    static let length = 64

    private(set) var seconds: [Double] = []
    private var next = 0

    mutating func note(_ value: Double) {
      if seconds.count < Self.length {
        seconds.append(value)
      } else {
        seconds[next] = value
        next = (next + 1) % Self.length
      }
    }

    /// What nineteen of twenty did not exceed; `nil` before the first.
    var high: Double? {
      guard !seconds.isEmpty else { return nil }
      return seconds.sorted()[(seconds.count - 1) * 19 / 20]
    }
  }

  /// What legs of one width take.
  struct Shape: Hashable, Sendable, Codable {
    /// Slots of a leg; 0 for trials without GPUs among others that have some.
    let width: Int
    /// From one report to the next.
    var epoch = Window()
    /// From the order to start to the first report.
    var first = Window()
  }

  /// Ascending by width.
  private(set) var shapes: [Shape] = []
  /// From the answer that ends a leg to its checkpoint being durable.
  var save = Window()
  /// Whether trials can be told something between two decisions, as the last report showed.
  var isAnswerable = true

  private func place(of width: Int) -> Int {
    shapes.firstIndex { $0.width >= width } ?? shapes.count
  }

  private subscript(width: Int) -> Shape? {
    let place = place(of: width)
    return place < shapes.count && shapes[place].width == width ? shapes[place] : nil
  }

  /// Notes how long an epoch took.
  mutating func noteEpoch(_ seconds: Double, of width: Int) {
    shapes[placeMade(for: width)].epoch.note(seconds)
  }

  /// Notes how long it took from the order to start to the first report.
  mutating func noteFirst(_ seconds: Double, of width: Int) {
    shapes[placeMade(for: width)].first.note(seconds)
  }

  private mutating func placeMade(for width: Int) -> Int {
    let place = place(of: width)
    if place == shapes.count || shapes[place].width != width {
      shapes.insert(Shape(width: width), at: place)
    }
    return place
  }

  /// Estimates are exceeded by so much without harm.
  static let caution = 1.25

  /// Seconds that an epoch may take, of the shape as a whole; `nil` where none was seen.
  func epoch(of width: Int) -> Double? { self[width]?.epoch.high.map { $0 * Self.caution } }

  /// Seconds from the order to start to the first report; `nil` where none was seen.
  func first(of width: Int) -> Double? { self[width]?.first.high.map { $0 * Self.caution } }

  /// Seconds from the answer that ends a leg to its durable checkpoint; 0 where none was seen.
  var saving: Double { (save.high ?? 0) * Self.caution }

  /// The fewest seconds that any leg takes to its first report; 0 where none was seen.
  var shortestFirst: Double { shapes.compactMap { first(of: $0.width) }.min() ?? 0 }
}
