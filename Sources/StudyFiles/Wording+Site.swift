import StudyModel

// Mistakes about, and warnings of, site files.
extension Wording {
  static let partitionOfSite =
    "a site has no 'slurm.partition'; write 'workers' at the top of the file"

  static let stepsOfNone =
    "'max_steps' caps steps that 'steps: false' rules out; write one of the two"

  static func badHost(_ path: String, _ pattern: String) -> String {
    "\(visible(path)) is \(visible(pattern)), which fits no host's name; write letters, digits, '-', '.', and '*' and '?' for what differs"
  }

  static func unknownSite(_ name: String, known: [String]) -> String {
    let remedy =
      known.isEmpty
      ? "the path of a site file, such as ./\(bare(name)).yaml" : oneOfNames(name, distinct(known))
    return "'from' is \(visible(name)), no known site; write \(remedy)"
  }

  private static func distinct(_ names: [String]) -> [String] { Set(names).sorted() }

  static func takesFromItself(_ files: [String]) -> String {
    let chain = files.map(visible).joined(separator: ", ")
    return "'from' leads back to where it began: \(chain); write another site, or leave it out"
  }

  static func unreadableSite(_ path: String, _ reason: String) -> String {
    "'from' leads to \(visible(path)): \(reason)"
  }

  static func nameIsNotStem(_ name: String, _ stem: String) -> String {
    "'name' is \(visible(name)), but the file is \(visible(stem)); write '\(stem)', or rename the file"
  }

  static func unknownPartition(_ path: String, _ name: String, known: [String]) -> String {
    "\(visible(path)) is \(visible(name)), no partition of this site; write \(oneOfNames(name, known))"
  }

  static func moreThanAllNodes(_ most: Int, of nodes: Int) -> String {
    "'max_nodes' is \(most), but the partition has \(nodes) nodes; write at most \(nodes)"
  }

  static func unevenSockets(_ sockets: Int, cores: Int) -> String {
    "'sockets' is \(sockets), which does not divide the node's \(cores) cores; write the sockets of a node"
  }

  static func sharingOfNVIDIA(_ sharing: Site.Sharing) -> String {
    "'sharing: \(sharing.rawValue)' is for NVIDIA's GPUs; write 'sharing: plain' or 'sharing: shards'"
  }

  static func piecesOfNone(_ key: String, _ sharing: Site.Sharing) -> String {
    "'\(key)' is for 'sharing: \(sharing.rawValue)'; write that beside it, or remove '\(key)'"
  }

  static func absolutePath(_ example: String) -> String {
    "an absolute path, such as \(example)"
  }

  static func timeOverLimit(partition: String) -> String {
    "the default time is longer than partition '\(partition)' allows; write a shorter 'time'"
  }

  static func unknownPath(_ path: String, _ text: String) -> String {
    "\(visible(path)) is \(visible(text)), which leads to no value; write for example '\(unsourcedExample)'"
  }

  private static let unsourcedExample = "partitions.gpu.memory"

  static func unsourced(_ path: String, _ value: YAMLNode) -> String {
    "no source is known for \(visible(path)), here \(found(value)); check it at the site"
  }
}
