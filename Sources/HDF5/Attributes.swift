import CHDF5

/// The attributes of one open object; lent for a call, owns nothing.
struct Attributes {
  let object: hid_t
  let place: Place

  func subject(_ name: String) -> String { "attribute '\(name)' of \(place.description)" }

  func names() throws(H5Error) -> [String] {
    let names = NameList()
    try h5call("H5Aiterate2", on: place.description) {
      unsafe chdf5_list_attributes(object, appendName, names.pointer)
    }
    return names.sorted()
  }

  func exists(_ name: String) throws(H5Error) -> Bool {
    try check(name: name, in: place)
    return try h5call("H5Aexists", on: subject(name)) { unsafe H5Aexists(object, name) } > 0
  }

  func remove(_ name: String) throws(H5Error) {
    try h5call("H5Adelete", on: subject(name)) { unsafe H5Adelete(object, name) }
  }

  func set(_ name: String, to value: AttributeValue) throws(H5Error) {
    if try exists(name) { try remove(name) }
    switch value {
    case .integer(let number): try write(name, number, as: .int64)
    case .real(let number): try write(name, number, as: .double)
    case .text(let text): try write(name, text)
    }
  }

  private func write<Number: FixedWidthNumber>(
    _ name: String, _ number: Number, as type: H5Type
  ) throws(H5Error) {
    let attribute = try make(name, type.stored)
    var number = number
    try h5call("H5Awrite", on: subject(name)) {
      unsafe H5Awrite(attribute.id, type.native, &number)
    }
    try attribute.close(on: subject(name))
  }

  func make(_ name: String, _ type: hid_t) throws(H5Error) -> H5Handle {
    let subject = subject(name)
    let space = try H5Handle("H5Screate", on: subject) { H5Screate(H5S_SCALAR) }
    return try H5Handle("H5Acreate2", on: subject) {
      unsafe H5Acreate2(object, name, type, space.id, chdf5_default(), chdf5_default())
    }
  }
}
