/// What it takes to run a study again, as its folder records it.
public struct ReportOrigin: Encodable, Sendable {
  /// A file that the trial's command names.
  public struct Hash: Encodable, Sendable {
    /// The word of the command.
    public var file: String
    /// The file's SHA-256 when the study was begun.
    public var sha256: String

    /// A file's hash.
    public init(file: String, sha256: String) { (self.file, self.sha256) = (file, sha256) }
  }

  /// The study file's text, without what may be secret.
  public var text: String?
  /// The study file's path.
  public var file: String?
  /// When the study was begun, in ISO 8601.
  public var created: String?
  /// The version of Rung that began it.
  public var version: String?
  /// The git commit of the study file's folder, with `+` where files differ from it.
  public var commit: String?
  /// The files that the trial's command names.
  public var hashes: [Hash] = []
  /// Environment modules that were loaded.
  public var modules: String?
  /// The command lines that run it again.
  public var commands: [String] = []
  /// Whether it was simulated: nothing was trained.
  public var isSimulated = false

  /// Of a study of which nothing is known.
  public init() {}

  private enum CodingKeys: String, CodingKey {
    case text, file, created, version, commit, hashes, modules, commands
    case isSimulated = "simulated"
  }
}

extension ReportOrigin {
  /// A study file's text in which the values of variables that are named like secrets are left out.
  ///
  /// A report is made to be given to others; keys of services are often among a study's variables.
  ///
  /// - Parameter text: The text of a study file.
  /// - Returns: The text, its other lines as they were.
  public static func withoutSecrets(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let name = line.prefix { $0 != ":" }
      let marks = ["KEY", "TOKEN", "SECRET", "PASSWORD", "PASSWD", "CREDENTIAL"]
      let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      guard words.contains(where: { word in isSecret(word, marks) }), name.count < line.count else {
        return String(line)
      }
      return "\(name): (left out of the report)"
    }.joined(separator: "\n")
  }

  /// Whether a word names a variable that holds a secret: `WANDB_API_KEY`, not the parameter `token_size`.
  private static func isSecret(_ word: Substring, _ marks: [String]) -> Bool {
    word.split(separator: "_").contains { marks.contains(String($0)) }
  }
}
