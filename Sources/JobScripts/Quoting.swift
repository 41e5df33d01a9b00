/// A value as one word of bash: in single quotes, within which nothing but a quote is special.
///
/// Source: Bash Reference Manual, section 3.1.2.2, "Single Quotes".
///
/// - Parameter value: Without control characters.
/// - Returns: For example `'it'\''s'`.
func shellQuoted(_ value: String) -> String {
  // By scalars: a combining mark after a quote would hide it in one character.
  var quoted = "'"
  for scalar in value.unicodeScalars {
    quoted += scalar == "'" ? "'\\''" : String(scalar)
  }
  return quoted + "'"
}

/// A value as sbatch reads it on an `#SBATCH` line: bare where nothing in it is special, else in
/// double quotes.
///
/// Not as bash reads it: in sbatch a backslash makes the next character literal within either kind
/// of quotes, a `#` outside of quotes begins a comment, and nothing is expanded. Source: measured
/// with Slurm 22.05.8, which states no rule; its `src/sbatch/opt.c` holds the parser.
///
/// - Parameter value: Without control characters.
/// - Returns: For example `dc-gpu`, or `"my folder/%j.out"`.
func sbatchQuoted(_ value: String) -> String {
  guard !value.unicodeScalars.allSatisfy(isBare) else { return value }
  var quoted = "\""
  for scalar in value.unicodeScalars {
    if scalar == "\"" || scalar == "\\" { quoted += "\\" }
    quoted += String(scalar)
  }
  return quoted + "\""
}

private func isBare(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar {
  case "a"..."z", "A"..."Z", "0"..."9", "_", ".", "/", ":", ",", "@", "+", "=", "%", "-": true
  default: false
  }
}

/// A path for the pattern of an output file: `%` stands for itself. Source: sbatch(1), "filename
/// pattern".
func outputPattern(_ path: String) -> String {
  path.unicodeScalars.map { $0 == "%" ? "%%" : String($0) }.joined()
}

/// The value, if it can stand on one line of a script.
func oneLine(_ value: String, _ field: String) throws(JobScriptError) -> String {
  guard !value.isEmpty else { throw .empty(field: field) }
  guard !value.unicodeScalars.contains(where: endsLine) else {
    throw .controlCharacter(field: field)
  }
  return value
}

/// Control characters, and the two separators that an editor shows as a new line.
private func endsLine(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  default: false
  }
}

/// The value, if it is an absolute path that can stand on one line of a script.
func absolutePath(_ value: String, _ field: String) throws(JobScriptError) -> String {
  let path = try oneLine(value, field)
  guard path.utf8.first == UInt8(ascii: "/") else {
    throw .relativePath(field: field, path: path)
  }
  return path
}
