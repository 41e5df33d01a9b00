/// The candidate that `word` most likely misspells, if one is near enough.
///
/// Near enough is about a third of its letters, and none of a single one. Capitals do not count.
/// Of equally near candidates the first is taken.
func nearest(to word: String, among candidates: [String]) -> String? {
  guard word.count <= 40 else { return nil }
  let letters = Array(word.lowercased())
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased())
    let distance = editDistance(letters, other)
    let limit = (max(letters.count, other.count) + 1) / 3
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.word
}

/// The number of letters to insert, remove, replace or swap with a neighbour.
///
/// Source: optimal string alignment, the restricted form of Damerau, "A technique for computer
/// detection and correction of spelling errors", CACM 7(3), 1964.
func editDistance(_ left: [Character], _ right: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for (row, letter) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var distance = min(
        last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, letter == right[column - 1], other == left[row - 1] {
        distance = min(distance, beforeLast[column - 1] + 1)
      }
      current.append(distance)
    }
    (beforeLast, last) = (last, current)
  }
  return last[right.count]
}
