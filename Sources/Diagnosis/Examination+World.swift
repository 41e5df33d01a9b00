import StudyModel

// The messages between nodes, and their clocks.
extension Examination {
  /// MPI, the way to each node, and the clocks.
  var worldFindings: [Finding] {
    guard let first = nodes.first else { return [] }
    let names = nodes.map(\.node)
    guard job != nil else {
      return [
        Finding("MPI", on: names, .notChecked, "one process here has nobody to talk to"),
        Finding("clocks", on: names, .notChecked, "there is one clock here"),
      ]
    }
    guard let size = first.worldSize else {
      return [
        Finding(
          "MPI", on: names, .wrong, "it did not come up",
          problem:
            "Rung's MPI does not start under 'srun --mpi=\(site?.mpi ?? "")'; build Rung with "
            + "the site's MPI, write another 'mpi', or look at the network between the nodes; the job "
            + "said: \(job?.printed ?? "nothing")",
          key: "mpi")
      ]
    }
    guard size == nodes.count else {
      return [
        Finding(
          "MPI", on: names, .wrong,
          "\(counted(size, "process")) in rank 0's world instead of \(nodes.count)",
          problem: "every process takes itself for all; 'mpi' must be the kind that starts the MPI "
            + "Rung was built with",
          key: "mpi")
      ]
    }
    guard nodes.count > 1 else {
      return [
        Finding(
          "MPI", on: names, .notChecked, "one node has nobody to talk to; ask for '--nodes 2'"),
        Finding("clocks", on: names, .notChecked, "one node has one clock; ask for '--nodes 2'"),
      ]
    }
    return silentFindings + messageFindings + clockFindings
  }

  private var silentFindings: [Finding] {
    (nodes.first?.peers ?? []).compactMap { peer in
      peer.failure.map { failure in
        Finding(
          "MPI", on: [name(of: peer.rank)], .wrong, failure,
          problem: "messages do not reach it; look at the MPI's choice of network, such as "
            + "'variables: {UCX_NET_DEVICES: ...}' or 'OMPI_MCA_btl_tcp_if_include'",
          key: "variables")
      }
    }
  }

  private var messageFindings: [Finding] {
    let peers = nodes.first?.peers ?? []
    let latencies = peers.compactMap(\.latency)
    let bandwidths = peers.compactMap(\.bandwidth)
    guard !latencies.isEmpty, !bandwidths.isEmpty else { return [] }
    let names = peers.filter { $0.bandwidth != nil }.map { name(of: $0.rank) }
    let way = nodes.first.map { "from \($0.node): " } ?? ""
    return [
      Finding(
        "MPI", on: names, .well,
        "\(way)\(range(latencies, secondsText)), \(range(bandwidths, rateText))")
    ]
  }

  /// Clocks that differ by more than this mislead whoever compares times of logs and files, in seconds.
  private static let mostSkew = 1.0

  private var clockFindings: [Finding] {
    let told = (nodes.first?.peers ?? []).filter { $0.skew != nil }
    guard !told.isEmpty else { return [] }
    let far = told.filter { abs($0.skew ?? 0) > Self.mostSkew + ($0.skewError ?? 0) }
    let farthest = told.map { abs($0.skew ?? 0) }.max() ?? 0
    let error = told.compactMap(\.skewError).max() ?? 0
    let result = "at most \(secondsText(farthest)) apart, give or take \(secondsText(error))"
    guard !far.isEmpty else {
      return [Finding("clocks", on: told.map { name(of: $0.rank) }, .well, result)]
    }
    return [
      Finding(
        "clocks", on: far.map { name(of: $0.rank) }, .wrong, result,
        problem: "times of logs and files cannot be compared with those of "
          + "\(nodes.first?.node ?? "rank 0"); have the site set its clocks (NTP)")
    ]
  }

  private func name(of rank: Int) -> String {
    nodes.first { $0.rank == rank }?.node ?? "rank \(rank)"
  }
}
