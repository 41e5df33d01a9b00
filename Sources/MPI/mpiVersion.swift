import CMPI

/// What the MPI library calls itself, up to the first comma or line feed, such as `Open MPI v4.1.4`.
///
/// Starts nothing: it may be asked before MPI is started, and where it never is.
///
/// - Returns: Its words; `nil` where it has none.
///
/// Source: MPI 3.1, section 8.1.1, MPI_Get_library_version.
public func mpiVersion() -> String? {
  let words = unsafe text(capacity: cmpi_version_length) { start, length in
    unsafe MPI_Get_library_version(start, length)
  }
  return words.map { words in
    String(words.prefix { $0 != "," && $0 != "\n" && $0 != "\0" })
      .split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
