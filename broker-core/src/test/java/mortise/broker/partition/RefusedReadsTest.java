package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.SimClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RefusedReadsTest {
    private final Logger logger = (Logger) LoggerFactory.getLogger(RefusedReads.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final SimClock clock = new SimClock();
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final RefusedReads reads = new RefusedReads(clock, metrics);

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void stop() {
        logger.detachAppender(lines);
    }

    private void refuse(int partition, String why) {
        reads.note(
                PartitionRig.id("t", partition),
                new UnreadableDataException(true, why, new IOException()));
    }

    private List<String> said() {
        return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    void aReaderThatAsksAgainAndAgainCostsALineAMinuteAndEveryReadCounts() {
        for (int i = 0; i < 1_000; i++) {
            refuse(0, "no batch header at 77 of 00000000000000000000.log");
        }
        refuse(1, "another file");
        assertThat(said()).hasSize(2);
        assertThat(said().getFirst())
                .startsWith("t-0")
                .endsWith("no batch header at 77 of 00000000000000000000.log");

        clock.advance(Duration.ofSeconds(61));
        refuse(0, "no batch header at 77");
        assertThat(said()).hasSize(3);
        assertThat(said().getLast()).endsWith("(and 999 more since the last line)");
        for (int i = 0; i < 1_000; i++) {
            reads.note(
                    PartitionRig.id("t", i),
                    new StorageException(StorageException.Reach.CALL, "Too many open files"));
        }
        assertThat(said()).hasSize(4);
        assertThat(metrics.values()).containsEntry("partition_refused_reads_total", 2_002L);
    }
}
