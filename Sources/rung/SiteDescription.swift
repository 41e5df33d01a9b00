import JobScripts
import Processes
import StudyModel

/// A site as text for people.
///
/// - Parameter site: The site.
/// - Returns: Lines that each end with a line feed.
func describe(_ site: Site) -> String {
  var lines = ["\(site.name): \(site.summary)"]
  lines += site.partitions.map { "  \($0.name): \(describe($0))" }
  lines.append("  workers: \(site.workerPartition)")
  if let coordinator = site.coordinatorPartition { lines.append("  coordinator: \(coordinator)") }
  lines.append("  capabilities: \(capabilities(of: site).joined(separator: ", "))")
  lines.append("  mpi: \(site.mpi)")
  if let interconnect = site.interconnect { lines.append("  interconnect: \(interconnect)") }
  if let storage = site.storage {
    let places = storage.paths.isEmpty ? "" : " below \(storage.paths.joined(separator: ", "))"
    lines.append("  storage: \(storage.kind)\(places)")
  }
  if !site.hosts.isEmpty { lines.append("  hosts: \(site.hosts.joined(separator: ", "))") }
  lines += site.parents.map { "  takes values from: \($0)" }
  lines += site.sources.map { "  source: \($0)" }
  if !site.unsourced.isEmpty {
    lines.append("  without a source: \(site.unsourced.joined(separator: ", "))")
  }
  return lines.map { $0 + "\n" }.joined()
}

private func describe(_ partition: Site.Partition) -> String {
  var parts = ["\(partition.nodes) nodes of \(partition.cores) cores"]
  if let sockets = partition.sockets { parts.append(counted(sockets, "socket")) }
  if partition.threadsPerCore > 1 { parts.append("\(partition.threadsPerCore) threads a core") }
  if let domains = partition.numaDomains { parts.append(counted(domains, "NUMA domain")) }
  parts.append("\(partition.memoryMiB) MiB")
  if let gpus = partition.gpus {
    let memory = gpus.memoryMiB.map { ", \($0) MiB each" } ?? ""
    let pieces = gpus.pieces.map { ": \($0) a GPU" } ?? ""
    let sharing = gpus.sharing == .plain ? "" : ", shared by \(gpus.sharing.rawValue)\(pieces)"
    parts.append("\(gpus.count) \(gpus.model) (\(gpus.vendor.rawValue)\(memory)\(sharing))")
  }
  if let local = partition.local {
    let size = local.sizeMiB.map { "\($0) MiB " } ?? ""
    parts.append("\(size)for itself at \(local.path ?? "$TMPDIR")")
  }
  if let most = partition.maximumNodes { parts.append("at most \(counted(most, "node")) a job") }
  parts.append("up to \(slurmTime(partition.maximumTime))")
  return parts.joined(separator: ", ")
}

/// What jobs may do there, each with its key in the site file.
private func capabilities(of site: Site) -> [String] {
  let all: [(String, Bool)] = [
    ("hetjobs", site.allowsHeterogeneousJobs), ("gres", site.asksForGPUs),
    ("memory", site.asksForMemory), ("sbatch", site.submitsFromJobs),
    ("requeue", site.requeuesJobs), ("no-kill", site.outlivesNodes), ("steps", site.nestsSteps),
  ]
  return all.map { $1 ? $0 : "no \($0)" }
    + (site.sharesSeveralGPUs ? ["shards of several GPUs"] : [])
    + (site.maximumSteps.map { ["at most \(counted($0, "step")) at a time"] } ?? [])
}

private func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}

/// Warns where the nodes of a site may not see a study's folder.
///
/// - Parameters:
///   - folder: The folder, without symbolic links.
///   - site: The site.
func warn(ofPlace folder: String, at site: Site) {
  guard var storage = site.storage else { return }
  let named = storage.paths.joined(separator: ", ")
  // A folder that is not there on this machine leads nowhere else.
  storage.paths += storage.paths.compactMap { try? realPath($0) }
  guard !storage.holds(folder) else { return }
  note(
    "rung: warning: the study's folder is '\(folder)', not below \(named), which the nodes of site "
      + "'\(site.name)' share; where they do not see it, move the study there")
}
