import Glibc
import HDF5
import Testing

@Suite struct PythonTests {
  /// The interpreter with h5py and pandas.
  private func interpreter() throws -> String {
    try #require(
      unsafe getenv("RUNG_TEST_PYTHON").map { unsafe String(cString: $0) },
      "set RUNG_TEST_PYTHON to a Python interpreter that has h5py and pandas")
  }

  @Test(arguments: [File.Format.checked, .oldest])
  func h5pyAndPandasReadAFileOfColumns(format: File.Format) throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"), format: format)
    try file.root.setAttribute("study", to: "digits-µ")
    try file.root.setAttribute("version", to: 3)
    try file.root.setAttribute("rate", to: 0.25)
    let trials = try file.root.createGroup("trials")
    try trials.writeColumn(
      "loss", [0.5, 0.25, .nan], options: StorageOptions(isShuffled: true, deflateLevel: 4)
    ).close()
    try trials.writeColumn("trial", [Int64(1), 2, .max]).close()
    try trials.writeColumn("optimizer", ["sgd", "", "ädam"]).close()
    try trials.writeColumn("done", [true, false, nil]).close()
    try trials.writeColumn("flags", [UInt8(0), 1, 255]).close()
    try trials.writeColumn("empty", [Double]()).close()
    let long = (0..<100).map { $0 == 50 ? String(repeating: "x", count: 1_000_000) : "ö\($0)" }
    try file.root.writeColumn("log", long).close()
    try file.close()

    let program = """
      import sys, h5py, pandas, numpy
      f = h5py.File(sys.argv[1], "r")
      assert f.attrs["study"] == "digits-µ" and isinstance(f.attrs["study"], str)
      assert f.attrs["version"] == 3 and f.attrs["rate"] == 0.25
      assert "incomplete" not in f.attrs
      g = f["trials"]
      def column(d):
          return d.asstr()[:] if h5py.check_string_dtype(d.dtype) else d[:]
      t = pandas.DataFrame({k: column(g[k]) for k in g if k != "empty"})
      assert list(t["optimizer"]) == ["sgd", "", "ädam"], list(t["optimizer"])
      assert all(isinstance(x, str) for x in t["optimizer"])
      assert list(t["trial"]) == [1, 2, 2**63 - 1] and t["trial"].dtype == numpy.int64
      assert list(t["loss"])[:2] == [0.5, 0.25] and numpy.isnan(t["loss"][2])
      assert list(t["done"]) == [1, 0, -1] and list(t["flags"]) == [0, 1, 255]
      assert g["empty"].shape == (0,) and g["loss"].fletcher32
      assert g["loss"].shuffle and g["loss"].compression_opts == 4
      log = f["log"].asstr()[:]
      assert log[3] == "ö3" and len(log[50]) == 1000000
      print("fine")
      """
    let (status, output) = try run(
      [interpreter(), "-c", program, folder.file("a.h5")], in: folder)
    #expect(status == 0 && output == "fine\n", "\(output)")
  }

  @Test func whatH5pyWritesIsRead() throws {
    let folder = TemporaryFolder()
    let program = """
      import sys, h5py, numpy
      with h5py.File(sys.argv[1], "w") as f:
          f["small"] = numpy.array([1, -2], dtype="i2")
          f["half"] = numpy.array([0.5], dtype="f4")
          f["text"] = ["ä", "bc"]
          f["fixed"] = numpy.array([b"a ", b"bcd"], dtype="S4")
          f["table"] = numpy.zeros((2, 2))
          f["scalar"] = 1.0
          f.attrs["name"] = "x"
          f.attrs["list"] = [1, 2]
          f.attrs["fixed"] = numpy.bytes_("ab")
      """
    let (status, output) = try run(
      [interpreter(), "-c", program, folder.file("a.h5")], in: folder)
    try #require(status == 0, "\(output)")
    let file = try File(reading: folder.file("a.h5"))
    #expect(try file.root.readColumn("small") == [Int64(1), -2])
    #expect(try file.root.readColumn("half") == [0.5])
    #expect(try file.root.readColumn("text") == ["ä", "bc"])
    #expect(try file.root.readColumn("fixed") == ["a ", "bcd"])
    #expect(try file.root.attribute("name") == .text("x"))
    #expect(try file.root.attribute("fixed") == .text("ab"))
    #expect(throws: H5Error.self) { try file.root.attribute("list") }
    let error = #expect(throws: H5Error.self) { try file.root.openDataset("table").close() }
    #expect(error?.cause == "it has 2 dimensions instead of one")
    #expect(throws: H5Error.self) { try file.root.openDataset("scalar").close() }
  }

  @Test func whatAKilledH5pyLeavesIsRefused() throws {
    let folder = TemporaryFolder()
    let program = """
      import os, sys, h5py
      f = h5py.File(sys.argv[1], "w", libver="latest")
      f["x"] = [1.0]
      f.flush()
      os.kill(os.getpid(), 9)
      """
    let (status, _) = try run([interpreter(), "-c", program, folder.file("a.h5")], in: folder)
    #expect(status == 9)
    let error = #expect(throws: H5Error.self) { try File(reading: folder.file("a.h5")).close() }
    #expect(error?.cause.hasPrefix("the file was not closed by its writer") == true)
  }
}
