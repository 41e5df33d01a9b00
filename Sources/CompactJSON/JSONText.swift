/// JSON that is being written, and the containers that are still open in it.
///
/// A container of Swift's `Encoder` never says that it is done: it is when something is written to one
/// around it.
struct JSONText {
  /// What was written so far.
  var json = JSONWriter()
  private var open: [Opened] = []
  private var opened = 0
  /// Whether a container was written to that had ended.
  private(set) var isInDisorder = false

  private struct Opened {
    let number: Int
    let end: UInt8
    var count = 0
  }

  /// A container.
  struct Place {
    /// How many containers are open down to this one, which is the last of them.
    let depth: Int
    /// Its number, which no other has.
    let number: Int
  }

  /// Opens a container, or goes on with the one that a value has opened before.
  ///
  /// - Parameters:
  ///   - begin: `{` or `[`.
  ///   - end: The other half.
  ///   - depth: How many containers are open around the value.
  /// - Returns: The container.
  mutating func enter(_ begin: UInt8, _ end: UInt8, within depth: Int) -> Place {
    if open.count > depth, open[depth].end == end {
      close(to: depth + 1)
      return Place(depth: depth + 1, number: open[depth].number)
    }
    if open.count != depth { isInDisorder = true }
    opened += 1
    json.bytes.append(begin)
    open.append(Opened(number: opened, end: end))
    return Place(depth: open.count, number: opened)
  }

  /// Ends the containers that lie deeper.
  mutating func close(to depth: Int) {
    while open.count > depth { json.bytes.append(open.removeLast().end) }
  }

  /// How many elements a container has.
  func count(of place: Place) -> Int {
    open.count >= place.depth && open[place.depth - 1].number == place.number
      ? open[place.depth - 1].count : 0
  }

  /// Begins another element of a container.
  mutating func begin(in place: Place) {
    close(to: place.depth)
    guard open.count == place.depth, open[place.depth - 1].number == place.number else {
      isInDisorder = true
      return
    }
    if open[place.depth - 1].count > 0 { json.bytes.append(UInt8(ascii: ",")) }
    open[place.depth - 1].count += 1
  }

  /// Begins another member of an object.
  mutating func begin(_ key: some CodingKey, in place: Place) {
    begin(in: place)
    json.write(key.stringValue)
    json.bytes.append(UInt8(ascii: ":"))
  }
}
