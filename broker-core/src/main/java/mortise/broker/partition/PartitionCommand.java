package mortise.broker.partition;

/** Something that a partition does in its turn: one element of a lane of its mailbox. */
sealed interface PartitionCommand permits AppendBatch, ControlCommand {}
