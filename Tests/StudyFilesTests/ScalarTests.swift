import StudyFiles
import Testing

@testable import StudyFiles

@Suite struct ScalarTests {
  @Test(arguments: [
    ("true", Scalar.truth(true)), ("false", .truth(false)),
    ("True", .word("True")), ("yes", .word("yes")), ("no", .word("no")), ("on", .word("on")),
    ("off", .word("off")), ("y", .word("y")),
    ("null", .null), ("~", .null), ("", .null), ("Null", .word("Null")), ("NULL", .word("NULL")),
    ("0", .integer(0)), ("-7", .integer(-7)), ("+7", .integer(7)), ("010", .integer(10)),
    ("9223372036854775807", .integer(.max)), ("9223372036854775808", .hugeInteger),
    ("0x1F", .word("0x1F")), ("0o17", .word("0o17")), ("0b1", .word("0b1")),
    ("1_000", .word("1_000")), ("24:00:00", .word("24:00:00")), ("2026-11-21", .word("2026-11-21")),
    ("1.5", .real(1.5)), ("1.", .real(1)), (".5", .real(0.5)), ("-.5", .real(-0.5)),
    ("1e-4", .real(1e-4)), ("1E4", .real(1e4)), ("1.0e-4", .real(1e-4)), ("1.e2", .real(100)),
    ("+1.5e+3", .real(1500)), (".", .word(".")), ("1e", .word("1e")), ("e5", .word("e5")),
    ("+", .word("+")), ("-", .word("-")), ("1.2.3", .word("1.2.3")), ("1e5.0", .word("1e5.0")),
    (".inf", .real(.infinity)), ("-.inf", .real(-.infinity)), ("inf", .word("inf")),
    ("nan", .word("nan")), ("1e999", .real(.infinity)), ("1 000", .word("1 000")),
    ("0x1p3", .word("0x1p3")), ("infinity", .word("infinity")),
  ])
  func plainScalarsFollowTheCoreSchema(text: String, expected: Scalar) {
    #expect(Scalar(plain: text) == expected)
  }

  @Test func notANumberIsARealNumber() {
    guard case .real(let value) = Scalar(plain: ".nan") else {
      Issue.record(".nan is not real")
      return
    }
    #expect(value.isNaN)
  }
}

@Suite struct QuantityTests {
  @Test(arguments: [
    ("90s", 90), ("30m", 1800), ("12h", 43_200), ("2d", 172_800), ("1h30m", 5400),
    ("1d1s", 86_401), ("24:00:00", 86_400), ("100:00:01", 360_001), ("1-00:00:00", 86_400),
    ("2-12", 216_000), ("0-00:30", 1800), ("0s", 0), ("00:00:00", 0),
  ])
  func durationsAreRead(text: String, seconds: Int) {
    #expect(duration(text) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "90", "90 s", "s", "1.5h", "-5s", "30m1h", "1h1h", "12:30", "1:60:00", "1:00:60", "1-24",
    "1-1-1", "-1:00:00", "1:2:3:4", "1-", "-", ":", "::", "1h30", "９s", "9999999999s", "10001d",
    "12H", "0x10s", "1-00:00:00:00",
  ])
  func otherDurationsAreRefused(text: String) {
    #expect(duration(text) == nil)
  }

  @Test(arguments: [
    ("8GiB", 8192), ("8G", 8192), ("8g", 8192), ("512MiB", 512), ("512M", 512), ("1T", 1_048_576),
    ("2TiB", 2_097_152), ("1KiB", 1), ("2048K", 2), ("2049k", 3), ("1024TiB", 1 << 30),
  ])
  func sizesAreRead(text: String, mebibytes size: Int) {
    #expect(mebibytes(text) == size)
  }

  @Test(arguments: [
    "", "8", "8GB", "8MB", "G", "0G", "-1G", "1.5G", "8 GiB", "8Gi", "1025TiB", "8E",
    "999999999999999T", "9999999999999999G", "८G",
  ])
  func otherSizesAreRefused(text: String) {
    #expect(mebibytes(text) == nil)
  }
}
