import StudyModel

/// Reads a site file's fields into a ``Site``.
struct SiteReader {
  static let keys = [
    "name", "from", "summary", "source", "hosts", "partitions", "workers", "coordinator",
    "capabilities", "mpi", "modules", "variables", "time", "grace", "interconnect", "storage",
    "slurm", "unsourced", "model",
  ]

  let ledger: Ledger

  /// Reads the whole file.
  ///
  /// - Parameters:
  ///   - root: The document.
  ///   - stem: The name the file is found by, which the site's must equal.
  /// - Returns: `nil` where mistakes were found.
  func site(_ root: YAMLNode, stem: String) -> Site? {
    let file = Field(path: "", node: root, ledger: ledger)
    guard let top = Fields(file, keys: Self.keys, example: "workers: gpu") else { return nil }
    checkName(top, stem: stem)
    let summary = top.required("summary", example: "summary: Cluster of the physics department")?
      .line()
    let sources = sources(top)
    let partitions = PartitionReader(ledger: ledger).partitions(top)
    let workers = partition("workers", top, among: partitions, isRequired: true)
    let coordinator = partition("coordinator", top, among: partitions, isRequired: false)
    let capabilities = SiteCapabilities(top["capabilities"])
    let mpi = top["mpi"].map { slurmValue($0) } ?? "pmix"
    let modules = modules(top["modules"])
    let variables = variables(top["variables"])
    let time = top["time"].map { $0.time() } ?? .seconds(3600)
    let grace = top["grace"]?.time()
    if let time, let worker = partitions.first(where: { $0.name == workers }),
      time > worker.maximumTime
    {
      (top["time"] ?? top["workers"])?.mistake(Wording.timeOverLimit(partition: worker.name))
    }
    if let partition = top["slurm"]?.entry("partition") {
      ledger.mistake(at: partition, Wording.partitionOfSite)
    }
    let slurm = slurmSettings(top["slurm"], keys: slurmKeys)
    let hosts = hosts(top["hosts"])
    let interconnect = top["interconnect"]?.line()
    let storage = top["storage"].flatMap(storage)
    let unsourced = unsourced(top["unsourced"], in: root)
    let machine = MachineReader(ledger: ledger).machine(top["model"])
    guard !ledger.hasMistakes, let summary, let workers, let mpi, let time else { return nil }
    var site = Site(
      name: stem, summary: summary, partitions: partitions, workerPartition: workers,
      coordinatorPartition: coordinator, allowsHeterogeneousJobs: capabilities.hetjobs, mpi: mpi,
      asksForGPUs: capabilities.gres, asksForMemory: capabilities.memory, modules: modules,
      variables: variables, defaultTime: time, slurm: slurm, sources: sources,
      unsourced: unsourced)
    site.machine = machine
    site.hosts = hosts
    if let grace { site.grace = grace }
    site.submitsFromJobs = capabilities.sbatch
    site.requeuesJobs = capabilities.requeue
    site.outlivesNodes = capabilities.noKill
    site.nestsSteps = capabilities.steps
    site.maximumSteps = capabilities.maximumSteps
    site.sharesSeveralGPUs = capabilities.shards
    site.interconnect = interconnect
    site.storage = storage
    return site
  }

  private func checkName(_ top: Fields, stem: String) {
    guard let field = top["name"] else {
      if !isStudyName(stem) {
        ledger.mistake(at: .wholeFile, Wording.badName(stem, of: "site", Wording.studyName))
      }
      return
    }
    guard let name = field.line() else { return }
    if !isStudyName(name) {
      field.mistake(Wording.badName(name, of: "site", Wording.studyName))
    } else if name != stem {
      field.mistake(Wording.nameIsNotStem(name, stem))
    }
  }

  private func sources(_ top: Fields) -> [String] {
    let example = "source: [https://docs.example.org/slurm]"
    guard let field = top.required("source", example: example) else { return [] }
    let sources = field.lines(Wording.example(example)) ?? []
    if case .list(let items) = field.node.content, items.isEmpty {
      field.mistake(Wording.emptyList(field.path))
    }
    return sources
  }

  private func hosts(_ field: Field?) -> [String] {
    let items = field?.list(Wording.example("hosts: [login*.cluster.example.org]")) ?? []
    return items.compactMap { item in
      guard let pattern = item.line() else { return nil }
      guard isWord(pattern, extra: "_-.*?") else {
        item.mistake(Wording.badHost(item.path, pattern))
        return nil
      }
      return pattern
    }
  }

  private func partition(
    _ key: String, _ top: Fields, among partitions: [Site.Partition], isRequired: Bool
  ) -> String? {
    let names = partitions.map(\.name)
    let example = "\(key): \(names.first ?? "gpu")"
    let field = isRequired ? top.required(key, example: example) : top[key]
    guard let field, let name = field.line() else { return nil }
    if !names.isEmpty, !names.contains(name) {
      field.mistake(Wording.unknownPartition(field.path, name, known: names))
    }
    return name
  }

  private func storage(_ field: Field) -> Site.SharedStorage? {
    let example = "storage: {kind: Lustre, paths: [/scratch, /project]}"
    guard let fields = Fields(field, keys: ["kind", "paths"], example: example) else { return nil }
    let kind = fields.required("kind", example: "kind: Lustre")?.line()
    let items = fields["paths"]?.list(Wording.example("paths: [/scratch, /project]")) ?? []
    let paths = items.compactMap { $0.absolutePath("/scratch") }
    return kind.map { Site.SharedStorage(kind: $0, paths: paths) }
  }

  /// Reads `unsourced` and warns of each value that it names.
  private func unsourced(_ field: Field?, in root: YAMLNode) -> [String] {
    guard let items = field?.list(Wording.example("unsourced: [partitions.gpu.memory]")) else {
      return []
    }
    return items.compactMap { item in
      guard let path = item.line() else { return nil }
      guard let value = root.value(at: path) else {
        item.mistake(Wording.unknownPath(item.path, path))
        return nil
      }
      ledger.warning(at: value.place, Wording.unsourced(path, value))
      return path
    }
  }
}

extension Field {
  /// The place of a key, if this is a mapping that has it.
  fileprivate func entry(_ key: String) -> Place? {
    guard case .mapping(let entries) = node.content else { return nil }
    return entries.first { $0.key == key && !$0.value.isNull }?.place
  }
}

extension YAMLNode {
  /// The value that a path of keys leads to; keys may hold dots themselves.
  func value(at path: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    for entry in entries {
      if path == entry.key { return entry.value }
      if path.hasPrefix(entry.key + "."),
        let value = entry.value.value(at: String(path.dropFirst(entry.key.count + 1)))
      {
        return value
      }
    }
    return nil
  }
}
