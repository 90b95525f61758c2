package mortise.storage.local;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.tck.sim.SimContext;

/** A store with one log of interest, as a broker holds it; for tests. */
final class Broker implements AutoCloseable {
    static final LogId ORDERS_3 = id("orders", 3);
    static final LogSettings SMALL =
            new LogSettings(10_000, Duration.ofDays(7), 512, 1 << 20, false, Duration.ofMinutes(1));

    private final SimContext context;
    private final LogStore store;
    private PartitionLog log;

    private Broker(SimContext context, LogSettings settings, Map<String, String> config) {
        this.context = context;
        LocalStorageProvider provider = new LocalStorageProvider();
        this.store = provider.create(Config.of(provider.config(), config), context);
        store.start();
        this.log = store.open(ORDERS_3, settings);
    }

    static LogId id(String topic, int partition) {
        return new LogId(
                new TopicId(new UUID(topic.hashCode(), 4711)),
                new TopicPartition(topic, partition));
    }

    /** Starts on what is there. */
    static Broker on(SimContext context) {
        return on(context, SMALL);
    }

    static Broker on(SimContext context, LogSettings settings) {
        return on(context, settings, Map.of());
    }

    static Broker on(SimContext context, LogSettings settings, Map<String, String> config) {
        return new Broker(context, settings, config);
    }

    SimContext context() {
        return context;
    }

    LogStore store() {
        return store;
    }

    PartitionLog log() {
        return log;
    }

    Path directory() {
        return context.dataDirectory().resolve("logs").resolve("orders-3");
    }

    /** Appends one batch at the end, rolling as a broker does. */
    Batches append(int records, int valueBytes, long timestamp) {
        long at = log.end().offset();
        Batches batches = Batches.of(at, records, valueBytes, timestamp);
        append(batches);
        return batches;
    }

    void append(Batches batches) {
        log.rollIfNeeded(
                batches.sizeInBytes(),
                batches.maxTimestamp(batches.count() - 1),
                context.clock().wallMillis());
        log.append(batches);
    }

    /** The bytes from an offset on, up to the end of its segment. */
    byte[] read(long offset) {
        return read(offset, log.end(), Integer.MAX_VALUE, true);
    }

    byte[] read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        try (LogSlice slice = log.read(offset, upTo, maxBytes, wholeBatch)) {
            return bytes(slice);
        }
    }

    /** The bytes of all segments from an offset on. */
    byte[] readAll(long offset) {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(log.sizeInBytes()));
        long next = offset;
        while (next < log.end().offset()) {
            byte[] part = read(next);
            if (part.length == 0) {
                break;
            }
            all.put(part);
            next = endOffset(part);
        }
        byte[] read = new byte[all.position()];
        all.get(0, read);
        return read;
    }

    private static long endOffset(byte[] batches) {
        ByteBuffer buffer = ByteBuffer.wrap(batches);
        long end = 0;
        for (int at = 0; at < batches.length; at += (int) BatchHeader.size(buffer, at)) {
            end = BatchHeader.lastOffset(buffer, at) + 1;
        }
        return end;
    }

    static byte[] bytes(LogSlice slice) {
        ByteBuffer target = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(0, target);
        return target.array();
    }

    void reopen(LogSettings settings) {
        log.close();
        log = store.open(ORDERS_3, settings);
    }

    /** Stops cleanly. */
    @Override
    public void close() {
        store.close();
    }
}
