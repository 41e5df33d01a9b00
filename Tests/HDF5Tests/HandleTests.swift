import CHDF5
import Testing

@testable import HDF5

@Suite struct HandleTests {
  private func access() throws(H5Error) -> hid_t {
    try h5call("H5Pcreate", on: "test") { H5Pcreate(chdf5_file_access()) }
  }

  @Test func aHandleReleasesWhatItOwnsWhenItsLifeEnds() throws {
    let id: hid_t
    do {
      let handle = try H5Handle("H5Pcreate", on: "test") { H5Pcreate(chdf5_file_access()) }
      id = handle.id
      #expect(h5constant { H5Iis_valid(id) } == 1)
      _ = handle
    }
    #expect(h5constant { H5Iis_valid(id) } == 0)
  }

  @Test func aClosedHandleIsReleasedOnce() throws {
    let id = try access()
    try h5call("H5Iinc_ref", on: "test") { H5Iinc_ref(id) }
    let handle = try H5Handle("test", on: "test") { id }
    try handle.close(on: "test")
    #expect(h5constant { H5Iget_ref(id) } == 1)
    try h5call("H5Idec_ref", on: "test") { H5Idec_ref(id) }
  }

  @Test func aFailingOpenOwnsNothing() {
    let error = #expect(throws: H5Error.self) {
      _ = try H5Handle("H5Iget", on: "nothing") { -1 }
    }
    #expect(
      error?.description == "H5Iget failed on nothing: the library gave no reason")
  }

  @Test func aFailingCloseIsReported() throws {
    let id = try access()
    let error = #expect(throws: H5Error.self) {
      let handle = try H5Handle("test", on: "test") { id }
      try h5call("H5Pclose", on: "test") { H5Pclose(id) }
      try handle.close(on: "test")
    }
    #expect(error?.function == "H5Idec_ref")
  }
}
