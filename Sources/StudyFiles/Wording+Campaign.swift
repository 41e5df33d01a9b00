// Mistakes about a campaign file.
extension Wording {
  static func labelTwice(_ label: String) -> String {
    "two algorithms are called \(visible(label)); give one a name of its own, as in '{name: asha, eta: 4, "
      + "label: asha-4}'"
  }

  static func studyTwice(_ label: String) -> String {
    "two studies are called \(visible(label)); give one a name of its own, as in '{file: lcbench.yaml, "
      + "label: lcbench-2}'"
  }

  static func longStudyName(_ name: String) -> String {
    "a study would be called \(visible(name)), which has more than 100 characters; shorten 'name' or a 'label'"
  }

  static func notAscending(_ path: String) -> String {
    "\(visible(path)) does not ascend; write each number once, the smallest first"
  }

  static func itemTwice(_ path: String) -> String {
    "\(visible(path)) has an item twice; write each once"
  }
}
