package mortise.bench.micro;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.runtime.ThreadedExecution;
import mortise.record.RecordBatch;
import mortise.spi.PluginContext;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.storage.local.LocalStorageProvider;

/** One log of the local storage in a temporary directory, which goes when this is closed. */
final class TemporaryLog implements AutoCloseable {
    private static final int EPOCH = 3;
    private static final int INDEX_INTERVAL_BYTES = 4_096;
    private static final int INDEX_BYTES = 10 << 20;

    private final Clock clock = Clock.system();
    private final Path directory;
    private final ThreadedExecution execution;
    private final LogStore store;
    private final PartitionLog log;

    TemporaryLog(int segmentBytes) throws IOException {
        directory = Files.createTempDirectory("mortise-bench");
        execution = new ThreadedExecution(clock, new SplittableRandom(1), Metrics.discarding());
        LocalStorageProvider provider = new LocalStorageProvider();
        store =
                provider.create(
                        Config.of(provider.config(), Map.of()), new Context(execution, directory));
        store.start();
        log =
                store.open(
                        new LogId(
                                new TopicId(Samples.TOPIC_ID),
                                new TopicPartition(Samples.TOPIC, 0)),
                        new LogSettings(
                                segmentBytes,
                                Duration.ofDays(7),
                                INDEX_INTERVAL_BYTES,
                                INDEX_BYTES,
                                false,
                                Duration.ZERO));
    }

    PartitionLog log() {
        return log;
    }

    /**
     * Appends a batch at the end, which is stamped with its offset.
     *
     * @return whether a segment was begun for it
     */
    boolean append(RecordBatch batch) {
        batch.stampOffset(log.end().offset(), EPOCH);
        OptionalLong rolled =
                log.rollIfNeeded(batch.sizeInBytes(), batch.maxTimestamp(), clock.wallMillis());
        LogPosition _ = log.append(new OneBatch(batch));
        return rolled.isPresent();
    }

    /** Drops the oldest segments. */
    void retain(long bytes) {
        log.advanceStart(
                log.retainedFrom(
                        new RetentionLimits(bytes, -1, clock.wallMillis(), log.end().offset())));
    }

    @Override
    public void close() throws IOException {
        store.close();
        execution.close();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** A batch that is appended alone. */
    private record OneBatch(RecordBatch batch) implements BatchSet {
        @Override
        public int count() {
            return 1;
        }

        @Override
        public ByteBuffer buffer(int index) {
            return batch.buffer().duplicate();
        }

        @Override
        public long baseOffset(int index) {
            return batch.baseOffset();
        }

        @Override
        public long lastOffset(int index) {
            return batch.lastOffset();
        }

        @Override
        public long maxTimestamp(int index) {
            return batch.maxTimestamp();
        }

        @Override
        public int leaderEpoch(int index) {
            return EPOCH;
        }

        @Override
        public int sizeInBytes() {
            return batch.sizeInBytes();
        }
    }

    /** The world of a broker, for the storage alone. */
    private record Context(ThreadedExecution execution, Path dataDirectory)
            implements PluginContext {
        @Override
        public int nodeId() {
            return 0;
        }

        @Override
        public Clock clock() {
            return execution.clock();
        }

        @Override
        public Timers timers() {
            return execution.timers();
        }

        @Override
        public Metrics metrics() {
            return Metrics.discarding();
        }

        @Override
        public RandomGenerator random() {
            return execution.random();
        }

        @Override
        public System.Logger logger() {
            return System.getLogger("mortise.bench");
        }

        @Override
        public Executor serial(String role) {
            return execution.serial(role);
        }

        @Override
        public ThreadFactory threads(String role) {
            return execution.threads(role);
        }
    }
}
