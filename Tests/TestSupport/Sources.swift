import FoundationEssentials

/// The Swift files of a target, by path, with their texts.
///
/// - Parameter target: A folder of `Sources/`.
/// - Returns: Ascending by path.
/// - Throws: What the file system says where there is no such target.
public func sourceFiles(of target: String) throws -> [(path: String, text: String)] {
  let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  let folder = root.appendingPathComponent("Sources").appendingPathComponent(target)
  let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
  return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    return (target + "/" + name, String(decoding: data, as: UTF8.self))
  }
}
