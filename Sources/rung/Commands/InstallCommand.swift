import ArgumentParser
import Processes
import StudyModel

struct InstallCommand: ResultCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Put this program, its man pages and shell completions below a folder.",
    discussion: discussion(
      """
      Below PREFIX: the program in bin, man pages in share/man, completions for bash, zsh and fish, and the \
      site files in share/rung/site-configs. What is there of an earlier version is replaced.
      """,
      examples: "rung install", "rung install /opt/rung"))

  @Argument(help: "The folder; by default '.local' in your home.", completion: .directory)
  var prefix: String?
  @OptionGroup var output: OutputOptions

  private struct Result: Encodable {
    var prefix: String
    var files: [String]
  }

  func run() throws {
    guard let prefix = prefix ?? environment("HOME").map({ $0 + "/.local" }) else {
      throw Failure(.usage, "HOME is not set; name the folder, as in 'rung install /opt/rung'")
    }
    let files = try Installation(of: Rung.self).write(below: prefix)
    if json { return try write(try resultText(Result(prefix: prefix, files: files))) }
    try write(files.map { visibleText($0) + "\n" }.joined())
    let bin = prefix + "/bin"
    if environment("PATH")?.split(separator: ":").contains(Substring(bin)) != true {
      note("rung: '\(bin)' is not on your PATH; add it in your shell's start-up file")
    }
  }
}
