package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.broker.request.RequestContext;
import mortise.broker.request.SlicePayload;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;
import mortise.tck.sim.Seeded;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SliceSendingTest {
    private static final int FILE_BYTES = 8 << 20;
    private static final int VERSION = 12;

    @TempDir private Path directory;
    private byte[] content = {};
    private Path path = Path.of("");
    private FileChannel file = null;
    private final List<CountedSlice> slices = new CopyOnWriteArrayList<>();

    @BeforeEach
    void writeFile() throws IOException {
        content = new byte[FILE_BYTES];
        RandomGenerator.of("L64X128MixRandom").nextBytes(content);
        path = directory.resolve("segment");
        Files.write(path, content);
        file = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @AfterEach
    void closeFile() throws IOException {
        assertThat(file.isOpen()).as("sending does not close the store's file").isTrue();
        file.close();
    }

    private CountedSlice inFile(int position, int length) {
        byte[] bytes = new byte[length];
        System.arraycopy(content, position, bytes, 0, Math.min(length, FILE_BYTES - position));
        return kept(CountedSlice.inFile(file, position, bytes));
    }

    private CountedSlice inMemory(int position, int length) {
        byte[] bytes = new byte[length];
        System.arraycopy(content, position, bytes, 0, length);
        return kept(CountedSlice.inMemory(bytes));
    }

    private CountedSlice outsideOfTheHeap(int position, int length) {
        byte[] bytes = new byte[length];
        System.arraycopy(content, position, bytes, 0, length);
        return kept(CountedSlice.outsideOfTheHeap(bytes));
    }

    private CountedSlice kept(CountedSlice slice) {
        slices.add(slice);
        return slice;
    }

    static FetchResponse response(List<? extends Payload> payloads) {
        FetchResponse.FetchableTopicResponse topic =
                new FetchResponse.FetchableTopicResponse().topic("topic");
        for (Payload payload : payloads) {
            topic.partitions()
                    .add(
                            new FetchResponse.PartitionData()
                                    .partitionIndex(topic.partitions().size())
                                    .records(payload));
        }
        FetchResponse response = new FetchResponse();
        response.responses().add(topic);
        return response;
    }

    private static List<SlicePayload> payloads(List<CountedSlice> slices) {
        return slices.stream().map(SlicePayload::new).toList();
    }

    private static byte[] fetch(int correlationId) {
        return RawClient.frame(ApiKey.FETCH, VERSION, correlationId, new FetchRequest());
    }

    private void expect(RawClient client, List<CountedSlice> expected) {
        FetchResponse response = client.receive(ApiKey.FETCH, VERSION, FetchResponse.class);
        List<FetchResponse.PartitionData> partitions = response.responses().getFirst().partitions();
        assertThat(partitions).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            Payload records = partitions.get(i).records();
            ByteBuffer wanted = ByteBuffer.allocate(expected.get(i).sizeInBytes());
            expected.get(i).copyTo(0, wanted);
            assertThat(records).isNotNull();
            assertThat(records.buffer().compareTo(wanted.flip())).as("partition %d", i).isZero();
        }
    }

    private void expectAllClosedOnce() {
        for (CountedSlice slice : slices) {
            Eventually.is("the slice is closed", () -> slice.closes() > 0);
            assertThat(slice.closes()).isEqualTo(1);
        }
    }

    private static ScriptedHandler<FetchRequest> answering(List<FetchResponse> responses) {
        return new ScriptedHandler<>(
                ApiKey.FETCH,
                (context, request) -> context.respond(responses.get(context.correlationId())));
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void recordsInAFileAreSentFromTheFileByteForByte(Transport transport) {
        List<CountedSlice> sent = List.of(inFile(1_000, 5 << 20), inFile(0, 1), inFile(77, 4_096));
        try (TestServer server =
                        TestServer.with(
                                transport,
                                Clock.system(),
                                Map.of(),
                                answering(List.of(response(payloads(sent)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            assertThat(sent).allSatisfy(slice -> assertThat(slice.copies()).isZero());
            expect(client, sent);
            expectAllClosedOnce();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void recordsElsewhereAreCopiedByteForByte(Transport transport) {
        List<CountedSlice> sent =
                List.of(inMemory(0, 3 << 20), inFile(9, 100_000), inMemory(5, 70_001));
        try (TestServer server =
                        TestServer.with(
                                transport,
                                Clock.system(),
                                Map.of(),
                                answering(List.of(response(payloads(sent)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            expect(client, sent);
            expectAllClosedOnce();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void recordsOutsideOfTheHeapAreSentFromThereByteForByte(Transport transport) {
        List<CountedSlice> sent =
                List.of(
                        outsideOfTheHeap(0, 3 << 20),
                        outsideOfTheHeap(9, 1),
                        inMemory(1, 10),
                        outsideOfTheHeap(5, 70_001));
        try (TestServer server =
                        TestServer.with(
                                transport,
                                Clock.system(),
                                Map.of(),
                                answering(List.of(response(payloads(sent)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            expect(client, sent);
            expectAllClosedOnce();
            assertThat(sent.getFirst().copies()).as("copies but the test's own").isEqualTo(1);
        }
    }

    @Test
    void emptySlicesAreClosedAndNothingIsSentForThem() {
        List<CountedSlice> sent = List.of(inMemory(0, 0), inFile(9, 10), inMemory(0, 0));
        try (TestServer server = TestServer.with(answering(List.of(response(payloads(sent)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            expect(client, sent);
            expectAllClosedOnce();
        }
    }

    @Seeded(runs = 20)
    void anyMixOfSlicesArrivesWhole(RandomGenerator random) {
        List<List<CountedSlice>> sent = new ArrayList<>();
        List<FetchResponse> responses = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            List<CountedSlice> mix = new ArrayList<>();
            for (int j = random.nextInt(0, 5); j >= 0; j--) {
                int length = random.nextInt(1 << random.nextInt(0, 20));
                int position = random.nextInt(FILE_BYTES - length);
                mix.add(
                        switch (random.nextInt(3)) {
                            case 0 -> inFile(position, length);
                            case 1 -> inMemory(position, length);
                            default -> outsideOfTheHeap(position, length);
                        });
            }
            sent.add(mix);
            responses.add(response(payloads(mix)));
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.write-buffer-bytes", "16KiB"),
                                new ScriptedHandler<FetchRequest>(
                                        ApiKey.FETCH,
                                        (context, request) -> {
                                            context.orderingPointPassed();
                                            threads.execute(() ->
                                                    context.respond(
                                                            responses.get(
                                                                    context.correlationId())));
                                        }));
                RawClient client = server.client()) {
            for (int i = 0; i < sent.size(); i++) {
                client.send(fetch(i));
            }
            for (List<CountedSlice> mix : sent) {
                expect(client, mix);
            }
            expectAllClosedOnce();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aFileThatWasCutUnderASliceClosesTheConnectionAndNothingSpins(Transport transport)
            throws IOException {
        List<CountedSlice> sent = List.of(inFile(FILE_BYTES - 100, 100), inFile(0, 100));
        file.truncate(FILE_BYTES - 50);
        try (TestServer server =
                        TestServer.with(
                                transport,
                                Clock.system(),
                                Map.of(),
                                answering(List.of(response(payloads(sent)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            byte[] got = client.receiveUntilClosed();
            assertThat(got.length).isLessThan(300);
            expectAllClosedOnce();
        }
    }

    @Test
    void aSliceThatGivesLessThanItPromisedClosesTheConnection() {
        CountedSlice whole = inMemory(0, 100);
        Payload promised = new SlicePayload(new ShortSlice(whole));
        try (TestServer server = TestServer.with(answering(List.of(response(List.of(promised)))));
                RawClient client = server.client()) {
            client.send(fetch(0));
            assertThat(client.receiveUntilClosed().length).isLessThan(100);
            expectAllClosedOnce();
        }
    }

    @Test
    void aResponseThatCannotBeEncodedClosesTheConnectionAndItsSlices() {
        CountedSlice slice = inFile(0, 100);
        FetchResponse wrong = response(List.of(new SlicePayload(slice)));
        wrong.responses().getFirst().partitions().getFirst().preferredReadReplica(1);
        try (TestServer server = TestServer.with(answering(List.of(wrong)));
                RawClient client = server.client()) {
            int beforePreferredReplicas = 4;
            client.send(
                    RawClient.frame(ApiKey.FETCH, beforePreferredReplicas, 0, new FetchRequest()));
            assertThat(client.closedByServer()).isTrue();
            expectAllClosedOnce();
        }
    }

    @Test
    void anAnswerToADeadConnectionIsClosed() throws Exception {
        CountedSlice early = inFile(0, 100);
        CountedSlice late = inFile(0, 100);
        var started = new LinkedBlockingQueue<RequestContext>();
        try (TestServer server =
                TestServer.with(
                        new ScriptedHandler<FetchRequest>(
                                ApiKey.FETCH,
                                (context, request) -> {
                                    context.orderingPointPassed();
                                    started.add(context);
                                }))) {
            RawClient client = server.client();
            client.send(fetch(0));
            client.send(fetch(1));
            var first = started.take();
            var second = started.take();
            second.respond(response(List.of(new SlicePayload(early))));
            client.hangUp();
            Eventually.is("the connection is gone", first::connectionClosed);
            first.respond(response(List.of(new SlicePayload(late))));
            expectAllClosedOnce();
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @Test
    void anAnswerAfterTheServerStoppedIsClosed() throws Exception {
        CountedSlice late = inFile(0, 100);
        var started = new LinkedBlockingQueue<RequestContext>();
        TestServer server =
                TestServer.with(
                        Transport.best(),
                        Clock.system(),
                        Map.of("net.shutdown-timeout", "0"),
                        new ScriptedHandler<FetchRequest>(
                                ApiKey.FETCH, (context, request) -> started.add(context)));
        try (RawClient client = server.client()) {
            client.send(fetch(0));
            var request = started.take();
            server.close();
            request.respond(response(List.of(new SlicePayload(late))));
            expectAllClosedOnce();
            assertThat(server.server().inflightBytes()).isZero();
        }
    }

    @Test
    void aLosingAnswerIsClosed() {
        CountedSlice winner = inFile(0, 100);
        CountedSlice loser = inFile(0, 100);
        try (TestServer server =
                        TestServer.with(
                                new ScriptedHandler<FetchRequest>(
                                        ApiKey.FETCH,
                                        (context, request) -> {
                                            context.respond(
                                                    response(List.of(new SlicePayload(winner))));
                                            context.respond(
                                                    response(List.of(new SlicePayload(loser))));
                                        }));
                RawClient client = server.client()) {
            client.send(fetch(0));
            expect(client, List.of(winner));
            expectAllClosedOnce();
        }
    }

    /** Says that it has more bytes than it gives. */
    private record ShortSlice(CountedSlice inner) implements LogSlice {
        @Override
        public int sizeInBytes() {
            return inner.sizeInBytes();
        }

        @Override
        public Optional<FileRange> fileRange() {
            return Optional.empty();
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            int limit = target.limit();
            target.limit(limit - 10);
            int count = inner.copyTo(position, target);
            target.limit(limit);
            return count;
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
