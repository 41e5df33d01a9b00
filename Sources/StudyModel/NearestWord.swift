/// The candidate that a word most likely misspells, if one is near enough.
///
/// Near enough is about a third of its letters, and none of a single one; where none is near, a quarter of the
/// letters of a beginning, as of a name that was cut short. Capitals do not count. Of equally near
/// candidates the first is taken.
///
/// - Parameters:
///   - word: What was written.
///   - candidates: What may be written.
/// - Returns: `nil` where none is near, and for words of more than 40 letters.
public func nearestWord(to word: String, among candidates: [String]) -> String? {
  guard word.count <= 40 else { return nil }
  let letters = Array(word.lowercased())
  var best: (word: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased())
    let distance = editDistance(letters, other)
    let limit = (max(letters.count, other.count) + 1) / 3
    if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.word }
  return candidates.first { candidate in
    let beginning = Array(candidate.lowercased().prefix(letters.count))
    return beginning.count < candidate.count
      && editDistance(letters, beginning) <= letters.count / 4 && letters.count >= 3
  }
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

/// What to write instead of an unknown word: the nearest of those that are known, or one of them.
///
/// - Parameters:
///   - word: What was written.
///   - known: What may be written; not empty.
/// - Returns: A clause such as `write 'gpu', or another of cpu, gpu, urgent`.
public func correction(of word: String, known: [String]) -> String {
  let all = known.joined(separator: ", ")
  guard known.count > 1 else { return "write '\(all)'" }
  guard let near = nearestWord(to: word, among: known) else { return "write one of \(all)" }
  return "write '\(near)', or another of \(all)"
}
