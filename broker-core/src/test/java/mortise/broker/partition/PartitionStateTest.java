package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.record.RecordBatchBuilder;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** What is read of a log that lacks records. */
class PartitionStateTest {
    private static final LogId ORDERS_0 =
            new LogId(new TopicId(new UUID(1, 2)), new TopicPartition("orders", 0));

    private final HeapLogStore store = new HeapLogStore();
    private final PartitionLog log = store.open(ORDERS_0, LogSettings.DEFAULTS);
    private final Logger logger = (Logger) LoggerFactory.getLogger(PartitionState.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    /** One batch of one record. */
    private record OneBatch(long baseOffset, ByteBuffer bytes) implements BatchSet {
        static OneBatch at(long offset) {
            return new OneBatch(
                    offset,
                    RecordBatchBuilder.growing(128)
                            .baseOffset(offset)
                            .leaderEpoch((int) offset)
                            .append(1, ByteBuffer.allocate(1), ByteBuffer.allocate(10))
                            .build()
                            .buffer());
        }

        @Override
        public int count() {
            return 1;
        }

        @Override
        public ByteBuffer buffer(int index) {
            return bytes.duplicate();
        }

        @Override
        public long baseOffset(int index) {
            return baseOffset;
        }

        @Override
        public long lastOffset(int index) {
            return baseOffset;
        }

        @Override
        public long maxTimestamp(int index) {
            return 1;
        }

        @Override
        public int leaderEpoch(int index) {
            return (int) baseOffset;
        }

        @Override
        public int sizeInBytes() {
            return bytes.remaining();
        }
    }

    private PartitionState read() {
        return PartitionState.of(
                "orders-0", log, ProducerBounds.of(Config.defaults(PartitionSettings.SCHEMA)), 0);
    }

    @Test
    void whatLiesBehindMissingRecordsIsReadAllTheSame() {
        log.append(OneBatch.at(7));
        log.append(OneBatch.at(8));
        store.log(ORDERS_0).missing =
                List.of(
                        new MissingRecords(0, 3, "a file is missing"),
                        new MissingRecords(3, 7, "another is missing"));

        PartitionState state = read();

        assertThat(state.replayedBatches()).isEqualTo(2);
        assertThat(state.epochs().epochAt(8)).isEqualTo(8);
    }

    @Test
    void recordsThatAreMissingUpToTheEndEndTheReading() {
        log.append(OneBatch.at(7));
        store.log(ORDERS_0).missing = List.of(new MissingRecords(0, 8, "all files are missing"));

        assertThat(read().replayedBatches()).isZero();
    }

    @Test
    void aLogThatCannotBeReadForAnotherReasonIsNotPassedOver() {
        log.append(OneBatch.at(7));
        store.log(ORDERS_0).missing = List.of(new MissingRecords(0, 3, "a file is missing"));
        store.log(ORDERS_0).failRead =
                new StorageException(StorageException.Reach.LOG, "the segment is damaged");

        assertThatThrownBy(this::read).hasMessage("the segment is damaged");
    }

    @ParameterizedTest
    @CsvSource({"0,1", "0,13", "5,6", "5,17", "6,19", "0,20"})
    void damagedBatchesArePassedOverAndWhatLiesBehindIsRead(long from, long to) {
        for (int offset = 0; offset < 20; offset++) {
            log.append(OneBatch.at(offset));
        }
        store.log(ORDERS_0).damagedFrom = from;
        store.log(ORDERS_0).damagedTo = to;
        // a later loss must not be taken for the reason
        store.log(ORDERS_0).missing = List.of(new MissingRecords(19, 20, "a file is missing"));

        PartitionState state = read();

        assertThat(state.replayedBatches()).isEqualTo(Math.max(0, 19 - to) + from);
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("orders-0: offsets " + from + " to " + (to - 1) + " are damaged")
                .endsWith("no batch header at offset " + from);
    }

    @Test
    void dataThatTheDiskDoesNotGiveIsNotPassedOver() {
        log.append(OneBatch.at(7));
        store.log(ORDERS_0).failRead =
                new UnreadableDataException(
                        false, "7.log: Input/output error", new IOException("EIO"));

        assertThatThrownBy(this::read).hasMessage("7.log: Input/output error");
    }
}
