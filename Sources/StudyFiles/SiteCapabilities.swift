/// What a site's `capabilities` say: what jobs may do there, and how they are asked for.
struct SiteCapabilities {
  private static let keys = [
    "hetjobs", "gres", "memory", "sbatch", "requeue", "no-kill", "steps", "max_steps", "shards",
  ]

  /// All that is left out is possible.
  var hetjobs = true
  var gres = true
  var memory = true
  var sbatch = true
  var requeue = true
  var noKill = true
  var steps = true
  var maximumSteps: Int?
  /// But this, which Slurm refuses by default.
  var shards = false

  init(_ field: Field?) {
    guard let field,
      let fields = Fields(field, keys: Self.keys, example: "capabilities: {hetjobs: true}")
    else { return }
    func isCapable(_ key: String) -> Bool { fields[key]?.truth() ?? true }
    hetjobs = isCapable("hetjobs")
    gres = isCapable("gres")
    memory = isCapable("memory")
    sbatch = isCapable("sbatch")
    requeue = isCapable("requeue")
    noKill = isCapable("no-kill")
    steps = isCapable("steps")
    shards = fields["shards"]?.truth() ?? false
    maximumSteps = fields["max_steps"]?.whole(from: 1)
    if !steps, maximumSteps != nil { fields["max_steps"]?.mistake(Wording.stepsOfNone) }
  }
}
