/// The cores of a node that a process may use, with their hardware threads and NUMA domains.
public struct NodeTopology: Hashable, Sendable {
  /// A core.
  public struct Core: Hashable, Sendable {
    /// The numbers of its CPUs, which are its hardware threads, ascending; not empty.
    public var cpus: [Int]
    /// Its NUMA domain.
    public var domain: Int

    /// A core of these CPUs in a domain.
    public init(cpus: [Int], domain: Int) {
      self.cpus = cpus
      self.domain = domain
    }
  }

  /// The cores, ascending by their first CPU.
  public var cores: [Core]

  /// A node of these cores.
  public init(cores: [Core]) { self.cores = cores }

  /// Reads what the kernel says.
  ///
  /// A CPU of which it says nothing is a core of its own, and a core outside of all domains is in
  /// domain 0: a kernel without NUMA names none. Source: the kernel's "How CPU topology info is
  /// exported via sysfs" (`core_cpus_list`, before 5.3 `thread_siblings_list`) and
  /// ABI/stable/sysfs-devices-node (`cpulist`).
  ///
  /// - Parameters:
  ///   - usable: The CPUs that may be used; of a core with others, these alone count.
  ///   - read: The content of a file below `/sys/devices/system`; `nil` where it cannot be read.
  public init(usable: [Int], reading read: (String) -> String?) {
    let wanted = Set(usable)
    var domains: [Int: Int] = [:]
    for domain in Self.numbers(read("node/online") ?? "") {
      for cpu in Self.numbers(read("node/node\(domain)/cpulist") ?? "") { domains[cpu] = domain }
    }
    var taken: Set<Int> = []
    cores = []
    for cpu in wanted.sorted() where !taken.contains(cpu) {
      let folder = "cpu/cpu\(cpu)/topology"
      let text = read(folder + "/core_cpus_list") ?? read(folder + "/thread_siblings_list") ?? ""
      let siblings = Self.numbers(text).filter { wanted.contains($0) && !taken.contains($0) }
      let cpus = siblings.contains(cpu) ? siblings : [cpu]
      taken.formUnion(cpus)
      cores.append(Core(cpus: cpus, domain: domains[cpu] ?? 0))
    }
  }

  /// The numbers of a list such as `0-3,8`, ascending; what is no list has none.
  ///
  /// Source: the kernel's `cpulist_parse`, proc_pid_status(5), `Cpus_allowed_list`.
  static func numbers(_ list: String) -> [Int] {
    let words = list.filter { !$0.isWhitespace }.split(separator: ",")
    return Set(
      words.flatMap { word -> [Int] in
        let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
          0 <= first, first <= last, last < 1 << 20
        else { return [] }
        return Array(first...last)
      }
    ).sorted()
  }
}
