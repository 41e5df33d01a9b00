/// Why a list of nodes cannot be read.
public enum NodeListError: Error, Hashable, Sendable, Codable {
  /// A bracket is not closed, or closed without being open.
  case unbalancedBrackets(list: String)
  /// What stands between two commas in brackets is no number and no range of numbers.
  case badRange(String, list: String)
  /// There are more names than any machine has nodes.
  case tooLong(limit: Int, list: String)
}

extension NodeListError: CustomStringConvertible {
  /// What is wrong and where.
  public var description: String {
    switch self {
    case .unbalancedBrackets(let list): "the brackets of node list '\(list)' do not match"
    case .badRange(let range, let list): "'\(range)' in node list '\(list)' is no range of numbers"
    case .tooLong(let limit, let list): "node list '\(list)' stands for over \(limit) names"
    }
  }
}

/// Writes out the names of a node list: `n[0-1,7],gpu-[01-02]x` stands for `n0`, `n1`, `n7`,
/// `gpu-01x` and `gpu-02x`.
///
/// Keeps the order and does not remove what is named twice. Several brackets in one name stand
/// for all combinations, the last one changing fastest. The zeros in front of a range's first
/// number set the width of all its numbers.
///
/// - Parameter list: A list as in `SLURM_JOB_NODELIST`; `(null)` and the empty text are no nodes.
/// - Returns: The names.
/// - Throws: `NodeListError`.
///
/// Source: scontrol(1), "show hostnames"; slurm.conf(5), parameter NodeName.
public func expandNodeList(_ list: String) throws(NodeListError) -> [String] {
  let limit = 1 << 20
  var names: [String] = []
  guard list != "(null)" else { return names }
  for part in try split(list, list) {
    var group = [""]
    for (index, piece) in part.split(separator: "[", omittingEmptySubsequences: false).enumerated()
    {
      guard index > 0 else {
        guard !piece.contains("]") else { throw .unbalancedBrackets(list: list) }
        group = [String(piece)]
        continue
      }
      let halves = piece.split(separator: "]", omittingEmptySubsequences: false)
      guard halves.count == 2 else { throw .unbalancedBrackets(list: list) }
      let numbers = try expandNumbers(halves[0], list, limit)
      guard names.count + group.count * numbers.count <= limit else {
        throw .tooLong(limit: limit, list: list)
      }
      group = group.flatMap { start in numbers.map { "\(start)\($0)\(halves[1])" } }
    }
    names += group
  }
  return names
}

/// Cuts a list at the commas that are not in brackets.
private func split(_ text: String, _ list: String) throws(NodeListError) -> [Substring] {
  var (parts, isInside): ([Substring], Bool) = ([], false)
  var start = text.startIndex
  for index in text.indices {
    switch text[index] {
    case "[" where isInside, "]" where !isInside: throw .unbalancedBrackets(list: list)
    case "[": isInside = true
    case "]": isInside = false
    case "," where !isInside:
      parts.append(text[start..<index])
      start = text.index(after: index)
    default: break
    }
  }
  guard !isInside else { throw .unbalancedBrackets(list: list) }
  return (parts + [text[start...]]).filter { !$0.isEmpty }
}

/// Writes out what stands in brackets, such as `0-3,007`.
private func expandNumbers(
  _ text: Substring, _ list: String, _ limit: Int
) throws(NodeListError) -> [String] {
  var numbers: [String] = []
  for range in text.split(separator: ",", omittingEmptySubsequences: false) {
    let ends = range.split(separator: "-", omittingEmptySubsequences: false)
    let isNumber = { (text: Substring) in !text.isEmpty && text.allSatisfy(\.isASCIIDigit) }
    guard ends.count <= 2, ends.allSatisfy(isNumber), let first = Int(ends[0]),
      let last = Int(ends.last ?? ends[0]), first <= last
    else { throw .badRange(String(range), list: list) }
    guard last - first < limit - numbers.count else { throw .tooLong(limit: limit, list: list) }
    let width = ends[0].count
    for number in first...last {
      let digits = String(number)
      numbers.append(String(repeating: "0", count: max(0, width - digits.count)) + digits)
    }
  }
  return numbers
}

extension Character {
  fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
