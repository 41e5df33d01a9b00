import StudyModel

// What sites say of trials that share a GPU.

/// The value of `--gres` for the slots of a node.
///
/// Source: Slurm's page "Generic Resource (GRES) Scheduling", "Sharding".
func request(of gpus: Site.GPUs, for slots: Int, of trial: TrialSettings) -> String {
  let shares = trial.trialsPerGPU
  let devices = trial.parts.isEmpty ? (slots + shares - 1) / shares : trial.gpus
  guard gpus.sharing == .shards, shares > 1 else {
    return "gpu\(gpus.gresType.map { ":\($0)" } ?? ""):\(devices)"
  }
  let shards = gpus.pieces ?? shares
  // Of several GPUs all shards: by their variable alone an agent does not know how many of each it has.
  return "shard:\(devices > 1 ? devices * shards : slots * (shards / shares))"
}

/// Refuses trials that the pieces of a GPU do not fit.
func checkSharing(
  _ gpus: Site.GPUs, by trial: TrialSettings, on partition: String
) throws(PlanError) {
  guard trial.gpus > 0 else { return }
  let shares = trial.trialsPerGPU
  switch gpus.sharing {
  case .plain, .mps: return
  case .mig:
    if trial.gpus > 1 || trial.sizes != nil || !trial.parts.isEmpty {
      throw .severalInstances(partition: partition, limit: gpus.pieces)
    }
    if let pieces = gpus.pieces, shares > pieces {
      throw .tooFewInstances(asked: shares, partition: partition, limit: pieces)
    }
  case .shards:
    if let pieces = gpus.pieces, shares > 1, pieces % shares != 0 {
      throw .unevenShards(asked: shares, partition: partition, shards: pieces)
    }
  }
}

extension Site.GPUs {
  /// Whether Slurm gives a job shards of one GPU of a node only.
  func sharesOneAJob(of site: Site, by trial: TrialSettings) -> Bool {
    sharing == .shards && trial.trialsPerGPU > 1 && site.asksForGPUs && !site.sharesSeveralGPUs
  }
}

/// The divisor that is nearest to a number, of two the smaller.
func nearestDivisor(of number: Int, to wish: Int) -> Int {
  (1...max(1, number)).filter { number % $0 == 0 }
    .min { (($0 - wish).magnitude, $0) < (($1 - wish).magnitude, $1) } ?? 1
}
