// What is wrong with a file before its fields are looked at.
extension Wording {
  static let fileTooLarge = "the file has more than 1 MiB; write a shorter one"
  static let noRegularFile = "this is no regular file; name a YAML file"
  static let notUTF8 = "this line is not UTF-8; save the file as UTF-8"
  static let emptyDocument =
    "the file is empty; write at least metric, fidelity, parameters, trial and stop"
  static let severalDocuments = "a second document begins here; write one, without a line '---'"
  static let anchor =
    "anchors ('&name') and aliases ('*name') are not read; write the value out at each place"
  static let tooDeep =
    "lists and mappings nest more than 32 deep; write fewer levels"
  static let keyIsNoWord = "a key is a list or a mapping; write a word"

  static let quoteColon = "quotes around a text with ': ', or begin a new line"
  static let closeQuote = "the missing quote"
  static let useSpaces = "spaces"
  static let quoteValue = "quotes around the value"
  static let checkPunctuation = "brackets and quotes in pairs, and equal indentation"

  static func notYAML(_ problem: String, remedy: String) -> String {
    let line = problem.split(whereSeparator: \.isNewline).joined(separator: " ")
    return "this is not YAML: \(line); write \(remedy)"
  }

  static func forbiddenCharacter(_ scalar: Unicode.Scalar) -> String {
    "the file holds the character '\(scalar.escaped(asASCII: true))'; remove it"
  }

  static func repeatedKey(_ key: String) -> String {
    "the key \(visible(key)) is given twice in one mapping; remove one"
  }

  static func repeatedKey(_ key: String, firstLine: Int) -> String {
    "the key \(visible(key)) is given twice, first in line \(firstLine); remove one"
  }

  static func tag(_ tag: String) -> String {
    let short = tag.hasPrefix("tag:yaml.org,2002:") ? "!!\(tag.dropFirst(18))" : tag
    return "the tag \(visible(short)) does not fit here; write the value without a tag"
  }

  static let noSuchFile = "there is no such file; check its path"
  static let noPermission = "the file may not be read; check its permissions"

  static func unreadable(_ error: any Error) -> String {
    "the file cannot be read (\(visible("\(error)"))); check its path and its permissions"
  }
}
