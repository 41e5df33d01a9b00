import CHDF5

extension Attributes {
  func get(_ name: String) throws(H5Error) -> AttributeValue? {
    guard try exists(name) else { return nil }
    let subject = subject(name)
    let attribute = try H5Handle("H5Aopen", on: subject) {
      unsafe H5Aopen(object, name, chdf5_default())
    }
    let type = try H5Handle("H5Aget_type", on: subject) { H5Aget_type(attribute.id) }
    let space = try H5Handle("H5Aget_space", on: subject) { H5Aget_space(attribute.id) }
    let count = try h5call("H5Sget_simple_extent_npoints", on: subject) {
      H5Sget_simple_extent_npoints(space.id)
    }
    guard count == 1 else {
      throw H5Error("attribute", on: subject, cause: "it holds \(count) values instead of one")
    }
    let kind = try ElementKind(of: type.id, on: subject)
    switch kind {
    case .integer(let bytes, let isSigned) where bytes < 8 || isSigned:
      return .integer(try read(attribute.id, as: .int64, into: 0, subject))
    case .real(let bytes) where bytes <= 8:
      return .real(try read(attribute.id, as: .double, into: 0, subject))
    case .text(.variable):
      return .text(try readVariableText(attribute.id, type.id, subject))
    case .text(.fixed(let bytes, let padding)):
      return .text(try readFixedText(attribute.id, type.id, bytes, padding, subject))
    default:
      throw H5Error("attribute", on: subject, cause: "it holds \(kind), which are not read here")
    }
  }

  /// Variable length, since h5py hands such an attribute over as `str`, and a padded one as bytes.
  func write(_ name: String, _ text: String) throws(H5Error) {
    let subject = subject(name)
    guard !text.utf8.contains(0) else {
      throw H5Error("attribute", on: subject, cause: "text with a zero byte cannot be stored")
    }
    let type = try makeTextType(bytes: nil, on: subject)
    let attribute = try make(name, type.id)
    try h5call("H5Awrite", on: subject) {
      unsafe text.withCString { start -> herr_t in
        var pointer: UnsafePointer<CChar>? = unsafe start
        return unsafe H5Awrite(attribute.id, type.id, &pointer)
      }
    }
    try attribute.close(on: subject)
  }

  private func read<Number: FixedWidthNumber>(
    _ attribute: hid_t, as type: H5Type, into number: Number, _ subject: String
  ) throws(H5Error) -> Number {
    var number = number
    try h5call("H5Aread", on: subject) { unsafe H5Aread(attribute, type.native, &number) }
    return number
  }

  private func readVariableText(
    _ attribute: hid_t, _ type: hid_t, _ subject: String
  ) throws(H5Error) -> String {
    let space = try H5Handle("H5Aget_space", on: subject) { H5Aget_space(attribute) }
    var pointer: UnsafeMutablePointer<CChar>?
    try h5call("H5Aread", on: subject) { unsafe H5Aread(attribute, type, &pointer) }
    let stored = unsafe pointer.map { unsafe bytes(ofCString: $0) }
    try h5call("H5Dvlen_reclaim", on: subject) { unsafe chdf5_reclaim(type, space.id, &pointer) }
    return try decode((stored ?? [])[...], padding: 0, on: subject)
  }

  private func readFixedText(
    _ attribute: hid_t, _ type: hid_t, _ count: Int, _ padding: UInt8, _ subject: String
  ) throws(H5Error) -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    try h5call("H5Aread", on: subject) { unsafe H5Aread(attribute, type, &bytes) }
    return try decode(bytes[...], padding: padding, on: subject)
  }
}
