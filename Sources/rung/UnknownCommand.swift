import ArgumentParser
import StudyModel

/// What is wrong with a line whose first word is no command; the argument parser takes such a word for an
/// argument too many, and says nothing of what may be meant.
///
/// - Parameter words: The command line without the program.
/// - Returns: `nil` where it begins with a command or an option.
func unknownCommand(in words: [String]) -> Failure? {
  guard let word = words.first(where: { $0 != "help" }), !word.hasPrefix("-") else { return nil }
  let commands = Rung.configuration.subcommands.map { ($0._commandName, $0.configuration) }
  guard !commands.contains(where: { $0.0 == word }) else { return nil }
  let known = commands.filter { $0.1.shouldDisplay }.map(\.0)
  let all = "'rung --help' lists all commands"
  let remedy = nearestWord(to: word, among: known).map { "write 'rung \($0)' (\(all))" } ?? all
  return Failure(.usage, "there is no command '\(word)'; \(remedy)")
}
