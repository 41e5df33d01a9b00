/// Why no job script can be written.
public enum JobScriptError: Error, Hashable, Sendable {
  /// A value holds a line break or another control character.
  case controlCharacter(field: String)
  /// A value is empty.
  case empty(field: String)
  /// A path does not begin with `/`.
  case relativePath(field: String, path: String)
  /// A path below which Slurm is to write holds a backslash.
  case backslash(field: String, path: String)
  /// A module's name begins with `-`: an option, or with Lmod the wish to unload it.
  case moduleOption(String)
  /// A variable's name holds something else than letters, digits and `_`, or begins with a digit.
  case variableName(String)
}

extension JobScriptError: CustomStringConvertible {
  /// What is wrong, where, and what to change.
  public var description: String {
    switch self {
    case .controlCharacter(let field):
      """
      '\(field)' holds a line break or another control character, which no job script can carry; \
      write it on one line
      """
    case .empty(let field):
      "'\(field)' is empty; write a value or leave it out"
    case .relativePath(let field, let path):
      "\(field) '\(path)' is no absolute path; begin it with '/'"
    case .backslash(let field, let path):
      """
      \(field) '\(path)' holds a backslash, which Slurm takes out of the names of output files; \
      rename the folder
      """
    case .moduleOption(let name):
      "the module '\(name)' begins with '-'; write the name of a module to load"
    case .variableName(let name):
      """
      the variable '\(name)' is none that a shell can export; use letters, digits and '_', not a \
      digit first
      """
    }
  }
}
