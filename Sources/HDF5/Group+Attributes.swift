extension Group {
  private var attributes: Attributes { Attributes(object: handle.id, place: place) }

  /// Attaches a value to the group, in place of an earlier one of the same name.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - value: Text, an integer or a floating-point number.
  /// - Throws: `H5Error` if the file is not open for writing.
  public func setAttribute(_ name: String, to value: AttributeValue) throws(H5Error) {
    try attributes.set(name, to: value)
  }

  /// Returns an attached value, or nil if there is none of this name.
  ///
  /// - Parameter name: The attribute's name.
  /// - Returns: The value, or nil.
  /// - Throws: `H5Error` if the value is neither text nor one number.
  public func attribute(_ name: String) throws(H5Error) -> AttributeValue? {
    try attributes.get(name)
  }

  /// Returns the names of all attributes of the group, sorted.
  ///
  /// - Throws: `H5Error` if they cannot be read.
  public func attributeNames() throws(H5Error) -> [String] {
    try attributes.names()
  }

  func removeAttribute(_ name: String) throws(H5Error) {
    try attributes.remove(name)
  }
}
