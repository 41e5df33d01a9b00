import FoundationEssentials
import Processes
import ProgramSupport
import Testing

/// `rung explain` under every method: what it says of ranks agrees with what was decided.
struct ExplainMethodsTests {
  private static func study(_ algorithm: String) -> String {
    """
    name: explain
    metric: {name: value, goal: maximize}
    fidelity: {name: epoch, min: 1, max: 9}
    parameters:
      x: {min: 0.0, max: 1.0}
      cell: {values: [a, b, c, d], architecture: true}
    points: [{x: 0.5, cell: a}]
    algorithm: \(algorithm)
    trial: {command: [sh, train.sh, "{x}"], retries: 1}
    stop: {trials: 24}
    seed: 3
    """
  }

  /// Reports up to the end of the leg; trial 2 fails once, trial 3 for good, trial 4 forgets its metric.
  private static let trial = """
    echo "x is $1"
    [ "$RUNG_TRIAL.$RUNG_ATTEMPT" = 2.1 ] && { echo "out of luck" >&2; exit 3; }
    [ "$RUNG_TRIAL" = 3 ] && exit 4
    name=value; [ "$RUNG_TRIAL" = 4 ] && name=vlaue
    from=$RUNG_RESUME_FROM
    while [ "$from" -lt "$RUNG_FIDELITY_UNTIL" ]; do
      from=$((from + 1))
      echo "$from" >"$RUNG_CHECKPOINT_DIR/epoch"
      echo "[rung] {\\"epoch\\": $from, \\"$name\\": $1}"
    done
    """

  private struct Story: Decodable {
    struct Line: Decodable {
      var seconds: Double
      var text: String
    }
    var trial: Int
    var state: String
    var story: [Line]
    var output: [String]

    var text: String { story.map(\.text).joined(separator: "\n") }
  }

  private func stories(_ algorithm: String) throws -> [Story] {
    let bench = try ProgramBench(study: Self.study(algorithm), trial: "")
    _ = try bench.folder.write("train.sh", Self.trial)
    let run = try bench.rung("run", bench.study, "--slots", "3", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    return try (0..<24).map { trial in
      let result = try bench.rung("explain", bench.directory, "\(trial)", "--json")
      #expect(result.status == 0, "\(text(result.errors))")
      return try JSONDecoder().decode(Story.self, from: Data(result.output))
    }
  }

  /// The numbers of 'place 4 of 9 at rung 3, of which the best 3 go on'; `nil` where nobody is chosen.
  private func standing(_ line: String) -> (place: Int, count: Int, best: Int)? {
    // A rung that waits says how many it is to have, not how many it has.
    guard !line.contains("which waits for") else { return nil }
    guard
      let match = line.firstMatch(
        of: /place (\d+) of (\d+) at rung .*of which the best (\d+) go on/)
    else { return nil }
    return (Int(match.1) ?? 0, Int(match.2) ?? 0, Int(match.3) ?? 0)
  }

  @Test(arguments: [
    "asha", "{name: asha, brackets: 2}", "{name: asha, type: stopping}", "hyperband", "bohb",
    "pasha", "age", "agebo", "mobster", "successive-halving",
  ])
  func ranksAgreeWithDecisions(algorithm: String) throws {
    let stories = try stories(algorithm)
    var promotions = 0
    var compared = 0
    for story in stories {
      for (place, line) in story.story.enumerated() {
        let next = place + 1 < story.story.count ? story.story[place + 1].text : ""
        guard let found = standing(line.text) else { continue }
        compared += 1
        #expect(found.place <= found.count && found.best <= found.count, "\(line.text)")
        if line.text.hasPrefix("promoted") || next.hasPrefix("goes on to epoch") {
          promotions += 1
          #expect(found.place <= found.best, "\(story.text)")
        }
        if next.hasPrefix("stopped") || line.text.hasSuffix("it is not promoted") {
          #expect(found.place > found.best, "\(story.text)")
        }
        if found.place > 1 {
          let first = line.text.firstMatch(of: /better: trials? (\d+)/)
          #expect(first != nil, "\(line.text)")
        }
      }
    }
    let isCompared = !["age", "agebo"].contains(algorithm)
    #expect((compared > 0) == isCompared && (promotions > 0) == isCompared)
    for story in stories {
      #expect(story.story.first?.text.hasPrefix("proposed: x ") == true)
      #expect(story.text.contains("attempt 1 starts on "))
      #expect(story.output.first?.hasPrefix("1: x is ") == true, "\(story.output)")
      #expect(story.story.map(\.seconds) == story.story.map(\.seconds).sorted())
    }
    #expect(stories[0].text.contains("; a point of the study file"))
    #expect(stories[2].text.contains("attempt 1 exited with status 3 after "))
    #expect(
      stories[2].text.contains(
        "its last line: 'out of luck'; failure 1, of which 'retries' allows 1: tried again from the beginning"
      ))
    #expect(stories[2].output.contains("1: out of luck"))
    #expect(stories[3].text.contains("failed: exited with status 4"))
    #expect(stories[3].state == "failed")
    #expect(stories[4].text.contains("reported vlaue but no value; is 'vlaue' meant? at epoch"))
  }

  @Test func whyAConfigurationWasTriedIsSaid() throws {
    func all(_ algorithm: String) throws -> String {
      try stories(algorithm).map(\.text).joined(separator: "\n")
    }
    let bohb = try all("{name: bohb, min_points_in_model: 4}")
    #expect(bohb.contains("drawn at random, as all are before the densities have enough"))
    #expect(bohb.contains("(BOHB's kernel densities)"))
    let mobster = try all("mobster")
    #expect(mobster.contains("(MOBSTER's Gaussian process)"))
    let age = try all("{name: age, population: 5, sample: 2}")
    #expect(age.contains("drawn at random, as the first population is"))
    #expect(
      age.firstMatch(of: /a mutation of trial \d+ in \w+; that trial had value [\d.]+ at epoch 9/)
        != nil)
    let pasha = try all("pasha")
    #expect(
      pasha.contains("the largest budget for now") || pasha.contains("the largest budget grew"))
    #expect(try all("hyperband").contains("its rung is complete: place "))
  }

  @Test func moreSlotsForAPromotedTrialAreTold() throws {
    let bench = try ProgramBench(
      study: """
        metric: {name: value, goal: minimize}
        fidelity: {name: epoch, min: 1, max: 4}
        parameters: {x: {min: 0.0, max: 1.0}}
        points: [{x: 0.0}, {x: 0.5}]
        algorithm: rasda
        trial: {command: [sh, train.sh, "{x}"], gpus: 1}
        stop: {trials: 2}
        """, trial: "")
    _ = try bench.folder.write("train.sh", Self.trial)
    let run = try bench.rung("run", bench.study, "--slots", "4", "--quiet")
    #expect(run.status == 0, "\(text(run.errors))")
    let story = text(try bench.rung("explain", bench.directory, "0").output)
    #expect(story.contains("promoted to epoch 2: place 1 of 2 at rung 1"), "\(story)")
    #expect(story.contains(", to epoch 2, with 2 slots instead of 1"), "\(story)")
    #expect(!story.contains("on GPU"), "this machine's cores are no GPUs")
  }
}
