import Slurm
import Testing

@Suite struct SlurmEnvironmentTests {
  @Test func outsideOfAJobThereIsNone() throws {
    #expect(try SlurmEnvironment([:]) == nil)
    #expect(try SlurmEnvironment(["SLURM_CONF": "/etc/slurm/slurm.conf"]) == nil)
    #expect(try SlurmEnvironment(["SLURM_JOB_ID": "x"]) == nil)
  }

  @Test func aPlainJobHasOneComponent() throws {
    let script = try #require(try SlurmEnvironment(Recorded.plainScript))
    #expect(script.job == JobID(rawValue: 3) && script.components.map(\.id) == [script.job])
    #expect(script.nodes == ["n0", "n1"] && script.components[0].processorsPerNode == [3, 1])
    #expect(script.step == nil && script.taskIndex == 0 && script.taskCount == 4)
    #expect(script.nodeName == "n0" && script.componentIndex == 0)
    #expect(script.gpus == [0, 1] && script.processorsOnNode == 3)
    #expect(script.cluster == "rung" && script.jobName == "plaindump.sh")
    #expect(script.endTime == nil && script.restarts == 0 && script.submitDirectory == "/tmp")
  }

  @Test func aTaskKnowsItsPlace() throws {
    let task = try #require(try SlurmEnvironment(Recorded.plainTask))
    #expect(task.step == 0 && task.taskIndex == 3 && task.taskCount == 4 && task.localIndex == 0)
    #expect(task.nodeName == "n1" && task.gpus == [0, 1] && task.processorsOnNode == 1)
  }

  @Test func aHeterogeneousJobHasSeveralComponents() throws {
    let script = try #require(try SlurmEnvironment(Recorded.hetScript))
    #expect(script.components.map(\.id.rawValue) == [1, 2])
    #expect(script.components.map(\.nodes) == [["n0"], ["n1", "n2"]])
    #expect(script.components.map(\.taskCount) == [1, 4])
    #expect(script.components.map(\.processorsPerNode) == [[1], [3, 1]])
    #expect(script.components.map(\.partition) == ["gpu", "gpu"])
    #expect(script.componentIndex == 0 && script.gpus == [0, 1])
  }

  /// `SLURM_JOB_GPUS` is there, but is the first component's.
  @Test func aTaskIsNotGivenTheGPUsOfAnotherComponent() throws {
    let task = try #require(try SlurmEnvironment(Recorded.hetTask))
    #expect(Recorded.hetTask["SLURM_JOB_GPUS"] == "0,1")
    #expect(task.gpus == [] && task.componentIndex == 1)
    #expect(task.taskIndex == 3 && task.taskCount == 5 && task.localIndex == 2)
    #expect(task.nodes == ["n0", "n1", "n2"])
  }

  @Test func theOldNamesOfComponentsAreUnderstood() throws {
    let old = Dictionary(
      uniqueKeysWithValues: Recorded.hetScript.map { name, value in
        let parts = name.split(separator: "_HET_GROUP_")
        let old = parts.count == 2 ? "\(parts[0])_PACK_GROUP_\(parts[1])" : name
        return (old == "SLURM_HET_SIZE" ? "SLURM_PACK_SIZE" : old, value)
      })
    #expect(try SlurmEnvironment(old) == SlurmEnvironment(Recorded.hetScript))
  }

  @Test func aListThatCannotBeReadIsAnError() {
    var variables = Recorded.plainScript
    variables["SLURM_JOB_NODELIST"] = "n[0"
    #expect(throws: NodeListError.unbalancedBrackets(list: "n[0")) {
      try SlurmEnvironment(variables)
    }
  }

  @Test(arguments: [("0,1", [0, 1]), ("0-3", [0, 1, 2, 3]), ("", []), ("2", [2])])
  func devicesAreWrittenOut(list: String, devices: [Int]) throws {
    var variables = Recorded.plainTask
    variables["SLURM_STEP_GPUS"] = list
    #expect(try SlurmEnvironment(variables)?.gpus == devices)
  }
}
