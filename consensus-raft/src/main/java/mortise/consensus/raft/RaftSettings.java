package mortise.consensus.raft;

import java.util.List;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about the quorum. */
final class RaftSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<StorageMode> STORAGE =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.storage",
                                    ConfigType.oneOf(StorageMode.class),
                                    "Where the quorum keeps its log: on disk, or in memory for tests and"
                                            + " embedding, where a restart begins with an empty cluster.")
                            .defaultsTo(StorageMode.DISK));

    static final ConfigKey<DataSize> SEGMENT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.segment-bytes",
                                    ConfigType.SIZE,
                                    "How large a file of the quorum's log becomes before the next begins."
                                            + " Old entries are dropped in whole files.")
                            .defaultsTo(DataSize.ofMebibytes(8))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1024)));

    static final ConfigKey<DataSize> SNAPSHOT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.snapshot-bytes",
                                    ConfigType.SIZE,
                                    "After how many bytes of log a snapshot of the cluster's state is"
                                            + " taken. A smaller value shortens the start and writes more.")
                            .defaultsTo(DataSize.ofMebibytes(16))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1024)));

    static final ConfigKey<Integer> SNAPSHOT_ENTRIES =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.snapshot-entries",
                                    ConfigType.INT,
                                    "After how many entries of the log a snapshot is taken, if"
                                            + " snapshot-bytes is not reached before.")
                            .defaultsTo(20_000)
                            .between(1, 100_000_000));

    static final ConfigKey<Integer> MAX_PENDING =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.max-pending",
                                    ConfigType.INT,
                                    "How many proposals may wait for the quorum's thread; more are"
                                            + " refused.")
                            .defaultsTo(1024)
                            .between(1, 1_000_000));

    static final ConfigKey<DataSize> MAX_PENDING_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.max-pending-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes of records may wait for the quorum's thread; more are"
                                            + " refused.")
                            .defaultsTo(DataSize.ofMebibytes(32))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(512)));

    static final ConfigKey<DataSize> MAX_ENTRY_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "consensus.raft.max-entry-bytes",
                                    ConfigType.SIZE,
                                    "How many bytes the records of one proposal may have together; a"
                                            + " larger one is refused. At most max-pending-bytes.")
                            .defaultsTo(DataSize.ofMebibytes(8))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(512)));

    static final ConfigSchema SCHEMA = KEYS.build();

    private RaftSettings() {}

    /**
     * Looks at values that must go together.
     *
     * @throws ConfigException if they contradict each other
     */
    static void check(Config config) {
        DataSize entry = config.get(MAX_ENTRY_BYTES);
        DataSize pending = config.get(MAX_PENDING_BYTES);
        if (entry.compareTo(pending) > 0) {
            throw new ConfigException(
                    List.of(
                            new ConfigProblem(
                                    MAX_ENTRY_BYTES.name(),
                                    entry
                                            + " is more than "
                                            + MAX_PENDING_BYTES.name()
                                            + " ("
                                            + pending
                                            + "), so such an entry could never be proposed; lower"
                                            + " the one or raise the other")));
        }
    }
}
