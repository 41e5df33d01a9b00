/// What neighbours in an ``OrderedSums`` add up to; associative, not necessarily commutative.
protocol Summable: Sendable {
  /// The sum of two neighbours, the lesser key's on the left.
  static func + (left: Self, right: Self) -> Self
}

/// Terms ordered by a key, with the sum of all of them at hand: adding one costs O(log n).
///
/// A treap whose priorities follow from the order of insertion, so that equal insertions make equal
/// trees. Source: Seidel and Aragon, "Randomized search trees", Algorithmica 16 (1996).
struct OrderedSums<Key: Comparable & Sendable, Term: Summable>: Sendable {
  private var nodes: [Node] = []
  private var root = -1

  private struct Node: Sendable {
    let key: Key
    let priority: UInt64
    var term: Term
    var sum: Term
    var left = -1
    var right = -1
  }

  /// The sum of all terms; `nil` of none.
  var sum: Term? { root < 0 ? nil : nodes[root].sum }

  /// How many keys there are.
  var count: Int { nodes.count }

  /// Adds a term; to the right of the one that has this key already, if any.
  mutating func add(_ term: Term, at key: Key) { root = add(term, at: key, below: root) }

  private mutating func add(_ term: Term, at key: Key, below node: Int) -> Int {
    guard node >= 0 else {
      nodes.append(Node(key: key, priority: mixed(UInt64(nodes.count)), term: term, sum: term))
      return nodes.count - 1
    }
    var top = node
    if key == nodes[node].key {
      nodes[node].term = nodes[node].term + term
    } else if key < nodes[node].key {
      let child = add(term, at: key, below: nodes[node].left)
      nodes[node].left = child
      if nodes[child].priority > nodes[node].priority {
        nodes[node].left = nodes[child].right
        nodes[child].right = node
        top = child
      }
    } else {
      let child = add(term, at: key, below: nodes[node].right)
      nodes[node].right = child
      if nodes[child].priority > nodes[node].priority {
        nodes[node].right = nodes[child].left
        nodes[child].left = node
        top = child
      }
    }
    addUp(node)
    if top != node { addUp(top) }
    return top
  }

  private mutating func addUp(_ node: Int) {
    var sum = nodes[node].term
    if nodes[node].left >= 0 { sum = nodes[nodes[node].left].sum + sum }
    if nodes[node].right >= 0 { sum = sum + nodes[nodes[node].right].sum }
    nodes[node].sum = sum
  }

  /// Every key with its term, ascending.
  func ordered() -> [(key: Key, term: Term)] {
    var all: [(key: Key, term: Term)] = []
    all.reserveCapacity(nodes.count)
    var path: [Int] = []
    var node = root
    while node >= 0 || !path.isEmpty {
      while node >= 0 {
        path.append(node)
        node = nodes[node].left
      }
      node = path.removeLast()
      all.append((nodes[node].key, nodes[node].term))
      node = nodes[node].right
    }
    return all
  }
}

extension Int: Summable {}

extension OrderedSums where Term == Int {
  /// The key at a place when each is repeated as often as its term says.
  ///
  /// - Parameter place: From 0, below the sum.
  /// - Returns: The key; `nil` beyond the last.
  func key(at place: Int) -> Key? {
    var place = place
    var node = root
    while node >= 0 {
      let before = nodes[node].left < 0 ? 0 : nodes[nodes[node].left].sum
      if place < before {
        node = nodes[node].left
      } else if place < before + nodes[node].term {
        return nodes[node].key
      } else {
        place -= before + nodes[node].term
        node = nodes[node].right
      }
    }
    return nil
  }
}

/// Source: the finalizer of SplitMix64; Steele, Lea and Flood, OOPSLA 2014.
private func mixed(_ number: UInt64) -> UInt64 {
  var bits = number &+ 0x9E37_79B9_7F4A_7C15
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  return bits ^ (bits >> 31)
}
