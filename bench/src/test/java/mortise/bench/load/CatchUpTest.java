package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.workload.Workload;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.Payload;
import mortise.wire.WireReader;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** That raw readers read what was preloaded once, within the window, and that it ends with them. */
@Timeout(120)
class CatchUpTest {
    private static final short VERSION = 12;
    private static final int PARTITIONS = 3;
    private static final int BATCHES = 4;
    private static final int RECORDS = 10;
    private static final Duration LONG = Duration.ofHours(1);
    private static final long WARM_UP_NANOS = 300_000_000;

    /** Answers each fetch with the batch at its offset, from partitions of the same batches. */
    private static final class FetchServer implements AutoCloseable {
        private final ServerSocket socket;
        private final Clock clock;
        private final Queue<Fetched> fetched = new ConcurrentLinkedQueue<>();

        private record Fetched(long nanos, int partition, long offset) {}

        FetchServer(Clock clock) throws IOException {
            this.clock = clock;
            socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
            Thread.ofVirtual().start(this::accept);
        }

        HostPort address() {
            return new HostPort("127.0.0.1", socket.getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    Socket connection = socket.accept();
                    Thread.ofVirtual().start(() -> serve(connection));
                }
            } catch (SocketException closed) {
                // the test is over
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private void serve(Socket connection) {
            try (connection) {
                DataInputStream in = new DataInputStream(connection.getInputStream());
                while (true) {
                    byte[] frame = in.readNBytes(in.readInt());
                    ByteBuffer answer = answer(ByteBuffer.wrap(frame));
                    byte[] bytes = new byte[answer.remaining()];
                    answer.get(bytes);
                    connection.getOutputStream().write(bytes);
                }
            } catch (EOFException | SocketException closed) {
                // the reader is done
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }

        private ByteBuffer answer(ByteBuffer frame) {
            WireReader reader = new WireReader(frame);
            new RequestHeader().read(reader, ApiKey.FETCH.requestHeaderVersion(VERSION));
            FetchRequest request = new FetchRequest();
            request.read(reader, VERSION);
            List<FetchResponse.PartitionData> partitions = new ArrayList<>();
            for (FetchRequest.FetchPartition wanted : request.topics().getFirst().partitions()) {
                fetched.add(
                        new Fetched(clock.nanoTime(), wanted.partition(), wanted.fetchOffset()));
                ByteBuffer batch = Batches.plain(RECORDS, 100);
                batch.putLong(batch.position(), wanted.fetchOffset());
                partitions.add(
                        new FetchResponse.PartitionData()
                                .partitionIndex(wanted.partition())
                                .highWatermark(BATCHES * RECORDS)
                                .records(Payload.of(batch)));
            }
            FetchResponse response =
                    new FetchResponse()
                            .responses(
                                    List.of(
                                            new FetchResponse.FetchableTopicResponse()
                                                    .topic("topic")
                                                    .partitions(partitions)));
            return Frames.encode(
                    ApiKey.FETCH.responseHeaderVersion(VERSION),
                    new ResponseHeader().correlationId(7),
                    response,
                    VERSION);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void everythingIsReadOnceAndTheWindowEndsThen() throws Exception {
        double seconds = readEverything("0");
        assertThat(seconds).isLessThan((double) LONG.toSeconds());
    }

    @Test
    void nobodyReadsFasterThanItsLinkIs() throws Exception {
        double seconds = readEverything("20kB");
        // one of the two has two partitions, and waits for its link behind each answer but the last
        double least = (BATCHES - 1) * 2 * Batches.plain(RECORDS, 100).remaining() / 20_000.0;
        assertThat(seconds).isBetween(least, (double) LONG.toSeconds());
    }

    /** Checks what is the same for all; gives how long it took. */
    private static double readEverything(String rate) throws Exception {
        Clock clock = Clock.system();
        Workload workload =
                Workload.of(
                        "catch-up",
                        Map.of(
                                "driver", "raw",
                                "topic.partitions", Integer.toString(PARTITIONS),
                                "topic.preload", "1MiB",
                                "producers.count", "0",
                                "consumers.catch-up", "2",
                                "consumers.catch-up-rate", rate));
        Window window = new Window();
        try (FetchServer server = new FetchServer(clock)) {
            Run run =
                    new Run(
                            workload,
                            server.address(),
                            "topic",
                            window,
                            Run.Notes.of(window),
                            clock);
            try (RawLoad load = new RawLoad(List.of(run))) {
                load.prepare();
                window.open(clock.nanoTime() + WARM_UP_NANOS, LONG);
                load.begin();
                load.finish();
            }

            run.notes().caughtUp().tick(clock.nanoTime());
            assertThat(run.notes().failures().all()).isEmpty();
            assertThat(run.isOver()).isTrue();
            assertThat(run.notes().caughtUp().measured().records())
                    .isEqualTo(PARTITIONS * BATCHES * RECORDS);
            List<FetchServer.Fetched> early =
                    server.fetched.stream()
                            .filter(each -> each.nanos() - window.fromNanos() < 0)
                            .toList();
            assertThat(early).isNotEmpty().allMatch(each -> each.offset() == 0);
            return window.seconds();
        }
    }

    @Test
    void aWindowEndsOnceAndOnlyWithin() {
        Window window = Window.of(1_000, Duration.ofNanos(100));
        window.end(900);
        assertThat(window.untilNanos()).isEqualTo(1_100);
        window.end(1_050);
        assertThat(window.untilNanos()).isEqualTo(1_050);
        window.end(1_060);
        assertThat(window.untilNanos()).isEqualTo(1_050);
        assertThat(window.contains(1_049)).isTrue();
        assertThat(window.isOver(1_050)).isTrue();
    }
}
