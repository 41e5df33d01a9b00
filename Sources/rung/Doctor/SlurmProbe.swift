import Diagnosis
import JobScripts
import Processes
import StudyModel

/// Asks Slurm about itself, by its commands.
enum SlurmProbe {
  /// Whether Slurm's commands are here at all.
  static var isHere: Bool { executablePath("sbatch") != nil && executablePath("scontrol") != nil }

  /// What Slurm says.
  ///
  /// - Throws: ``Failure`` where it is out of reach.
  static func facts() throws -> SlurmFacts {
    func ask(_ words: String...) throws -> String {
      let result = try runCommand(words)
      guard result.status == 0 else {
        throw Failure(
          .slurmOutOfReach,
          "'\(words.joined(separator: " "))' failed: \(onOneLine(result.errors)); try again on a login "
            + "node of the site")
      }
      // srun(1) lists the kinds of MPI on either, by its release.
      return String(decoding: result.output + result.errors, as: UTF8.self)
    }
    return SlurmFacts(
      configuration: try ask("scontrol", "show", "config"),
      partitions: try ask("scontrol", "--oneliner", "show", "partition"),
      nodes: try ask("scontrol", "--oneliner", "show", "node"),
      mpiKinds: try ask("srun", "--mpi=list"))
  }

  /// Asks whether Slurm would take a heterogeneous job over the partitions of a site.
  ///
  /// - Returns: What is known then.
  static func askForHetjob(_ facts: SlurmFacts, _ site: Site, _ study: Study) throws -> SlurmFacts {
    guard site.allowsHeterogeneousJobs, let name = site.coordinatorPartition,
      let coordinator = ExaminationRequest(name, at: site, facts, nodes: 1),
      let workers = ExaminationRequest(site.workerPartition, at: site, facts, nodes: 1)
    else { return facts }
    var first = Doctor.component(coordinator)
    first.role = .coordinator
    (first.cores, first.gres, first.slotsPerNode) = (1, nil, 0)
    first.memoryMiB = first.memoryMiB.map { min($0, 1024) }
    let plan = Plan(
      study: study.name, site: site.name, strategy: .hetjob,
      components: [first, Doctor.component(workers)], time: .seconds(60), vendor: nil)
    let text = try script(plan, study, site, directory: "/tmp", folder: "/tmp")
    var facts = facts
    facts.isHetjobAsked = true
    do { _ = try Submission.testOnly(text, []) } catch let failure as Failure {
      guard failure.status != .slurmOutOfReach else { throw failure }
      facts.hetjobRefusal = onOneLine(Array(failure.message.utf8))
    }
    return facts
  }
}

/// The last of what a program says, on one line.
///
/// - Parameter bytes: Any number of lines.
/// - Returns: The last three.
func onOneLine(_ bytes: [UInt8]) -> String {
  let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  return visibleText(lines.suffix(3).map { String($0).trimmed }.joined(separator: " / "))
}
