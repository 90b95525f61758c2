package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.spi.Capability;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;
import mortise.tck.sim.SimContext;

/** A log in a store, and beside it what it should hold. Closes the store. */
final class LogUnderTest implements AutoCloseable {
    private static final long NOISE = 0x5EED;

    private final StorageUnderTest kit;
    private final LogId id;
    private LogSettings settings;
    private SimContext context;
    private LogStore store;
    private PartitionLog log;
    private LogState expected = LogState.EMPTY;

    private LogUnderTest(StorageUnderTest kit, LogSettings settings) {
        this.kit = kit;
        this.settings = settings;
        this.context = kit.context();
        this.id = id("orders", 3, 1);
        this.store = start(kit, context);
        this.log = store.open(id, settings);
    }

    /** An empty log with small segments. */
    static LogUnderTest open(StorageUnderTest kit) {
        return new LogUnderTest(kit, kit.smallSegments());
    }

    static LogUnderTest open(StorageUnderTest kit, LogSettings settings) {
        return new LogUnderTest(kit, settings);
    }

    static LogStore start(StorageUnderTest kit, SimContext context) {
        var provider = kit.provider();
        LogStore store = provider.create(Config.of(provider.config(), kit.settings()), context);
        store.start();
        return store;
    }

    static LogId id(String topic, int partition, long topicNumber) {
        return new LogId(
                new TopicId(new UUID(0x4000, 0x8000_0000_0000_0000L | topicNumber)),
                new TopicPartition(topic, partition));
    }

    LogId id() {
        return id;
    }

    PartitionLog log() {
        return log;
    }

    LogStore store() {
        return store;
    }

    SimContext context() {
        return context;
    }

    LogState expected() {
        return expected;
    }

    /** Says what the log should hold from now on. */
    void expect(LogState changed) {
        expected = changed;
    }

    long now() {
        return context.clock().wallMillis();
    }

    /** Appends batches in one call and compares the position that comes back. */
    LogPosition append(SampleBatch... batches) {
        SampleBatchSet set = SampleBatchSet.of(List.of(batches));
        LogPosition position = log.append(set);
        set.scribble();
        for (SampleBatch batch : batches) {
            expected = expected.append(batch);
        }
        assertThat(position.offset()).as("offset after the append").isEqualTo(expected.endHigh());
        return position;
    }

    /** Appends the marker of an aborted transaction of a producer that began at an offset. */
    AbortedTransaction appendAborted(long producerId, long firstOffset) {
        SampleBatch marker = next(1, 10);
        long offset = marker.baseOffset();
        AbortedTransaction transaction =
                new AbortedTransaction(producerId, firstOffset, offset, firstOffset);
        log.rollIfNeeded(marker.sizeInBytes(), marker.maxTimestamp(), now());
        SampleBatchSet set = SampleBatchSet.aborting(marker, transaction);
        log.append(set);
        set.scribble();
        expected = expected.append(marker);
        return transaction;
    }

    /** A batch at the end of the log. */
    SampleBatch next(int offsets, int valueBytes) {
        long base = log.bounds().endOffset();
        return SampleBatch.of(base, base + offsets - 1, now(), 0, valueBytes, NOISE);
    }

    /** Makes room as the broker does, then appends a batch. */
    OptionalLong rollAndAppend(SampleBatch batch) {
        OptionalLong rolled = log.rollIfNeeded(batch.sizeInBytes(), batch.maxTimestamp(), now());
        rolled.ifPresent(offset ->
                assertThat(offset)
                        .as("first offset of the new segment")
                        .isEqualTo(log.bounds().endOffset()));
        append(batch);
        return rolled;
    }

    /**
     * Appends batches of ten offsets and about 1,000 bytes, rolling as needed.
     *
     * @return where segments began
     */
    List<Long> fill(int batches) {
        List<Long> rolls = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            rollAndAppend(next(10, 1_000)).ifPresent(rolls::add);
        }
        return rolls;
    }

    void truncateTo(long offset) {
        LogPosition end = log.truncateTo(offset);
        expected = expected.truncateTo(offset);
        assertThat(end.offset())
                .as("end after truncation to %s", offset)
                .isBetween(expected.endLow(), expected.endHigh())
                .isEqualTo(log.bounds().endOffset());
    }

    void reset(long offset) {
        LogPosition end = log.reset(offset);
        expected = expected.reset(offset);
        assertThat(end.offset()).as("end after reset").isEqualTo(offset);
    }

    void advanceStart(long offset) {
        log.advanceStart(offset);
        expected = expected.advanceStart(offset);
    }

    void configure(LogSettings changed) {
        log.configure(changed);
        settings = changed;
    }

    /** Compares everything. */
    void check() {
        expected = LogInspection.compare(log, expected);
    }

    /** Closes the log cleanly and opens it again in the same store. */
    void reopenLog() {
        log.close();
        log = store.open(id, settings);
        expected = expected.reopened();
    }

    /** Closes the store cleanly and starts another one on the same place. */
    void restart() {
        restart(LogStore::close);
    }

    /** Starts anew and compares everything, if the store keeps anything. */
    void checkAfterRestart() {
        if (kit.can(Capability.DURABLE)) {
            restart();
            check();
        }
    }

    /** Ends the store in one of its ways and starts another one on the same place. */
    void restart(Consumer<LogStore> ending) {
        ending.accept(store);
        context = context.restarted();
        store = start(kit, context);
        log = store.open(id, settings);
        expected = expected.reopened();
    }

    /** Puts a sidecar and ruins the buffer that it came in. */
    void putSidecar(SidecarKind kind, long offset, String content) {
        ByteBuffer buffer = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        log.putSidecar(kind, offset, buffer.asReadOnlyBuffer());
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, (byte) '!');
        }
    }

    /** The latest sidecar as {@code offset:content}, or {@code none}. */
    String sidecar(SidecarKind kind, long atMost) {
        return log.latestSidecar(kind, atMost)
                .map(sidecar ->
                        sidecar.offset()
                                + ":"
                                + StandardCharsets.UTF_8.decode(sidecar.content().duplicate()))
                .orElse("none");
    }

    @Override
    public void close() {
        store.close();
    }
}
