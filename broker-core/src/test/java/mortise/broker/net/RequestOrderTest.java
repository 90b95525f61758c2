package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.broker.request.RequestContext;
import mortise.tck.sim.Seeded;
import mortise.wire.ApiKey;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RequestOrderTest {
    private static final int REQUESTS = 1_000;

    private static byte[] heartbeat(int correlationId) {
        return RawClient.frame(
                ApiKey.HEARTBEAT,
                4,
                correlationId,
                new HeartbeatRequest().groupId("group").memberId("member"));
    }

    private static byte[] heartbeats(int from, int to) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = from; i < to; i++) {
            all.writeBytes(heartbeat(i));
        }
        return all.toByteArray();
    }

    private static void expectInOrder(RawClient client, int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(client.receiveCorrelationId()).isEqualTo(i);
        }
    }

    /** Answers in a random order, on threads of its own. */
    private static final class Shuffler implements AutoCloseable {
        private final ExecutorService threads = Executors.newFixedThreadPool(4);
        private final List<RequestContext> pending = new ArrayList<>();
        private final RandomGenerator random;
        private final List<Integer> started = new CopyOnWriteArrayList<>();

        Shuffler(RandomGenerator random) {
            this.random = random;
        }

        void take(RequestContext context, HeartbeatRequest request) {
            started.add(context.correlationId());
            synchronized (pending) {
                pending.add(context);
            }
            context.orderingPointPassed();
            threads.execute(this::answerOne);
        }

        private void answerOne() {
            RequestContext chosen;
            synchronized (pending) {
                chosen = pending.remove(random.nextInt(pending.size()));
            }
            chosen.respond(new HeartbeatResponse());
        }

        @Override
        public void close() {
            threads.shutdown();
        }
    }

    @Seeded(runs = 10)
    void responsesLeaveInRequestOrderWhateverTheOrderOfTheAnswers(RandomGenerator random) {
        try (Shuffler shuffler = new Shuffler(random);
                TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT, shuffler::take));
                RawClient client = server.client()) {
            client.send(heartbeats(0, REQUESTS));
            expectInOrder(client, 0, REQUESTS);
            assertThat(shuffler.started).hasSize(REQUESTS).isSorted();
            client.hangUp();
            Eventually.is("all memory given back", () -> server.server().inflightBytes() == 0);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void answersGivenAtOnceLeaveInOrderToo(Transport transport) {
        try (TestServer server =
                        TestServer.with(
                                transport,
                                Clock.system(),
                                Map.of("net.max-connection-requests", "1"),
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) ->
                                                context.respond(new HeartbeatResponse())));
                RawClient client = server.client()) {
            client.send(heartbeats(0, REQUESTS));
            expectInOrder(client, 0, REQUESTS);
        }
    }

    @Test
    void aRequestStartsOnlyWhenItsPredecessorHasPassedItsOrderingPoint() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> started.add(context)));
                RawClient client = server.client();
                RawClient other = server.client()) {
            client.send(heartbeats(0, 3));
            RequestContext first = started.take();
            other.send(heartbeat(100));
            RequestContext elsewhere = started.take();
            assertThat(elsewhere.correlationId()).as("others are not held up").isEqualTo(100);
            assertThat(started).isEmpty();

            first.orderingPointPassed();
            RequestContext second = started.take();
            assertThat(second.correlationId()).isEqualTo(1);

            second.respond(new HeartbeatResponse());
            RequestContext third = started.take();
            assertThat(third.correlationId()).as("an answer lets the next start").isEqualTo(2);

            third.respond(new HeartbeatResponse());
            first.respond(new HeartbeatResponse());
            elsewhere.respond(new HeartbeatResponse());
            expectInOrder(client, 0, 3);
            expectInOrder(other, 100, 101);
        }
    }

    @Test
    void aRequestWithoutAnAnswerDoesNotHoldUpTheNext() {
        try (TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> {
                                            if (context.correlationId() % 2 == 0) {
                                                context.respondNothing();
                                            } else {
                                                context.respond(new HeartbeatResponse());
                                            }
                                        }));
                RawClient client = server.client()) {
            client.send(heartbeats(0, 4));
            assertThat(client.receiveCorrelationId()).isEqualTo(1);
            assertThat(client.receiveCorrelationId()).isEqualTo(3);
        }
    }

    @Test
    void aHandlerThatClosesTheConnectionLetsEarlierAnswersOutFirst() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (PeerLines lines = new PeerLines();
                TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> {
                                            context.orderingPointPassed();
                                            started.add(context);
                                        }));
                RawClient client = server.client()) {
            client.send(heartbeats(0, 3));
            RequestContext first = started.take();
            RequestContext second = started.take();
            RequestContext third = started.take();
            third.respond(new HeartbeatResponse());
            second.closeConnection("an error that acks=0 cannot report");
            first.respond(new HeartbeatResponse());
            assertThat(client.receiveCorrelationId()).isZero();
            assertThat(client.closedByServer()).isTrue();
            assertThat(lines.only()).contains("an error that acks=0 cannot report");
        }
    }

    @Test
    void onlyTheFirstAnswerCounts() {
        try (TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> {
                                            context.respond(
                                                    new HeartbeatResponse().throttleTimeMs(1));
                                            context.respond(
                                                    new HeartbeatResponse().throttleTimeMs(2));
                                            context.respondNothing();
                                            context.closeConnection("too late");
                                        }));
                RawClient client = server.client()) {
            for (int i = 0; i < 3; i++) {
                client.send(heartbeat(i));
                assertThat(
                                client.receive(ApiKey.HEARTBEAT, 4, HeartbeatResponse.class)
                                        .throttleTimeMs())
                        .isEqualTo(1);
            }
        }
    }

    @Test
    void anExceptionInAHandlerIsAnsweredAndTheConnectionGoesOn() {
        try (TestServer server =
                        TestServer.with(
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> {
                                            throw new IllegalStateException("as the test wants");
                                        }));
                RawClient client = server.client()) {
            client.send(heartbeats(0, 2));
            expectInOrder(client, 0, 2);
        }
    }

    @Test
    void requestsBeyondTheBoundOfTheBrokerWaitButEveryConnectionMayHaveOne() throws Exception {
        BlockingQueue<RequestContext> started = new LinkedBlockingQueue<>();
        try (TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.max-requests", "1", "net.threads", "1"),
                                new ScriptedHandler<HeartbeatRequest>(
                                        ApiKey.HEARTBEAT,
                                        (context, request) -> {
                                            context.orderingPointPassed();
                                            started.add(context);
                                        }));
                RawClient one = server.client();
                RawClient two = server.client()) {
            one.send(heartbeats(0, 2));
            two.send(heartbeats(10, 12));
            List<RequestContext> first = List.of(started.take(), started.take());
            assertThat(first)
                    .extracting(RequestContext::correlationId)
                    .containsExactlyInAnyOrder(0, 10);
            CountDownLatch looked = new CountDownLatch(1);
            first.getFirst().execute(looked::countDown);
            looked.await();
            assertThat(started).isEmpty();
            first.forEach(context -> context.respond(new HeartbeatResponse()));
            List.of(started.take(), started.take())
                    .forEach(context -> context.respond(new HeartbeatResponse()));
            expectInOrder(one, 0, 2);
            expectInOrder(two, 10, 12);
        }
    }
}
