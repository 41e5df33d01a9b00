/// Looks for a configuration of Slurm, without touching libslurm.
///
/// libslurm ends the process when it finds none, after trying for a while, so this comes first.
///
/// - Parameters:
///   - variables: The environment.
///   - places: Where the configuration may be, besides what the environment says.
///   - exists: Says whether there is a file.
/// - Returns: Where libslurm will find its configuration: a file, or the server of a machine
///   that has none ("configless").
/// - Throws: `SlurmError.notConfigured`.
///
/// Source: slurm.conf(5); "Configless" Slurm, <https://slurm.schedmd.com/configless_slurm.html>.
public func findSlurmConfiguration(
  _ variables: [String: String], places: [String] = usualSlurmConfigurations,
  exists: (String) -> Bool
) throws(SlurmError) -> String {
  if let file = variables["SLURM_CONF"], !file.isEmpty {
    guard exists(file) else { throw .notConfigured(searched: ["SLURM_CONF=\(file)"]) }
    return file
  }
  if let server = variables["SLURM_CONF_SERVER"], !server.isEmpty { return server }
  guard let file = places.first(where: exists) else {
    throw .notConfigured(searched: ["SLURM_CONF", "SLURM_CONF_SERVER"] + places)
  }
  return file
}

/// Where builds of Slurm look for their configuration, and where slurmd and sackd leave a copy of
/// the server's.
public let usualSlurmConfigurations = [
  "/etc/slurm/slurm.conf", "/run/slurm/conf/slurm.conf", "/etc/slurm-llnl/slurm.conf",
  "/usr/local/etc/slurm.conf", "/opt/slurm/etc/slurm.conf",
]
