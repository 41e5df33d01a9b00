#if Slurm
  import CSlurm
  import Glibc

  /// Calls into libslurm.
  enum SlurmLibrary {
    /// Starts the library, asks, and ends it; to be done once in a process.
    static func answer(_ query: SlurmQuery) throws(SlurmError) -> SlurmAnswer {
      slurm_init(nil)
      defer { slurm_fini() }
      switch query {
      case .jobs(let ids): return try jobs(ids)
      case .remaining(let id): return try remaining(id)
      case .partition(let name): return try partition(name)
      }
    }

    /// Calls the library once and turns a code other than 0 into an error.
    static func call(_ function: String, _ body: () -> CInt) throws(SlurmError) {
      guard body() != 0 else { return }
      let code = cslurm_errno()
      throw .call(function: function, code: Int(code), cause: words(code))
    }

    static func words(_ code: CInt) -> String {
      unsafe cslurm_words(code).map { unsafe String(cString: $0) } ?? "no words for it"
    }

    /// Source: slurm_get_rem_time(3) and slurm_get_end_time(3).
    ///
    /// Both take a job array's or a component's own number.
    private static func remaining(_ id: JobID) throws(SlurmError) -> SlurmAnswer {
      var end: time_t = 0
      try call("slurm_get_end_time") { unsafe slurm_get_end_time(id.rawValue, &end) }
      guard end > 0 else { return .remaining(seconds: nil, endTime: nil) }
      let seconds = slurm_get_rem_time(id.rawValue)
      guard seconds >= 0 else {
        let code = cslurm_errno()
        throw .call(function: "slurm_get_rem_time", code: Int(code), cause: words(code))
      }
      return .remaining(seconds: seconds, endTime: end)
    }
  }
#endif
