#if Slurm
  import CSlurm

  extension SlurmLibrary {
    /// Looks for a partition, and counts its nodes that are idle.
    ///
    /// Source: slurm.h, slurm_load_partitions, slurm_load_node; `node_inx` has the first and the last
    /// place of each of its stretches of nodes, and -1 at the end.
    static func partition(_ name: String) throws(SlurmError) -> SlurmAnswer {
      var loaded: UnsafeMutablePointer<partition_info_msg_t>?
      try call("slurm_load_partitions") {
        unsafe slurm_load_partitions(0, &loaded, cslurm_show_all())
      }
      guard let partitions = unsafe loaded else { return .partition(nil) }
      defer { unsafe slurm_free_partition_info_msg(partitions) }
      let all = unsafe UnsafeBufferPointer(
        start: partitions.pointee.partition_array, count: Int(partitions.pointee.record_count))
      for index in all.indices {
        let partition = unsafe all[index]
        guard unsafe partition.name.map({ unsafe String(cString: $0) }) == name else { continue }
        return .partition(
          PartitionRecord(
            name: name, isUp: unsafe cslurm_is_up(partition.state_up) != 0,
            nodes: unsafe Int(partition.total_nodes),
            idleNodes: try unsafe idleNodes(partition.node_inx),
            nodeLimit: unsafe bound(partition.max_nodes),
            timeLimitMinutes: unsafe bound(partition.max_time)))
      }
      return .partition(nil)
    }

    private static func bound(_ number: UInt32) -> Int? {
      number < 0xffff_fffe ? Int(number) : nil
    }

    private static func idleNodes(
      _ stretches: UnsafeMutablePointer<Int32>?
    ) throws(SlurmError) -> Int {
      var loaded: UnsafeMutablePointer<node_info_msg_t>?
      try call("slurm_load_node") { unsafe slurm_load_node(0, &loaded, cslurm_show_all()) }
      guard let nodes = unsafe loaded, let stretches = unsafe stretches else { return 0 }
      defer { unsafe slurm_free_node_info_msg(nodes) }
      let all = unsafe UnsafeBufferPointer(
        start: nodes.pointee.node_array, count: Int(nodes.pointee.record_count))
      var (count, place) = (0, 0)
      while unsafe stretches[place] >= 0 {
        let (first, last) = unsafe (Int(stretches[place]), Int(stretches[place + 1]))
        for node in first...max(first, last) where all.indices.contains(node) {
          if unsafe cslurm_is_idle(all[node].node_state) != 0 { count += 1 }
        }
        place += 2
      }
      return count
    }
  }
#endif
