/// Takes one stored text, up to its first zero byte, and without what it was padded with.
func decode(
  _ stored: ArraySlice<UInt8>, padding: UInt8, on subject: String
) throws(H5Error) -> String {
  var bytes = stored.prefix { $0 != 0 }
  while padding != 0, bytes.last == padding { bytes.removeLast() }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw H5Error("text", on: subject, cause: "it is not UTF-8")
  }
  return text
}

/// Copies the bytes of a C string, without its zero.
func bytes(ofCString text: UnsafePointer<CChar>) -> [UInt8] {
  var count = 0
  while unsafe text[count] != 0 { count += 1 }
  return unsafe [UInt8](UnsafeRawBufferPointer(start: text, count: count))
}
