/// A type whose values can fill a column: `Double`, `Int64`, `UInt8`, `Bool?` and `String`.
///
/// Use ``Group/writeColumn(_:_:options:)`` and ``Group/readColumn(_:as:)``; the requirements are
/// how they do it, and no other type can conform to much use.
public protocol ColumnElement: Sendable {
  /// Creates a column that holds `values`.
  ///
  /// - Throws: `H5Error`.
  static func write(
    _ values: [Self], as name: String, in group: borrowing Group, options: StorageOptions
  ) throws(H5Error) -> Dataset

  /// Reads a whole column.
  ///
  /// - Throws: `H5Error`.
  static func read(from dataset: borrowing Dataset) throws(H5Error) -> [Self]
}

extension Group {
  /// Writes a column of a table: a dataset of one dimension with checksums.
  ///
  /// Close it in the end: only that tells whether its last chunks found room.
  ///
  /// - Parameters:
  ///   - name: Its name in this group.
  ///   - values: Its elements; none makes an empty column.
  ///   - options: How it lies in the file.
  /// - Returns: The column, open, so that attributes can be attached.
  /// - Throws: `H5Error` if the name is taken, a text holds a zero byte, or the disk is full.
  public func writeColumn<Element: ColumnElement>(
    _ name: String, _ values: [Element], options: StorageOptions = StorageOptions()
  ) throws(H5Error) -> Dataset {
    try Element.write(values, as: name, in: self, options: options)
  }

  /// Reads a column of this group.
  ///
  /// - Parameters:
  ///   - name: Its name, or a path from here.
  ///   - type: The type of its elements, which must match what is stored without any loss.
  /// - Returns: All its elements.
  /// - Throws: `H5Error` if there is none, it is of another type, or a chunk of it is damaged.
  public func readColumn<Element: ColumnElement>(
    _ name: String, as type: Element.Type = Element.self
  ) throws(H5Error) -> [Element] {
    try Element.read(from: openDataset(name))
  }
}
