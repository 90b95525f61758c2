package mortise.broker.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mortise.api.Clock;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import org.junit.jupiter.api.Test;

/** Calls of a log are counted, have the plugin's class loader, and are named when they fail. */
class MeteredLogTest {
    private final ClassLoader own = new ClassLoader(getClass().getClassLoader()) {};
    private final PluginActivity activity =
            new PluginActivity("storage plugin 'sample'", own, Clock.system());
    private final BatchSet batches =
            (BatchSet)
                    Proxy.newProxyInstance(
                            BatchSet.class.getClassLoader(),
                            new Class<?>[] {BatchSet.class},
                            (proxy, method, arguments) -> 1);

    /** A log that answers at once, or throws. */
    private static class FixedLog implements PartitionLog {
        private static final LogPosition END = new LogPosition(1, 2);

        @Override
        public OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
            return OptionalLong.empty();
        }

        @Override
        public LogPosition append(BatchSet batches) {
            return END;
        }

        @Override
        public LogPosition end() {
            return END;
        }

        @Override
        public LogBounds bounds() {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogPosition sync() {
            return END;
        }

        @Override
        public LogPosition durableEnd() {
            return END;
        }

        @Override
        public LogSlice read(long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public LogPosition position(long offset) {
            return END;
        }

        @Override
        public Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
            return Optional.empty();
        }

        @Override
        public Optional<TimestampPosition> largestTimestamp() {
            return Optional.empty();
        }

        @Override
        public LogPosition truncateTo(long offset) {
            return END;
        }

        @Override
        public LogPosition reset(long offset) {
            return END;
        }

        @Override
        public void advanceStart(long offset) {}

        @Override
        public void configure(LogSettings settings) {}

        @Override
        public long sizeInBytes() {
            return 0;
        }

        @Override
        public LogDirectory directory() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }

    private MeteredLog throwing(Throwable failure) {
        return new MeteredLog(
                new FixedLog() {
                    @Override
                    public LogPosition append(BatchSet unread) {
                        switch (failure) {
                            case RuntimeException thrown -> throw thrown;
                            case Error thrown -> throw thrown;
                            default -> throw new AssertionError(failure);
                        }
                    }
                },
                activity);
    }

    @Test
    void countingAllocatesNothingOnTheWayOfRecords() {
        MeteredLog log = new MeteredLog(new FixedLog(), activity);
        // the other methods share the bracket with those that are measured
        for (int call = 0; call < 20_000; call++) {
            log.sync();
            log.position(call);
            log.advanceStart(call);
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        int calls = 100_000;
        long allocated = Long.MAX_VALUE;
        // the first rounds let the compiler see the calls
        for (int round = 0; round < 100 && allocated >= calls; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int call = 0; call < calls; call++) {
                log.rollIfNeeded(call, call, call);
                log.append(batches);
                log.readRecent(call, FixedLog.END, call, true);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated).isLessThan(calls);
    }

    @Test
    void aCallHasThePluginsClassLoaderAndIsCounted() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        MeteredLog log =
                new MeteredLog(
                        new FixedLog() {
                            @Override
                            public LogPosition sync() {
                                assertThat(Thread.currentThread().getContextClassLoader())
                                        .isSameAs(own);
                                return super.sync();
                            }
                        },
                        activity);
        assertThat(log.sync()).isEqualTo(FixedLog.END);
        log.close();
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
        assertThat(activity.calls()).isEqualTo(2);
        assertThat(activity.nanos()).isPositive();
        assertThat(activity.failures()).isZero();
    }

    @Test
    void whatTheContractDoesNotAllowFailsTheLogAndNamesThePlugin() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        for (Throwable failure :
                List.of(
                        new IllegalStateException("no idea"),
                        new AssertionError("never"),
                        new StackOverflowError())) {
            assertThatThrownBy(() -> throwing(failure).append(batches))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            thrown ->
                                    assertThat(thrown.reach())
                                            .isEqualTo(StorageException.Reach.LOG))
                    .hasMessageStartingWith(
                            "storage plugin 'sample' failed in append: "
                                    + failure.getClass().getName())
                    .hasCause(failure);
        }
        assertThat(activity.failures()).isEqualTo(3);
        assertThat(activity.calls()).isEqualTo(3);
        assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    }

    @Test
    void whatTheContractAllowsAndWhatIsFatalGoesOnAsItIs() {
        StorageException allowed = new StorageException(StorageException.Reach.CALL, "full");
        OutOfMemoryError fatal = new OutOfMemoryError("for a test");
        OffsetOutOfRangeException outOfRange =
                new OffsetOutOfRangeException(
                        new LogId(TopicId.NONE, new TopicPartition("orders", 0)),
                        5,
                        new LogBounds(0, 1));
        for (Throwable failure : List.of(allowed, fatal, outOfRange)) {
            assertThatThrownBy(() -> throwing(failure).append(batches)).isSameAs(failure);
        }
        assertThat(activity.failures()).isEqualTo(1);
    }
}
