public import StudyModel

/// A study file's text with some of its values replaced.
///
/// - Parameters:
///   - text: The study file.
///   - file: Its name, as messages show it.
///   - name: The new study's name.
///   - algorithm: The value of `algorithm`, as YAML on one line.
///   - size: The GPUs of each trial; `nil` for the study's own.
///   - seed: The seed.
/// - Returns: The text, without comments.
/// - Throws: ``StudyFileError`` with every mistake of the study file.
public func variedStudy(
  _ text: String, file: String, name: String, algorithm: String, size: TrialSize?, seed: UInt64
) throws(StudyFileError) -> String {
  let ledger = Ledger(file: file)
  guard let root = yamlDocument(text, ledger) else { throw ledger.error }
  func scalar(_ text: String) -> YAMLNode {
    YAMLNode(content: .scalar(Scalar(plain: text), text: text), place: .start)
  }
  var varied = root.replacing("name", by: scalar(name)).replacing("seed", by: scalar("\(seed)"))
  guard let method = yamlDocument(algorithm, ledger) else { throw ledger.error }
  varied = varied.replacing("algorithm", by: method)
  if let size, let trial = varied["trial"] {
    varied = varied.replacing(
      "trial", by: trial.replacing("gpus", by: scalar(size.description)))
  }
  return varied.block
}

extension YAMLNode {
  fileprivate subscript(key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// A mapping with another value of a key, in its place or at the end.
  func replacing(_ key: String, by value: YAMLNode) -> YAMLNode {
    guard case .mapping(var entries) = content else { return self }
    let entry = Entry(key: key, place: value.place, value: value)
    if let place = entries.firstIndex(where: { $0.key == key }) {
      entries[place] = entry
    } else {
      entries.append(entry)
    }
    return YAMLNode(content: .mapping(entries), place: place)
  }
}
