import StudyModel

/// Reads a site's `partitions`.
struct PartitionReader {
  private static let keys = [
    "nodes", "cores", "memory", "gpus", "time", "max_nodes", "sockets", "threads", "numa", "local",
  ]

  let ledger: Ledger

  /// The partitions without mistakes, in the file's order.
  func partitions(_ top: Fields) -> [Site.Partition] {
    let example = "partitions: {gpu: {nodes: 8, cores: 64, memory: 240GiB, time: 24h}}"
    guard let field = top.required("partitions", example: example),
      let entries = field.entries(Wording.example(example))
    else { return [] }
    if entries.isEmpty { field.mistake(expected: Wording.example(example)) }
    return entries.compactMap { name, place, field in
      if !isWord(name, extra: "_-.") || name.first == "-" {
        ledger.mistake(at: place, Wording.badName(name, of: "partition", Wording.partitionName))
      }
      return partition(name, field)
    }
  }

  private func partition(_ name: String, _ field: Field) -> Site.Partition? {
    let example = "{nodes: 8, cores: 64, memory: 240GiB, time: 24h}"
    guard let fields = Fields(field, keys: Self.keys, example: example) else { return nil }
    let nodes = fields.required("nodes", example: "nodes: 8")?.whole(from: 1)
    let cores = fields.required("cores", example: "cores: 64")?.whole(from: 1)
    let memory = fields.required("memory", example: "memory: 240GiB")?.memory()
    let time = fields.required("time", example: "time: 24h")?.time()
    let most = fields["max_nodes"]?.whole(from: 1)
    if let most, let nodes, most > nodes {
      fields["max_nodes"]?.mistake(Wording.moreThanAllNodes(most, of: nodes))
    }
    let gpus = fields["gpus"].flatMap(gpus)
    let sockets = fields["sockets"]?.whole(from: 1, through: 64)
    if let sockets, let cores, cores % sockets != 0 {
      fields["sockets"]?.mistake(Wording.unevenSockets(sockets, cores: cores))
    }
    let threads = fields["threads"]?.whole(from: 1, through: 8)
    let numa = fields["numa"]?.whole(from: 1, through: 1024)
    let local = fields["local"].flatMap(local)
    guard let nodes, let cores, let memory, let time else { return nil }
    var partition = Site.Partition(
      name: name, nodes: nodes, cores: cores, memoryMiB: memory, gpus: gpus, maximumTime: time,
      maximumNodes: most)
    partition.sockets = sockets
    partition.threadsPerCore = threads ?? 1
    partition.numaDomains = numa
    partition.local = local
    return partition
  }

  private func local(_ field: Field) -> Site.LocalStorage? {
    let example = "local: {path: /local/scratch, size: 1TiB}"
    guard let fields = Fields(field, keys: ["path", "size"], example: example) else { return nil }
    return Site.LocalStorage(
      path: fields["path"]?.absolutePath("/local/scratch"), sizeMiB: fields["size"]?.memory())
  }

  private func gpus(_ field: Field) -> Site.GPUs? {
    let example = "gpus: {count: 4, vendor: nvidia, model: A100}"
    guard
      let fields = Fields(
        field,
        keys: [
          "count", "vendor", "model", "type", "memory", "sharing", "instances", "shards",
        ], example: example)
    else { return nil }
    let count = fields.required("count", example: "count: 4")?.whole(from: 1, through: 1000)
    let vendor: Site.Vendor? = fields.required("vendor", example: "vendor: nvidia")?.choice()
    let model = fields.required("model", example: "model: A100")?.line()
    let type = slurmValue(fields["type"])
    let memory = fields["memory"]?.memory()
    let sharing: Site.Sharing = fields["sharing"]?.choice() ?? .plain
    if vendor == .amd, sharing == .mps || sharing == .mig {
      fields["sharing"]?.mistake(Wording.sharingOfNVIDIA(sharing))
    }
    let pieces = pieces(fields, sharing)
    guard let count, let vendor, let model else { return nil }
    var gpus = Site.GPUs(count: count, vendor: vendor, model: model, gresType: type)
    gpus.memoryMiB = memory
    gpus.sharing = sharing
    gpus.pieces = pieces
    return gpus
  }

  /// Into how many instances or shards a GPU is cut.
  private func pieces(_ fields: Fields, _ sharing: Site.Sharing) -> Int? {
    var pieces: Int?
    for (key, wanted) in [("instances", Site.Sharing.mig), ("shards", .shards)] {
      guard let field = fields[key], let count = field.whole(from: 1, through: 64) else { continue }
      if sharing == wanted {
        pieces = count
      } else {
        field.mistake(Wording.piecesOfNone(key, wanted))
      }
    }
    return pieces
  }
}
