#if Slurm
  import CSlurm
  import Glibc

  extension SlurmLibrary {
    /// One call for one job, and one for all of this user's jobs if more are asked about.
    ///
    /// Source: slurm_load_jobs(3), slurm_load_job and slurm_load_job_user.
    static func jobs(_ ids: [JobID]) throws(SlurmError) -> SlurmAnswer {
      var records: [JobRecord] = []
      if ids.count == 1 {
        do {
          records = try unsafe load("slurm_load_job") { message in
            unsafe slurm_load_job(&message, ids[0].rawValue, cslurm_show_all())
          }
        } catch .call(_, Int(cslurm_invalid_job_id()), _) {
          records = []
        }
      } else {
        let all = try unsafe load("slurm_load_job_user") { message in
          unsafe slurm_load_job_user(&message, getuid(), cslurm_show_all())
        }
        let wanted = Set(ids)
        records = all.filter { record in
          wanted.contains(record.id) || record.leader.map(wanted.contains) ?? false
        }
      }
      let known = Set(records.map(\.id))
      return .jobs(
        known: records.sorted { $0.id < $1.id },
        unknown: ids.filter { !known.contains($0) }.sorted())
    }

    /// Loads, copies into values, and frees.
    private static func load(
      _ function: String, _ body: (inout UnsafeMutablePointer<job_info_msg_t>?) -> CInt
    ) throws(SlurmError) -> [JobRecord] {
      var message: UnsafeMutablePointer<job_info_msg_t>?
      try call(function) { unsafe body(&message) }
      guard let message = unsafe message else { return [] }
      defer { unsafe slurm_free_job_info_msg(message) }
      let jobs = unsafe UnsafeBufferPointer(
        start: message.pointee.job_array, count: Int(message.pointee.record_count))
      return jobs.indices.map { unsafe JobRecord(jobs[$0]) }
    }
  }

  extension JobRecord {
    fileprivate init(_ job: slurm_job_info_t) {
      let isHeterogeneous = unsafe job.het_job_id != 0
      unsafe self.init(
        id: JobID(rawValue: job.job_id),
        leader: isHeterogeneous ? JobID(rawValue: job.het_job_id) : nil,
        component: isHeterogeneous ? Int(job.het_job_offset) : nil,
        name: text(job.name), partition: text(job.partition),
        state: JobState(rawValue: job.job_state),
        reasonCode: Int(job.state_reason), reason: reasonWords(job),
        nodes: names(text(job.nodes)), submitTime: time(job.submit_time),
        startTime: time(job.start_time), endTime: time(job.end_time),
        timeLimitMinutes: job.time_limit < 0xffff_fffe ? Int(job.time_limit) : nil,
        exitStatus: Int(cslurm_exit_status(job.exit_code)),
        signal: Int(cslurm_signal(job.exit_code)), restarts: Int(job.restart_cnt))
    }
  }

  private func text(_ pointer: UnsafePointer<CChar>?) -> String {
    unsafe pointer.map { unsafe String(cString: $0) } ?? ""
  }

  /// What the controller says about this very job, or else Slurm's word, such as `Resources`.
  private func reasonWords(_ job: slurm_job_info_t) -> String {
    let (own, code) = unsafe (text(job.state_desc), UInt32(job.state_reason))
    return own.isEmpty && code != 0 ? unsafe text(cslurm_reason(code)) : own
  }

  private func time(_ seconds: time_t) -> Int? { seconds > 0 ? seconds : nil }

  /// A list that cannot be read is kept as it is, since the rest of the record is of use.
  private func names(_ list: String) -> [String] {
    do { return try expandNodeList(list) } catch { return [list] }
  }
#endif
