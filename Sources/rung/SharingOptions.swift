import ArgumentParser

/// How trials share GPUs, on the command line.
struct SharingOptions: ParsableArguments {
  /// The value of `--gpu-sharing`; see `Site.Sharing`. Of shards an agent has what Slurm gave it.
  enum Way: String, CaseIterable {
    case plain
    case mps
    case mig
  }

  @Option(
    help: "How trials share a GPU: plain (the default), mps or mig.",
    completion: .words(Way.self), transform: oneOf)
  var gpuSharing = Way.plain
  @Option(help: "MiB of each GPU, which trials under MPS share out; by default what it has.")
  var gpuMemory: Int?

  /// Trials take turns.
  static var plain: SharingOptions {
    var options = SharingOptions()
    (options.gpuSharing, options.gpuMemory) = (.plain, nil)
    return options
  }

  func validate() throws {
    if let gpuMemory, gpuMemory < 1 {
      throw ValidationError("'--gpu-memory' is at least 1, not \(gpuMemory)")
    }
  }
}
