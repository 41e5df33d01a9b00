import ArgumentParser
import Planning
import StudyModel

/// The value of `--component`.
struct ComponentOption: ExpressibleByArgument {
  let component: PlanRequest.Component

  /// Reads `SIZES=NODES[@PARTITION]`.
  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="),
      let sizes = SizeClass(String(argument[..<sign]))
    else { return nil }
    let rest = argument[argument.index(after: sign)...]
      .split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let nodes = rest.first.flatMap({ Int($0) }), rest.last?.isEmpty == false else {
      return nil
    }
    component = PlanRequest.Component(
      sizes, nodes: nodes, partition: rest.count > 1 ? String(rest[1]) : nil)
  }
}

/// The value of `--classes`: the rank of the first agent that serves trials, then the classes with the
/// numbers of their agents, such as `1:0=1,1-2=3,4-=2`.
struct ClassesOption: ExpressibleByArgument {
  let classes: [TrialClass]

  /// Reads what a job script says.
  init?(argument: String) {
    let parts = argument.split(separator: ":")
    guard parts.count == 2, var rank = Int(parts[0]), rank >= 0 else { return nil }
    var classes: [TrialClass] = []
    for word in parts[1].split(separator: ",") {
      let sides = word.split(separator: "=")
      guard sides.count == 2, let sizes = SizeClass(String(sides[0])), let agents = Int(sides[1]),
        agents > 0
      else { return nil }
      classes.append(TrialClass(sizes, firstRank: rank, agents: agents))
      rank += agents
    }
    self.classes = classes
  }
}
