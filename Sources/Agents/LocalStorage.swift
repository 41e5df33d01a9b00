import Processes

/// The folder of this node's own storage below which trials work.
///
/// - Returns: What `SLURM_TMPDIR` names, else the site file's `local.path`, else what `TMPDIR` names,
///   else `/tmp`: the first that is there.
public func localStorage() -> String {
  ["SLURM_TMPDIR", "RUNG_LOCAL_STORAGE", "TMPDIR"].compactMap { environmentVariable($0) }
    .first { exists($0) } ?? "/tmp"
}
