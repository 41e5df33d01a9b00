public import StudyModel

/// Why classes of trials cannot have the components that a wish gives them.
public enum ClassError: Error, Hashable, Sendable {
  /// All trials have the same size.
  case oneSize
  /// Components of classes are those of a heterogeneous job.
  case otherStrategy(String)
  /// No trial of the study is of this class; the sizes are those that there are.
  case nobody(SizeClass, sizes: String)
  /// No class has the trials of a size, in words.
  case uncovered(String, example: SizeClass)
  /// Two classes have trials of one size.
  case overlapping(SizeClass, SizeClass, TrialSize)
  /// Trials without GPUs need nodes, and the site has none without.
  case noCores(site: String)
  /// Each class needs nodes of its own.
  case tooFewNodes(asked: Int, needed: Int, classes: [SizeClass])
  /// A trial needs more nodes than its class has.
  case trialBeyondClass(SizeClass, gpus: Int, nodes: Int, needed: Int)
  /// A class asks for more nodes than its partition grants one job.
  case tooManyNodes(SizeClass, asked: Int, partition: String, limit: Int)
  /// All components together ask for more nodes than the partition has.
  case tooManyInAll(asked: Int, partition: String, limit: Int)
}

extension ClassError: CustomStringConvertible {
  /// What is wrong, the values involved, and the nearest wish that can be met.
  public var description: String {
    switch self {
    case .oneSize:
      """
      all trials of this study have the same number of GPUs, so that there is one class of them; leave \
      '--component' out and ask for '--nodes N'
      """
    case .otherStrategy(let strategy):
      """
      '--component' is for classes of a heterogeneous job, not for '--strategy \(strategy)'; write \
      '--strategy hetjob' or leave '--component' out
      """
    case .nobody(let sizes, let known):
      """
      '--component \(sizes)=...' has no trial of this study; write one for each class of its sizes, \
      which are \(known)
      """
    case .uncovered(let size, let example):
      "no '--component' has trials of \(size); add '--component \(example)=N'"
    case .overlapping(let first, let second, let size):
      """
      '--component \(first)=...' and '--component \(second)=...' both have trials of \
      \(gpusText(size)); have one class end below the other
      """
    case .noCores(let site):
      """
      the study has trials without GPUs, and site '\(site)' names no partition without; write \
      '--component 0=N@PARTITION', or plan with '--strategy resident', where each of them holds a GPU
      """
    case .tooFewNodes(let asked, let needed, let classes):
      """
      the classes of trials with \(classes.map { "\($0)" }.joined(separator: ", ")) GPUs need \
      \(counted(needed, "node")) at least, each nodes of its own, but the job asks for \(asked); ask \
      for '--nodes \(needed)' or plan with '--strategy resident'
      """
    case .trialBeyondClass(let sizes, let gpus, let nodes, let needed):
      """
      a trial may have \(counted(gpus, "GPU")), which is more than \(counted(nodes, "node")) of its \
      class \(nodes == 1 ? "has" : "have"); ask for '--component \(sizes)=\(needed)'
      """
    case .tooManyNodes(let sizes, let asked, let partition, let limit):
      """
      the class of trials with \(sizes) GPUs asks for \(counted(asked, "node")), but partition \
      '\(partition)' grants \(limit) to one job; ask for '--component \(sizes)=\(limit)' or name \
      another partition
      """
    case .tooManyInAll(let asked, let partition, let limit):
      """
      the components of the job ask for \(counted(asked, "node")) of partition '\(partition)', which \
      has \(limit); ask for \(asked - limit) fewer or name another partition for one of them
      """
    }
  }
}

/// A size as a number of GPUs in words.
func gpusText(_ size: TrialSize) -> String {
  size.trialsPerGPU > 1 ? "\(size) of a GPU" : counted(size.gpus, "GPU")
}
