import CZlib

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Reads a whole file, plain or compressed by gzip.
///
/// - Parameter path: The file.
/// - Returns: Its bytes, uncompressed.
/// - Throws: ``TableFileError/unreadable(file:cause:)``.
func readText(_ path: String) throws(TableFileError) -> [UInt8] {
  guard let file = unsafe gzopen(path, "rb") else {
    throw .unreadable(file: path, cause: unsafe String(cString: strerror(errno)))
  }
  defer { _ = unsafe gzclose(file) }
  var text: [UInt8] = []
  var block = [UInt8](repeating: 0, count: 1 << 18)
  while true {
    let count = unsafe gzread(file, &block, UInt32(block.count))
    guard count >= 0 else {
      var code: CInt = 0
      guard let message = unsafe gzerror(file, &code) else {
        throw .unreadable(file: path, cause: "zlib's error \(code)")
      }
      throw .unreadable(file: path, cause: unsafe String(cString: message))
    }
    if count == 0 { break }
    text.append(contentsOf: block[..<Int(count)])
    guard text.count <= textLimit else { throw .tooLarge(file: path, bytes: textLimit) }
  }
  // A gzip file that ends early is read to its end without an error from gzread.
  var code: CInt = 0
  _ = unsafe gzerror(file, &code)
  guard code == Z_OK || code == Z_STREAM_END else {
    throw .unreadable(file: path, cause: "it ends in the middle of compressed data")
  }
  return text
}

/// The most bytes a table may have once uncompressed.
let textLimit = 4 << 30
