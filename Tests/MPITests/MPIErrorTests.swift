import Testing

@testable import MPI

@Suite struct MPIErrorTests {
  @Test func theDescriptionNamesFunctionCodeAndCause() {
    let error = MPIError(function: "MPI_Isend", code: 6, cause: "MPI_ERR_RANK: invalid rank")
    #expect(error.description == "MPI_Isend failed with code 6: MPI_ERR_RANK: invalid rank")
  }

  @Test func everyTagIsOneThatMPIAllows() {
    for value in UInt8.min...UInt8.max {
      #expect((0...32767).contains(Int(MessageTag(rawValue: value).rawValue)))
    }
  }
}
