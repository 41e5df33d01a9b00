import HDF5
import Testing

@Suite struct GroupTests {
  @Test func childrenAreSorted() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    for name in ["b", "a", "ä", "10", "9"] { try file.root.createGroup(name).close() }
    try file.root.writeColumn("column", [1.0]).close()
    #expect(try file.root.children() == ["10", "9", "a", "b", "column", "ä"].sorted())
    #expect(try file.root.kind(of: "a") == .group)
    #expect(try file.root.kind(of: "column") == .dataset)
    #expect(try file.root.openGroup("a").children() == [])
    try file.close()
  }

  @Test func aNameExistsOnlyIfItWasMade() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let outer = try file.root.createGroup("a")
    let inner = try outer.createGroup("b")
    #expect(inner.path == "/a/b")
    #expect(try file.root.exists("a/b"))
    #expect(try !file.root.exists("x/b"))
    #expect(try !file.root.exists("a/x"))
    try file.close()
  }

  @Test func aTakenNameIsRefused() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    try file.root.createGroup("a").close()
    #expect(throws: H5Error.self) { try file.root.createGroup("a").close() }
    #expect(throws: H5Error.self) { try file.root.writeColumn("a", [1.0]).close() }
    #expect(throws: H5Error.self) { try file.root.openGroup("b").close() }
    #expect(throws: H5Error.self) { try file.root.openDataset("a").close() }
    try file.close()
  }

  @Test func attributesKeepTheirTypeAndCanBeReplaced() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    let group = try file.root.createGroup("g")
    try group.setAttribute("unit", to: "µs")
    try group.setAttribute("empty", to: "")
    try group.setAttribute("version", to: .integer(.min))
    try group.setAttribute("version", to: 3)
    try group.setAttribute("rate", to: 0.25)
    let column = try group.writeColumn("c", [1.0])
    try column.setAttribute("goal", to: "maximize")
    try column.close()
    try group.close()
    try file.close()

    let again = try File(reading: folder.file("a.h5"))
    let read = try again.root.openGroup("g")
    #expect(try read.attributeNames() == ["empty", "rate", "unit", "version"])
    #expect(try read.attribute("unit") == .text("µs"))
    #expect(try read.attribute("empty") == .text(""))
    #expect(try read.attribute("version") == .integer(3))
    #expect(try read.attribute("rate") == .real(0.25))
    #expect(try read.attribute("none") == nil)
    #expect(try read.openDataset("c").attribute("goal") == .text("maximize"))
    #expect(throws: H5Error.self) { try read.setAttribute("unit", to: "s") }
  }

  @Test func manyGroupsAreListed() throws {
    let folder = TemporaryFolder()
    let file = try File(creating: folder.file("a.h5"))
    for number in 0..<3000 { try file.root.createGroup("trial-\(number)").close() }
    #expect(try file.root.children().count == 3000)
    try file.close()
  }
}
