import CHDF5

/// What the elements of a stored dataset or attribute are, as far as this module reads them.
enum ElementKind: Hashable, CustomStringConvertible {
  case integer(bytes: Int, isSigned: Bool)
  case real(bytes: Int)
  case text(TextLayout)
  case other

  init(of type: hid_t, on subject: String) throws(H5Error) {
    var kind = H5T_NO_CLASS
    try h5call("H5Tget_class", on: subject) {
      kind = H5Tget_class(type)
      return kind.rawValue
    }
    let bytes = h5constant { H5Tget_size(type) }
    switch kind {
    case H5T_INTEGER:
      self = .integer(bytes: bytes, isSigned: h5constant { H5Tget_sign(type) } == H5T_SGN_2)
    case H5T_FLOAT:
      self = .real(bytes: bytes)
    case H5T_STRING:
      if try h5call("H5Tis_variable_str", on: subject, { H5Tis_variable_str(type) }) > 0 {
        self = .text(.variable)
      } else {
        let padding = h5constant { H5Tget_strpad(type) }
        self = .text(.fixed(bytes: bytes, padding: padding == H5T_STR_SPACEPAD ? 32 : 0))
      }
    default:
      self = .other
    }
  }

  var description: String {
    switch self {
    case .integer(let bytes, let isSigned):
      "\(bytes * 8)-bit \(isSigned ? "signed" : "unsigned") integers"
    case .real(let bytes): "\(bytes * 8)-bit floating-point numbers"
    case .text: "text"
    case .other: "values of another type"
    }
  }
}

/// How text is laid out: pointers into the file's heap, or padded to one length.
enum TextLayout: Hashable {
  case variable
  case fixed(bytes: Int, padding: UInt8)
}
