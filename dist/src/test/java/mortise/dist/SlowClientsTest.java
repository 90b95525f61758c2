package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchRequest.FetchTopic;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A thousand clients at once that send half a request and stop, or ask for data and never read it:
 * a real process holds bounded memory and serves everybody else.
 */
@ExtendWith(ErrorsPage.class)
class SlowClientsTest {
    private static final int CLIENTS = 500;
    private static final int FRAME_BYTES = 1_000_000;
    private static final long MORE_MEMORY = 400L << 20;

    @TempDir Path directory;

    private static long residentBytes(BrokerProcess broker) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(broker.pid()), "status"))
                    .stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static byte[] fetch() {
        return ByteConnection.frame(
                ApiKey.FETCH,
                11,
                1,
                new FetchRequest()
                        .replicaId(-1)
                        .maxBytes(8 << 20)
                        .sessionEpoch(-1)
                        .topics(
                                List.of(
                                        new FetchTopic()
                                                .topic("large")
                                                .partitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .partition(0)
                                                                        .partitionMaxBytes(
                                                                                8 << 20))))));
    }

    private static void produce(BrokerProcess broker, String topic, String input) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        BrokerProcess.command(
                                List.of("produce", topic, "--bootstrap", broker.bootstrap())),
                        input);
        assertThat(finished.status()).as(finished.err()).isZero();
    }

    @Test
    void aThousandStalledClientsHoldBoundedMemoryAndTheOthersAreServed() {
        try (BrokerProcess broker =
                BrokerProcess.start(
                        directory.resolve("data"),
                        "--set",
                        "net.stall-timeout=2s",
                        "--set",
                        "net.max-inflight-bytes=100MiB")) {
            produce(broker, "large", ("x".repeat(999) + "\n").repeat(8_000));
            long before = residentBytes(broker);
            List<ByteConnection> stalled = new ArrayList<>();
            byte[] half = ByteBuffer.allocate(300_000).putInt(FRAME_BYTES).array();
            for (int i = 0; i < CLIENTS; i++) {
                stalled.add(ByteConnection.from("127.0.0.2", broker.bootstrap(), 0).send(half));
                stalled.add(
                        ByteConnection.from("127.0.0.3", broker.bootstrap(), 4_096).send(fetch()));
            }
            // a batch of 60 KiB needs memory that the halves of requests have taken
            produce(broker, "others", ("y".repeat(999) + "\n").repeat(100));
            assertThat(
                            BrokerProcess.run(
                                            "consume", "others", "--bootstrap", broker.bootstrap())
                                    .out()
                                    .lines())
                    .hasSize(100);
            assertThat(residentBytes(broker) - before).isLessThan(MORE_MEMORY);
            // they wait for each other's memory until it is taken from them
            for (int look = 0; look < 2_000 && !broker.log().contains("stopped arriving"); look++) {
                LockSupport.parkNanos(10_000_000);
            }
            ErrorsPage.saw(broker.log());
            stalled.forEach(ByteConnection::close);
        }
    }

    @Test
    void aBrokerWithoutFileHandlesSaysSoAndGoesOn() {
        Assumptions.assumeTrue(
                BrokerProcess.run(Map.of(), List.of("prlimit", "--version"), "").status() == 0,
                "limits of another process are not to be set on this machine (prlimit)");
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            setMostFiles(broker, openFiles(broker) + 20);
            List<ByteConnection> crowd = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                crowd.add(ByteConnection.to(broker.bootstrap()));
            }
            for (int look = 0; look < 2_000 && !broker.log().contains("cannot accept"); look++) {
                LockSupport.parkNanos(10_000_000);
            }
            // who waits to be accepted is served once there are handles again
            setMostFiles(broker, 1_000);
            assertThat(
                            BrokerProcess.run("topics", "list", "--bootstrap", broker.bootstrap())
                                    .status())
                    .isZero();
            ErrorsPage.saw(broker.log());
            crowd.forEach(ByteConnection::close);
        }
    }

    private static int openFiles(BrokerProcess broker) {
        try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(broker.pid()), "fd"))) {
            return (int) files.count();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static void setMostFiles(BrokerProcess broker, int most) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        Map.of(),
                        List.of(
                                "prlimit",
                                "--pid",
                                Long.toString(broker.pid()),
                                "--nofile=" + most + ":"),
                        "");
        assertThat(finished.status()).as(finished.err()).isZero();
    }
}
