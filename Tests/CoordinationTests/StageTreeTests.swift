import Coordination
import StudyModel
import TestSupport
import Testing

/// Who gets the staged data from whom.
@Suite struct StageTreeTests {
  private typealias Source = StageTree.Source

  private func worker(_ number: Int) -> WorkerID { WorkerID(number) }

  @Test func theFirstReadsAndTheOthersMakeATree() {
    var tree = StageTree(width: 2)
    let sources = (0..<8).map { tree.source(for: worker($0)) }
    #expect(
      sources
        == [.fileSystem] + [0, 0, 1, 1, 2, 2, 3].map { Source.agent(worker($0)) })
  }

  @Test func whoHasAllTakesNewOnesAgain() {
    var tree = StageTree(width: 2)
    for number in 0..<4 { _ = tree.source(for: worker(number)) }
    for number in 0..<4 { tree.finish(worker(number)) }
    #expect(tree.source(for: worker(4)) == .agent(worker(0)))
    #expect(tree.source(for: worker(5)) == .agent(worker(0)))
    #expect(tree.source(for: worker(6)) == .agent(worker(1)))
  }

  @Test func whenTheReaderDiesOneOfItsChildrenReadsForAll() {
    var tree = StageTree(width: 2)
    for number in 0..<7 { _ = tree.source(for: worker(number)) }
    #expect(tree.source(for: worker(2), lacking: worker(0)) == .fileSystem)
    #expect(tree.source(for: worker(1), lacking: worker(0)) == .agent(worker(5)))
    // Nobody hangs on its own child, and what hung on 1 still does.
    #expect(tree.sources[worker(3)] == .agent(worker(1)))
  }

  @Test func oneThatWasTakenForGoneIsTakenBackWhenItSpeaks() {
    var tree = StageTree(width: 2)
    for number in 0..<2 { _ = tree.source(for: worker(number)) }
    #expect(tree.source(for: worker(1), lacking: worker(0)) == .fileSystem)
    tree.hear(worker(0))
    #expect(tree.source(for: worker(2)) == .agent(worker(0)))
    // A second one is as good: both read.
    #expect(tree.source(for: worker(3)) == .agent(worker(0)))
    #expect(tree.source(for: worker(4)) == .agent(worker(1)))
  }

  @Test func whatIsHeardOfStrangersChangesNothing() {
    var tree = StageTree(width: 1)
    tree.finish(worker(7))
    tree.hear(worker(8))
    tree.lose(worker(9))
    #expect(tree.complete.isEmpty && tree.sources.isEmpty)
    #expect(tree.source(for: worker(9)) == .fileSystem)
  }

  /// Agents ask, die, come late, are wrongly given up and finish, in any order.
  @Test(arguments: seeds(200, from: 410_000))
  func nobodyWaitsInACircleAndAllTheLivingGetTheData(seed: UInt64) {
    var random = SeededGenerator(seed)
    let width = random.integer(1...3)
    let count = random.integer(1...40)
    var tree = StageTree(width: width)
    var alive: Set<Int> = []
    var whole: Set<Int> = []
    var deaths = 0
    var readers = 0

    /// Whether the data comes to an agent over living ones.
    func comes(to number: Int) -> Bool {
      var place = number
      for _ in 0...count {
        guard alive.contains(place) else { return false }
        if whole.contains(place) { return true }
        switch tree.sources[worker(place)] {
        case .fileSystem: return true
        case .agent(let parent): place = parent.rank
        case nil: return false
        }
      }
      Issue.record("a circle at \(number)")
      return false
    }
    func ask(_ number: Int, lacking: Int? = nil) {
      let source = tree.source(for: worker(number), lacking: lacking.map { worker($0) })
      guard case .agent(let parent) = source else {
        readers += 1
        return
      }
      #expect(parent != worker(number) && !tree.gone.contains(parent))
      let children = tree.sources.filter { child, source in
        source == .agent(parent) && !tree.complete.contains(child) && !tree.gone.contains(child)
      }
      #expect(children.count <= width)
    }

    for _ in 0..<4 * count {
      let number = random.integer(0...count - 1)
      if !alive.contains(number), tree.sources[worker(number)] == nil {
        alive.insert(number)
        ask(number)
      } else if alive.contains(number), !whole.contains(number) {
        if random.chance(0.1) {
          alive.remove(number)
          deaths += 1
        } else if random.chance(0.1), case .agent(let parent)? = tree.sources[worker(number)] {
          // In vain, though its parent may be alive: a slow one.
          if alive.contains(parent.rank) { deaths += 1 }
          ask(number, lacking: parent.rank)
        } else if comes(to: number) {
          whole.insert(number)
          tree.finish(worker(number))
        }
      }
    }
    // Those that still wait complain of the dead until nobody waits for one.
    for _ in 0...count {
      for number in alive.subtracting(whole).sorted() {
        guard case .agent(let parent)? = tree.sources[worker(number)],
          !alive.contains(parent.rank)
        else { continue }
        ask(number, lacking: parent.rank)
      }
    }
    for number in alive { #expect(comes(to: number), "\(number) waits in vain") }
    #expect(readers <= 1 + deaths)
  }
}
