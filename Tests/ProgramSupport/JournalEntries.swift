public import StudyStore

extension Journal {
  /// All entries of a journal.
  public static func entries(_ folder: String) throws(StoreError) -> [JournalEntry] {
    var entries: [JournalEntry] = []
    try read(folder) { entries.append($0) }
    return entries
  }
}
