package mortise.tck.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.Capability;
import mortise.spi.PluginContext;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageProvider;
import org.jspecify.annotations.Nullable;

/** The kit's own store: one journal of changes per log, and flaws that the kit has to find. */
final class JournalStore implements LogStore, LogDirectory {
    private final PluginContext context;
    private final Set<Flaw> flaws;
    private final boolean witness;
    private final Map<LogId, JournalLog> open = new HashMap<>();
    private volatile @Nullable String failure;

    private JournalStore(PluginContext context, Set<Flaw> flaws, boolean witness) {
        this.context = context;
        this.flaws = flaws;
        this.witness = witness;
    }

    /** What may be wrong with it. */
    enum Flaw {
        SYNC_DOES_NOTHING,
        NEW_FILES_KEEP_NO_NAME,
        TORN_TAIL_IS_KEPT,
        START_IS_NOT_DURABLE,
        FAILED_SYNC_IS_FORGOTTEN,
        LENT_BUFFERS_ARE_KEPT,
        READS_IGNORE_THEIR_BOUND,
        TIMESTAMPS_ARE_BELIEVED,
        TRUNCATION_CUTS_INTO_BATCHES,
        SIDECARS_OUTLIVE_TRUNCATION,
        DELETION_IS_NOT_DURABLE,
        RECOVERY_DOES_NOT_SYNC,
        A_MISSING_FILE_FAILS_ALL,
        DAMAGE_ENDS_THE_LOG,
        A_SHORTAGE_ENDS_THE_LOG,
        A_LOSS_IS_THE_END,
        A_LOSS_IS_NOT_NAMED,
        READS_PASS_OVER_A_LOSS,
        A_LOSS_REFUSES_THE_LOG,
        LOST_OFFSETS_ARE_GIVEN_AGAIN,
        WHAT_IS_LEFT_IS_REFUSED,
        AN_ACCEPTED_LOSS_IS_KEPT,
        AN_ACCEPTED_LOSS_COMES_BACK
    }

    /** The provider of a store with these flaws. */
    static StorageProvider with(Flaw... flaws) {
        return provider(false, flaws);
    }

    /** The same of a store whose journals say what was synced, so that it can be missed. */
    static StorageProvider witnessing(Flaw... flaws) {
        return provider(true, flaws);
    }

    private static StorageProvider provider(boolean witness, Flaw... flaws) {
        Set<Flaw> set = EnumSet.noneOf(Flaw.class);
        set.addAll(List.of(flaws));
        return new StorageProvider() {
            @Override
            public String name() {
                return "journal";
            }

            @Override
            public ConfigSchema config() {
                return ConfigSchema.empty();
            }

            @Override
            public Set<Capability> capabilities() {
                return EnumSet.of(Capability.DURABLE, Capability.SIDECARS, Capability.RETENTION);
            }

            @Override
            public LogStore create(Config config, PluginContext context) {
                return new JournalStore(context, set, witness);
            }
        };
    }

    boolean has(Flaw flaw) {
        return flaws.contains(flaw);
    }

    /** Whether each journal says, after a sync, up to where it was synced. */
    boolean witnesses() {
        return witness;
    }

    /** The journal of a log below a data directory. */
    static Path fileIn(Path dataDirectory, LogId id) {
        return dataDirectory.resolve(id.partition() + "." + id.topicId() + ".journal");
    }

    @Override
    public void start() {}

    @Override
    public List<LogId> stored() {
        List<LogId> ids = new ArrayList<>();
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(context.dataDirectory(), "*.journal")) {
            files.forEach(file -> ids.add(idOf(file.getFileName().toString())));
            return ids;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LogId idOf(String name) {
        int dot = name.lastIndexOf('.', name.length() - ".journal".length() - 1);
        String partition = name.substring(0, dot);
        int dash = partition.lastIndexOf('-');
        return new LogId(
                TopicId.parse(name.substring(dot + 1, name.length() - ".journal".length())),
                new TopicPartition(
                        partition.substring(0, dash),
                        Integer.parseInt(partition.substring(dash + 1))));
    }

    private Path fileOf(LogId id) {
        return fileIn(context.dataDirectory(), id);
    }

    @Override
    public PartitionLog open(LogId id, LogSettings settings) {
        try {
            Path file = fileOf(id);
            boolean isNew = !Files.exists(file);
            JournalLog log = new JournalLog(this, id, file, settings);
            if (isNew && !has(Flaw.NEW_FILES_KEEP_NO_NAME)) {
                forceNames();
            }
            open.put(id, log);
            return log;
        } catch (IOException e) {
            throw new StorageException(StorageException.Reach.CALL, "cannot open " + id, e);
        }
    }

    private void forceNames() throws IOException {
        try (FileChannel directory = FileChannel.open(context.dataDirectory())) {
            directory.force(true);
        }
    }

    void closed(LogId id) {
        open.remove(id);
    }

    @Override
    public void delete(LogId id) {
        try {
            if (Files.deleteIfExists(fileOf(id)) && !has(Flaw.DELETION_IS_NOT_DURABLE)) {
                forceNames();
            }
        } catch (IOException e) {
            throw new StorageException(StorageException.Reach.DIRECTORY, "cannot delete " + id, e);
        }
    }

    @Override
    public List<LogDirectory> directories() {
        return List.of(this);
    }

    @Override
    public void close() {
        List.copyOf(open.values()).forEach(JournalLog::close);
    }

    @Override
    public UUID id() {
        return new UUID(1, 2);
    }

    @Override
    public String location() {
        return context.dataDirectory().toString();
    }

    @Override
    public Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    StorageException fail(String why) {
        failure = why;
        return new StorageException(StorageException.Reach.DIRECTORY, why);
    }

    @Override
    public Space space() {
        return new Space(-1, -1);
    }
}
