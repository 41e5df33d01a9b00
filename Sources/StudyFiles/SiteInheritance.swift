/// Follows `from` from a site file to those whose values it takes, and puts them together.
///
/// Mappings are merged key by key, the taker's values first; a list replaces a list, and `null` takes
/// a value away. `source` and `unsourced` add up, but for values without a source that the taker
/// replaces. A name leads to the first file of that name that is not yet among the takers, so that a
/// user's file of a site's own name can take that site's values.
struct SiteInheritance {
  /// More files, one taking from the next, than anyone means.
  private static let mostFiles = 16

  let files: SiteFiles
  let ledger: Ledger

  /// A site file with all that it takes over.
  ///
  /// - Parameters:
  ///   - own: The file's own document.
  ///   - file: The file.
  /// - Returns: The document, and the files that values were taken from, the nearest first; `nil`
  ///   where mistakes were found.
  func document(_ own: YAMLNode, of file: String) -> (root: YAMLNode, parents: [String])? {
    var root = own
    var last = own
    var chain = [file]
    while let from = last.value(of: "from"), !from.isNull {
      let field = Field(path: "from", node: from, ledger: ledger)
      guard let name = field.line(), let path = path(of: name, field, after: chain),
        let parent = parent(at: path, field)
      else { return nil }
      root = root.over(parent)
      last = parent
      chain.append(path)
    }
    return (root, Array(chain.dropFirst()))
  }

  /// The file that a name or a path means.
  private func path(of name: String, _ field: Field, after chain: [String]) -> String? {
    let isPath = name.contains("/") || name.hasSuffix(".yaml")
    let candidates =
      isPath
      ? [beside(chain.last ?? "", name)] : files.paths.filter { stem(of: $0) == name }
    guard let first = candidates.first else {
      field.mistake(Wording.unknownSite(name, known: files.paths.map { stem(of: $0) }))
      return nil
    }
    guard let path = candidates.first(where: { !chain.contains($0) }),
      chain.count < Self.mostFiles
    else {
      field.mistake(Wording.takesFromItself(chain + [first]))
      return nil
    }
    return path
  }

  /// A path in a file, which begins at the file's folder unless it is absolute.
  private func beside(_ file: String, _ path: String) -> String {
    guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return plain(path) }
    return plain(file[...slash] + path)
  }

  /// A path without steps that lead nowhere.
  private func plain(_ path: some StringProtocol) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return parts.filter { $0 != "." }.joined(separator: "/")
  }

  private func parent(at path: String, _ field: Field) -> YAMLNode? {
    let text: String
    do { text = try files.text(path) } catch {
      field.mistake(Wording.unreadableSite(path, error.mistakes.first?.message ?? ""))
      return nil
    }
    let its = Ledger(file: path, isOfStudy: false)
    guard let root = yamlDocument(text, its), !its.hasMistakes else {
      ledger.adopt(its)
      return nil
    }
    let parent = root.found(in: path)
    guard case .mapping = parent.content else {
      Field(path: "", node: parent, ledger: ledger).mistake(
        expected: Wording.example("workers: gpu"))
      return nil
    }
    return parent
  }
}

extension YAMLNode {
  /// Keys of which a site has its own, whatever it takes over.
  private static let own: Set<String> = ["name", "from"]
  /// Keys whose lists add up.
  private static let sums: Set<String> = ["source", "unsourced"]

  /// The value of a key, if this is a mapping that has it.
  func value(of key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// A site's document, with what it takes from `parent`.
  fileprivate func over(_ parent: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = content, case .mapping(let others) = parent.content else {
      return self
    }
    for other in others where !Self.own.contains(other.key) {
      let inherited = other.key == "unsourced" ? other.value.withoutPaths(setBy: self) : other.value
      if let place = entries.firstIndex(where: { $0.key == other.key }) {
        let value = entries[place].value
        entries[place] = Entry(
          key: other.key, place: entries[place].place,
          value: Self.sums.contains(other.key)
            ? value.followed(by: inherited) : value.merged(over: inherited))
      } else {
        entries.append(Entry(key: other.key, place: other.place, value: inherited))
      }
    }
    return YAMLNode(content: .mapping(entries), place: place)
  }

  /// A value over the one that is taken over.
  private func merged(over other: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = content, case .mapping(let others) = other.content else {
      return self
    }
    for other in others {
      if let place = entries.firstIndex(where: { $0.key == other.key }) {
        entries[place] = Entry(
          key: other.key, place: entries[place].place,
          value: entries[place].value.merged(over: other.value))
      } else {
        entries.append(other)
      }
    }
    return YAMLNode(content: .mapping(entries), place: place)
  }

  private func followed(by other: YAMLNode) -> YAMLNode {
    guard case .list(let items) = content, case .list(let others) = other.content else {
      return self
    }
    return YAMLNode(content: .list(items + others), place: place)
  }

  /// A list of paths without those whose values `taker` sets itself.
  private func withoutPaths(setBy taker: YAMLNode) -> YAMLNode {
    guard case .list(let items) = content else { return self }
    let left = items.filter { item in
      guard case .scalar(_, let path) = item.content else { return true }
      return switch taker.value(at: path)?.content {
      case .scalar, .list: false
      case .mapping, .unreadable, nil: true
      }
    }
    return YAMLNode(content: .list(left), place: place)
  }
}
