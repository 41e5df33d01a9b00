import StudyFiles
import StudyModel
import Testing

/// Every place of a study or site file where a name may be unknown says what to write.
@Suite struct SuggestionTests {
  private static let parts: [(key: String, text: String)] = [
    ("metric", "{name: loss, goal: minimize}"),
    ("fidelity", "{name: epoch, min: 1, max: 9}"),
    ("parameters", "{width: {min: 8, max: 64}, cell: {values: [skip, conv]}}"),
    ("algorithm", "asha"),
    ("trial", "{command: [python3, train.py]}"),
    ("stop", "{trials: 4}"),
  ]

  /// A study in which the lines of some keys are others, or there are more.
  private func mistakes(_ changes: [(key: String, text: String)]) -> [String] {
    let kept = Self.parts.filter { part in !changes.contains { $0.key == part.key } }
    let text = (kept + changes).map { "\($0.key): \($0.text)\n" }.joined()
    do {
      let study = try readStudy(text, file: "study.yaml")
      return ["no mistake in \(study.value.name)"]
    } catch { return error.mistakes.map(\.message) }
  }

  @Test(arguments: [
    // Keys, at the top and below.
    ("stpo", "{trials: 4}", "stop"), ("stop", "{trails: 4}", "trials"),
    ("metric", "{name: loss, gaol: minimize}", "goal"),
    ("fidelity", "{name: epoch, min: 1, mxa: 9}", "max"),
    ("trial", "{comand: [true]}", "command"),
    ("trial", "{command: [a], checkpoint: {evry: 5}}", "every"),
    ("parameters", "{width: {min: 8, max: 64, setp: 8}}", "step"),
    ("environment", "{moduls: [CUDA]}", "modules"), ("slurm", "{acount: proj}", "account"),
    ("finish", "{retrian: best}", "retrain"), ("table", "{fiel: a.csv, metric: b}", "file"),
    ("algorithm", "{name: asha, brakets: 2}", "brackets"),
    // Words.
    ("algorithm", "ahsa", "asha"), ("algorithm", "{name: hyperbnad}", "hyperband"),
    ("algorithm", "{name: asha, type: stoping}", "stopping"),
    ("algorithm", "{scheduler: pahsa, searcher: random}", "pasha"),
    ("algorithm", "{scheduler: asha, searcher: bobh}", "bohb"),
    ("metric", "{name: loss, goal: minimise}", "minimize"),
    ("parameters", "{width: {min: 8, max: 64, scale: lgo}}", "log"),
    ("parameters", "{width: {min: 8, max: 64, type: interger}}", "integer"),
    ("trial", "{command: [a], launch: rank}", "ranks"),
    ("trial", "{command: [a], arguments: hydar}", "hydra"),
    ("trial", "{command: [a], affinity: core}", "cores"),
    ("space", "nas-bench-210", "nas-bench-201"),
    // Parameters.
    ("constraints", "[\"widht <= 32\"]", "width"), ("points", "[{witdh: 16}]", "width"),
    (
      "parameters", "{cell: {values: [skip, conv]}, k: {min: 1, max: 3, when: {cel: conv}}}", "cell"
    ),
    (
      "parameters", "{cell: {values: [skip, conv]}, k: {min: 1, max: 3, when: {cell: cnov}}}",
      "conv"
    ),
    ("trial", "{command: [a, \"{widthh}\"]}", "width"),
    ("trial", "{command: [a], scale: {widt: linear}}", "width"),
    ("trial", "{command: [a], scale: {width: liner}}", "linear"),
  ])
  func aNameOfAStudyIsAnsweredWithTheNearest(key: String, text: String, near: String) {
    let found = mistakes([(key, text)])
    #expect(found.contains { $0.contains("'\(near)'") }, "\(found)")
  }

  @Test(arguments: [
    ("partition", "partitions"), ("worker", "workers"), ("capabilites", "capabilities"),
  ])
  func aKeyOfASiteIsAnsweredWithTheNearest(key: String, near: String) {
    let text = """
      summary: A cluster
      source: [its administrator]
      partitions: {all: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}}
      workers: all
      \(key): x
      """
    #expect(siteMistakes(text).contains { $0.contains("'\(near)'") }, "\(siteMistakes(text))")
  }

  @Test func valuesOfASiteAreAnsweredWithTheNearest() {
    let words = siteMistakes(
      """
      summary: A cluster
      source: [its administrator]
      partitions: {batch: {nodes: 4, cores: 16, memroy: 60GiB, time: 24h, gpus: {count: 4, vendor: nvidai, model: A100}}}
      workers: batch
      """)
    let names = siteMistakes(
      """
      summary: A cluster
      source: [its administrator]
      partitions: {batch: {nodes: 4, cores: 16, memory: 60GiB, time: 24h}}
      workers: btach
      """)
    for near in ["batch", "memory", "nvidia"] {
      #expect((words + names).contains { $0.contains("'\(near)'") }, "\(near): \(words) \(names)")
    }
  }

  private func siteMistakes(_ text: String) -> [String] {
    do {
      let site = try readSite(text, name: "here", file: "here.yaml")
      return ["no mistake in \(site.value.name)"]
    } catch { return error.mistakes.map(\.message) }
  }
}
