/// The cases of a test that a change is checked with: the first `few`, or all where `RUNG_EVERY_CASE` is set, as
/// `Tests/exhaustive cases` does.
///
/// A job waits for walltimes, grace times and dead nodes, and the cases of a test mostly for the same ones: the
/// first are those that take most of the others in.
func cases<Case>(_ all: [Case], onAChange few: Int = 1) -> [Case] {
  environmentValue("RUNG_EVERY_CASE") == nil ? Array(all.prefix(few)) : all
}
