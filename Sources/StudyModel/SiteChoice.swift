/// Which site a command takes, and why.
///
/// In this order: the one that the command line names; the one that `RUNG_SITE` names; the one that
/// has this host; the only one of the user's own, or that of them which is called `generic`. A
/// pattern that came with the program is never taken unasked, since its values are no machine's.
public struct SiteChoice: Hashable, Sendable {
  /// Why it is taken.
  public enum Reason: Hashable, Sendable {
    /// The command line names it.
    case asked
    /// `RUNG_SITE` names it.
    case variable
    /// It has the host of this name.
    case host(String)
    /// The user has no other site file.
    case only
    /// It is called `generic`, among the user's own.
    case generic
  }

  /// A site that may be taken.
  public struct Candidate: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// The patterns of its hosts.
    public var hosts: [String]
    /// The place of its folder, in the order in which folders are looked in.
    public var folder: Int
    /// Whether it is the user's own, not one that came with the program.
    public var isOwn: Bool

    /// A candidate of these parts.
    public init(name: String, hosts: [String], folder: Int, isOwn: Bool) {
      self.name = name
      self.hosts = hosts
      self.folder = folder
      self.isOwn = isOwn
    }
  }

  /// The site's name, or the path of its file.
  public var site: String
  /// Why it is taken.
  public var reason: Reason

  /// A choice of these parts.
  public init(site: String, reason: Reason) {
    self.site = site
    self.reason = reason
  }

  /// Chooses among the known sites where none is named.
  ///
  /// - Parameters:
  ///   - candidates: The known sites, names distinct, in the order in which they are looked up.
  ///   - host: The name of this host.
  /// - Throws: ``SiteChoiceError`` where none can be chosen.
  public init(
    among candidates: [Candidate], on host: String
  ) throws(SiteChoiceError) {
    let here = candidates.filter { $0.hosts.contains { hasHost(host, $0) } }
    // A user's own file counts before those that came with the program.
    let nearest = here.filter { $0.folder == here.map(\.folder).min() }
    if let first = nearest.first {
      guard nearest.count == 1 else {
        throw .severalHaveHost(host, sites: nearest.map(\.name).sorted())
      }
      self.init(site: first.name, reason: .host(host))
      return
    }
    let own = candidates.filter(\.isOwn)
    if own.count == 1 {
      self.init(site: own[0].name, reason: .only)
    } else if own.contains(where: { $0.name == "generic" }) {
      self.init(site: "generic", reason: .generic)
    } else {
      throw .noneHasHost(host, own: own.map(\.name).sorted())
    }
  }
}

/// Why no site can be chosen.
public enum SiteChoiceError: Error, Hashable, Sendable {
  /// Several sites of one folder have this host.
  case severalHaveHost(String, sites: [String])
  /// No site has this host, and the user's own are none or several.
  case noneHasHost(String, own: [String])
}

extension SiteChoice.Reason: CustomStringConvertible {
  /// The reason as the end of a sentence.
  public var description: String {
    switch self {
    case .asked: "which was asked for"
    case .variable: "which RUNG_SITE names"
    case .host(let host): "which has this host, '\(host)'"
    case .only: "the only one of your own"
    case .generic: "the generic one of your own"
    }
  }
}

extension SiteChoiceError: CustomStringConvertible {
  /// What is wrong, and what to do.
  public var description: String {
    switch self {
    case .severalHaveHost(let host, let sites):
      """
      several sites have this host, '\(host)': \(sites.joined(separator: ", ")); name one by \
      '--site' or RUNG_SITE
      """
    case .noneHasHost(let host, let own):
      """
      no known site has this host, '\(host)', and of your own there \
      \(own.isEmpty ? "is none" : "are \(own.joined(separator: ", "))"); name one by '--site' or \
      RUNG_SITE ('rung sites' lists them), or write 'hosts: [\(host)]' into its file
      """
    }
  }
}

/// Whether a pattern fits a host's name, in which `*` stands for any letters, `?` for one.
///
/// A pattern without a dot is compared with the name up to its first dot. Capitals do not count.
///
/// - Parameters:
///   - host: The name, such as `jrlogin03.jureca`.
///   - pattern: Such as `jrlogin*`.
/// - Returns: Whether it fits all of the name.
public func hasHost(_ host: String, _ pattern: String) -> Bool {
  let host = host.lowercased()
  let name = pattern.contains(".") ? host[...] : host.prefix { $0 != "." }
  return fits(Array(name), Array(pattern.lowercased()))
}

/// The usual match that goes back to the last `*` only.
private func fits(_ name: [Character], _ pattern: [Character]) -> Bool {
  var place = 0
  var next = 0
  var star: (next: Int, place: Int)?
  while place < name.count {
    if next < pattern.count, pattern[next] == "*" {
      star = (next + 1, place)
      next += 1
    } else if next < pattern.count, pattern[next] == "?" || pattern[next] == name[place] {
      next += 1
      place += 1
    } else if let last = star {
      star = (last.next, last.place + 1)
      (next, place) = (last.next, last.place + 1)
    } else {
      return false
    }
  }
  return pattern[next...].allSatisfy { $0 == "*" }
}
