package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.PooledByteBufAllocator;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.broker.request.RequestContext;
import mortise.broker.request.SlicePayload;
import mortise.tck.sim.SimClock;
import mortise.wire.ApiKey;
import mortise.wire.UnknownTaggedField;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;

class SlowClientTest {
    private static final ScriptedHandler<HeartbeatRequest> HEARTBEAT =
            new ScriptedHandler<>(
                    ApiKey.HEARTBEAT,
                    (context, request) -> context.respond(new HeartbeatResponse()));

    private static byte[] heartbeat(int correlationId) {
        return heartbeat(correlationId, 6);
    }

    private static byte[] heartbeat(int correlationId, int memberLength) {
        return RawClient.frame(
                ApiKey.HEARTBEAT,
                4,
                correlationId,
                new HeartbeatRequest().groupId("group").memberId("m".repeat(memberLength)));
    }

    /** A request of 800 kB: a field of a later version fills it. */
    private static byte[] largeHeartbeat(int correlationId) {
        HeartbeatRequest request = new HeartbeatRequest();
        request.unknownTaggedFields()
                .add(new UnknownTaggedField(100, ByteBuffer.allocate(800_000)));
        return RawClient.frame(ApiKey.HEARTBEAT, 4, correlationId, request);
    }

    @Test
    void aClientThatNeverReadsHoldsOnlySoMuchOfTheBrokersMemory() {
        byte[] records = new byte[1 << 20];
        List<CountedSlice> slices = new CopyOnWriteArrayList<>();
        try (TestServer server =
                TestServer.with(
                        Transport.best(),
                        Clock.system(),
                        Map.of("net.write-buffer-bytes", "64KiB"),
                        new ScriptedHandler<FetchRequest>(
                                ApiKey.FETCH,
                                (context, request) -> {
                                    CountedSlice slice = CountedSlice.inMemory(records);
                                    slices.add(slice);
                                    context.respond(responseWith(new SlicePayload(slice)));
                                }))) {
            long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
            try (RawClient client = RawClient.connect(server.port(), 16 << 10)) {
                Thread sender =
                        Thread.ofVirtual()
                                .start(() -> {
                                    byte[] fetch =
                                            RawClient.frame(
                                                    ApiKey.FETCH, 12, 1, new FetchRequest());
                                    try {
                                        for (int i = 0; i < 100_000; i++) {
                                            client.send(fetch);
                                        }
                                    } catch (UncheckedIOException closed) {
                                        // the test is over
                                    }
                                });
                Eventually.is("the socket is full", () -> stalled(slices));
                assertThat(sender.isAlive()).as("the server has stopped reading").isTrue();
                assertThat(slices.size()).as("requests started").isLessThan(300);
                assertThat(copied(slices)).as("bytes loaded").isLessThan(16L << 20);
                assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
                        .isLessThan(20L << 20);
            }
            Eventually.is("the connection is gone", () -> server.server().connections() == 0);
            assertThat(slices).allSatisfy(slice -> assertThat(slice.closes()).isEqualTo(1));
        }
    }

    private static FetchResponse responseWith(SlicePayload payload) {
        FetchResponse.FetchableTopicResponse topic =
                new FetchResponse.FetchableTopicResponse().topic("topic");
        topic.partitions().add(new FetchResponse.PartitionData().records(payload));
        FetchResponse response = new FetchResponse();
        response.responses().add(topic);
        return response;
    }

    @Test
    void aConnectionThatHoldsTooManyBytesIsNotReadUntilItHasAnswers() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.max-connection-inflight-bytes", "100KiB"),
                                parking(started));
                RawClient client = server.client()) {
            for (int i = 0; i < 20; i++) {
                client.send(heartbeat(i, 20_000));
            }
            List<RequestContext> held = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                held.add(started.take());
            }
            settle(held.getFirst());
            assertThat(started).isEmpty();
            held.forEach(context -> context.respond(new HeartbeatResponse()));
            for (int i = 6; i < 20; i++) {
                started.take().respond(new HeartbeatResponse());
            }
            for (int i = 0; i < 20; i++) {
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
        }
    }

    @Test
    void largeFramesWaitForTheirRoomWhileSmallOnesPass() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        int large = 30_000;
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of(
                                        "net.max-inflight-bytes",
                                        "1MiB",
                                        "net.max-request-bytes",
                                        "1MiB",
                                        "net.max-connection-inflight-bytes",
                                        "100MiB"),
                                parking(started));
                RawClient greedy = server.client();
                RawClient modest = server.client()) {
            Thread sender =
                    Thread.ofVirtual()
                            .start(() -> {
                                for (int i = 0; i < 200; i++) {
                                    greedy.send(heartbeat(i, large));
                                }
                            });
            List<RequestContext> held = new ArrayList<>();
            while (held.size() < 30) {
                held.add(started.take());
            }
            settle(held.getFirst());
            started.drainTo(held);
            assertThat(server.server().inflightBytes()).isLessThan(2L << 20);
            assertThat(held).hasSizeLessThan(60);

            modest.send(heartbeat(1_000));
            RequestContext small = started.take();
            while (small.correlationId() != 1_000) {
                held.add(small);
                small = started.take();
            }
            small.respond(new HeartbeatResponse());
            assertThat(modest.receiveCorrelationId()).isEqualTo(1_000);

            int answered = 0;
            while (answered < 200) {
                for (RequestContext context : held) {
                    context.respond(new HeartbeatResponse());
                    assertThat(greedy.receiveCorrelationId()).isEqualTo(answered++);
                }
                held.clear();
                if (answered < 200) {
                    held.add(started.take());
                }
            }
            sender.join();
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    private static ScriptedHandler<HeartbeatRequest> parking(
            BlockingQueue<RequestContext> started) {
        return new ScriptedHandler<>(
                ApiKey.HEARTBEAT,
                (context, request) -> {
                    context.orderingPointPassed();
                    started.add(context);
                });
    }

    /** Waits until the event loop of a request has nothing more at hand. */
    private static void settle(RequestContext context) throws InterruptedException {
        for (int i = 0; i < 20; i++) {
            var looked = new CountDownLatch(1);
            context.execute(looked::countDown);
            looked.await();
        }
    }

    @Test
    void aFrameMayArriveSlowlyWithinItsTime() {
        try (TestServer server = TestServer.with(HEARTBEAT);
                RawClient client = server.client()) {
            byte[] frame = heartbeat(1, 200);
            for (int i = 0; i < frame.length; i++) {
                client.send(frame, i, 1);
            }
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
        }
    }

    @Test
    void anIdleConnectionIsClosedAndAnActiveOneIsNot() {
        SimClock clock = new SimClock();
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                clock,
                                Map.of("net.idle-timeout", "10s"),
                                HEARTBEAT);
                RawClient idle = server.client();
                RawClient active = server.client()) {
            idle.send(heartbeat(1));
            assertThat(idle.receiveCorrelationId()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(6));
            active.send(heartbeat(2));
            assertThat(active.receiveCorrelationId()).isEqualTo(2);
            clock.advance(Duration.ofSeconds(6));
            server.server().sweep();
            assertThat(idle.closedByServer()).isTrue();
            active.send(heartbeat(3));
            assertThat(active.receiveCorrelationId()).isEqualTo(3);
        }
    }

    @Test
    void aClientThatTakesNothingIsIdleThoughResponsesWaitForIt() {
        SimClock clock = new SimClock();
        byte[] records = new byte[16 << 20];
        CountedSlice slice = CountedSlice.inMemory(records);
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                clock,
                                Map.of("net.idle-timeout", "10s"),
                                new ScriptedHandler<FetchRequest>(
                                        ApiKey.FETCH,
                                        (context, request) ->
                                                context.respond(
                                                        responseWith(new SlicePayload(slice)))));
                RawClient client = RawClient.connect(server.port(), 16 << 10)) {
            client.send(RawClient.frame(ApiKey.FETCH, 12, 1, new FetchRequest()));
            Eventually.is("the socket is full", () -> stalled(List.of(slice)));
            server.server().sweep();
            clock.advance(Duration.ofSeconds(5));
            server.server().sweep();
            assertThat(server.server().connections()).isEqualTo(1);
            clock.advance(Duration.ofSeconds(10));
            server.server().sweep();
            Eventually.is("the connection is gone", () -> server.server().connections() == 0);
            assertThat(slice.closes()).isEqualTo(1);
        }
    }

    @Test
    void aStalledFrameMakesRoomForThoseWhoWait() throws Exception {
        SimClock clock = new SimClock();
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                Transport.best(),
                                clock,
                                Map.of(
                                        "net.threads", "1",
                                        "net.max-inflight-bytes", "1MiB",
                                        "net.max-request-bytes", "1MiB"),
                                parking(started));
                RawClient stalling = server.client();
                RawClient waiting = server.client()) {
            stalling.send(largeHeartbeat(1), 0, 700_000);
            Eventually.is(
                    "the first frame has its room",
                    () -> server.server().inflightBytes() > 800_000);
            server.server().sweep(); // behind the read
            clock.advance(Duration.ofSeconds(50));
            server.server().sweep();
            assertThat(server.server().connections()).as("nobody waits").isEqualTo(2);
            waiting.send(largeHeartbeat(2));
            Eventually.is(
                    "the second frame waits", () -> server.server().inflightBytes() > 801_000);
            server.server().sweep(); // behind the read
            server.server().sweep();
            assertThat(stalling.closedByServer()).isTrue();
            assertThat(lines.only()).contains("net.stall-timeout");
            started.take().respond(new HeartbeatResponse());
            assertThat(waiting.receiveCorrelationId()).isEqualTo(2);
        }
    }

    @Test
    void aClientThatStallsAfterItHasWaitedForRoomIsClosedInTime() throws Exception {
        SimClock clock = new SimClock();
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                Transport.best(),
                                clock,
                                Map.of(
                                        "net.threads", "1",
                                        "net.max-inflight-bytes", "1MiB",
                                        "net.max-request-bytes", "1MiB"),
                                parking(started));
                RawClient first = server.client();
                RawClient stalling = server.client()) {
            first.send(largeHeartbeat(1));
            RequestContext holder = started.take();
            byte[] large = largeHeartbeat(2);
            stalling.send(large, 0, 700_000);
            Eventually.is(
                    "the second frame has begun", () -> server.server().inflightBytes() > 801_000);
            settle(holder);
            holder.respond(new HeartbeatResponse());
            assertThat(first.receiveCorrelationId()).isEqualTo(1);
            Eventually.is(
                    "the second frame has its room",
                    () ->
                            server.server().inflightBytes() > 800_000
                                    && server.server().inflightBytes() < 802_000);
            server.server().sweep(); // behind the grant
            clock.advance(Duration.ofSeconds(59));
            server.server().sweep();
            assertThat(server.server().connections()).isEqualTo(2);
            clock.advance(Duration.ofSeconds(2));
            server.server().sweep();
            assertThat(stalling.closedByServer()).isTrue();
            assertThat(lines.only()).contains("net.frame-timeout");
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    /** Whether the copying of slices has begun and stands still. */
    private static boolean stalled(List<CountedSlice> slices) {
        long copied = copied(slices);
        for (int i = 0; i < 50; i++) {
            LockSupport.parkNanos(1_000_000);
            if (copied(slices) != copied) {
                return false;
            }
        }
        return copied > 0;
    }

    /** At most so many bytes of the slices have been copied. */
    private static long copied(List<CountedSlice> slices) {
        long pieces = slices.stream().mapToLong(CountedSlice::copies).sum();
        return pieces * (64 << 10);
    }

    @Test
    void oneConnectionTooManyIsClosedAndTheOthersStay() {
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.max-connections", "2"),
                                HEARTBEAT);
                RawClient one = server.client();
                RawClient two = server.client()) {
            Eventually.is("both are in", () -> server.server().connections() == 2);
            try (RawClient three = server.client()) {
                assertThat(three.closedByServer()).isTrue();
            }
            assertThat(lines.only()).contains("2 connections").contains("net.max-connections");
            one.send(heartbeat(1));
            two.send(heartbeat(2));
            assertThat(one.receiveCorrelationId()).isEqualTo(1);
            assertThat(two.receiveCorrelationId()).isEqualTo(2);
            one.hangUp();
            Eventually.is("one has left", () -> server.server().connections() == 1);
            try (RawClient four = server.client()) {
                four.send(heartbeat(4));
                assertThat(four.receiveCorrelationId()).isEqualTo(4);
            }
        }
    }

    /** Refused ones that wait for the loop they would have lived on hold files until it comes. */
    @Test
    void aBusyEventLoopKeepsNoRefusedConnectionOpen() throws InterruptedException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ScriptedHandler<HeartbeatRequest> holdingItsLoop =
                new ScriptedHandler<>(
                        ApiKey.HEARTBEAT,
                        (context, _) -> {
                            busy.countDown();
                            awaitUninterruptibly(release);
                            context.respond(new HeartbeatResponse());
                        });
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.threads", "2", "net.max-connections", "1"),
                                holdingItsLoop);
                RawClient one = server.client()) {
            // the listener has the first loop, the first connection the second
            one.send(heartbeat(1));
            assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 8; i++) {
                try (RawClient refused = server.client()) {
                    assertThat(refused.closedByServer()).as("connection %s", i).isTrue();
                }
            }
            release.countDown();
            assertThat(one.receiveCorrelationId()).isEqualTo(1);
        } finally {
            release.countDown();
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aThousandIdleConnectionsHoldNoReceiveMemory() {
        try (TestServer server = TestServer.with(HEARTBEAT)) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                RawClient client = server.client();
                clients.add(client);
                client.send(heartbeat(i));
                assertThat(client.receiveCorrelationId()).isEqualTo(i);
            }
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
            clients.forEach(RawClient::close);
        }
    }
}
